#!/bin/bash
# What docker-compose.yml asks of the entry point of postgres:18, and no more.
set -Eeuo pipefail
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    eval "initdb --username=postgres --pwfile=$POSTGRES_PASSWORD_FILE $POSTGRES_INITDB_ARGS"
    echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
    pg_ctl -D "$PGDATA" -o "${*:2} -c listen_addresses=''" -w start
    for each in /docker-entrypoint-initdb.d/*.sh; do
        # The official image runs what can be run and reads the rest into its own shell.
        if [ -x "$each" ]; then "$each"; else . "$each"; fi
    done
    pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
