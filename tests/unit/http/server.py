"""The small service of the kit as a process of its own: python -m tests.unit.http.server PORT [SECONDS]

SECONDS shortens the times for head and body, so that tests need not wait as long as a slow client may.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from shared import telemetry
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.memory import MemoryStore
from shared.http import exchange, protocol
from shared.http.app import create_app, make_runtime
from shared.http.auth import Identity
from shared.http.authorise import Grant, Subject
from shared.http.jwks import Jwks
from shared.http.serve import Server
from tests.unit.http.kit import CENTRE, ISSUER, MemoryAudit, NoKeys, router, settings

PERSON = Subject("stf-r1", (Grant("reception", CENTRE),))


class Everybody:
    """Grants by which whoever has a token works at the front desk."""

    async def subject(self, identity: Identity) -> Subject:
        return PERSON

    async def held(self, staff_id: str, at: Any) -> Subject:
        return PERSON


@asynccontextmanager
async def resources(_: Any) -> AsyncIterator[Any]:
    yield SimpleNamespace(handle=Handle(MemoryStore(), NoKeys()), pool=None)  # type: ignore[arg-type]


def main() -> None:
    port = int(sys.argv[1])
    if len(sys.argv) > 2:
        protocol.HEAD_SECONDS = exchange.BODY_SECONDS = float(sys.argv[2])  # type: ignore[misc]
    telemetry.setup_logs(service="intake", region="test", process="api")
    told = settings(http_port=port, rate_limits="read=1000000/minute,write=1000000/minute,batch=1000000/minute")
    keys = json.loads(sys.stdin.readline())  # the public keys of the tests' issuer

    async def get(url: str) -> bytes:
        found = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"} if url.endswith("configuration") else {"keys": [keys]}
        return json.dumps(found).encode()

    def runtime(given: Any, parts: Any) -> Any:
        return make_runtime(given, "intake", parts, grants=Everybody(), audit=MemoryAudit(), jwks=Jwks(ISSUER, plain_http=True, get=get))

    app = create_app(service="intake", settings=told, routers=[router()], resources=resources, runtime=runtime)
    Server(app, told).run()


if __name__ == "__main__":
    main()
