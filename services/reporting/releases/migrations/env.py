"""Alembic's entry for this database: all is in `shared/eventsourcing/migrate.py`."""

from shared.eventsourcing.migrate import run_in_alembic

run_in_alembic()
