"""The outermost layer of an api: every exception becomes a problem, every request one line of the log."""

import time
from typing import Any

from opentelemetry.trace import SpanKind, StatusCode

from shared import telemetry
from shared.http.exchange import Exchange, Gone, Headers
from shared.http.problems import Problem, problem_of
from shared.http.router import Dispatch


class Edge:
    """ASGI. Operations are dispatched here; `pages` (FastAPI's own router) answers the rest."""

    def __init__(self, dispatch: Dispatch, pages: Any, *, fixed: Headers, quiet: frozenset[str] = frozenset()) -> None:
        self._dispatch, self._pages, self._fixed, self._quiet = dispatch, pages, fixed, quiet

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            exchange = Exchange(scope, receive, send, self._fixed)
        except Problem as problem:
            bare = {**scope, "headers": []}
            exchange = Exchange(bare, receive, send, self._fixed)
            await exchange.reply_problem(problem)
        else:
            await self._traced(exchange, scope, receive)
        self._log(exchange, time.perf_counter() - began)

    async def _traced(self, exchange: Exchange, scope: Any, receive: Any) -> None:
        if not telemetry.enabled():
            await self._answer(exchange, scope, receive)
            return
        found = scope.get("path", "")
        with telemetry.span(exchange.method, SpanKind.SERVER, parent=exchange.header(b"traceparent")) as span:
            here = telemetry.current()
            if here:
                exchange.trace = here.trace_id
            await self._answer(exchange, scope, receive)
            span.update_name(f"{exchange.method} {exchange.route}" if found else exchange.method)
            span.set_attribute("http.request.method", exchange.method)
            span.set_attribute("http.route", exchange.route)
            span.set_attribute("http.response.status_code", exchange.status)
            if exchange.problem:
                span.set_attribute("gabay.problem", exchange.problem)
            if exchange.status >= 500:
                span.set_status(StatusCode.ERROR)

    async def _answer(self, exchange: Exchange, scope: Any, receive: Any) -> None:
        try:
            if not await self._dispatch(exchange):
                scope["gabay.exchange"] = exchange
                await self._pages(scope, receive, exchange.send)
                route = scope.get("route")
                exchange.route = getattr(route, "path", "")
        except Gone:
            exchange.status = 499
        except Exception as error:
            await self._fail(exchange, error)

    async def _fail(self, exchange: Exchange, error: Exception) -> None:
        problem = problem_of(error)
        if problem.status >= 500 and problem.code != "not-attempted":
            telemetry.logger().error("request_failed", exc_info=error, problem=problem.code, route=exchange.route)
        if exchange.started:
            raise error  # half an answer is out: the server closes the connection, which says so
        await exchange.reply_problem(problem)

    def _log(self, exchange: Exchange, seconds: float) -> None:
        if telemetry.enabled():
            labels = {"route": exchange.route, "method": exchange.method, "status": f"{exchange.status // 100}xx"}
            telemetry.HTTP_DURATION.record(seconds, labels)
        if exchange.path in self._quiet:
            return
        telemetry.log_request(
            method=exchange.method, route=exchange.route, status=exchange.status, ms=round(seconds * 1000, 1),
            staff=exchange.staff, device=exchange.device, problem=exchange.problem,
        )  # fmt: skip
