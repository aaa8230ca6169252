"""uvicorn's httptools protocol with the limits it lacks: time for a head, size of a head, number of connections.

uvicorn reads a slow or endless head for ever, and answers what it refuses in plain text. Here a timer runs from the
connection (and from the first byte after an answer) until the head is complete, its bytes are counted before the parser
sees them, and every refusal is a problem. Who has not sent a byte by then is refused nothing: the connection is closed.
"""

import asyncio
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared import telemetry
from shared.http.answer import GUARDS
from shared.http.problems import Problem, render

HEAD_SECONDS: Final = 10.0
REQUEST_LINE: Final = 2 * 1024
ALL_HEADERS: Final = 16 * 1024
ONE_HEADER: Final = 8 * 1024
CONNECTIONS: Final = 1_000


class Cork:
    """A transport that keeps the head of an answer until its body is there: uvicorn writes the two apart, and the second
    system call costs as much as the rest of an answer.
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""

    def write(self, data: bytes) -> None:
        if not self._head and data.startswith(b"HTTP/1.1 2"):
            self._head = data
            return
        self._transport.write(self._head + data)
        self._head = b""

    def flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()


class GabayProtocol(HttpToolsProtocol):
    """One connection. Counts and times the head; the body is counted by the ASGI side (`edge`)."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0
    _header_bytes = 0
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            self._refuse(Problem("unavailable", {"Retry-After": "2"}))
            return
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._in_head:
            if self._timer is None:
                self._start_timer()
            # A head is at most the request line and the headers; a chunk that also brings the body is not counted here
            # twice, since the callbacks of the parser count the exact sizes.
            self._head_bytes += len(data) if b"\r\n\r\n" not in data else 0
            if self._head_bytes > REQUEST_LINE + ALL_HEADERS:
                self._refuse(Problem("headers-too-large" if self._saw_line(data) else "uri-too-long"))
                return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing here speaks another protocol: it is answered as the ordinary request that it also is
        except httptools.HttpParserError:
            if not self._refused:
                self._refuse(Problem("malformed-request", where="head" if self._in_head else "body"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._header_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > REQUEST_LINE:
            self._refuse(Problem("uri-too-long"))

    def on_header(self, name: bytes, value: bytes) -> None:
        size = len(name) + len(value)
        self._header_bytes += size + 4
        if size > ONE_HEADER or self._header_bytes > ALL_HEADERS:
            self._refuse(Problem("headers-too-large"))
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes = False, 0
        self._stop_timer()
        if self._refused:
            return
        try:
            super().on_headers_complete()
        except (httptools.HttpParserError, UnicodeDecodeError, ValueError):
            # The target is no address (httptools parses it here): not a reason for a 500.
            self._refuse(Problem("malformed-request", where="target"))
            return
        if self.scope["method"] != "HEAD":  # an answer to HEAD has no body that would follow its head
            self.cycle.transport = Cork(self.transport)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        if not self._refused:
            super().on_message_complete()

    def _saw_line(self, data: bytes) -> bool:
        """Whether the request line has ended, be it in these bytes, which no parser has read yet."""
        return bool(getattr(self, "headers", None)) or b"\r\n" in data[:REQUEST_LINE]

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._head_bytes:
            self._refuse(Problem("request-timeout"))
        else:  # a connection that a browser opened to spare: an answer to nothing would be taken for that of its first request
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer and close, without the application: it must not see what was refused."""
        if self._refused:
            return
        self._refused = True
        self._stop_timer()
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self._in_head or self.cycle.response_started:
                # The refusal belongs to a later request than the one being answered, or comes inside an answer: written
                # now, a proxy could hand it to somebody else. Closing says enough.
                self.transport.close()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        trace = telemetry.begin().trace_id
        status, headers, body = render(problem, trace)
        lines: list[bytes] = [STATUS_LINE[status]]
        fields: dict[str, Any] = {
            **headers, **GUARDS, "Gabay-Trace": trace, "Content-Length": str(len(body)), "Connection": "close",
        }  # fmt: skip
        lines += [f"{name.lower()}: {value}\r\n".encode("ascii") for name, value in fields.items()]
        self.transport.write(b"".join([*lines, b"\r\n", body]))
        self.transport.close()
        telemetry.logger().warning("request_refused", problem=problem.code, status=status)
