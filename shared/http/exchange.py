"""One HTTP exchange: the request's headers read once, its body counted, its answer sent with the headers of every answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from shared import telemetry
from shared.http.problems import Problem, language, render

JSON: Final = ("application/json",)
BODY_SECONDS: Final = 30.0
# How much of a refused body is still read, so that the client hears the refusal instead of a reset connection.
DRAIN_SECONDS, DRAIN_BYTES = 0.5, 8 * 1024 * 1024

# A second one of these would let two readers of one request disagree about who asks for what.
_SINGLE: Final = frozenset(
    {
        b"authorization", b"idempotency-key", b"if-match", b"if-none-match", b"content-type", b"content-encoding",
        b"gabay-purpose", b"gabay-device-time", b"accept-language",
    }
)  # fmt: skip

Headers = list[tuple[bytes, bytes]]


class Exchange:
    """A request and the answer to it. `fixed`: headers that every answer of this process carries."""

    __slots__ = (
        "_receive", "_send", "device", "fixed", "headers", "language", "limits", "method", "path", "problem", "route",
        "scope", "staff", "started", "status", "trace",
    )  # fmt: skip

    def __init__(self, scope: Mapping[str, Any], receive: Any, send: Any, fixed: Headers) -> None:
        self.scope, self._receive, self._send, self.fixed = scope, receive, send, fixed
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = {}
        self.status = 0
        self.started = False
        self.route = ""
        self.staff: str | None = None
        self.device: str | None = None
        self.problem: str | None = None
        self.limits: Mapping[str, str] = {}
        headers = self.headers
        double = None
        for name, value in scope["headers"]:
            if name in headers and name in _SINGLE:
                double = name
            headers[name] = value
        self.language = language(headers[b"accept-language"].decode("latin-1")) if b"accept-language" in headers else "en"
        incoming = headers.get(b"traceparent")
        self.trace = telemetry.begin(incoming.decode("latin-1") if incoming else None).trace_id
        if double:
            raise Problem("malformed-request", where=double.decode())

    @property
    def client(self) -> str:
        """Address of the caller; behind trusted proxies uvicorn has put the real one here."""
        client = self.scope.get("client")
        return client[0] if client else "local"

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return value.decode("latin-1") if value is not None else None

    def query(self) -> dict[str, str]:
        """The query's parameters. A repeated or unreadable one is `malformed-request`."""
        raw: bytes = self.scope["query_string"]
        if not raw:
            return {}
        try:
            pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=40)
        except ValueError:
            raise Problem("malformed-request", where="query") from None
        parameters = dict(pairs)
        if len(parameters) != len(pairs) or any("\0" in value for value in parameters.values()):
            raise Problem("malformed-request", where="query")
        return parameters

    async def body(self, limit: int, code: str = "body-too-large", media: Sequence[str] = JSON) -> bytes:
        """The whole body, at most `limit` bytes and 30 s. Of one of these media types (JSON: in UTF-8), not compressed, or 415."""
        self._check_media_type(media)
        length = self.headers.get(b"content-length")
        if length is not None and int(length) > limit:
            await self._refuse_body(limit, code)
        chunks, size, more = [], 0, True
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while more:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    chunks.append(message.get("body", b""))
                    size += len(chunks[-1])
                    more = message.get("more_body", False)
                    if size > limit:
                        chunks.clear()
                        await self._refuse_body(limit, code)
        except TimeoutError:
            raise Problem("request-timeout", {"Connection": "close"}) from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _check_media_type(self, media: Sequence[str]) -> None:
        if self.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Problem("unsupported-media-type", {"Accept-Encoding": "identity"})
        kind = self.headers.get(b"content-type", b"").decode("latin-1")
        if kind in media:
            return
        name, _, parameters = kind.lower().partition(";")
        if name.strip() not in media or parameters.strip().replace('"', "") not in ("", "charset=utf-8"):
            raise Problem("unsupported-media-type")

    async def _refuse_body(self, limit: int, code: str) -> None:
        if b"expect" not in self.headers:
            dropped = 0
            try:
                async with asyncio.timeout(DRAIN_SECONDS):
                    while dropped < DRAIN_BYTES:
                        message = await self._receive()
                        dropped += len(message.get("body", b""))
                        if message["type"] != "http.request" or not message.get("more_body"):
                            break
            except TimeoutError:
                pass
        raise Problem(code, {"Connection": "close"}, limit=limit)

    async def reply(self, status: int, headers: Mapping[str, str], body: bytes | AsyncIterator[bytes]) -> None:
        """Send an answer. Once per exchange."""
        self.started, self.status = True, status
        lines = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        lines += [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in self.limits.items()]
        lines.append((b"gabay-trace", self.trace.encode("ascii")))
        here = {name for name, _ in lines}
        lines += [pair for pair in self.fixed if pair[0] not in here]
        if isinstance(body, bytes):
            if status != 304:
                lines.append((b"content-length", b"%d" % len(body)))
            await self._send({"type": "http.response.start", "status": status, "headers": lines})
            await self._send({"type": "http.response.body", "body": body})
            return
        await self._send({"type": "http.response.start", "status": status, "headers": lines})
        async for chunk in body:
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    async def reply_problem(self, problem: Problem) -> None:
        self.problem = problem.code
        await self.reply(*render(problem, self.trace, self.language))

    async def send(self, message: dict[str, Any]) -> None:
        """For answers made elsewhere (pages): adds the headers of every answer that are not there yet."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            lines: Headers = list(message.get("headers", ()))
            here = {name.lower() for name, _ in lines}
            common = [*self.fixed, (b"gabay-trace", self.trace.encode("ascii"))]
            message = {**message, "headers": lines + [pair for pair in common if pair[0] not in here]}
        await self._send(message)


class Gone(Exception):
    """The client closed the connection before its request was whole: nobody is there to answer."""
