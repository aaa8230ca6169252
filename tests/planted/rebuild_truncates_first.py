"""A rebuild empties the live tables and fills them again, under the eyes of the readers."""

from typing import Any

from shared.eventsourcing.projection import Projection
from shared.messaging import rebuild
from shared.messaging.models import model_of


def plant() -> None:
    async def live(owner: Any, projection: Projection, **_: Any) -> int:
        model = model_of(projection)
        version = int(await owner.fetchval("select version from generation where model = $1 and state = 'LIVE'", model))
        for (table,) in await owner.fetch("select tablename from pg_tables where schemaname = $1", f"{model}_v{version}"):
            await owner.execute(f'truncate "{model}_v{version}"."{table}"')
        for table in ("consumed", "applied"):
            await owner.execute(f"delete from {table} where consumer = $1", f"{projection.name}.v{version}")
        return version

    rebuild.next_generation = live
