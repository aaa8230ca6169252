"""A key that is known is answered with what it was answered before, whatever is asked now."""

from typing import Any

from shared.eventsourcing import handle


def plant() -> None:
    def same(envelope: Any, stored: Any) -> bool:
        return True

    handle._same = same
