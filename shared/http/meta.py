"""What every api offers beside its own operations: probes, code lists, its own description, receipts."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from shared.codes.label import labels as labels_of
from shared.http import health
from shared.http.answer import Answer
from shared.http.batch import receipts
from shared.http.bodies import ReceiptsBody
from shared.http.call import Call
from shared.http.command import CommandRouter
from shared.http.operation import PUBLIC
from shared.http.problems import Problem

CACHE = "public, max-age=300"


def meta_router(checks: Callable[[], dict[str, health.Check]], document: Callable[[], dict[str, Any]], *, docs: str) -> CommandRouter:
    """checks: of readiness, by the name of the part. document: the OpenAPI document. docs: address for the lines to try
    on the page `/docs`; empty: no such page.
    """
    router = CommandRouter("service")

    @router.read("GET", "/health/live", action=PUBLIC, public=True, limit="none")
    async def health_live(call: Call) -> Answer:
        """The event loop answers."""
        return Answer({"status": "live"})

    @router.read("GET", "/health/ready", action=PUBLIC, public=True, limit="none")
    async def health_ready(call: Call) -> Answer:
        """Database, keyring and access store answer, and the process is not stopping."""
        status, body = await health.ready(checks(), stopping=call.runtime.stopping)
        return Answer(body, status)

    @router.read("GET", "/v1/openapi.json", action=PUBLIC, public=True)
    async def read_openapi(call: Call) -> Answer:
        """This description."""
        return cached(call, orjson.dumps(document()))

    @router.read("GET", "/v1/codes/{list}", action=PUBLIC, public=True)
    async def read_codes(call: Call) -> Answer:
        """A code list with its labels in the language asked for."""
        try:
            labels = labels_of(call.path["list"])
        except KeyError:
            raise Problem("not-found") from None
        items = [{"code": code, "label": words.get(call.language) or words["en"]} for code, words in labels.items()]
        return cached(call, orjson.dumps({"list": call.path["list"], "items": items}))

    router.read("POST", "/v1/receipts", action="receipts", body=ReceiptsBody)(receipts)

    if docs:

        @cache
        def made() -> tuple[bytes, str]:
            from shared.http.page import page

            text, policy = page(document(), base=docs)
            return text.encode(), policy

        @router.read("GET", "/docs", action=PUBLIC, public=True, media="text/html; charset=utf-8")
        async def read_docs(call: Call) -> Answer:
            """These operations as a page, without any script."""
            text, policy = made()
            return Answer(text, headers={"Content-Security-Policy": policy}, content_type=call.op.media)

    return router


def cached(call: Call, body: bytes) -> Answer:
    """A public document: may be kept five minutes, its ETag is the hash of its bytes."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": CACHE, "Vary": "Accept-Language"}
    return Answer(b"", 304, headers) if call.if_none_match == tag else Answer(body, headers=headers)
