"""The live board adds whatever comes, also what its window holds already: after a kill Faust brings it again."""

from typing import Any

from services.reporting.live import app


def plant() -> None:
    def add(table: Any, key: Any, n: int, offset: int) -> bool:
        held = table.get(key)
        table[key] = [(held[0] if held is not None else 0) + n, offset]
        return True

    app.add = add
