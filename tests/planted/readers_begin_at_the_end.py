"""A reader that was away goes on with what comes next, and leaves out what came meanwhile."""

from typing import Any

from shared.messaging import assignment, positions


def plant() -> None:
    async def at_the_end(connection: Any, name: str, kafka: Any, partitions: Any) -> Any:
        return await kafka.end_offsets(list(partitions))

    positions.positions = at_the_end
    assignment.positions = at_the_end
