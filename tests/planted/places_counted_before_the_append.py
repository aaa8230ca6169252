"""An admission looks whether there is a free place, and counts itself once it is stored: between the two others come in."""

from typing import Any

from shared.eventsourcing.store import Part, PostgresStore, Result


def plant() -> None:
    append = PostgresStore.append

    async def hasty(self: PostgresStore, *parts: Part) -> Result:
        for part in parts:
            for unit, capacity, take in part.places:
                taken = await self.pool.fetchval("select taken from occupancy where unit = $1", unit)
                if take and (taken or 0) >= capacity:
                    return await append(self, *parts)  # full: the refusal is the right one
        result = await append(self, *(_homeless(part) for part in parts))
        for part in parts:
            await self.pool.executemany(
                "insert into occupancy as o values ($1, 1, 1000) on conflict (unit) do update set taken = o.taken + 1",
                [(unit,) for unit, _, take in part.places if take],
            )
        return result

    PostgresStore.append = hasty


def _homeless(part: Any) -> Part:
    return Part(part.stream_id, part.kind, part.expected, part.events, part.search, part.claims)
