"""The decoder of cursors says what is wrong by whatever exception it meets."""

import base64

import orjson

from shared.http.cursor import Cursors


def plant() -> None:
    def read(cursors: Cursors, cursor: str, *, bound_to: str, generation: int = 1) -> list[object]:
        payload = base64.b64decode(cursor, altchars=b"-_", validate=True)
        return list(orjson.loads(payload[:-16])[0])

    Cursors.read = read  # type: ignore[method-assign,assignment]
