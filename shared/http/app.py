"""The app of one service: its routers, and what all of them stand on.

def app(settings: Settings) -> FastAPI:
    return create_app(service="intake", settings=settings, routers=[client.routes.router, ...], resources=resources)

def main(settings: Settings) -> None:
    serve(app, settings)
"""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache, partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware

from shared import telemetry
from shared.eventsourcing.database import open_pool
from shared.http import break_glass, health
from shared.http.answer import GUARDS
from shared.http.audit import ReadAudit
from shared.http.auth import Tokens
from shared.http.command import CommandRouter
from shared.http.cursor import Cursors, SearchTokens
from shared.http.edge import Edge
from shared.http.exchange import Headers
from shared.http.grants import AccessDatabase
from shared.http.ids import Fingerprints
from shared.http.jwks import Jwks, fetch
from shared.http.limits import Limiter
from shared.http.meta import meta_router
from shared.http.openapi import document
from shared.http.own_log import own_log_router
from shared.http.router import Dispatch, OperationRoute, Table
from shared.http.runtime import Runtime
from shared.http.unusual import off_hours
from shared.region import Region, load_region
from shared.settings import ROOT, Settings

Resources = Callable[[Settings], AbstractAsyncContextManager[Any]]


@cache
def release() -> str:
    """The release that runs: `version` of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


class GabayAPI(FastAPI):
    """FastAPI whose outermost layer is our edge, and whose document is made from the declared operations."""

    def __init__(self, operations: Sequence[Any], *, fixed: Headers, title: str, lifespan: Any) -> None:
        super().__init__(
            title=title, version=release(), lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
        )
        self.operations = list(operations)
        self._dispatch = Dispatch(Table(self.operations), lambda: self.state.runtime)
        self._fixed = fixed
        self.router.routes.extend(OperationRoute(op) for op in self.operations)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Not FastAPI's own: it opens its telemetry around each request, which ours measures already.
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> Any:
        # FastAPI's own layers turn exceptions into answers of their own making; ours lets them through to the edge.
        pages = AsyncExitStackMiddleware(self.router)
        return Edge(self._dispatch, pages, fixed=self._fixed, quiet=frozenset({"/health/live", "/health/ready"}))

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = document(self.title, release(), self.operations)
        return self.openapi_schema


def create_app(
    *,
    service: str,
    settings: Settings,
    routers: Sequence[CommandRouter],
    resources: Resources,
    pages: Sequence[APIRouter] = (),
    runtime: Callable[[Settings, Any], Any] | None = None,
) -> FastAPI:
    """Build the app of a service. Fails for an operation without an action of the matrix, or declared twice.

    resources: opens what the service's routes need and yields it. The object has `handle` (shared.eventsourcing.handle) and
    `pool` (its own database); optional `checks`: name -> async callable for readiness. It is `call.parts` in routes.
    runtime: for tests, makes the Runtime from (settings, parts) without the access database and the issuer.
    """

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                parts = await stack.enter_async_context(resources(settings))
                if runtime is not None:
                    api.state.runtime = runtime(settings, parts)
                    api.state.checks = dict(getattr(parts, "checks", {}))
                else:
                    await _open(api, service, settings, parts, stack)
            except Exception as error:
                # uvicorn's own line about it is held back as any library's: it says that, and not where.
                telemetry.logger().error("api_not_started", exc_info=error)
                raise
            watch = asyncio.create_task(telemetry.watch_loop())
            stack.callback(watch.cancel)
            telemetry.logger().info("api_started", port=settings.http_port, release=release())
            yield
            api.state.runtime.stopping = True

    def checks() -> dict[str, health.Check]:
        found: dict[str, health.Check] = api.state.checks
        return found

    production = settings.mode == "production"
    operations = [op for router in routers for op in router.operations]
    operations += own_log_router().operations
    operations += meta_router(checks, lambda: api.openapi(), docs="" if production else f"http://127.0.0.1:{settings.http_port}").operations
    api = GabayAPI(operations, fixed=answer_headers(production=production), title=f"Gabay {service}", lifespan=lifespan)
    for router in pages:
        api.include_router(router)
    return api


async def _open(api: FastAPI, service: str, settings: Settings, parts: Any, stack: AsyncExitStack) -> None:
    """The access database, the issuer's keys, the access log: then requests may come."""
    access = await open_pool(settings.access_url, minimum=1, maximum=2, application=f"gabay-{service}-access")
    stack.push_async_callback(access.close)
    region = load_region(settings.region_path)
    audit = access_log(parts.pool, service, region)
    heads = asyncio.create_task(audit.tell_heads(access))
    stack.push_async_callback(audit.tell_head, access)
    stack.callback(heads.cancel)
    if service == "intake":  # the region's, so told once
        emergencies = asyncio.create_task(break_glass.watch(access, settings.region))
        stack.callback(emergencies.cancel)
    api.state.runtime = make_runtime(settings, service, parts, grants=AccessDatabase(access), audit=audit)
    api.state.checks = {
        "database": health.pool_check(parts.pool),
        "access": health.pool_check(access),
        **getattr(parts, "checks", {}),
    }


def access_log(pool: Any, service: str, region: Region) -> ReadAudit:
    """The access log of this process, which knows when the centres of its region are closed."""
    return ReadAudit(pool, service=service, closed=lambda centre, at: off_hours(region.centre_or_first(centre), at))


def make_runtime(settings: Settings, service: str, parts: Any, *, grants: Any, audit: Any, jwks: Jwks | None = None) -> Runtime:
    """What calls share, from the settings."""
    get = partial(fetch, ca_file=settings.oidc_ca_file)
    jwks = jwks or Jwks(settings.oidc_issuer, plain_http=settings.mode != "production", get=get)
    audience = settings.oidc_audience or f"gabay-{service}"
    return Runtime(
        service=service,
        parts=parts,
        tokens=Tokens(jwks, issuer=settings.oidc_issuer, audience=audience, algorithms=settings.oidc_algorithms),
        grants=grants,
        audit=audit,
        limiter=Limiter(settings.rate_limits),
        fingerprints=Fingerprints(settings.fingerprint_keys),
        cursors=Cursors(settings.cursor_key),
        search_tokens=SearchTokens(settings.cursor_key),
        body_bytes=settings.body_bytes,
        batch_items=settings.batch_items,
        step_up_acr=settings.oidc_step_up_acr,
        statistics_public=settings.statistics_public,
    )


def answer_headers(*, production: bool) -> Headers:
    """Headers of every answer; an operation's own of the same name win."""
    headers = {"gabay-version": release(), **GUARDS}
    if production:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
