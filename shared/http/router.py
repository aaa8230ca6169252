"""From a path to its operation: one look-up, not a scan over every route.

Operations are FastAPI routes (so FastAPI's tools see them), but a request finds its route here: starlette tries the
pattern of each route in turn, about 2 us each, and takes the methods of the first path that fits for those of all.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import compile_path

from shared.http.exchange import Exchange
from shared.http.operation import Operation, serve
from shared.http.problems import Problem
from shared.http.runtime import Runtime

Handler = Callable[[Exchange, Mapping[str, Any]], Awaitable[None]]


class OperationRoute(APIRoute):
    """An operation as a FastAPI route. FastAPI's own parsing and dependencies stay off the hot path."""

    def __init__(self, op: Operation) -> None:
        async def endpoint() -> None:
            """Never called: the table hands the request to the operation."""

        endpoint.__name__ = op.name
        endpoint.__doc__ = op.function.__doc__
        methods = ["GET", "HEAD"] if op.method == "GET" else [op.method]
        super().__init__(op.declared, endpoint, methods=methods, name=op.name, tags=[op.tag], response_model=None)
        self.op = op


class Table:
    """All operations of one process by path and method."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._static: dict[str, dict[str, Operation]] = {}
        self._patterns: dict[tuple[str, int], list[tuple[Any, Mapping[str, Any], dict[str, Operation]]]] = {}
        declared: dict[str, dict[str, Operation]] = {}
        for op in operations:
            methods = declared.setdefault(op.declared, {})
            if op.method in methods:
                raise ValueError(f"{op.route} is declared twice")
            methods[op.method] = op
            if op.method == "GET":
                methods["HEAD"] = op
        for path, methods in declared.items():
            if "{" not in path:
                self._static[path] = methods
            else:
                pattern, _, convertors = compile_path(path)
                self._patterns.setdefault(_shelf(path), []).append((pattern, convertors, methods))

    def find(self, path: str) -> tuple[dict[str, Operation], Mapping[str, Any]] | None:
        """The operations of a path by method, and its parameters."""
        if (methods := self._static.get(path)) is not None:
            return methods, {}
        for pattern, convertors, methods in self._patterns.get(_shelf(path), ()):
            if found := pattern.match(path):
                return methods, {name: convertors[name].convert(text) for name, text in found.groupdict().items()}
        return None


def _shelf(path: str) -> tuple[str, int]:
    """Collection and number of slashes: enough to leave a handful of patterns."""
    return path.split("/", 3)[2] if path.count("/") >= 2 else "", path.count("/")


class Dispatch:
    """Hands an exchange to its operation. False where the path belongs to no operation (pages, documents)."""

    def __init__(self, table: Table, runtime: Callable[[], Runtime]) -> None:
        self._table, self._runtime = table, runtime

    async def __call__(self, exchange: Exchange) -> bool:
        found = self._table.find(exchange.path)
        if found is None:
            return False
        methods, path = found
        op = methods.get(exchange.method)
        if op is None:
            allow = ", ".join(sorted({*methods, "OPTIONS"}))
            exchange.route = next(iter(methods.values())).path
            if exchange.method == "OPTIONS":
                await exchange.reply(204, {"Allow": allow}, b"")
                return True
            raise Problem("method-not-allowed", {"Allow": allow})
        exchange.route = op.path
        await serve(op, exchange, self._runtime(), path)
        return True
