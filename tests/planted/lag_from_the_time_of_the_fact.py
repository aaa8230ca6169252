"""How far a reader is behind is taken from when things happened, as devices say, and not from when they were recorded."""

from datetime import datetime
from typing import Any

from shared.messaging import lag


def plant() -> None:
    def happened_at(record: Any) -> float | None:
        return datetime.fromisoformat(dict(record.headers)["ce_time"].decode()).timestamp()

    lag.recorded_at = happened_at
