#!/bin/sh
# Runs once, on an empty data volume: roles and databases as the embedded stack has them (deploy/embedded/roles.sql).
set -eu
password=$(cat /run/secrets/postgres-password)
psql="psql -X -q -v ON_ERROR_STOP=1 -U postgres"
{ printf "set gabay.password = '%s';\n" "$password"; cat /etc/gabay/roles.sql; } | $psql -d postgres
for name in intake casework referrals reporting keyring access; do
    case $name in
        keyring | access) guests="intake_$name, casework_$name, referrals_$name, reporting_$name" ;;
        *) guests="${name}_app, ${name}_worker" ;;
    esac
    $psql -d postgres -c "create database $name owner ${name}_owner"
    $psql -d "$name" -c "revoke all on database $name from public; grant connect on database $name to $guests" \
        -c "alter schema public owner to ${name}_owner; revoke all on schema public from public; grant usage on schema public to $guests"
done
