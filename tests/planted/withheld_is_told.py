"""Who asks for a table that the gate withheld is told that there is one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.reporting.releases import routes
from shared.errors import Rejected
from shared.http.command import Answer, Call


@contextmanager
def planted() -> Iterator[None]:
    """For an api that runs in the test's own process."""
    kept = routes.released_file

    async def told(call: Call, rid: str, name: str, *more: Any, **named: Any) -> Answer:
        manifest = json.loads(bytes((await call.parts.ledger.one(rid))["manifest"]))
        if name.partition(".")[0] in manifest["withheld"]:
            raise Rejected("forbidden")
        return await kept(call, rid, name, *more, **named)

    routes.released_file = told
    try:
        yield
    finally:
        routes.released_file = kept
