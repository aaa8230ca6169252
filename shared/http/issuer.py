"""The local issuer of embedded mode: an OIDC discovery document, one key, and nothing else.

Tokens are made by `gabay token`, which reads the same key file. Anybody on this machine gets any role from it, so it
refuses production mode. A browser gets pages through it: what lies under `/statistics` and what they link to is passed on to
reporting with a statistician's token.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey

from shared import telemetry
from shared.settings import EXIT_CONFIGURATION, Settings

if TYPE_CHECKING:
    import httpx

LIFE: Final = 3_600
SCOPES: Final = "gabay:read gabay:write statistics:read gabay:privacy gabay:admin"
AUDIENCES: Final = ["gabay-intake", "gabay-casework", "gabay-referrals", "gabay-reporting"]
PAGES: Final = ("/statistics", "/v1/statistics")
PAGES_SUB: Final = "staff-pages"
PASSED_HEADERS: Final = (
    "content-type",
    "content-security-policy",
    "etag",
    "cache-control",
    "gabay-trace",
    "x-content-type-options",
    "content-disposition",
    "location",
    "link",
    "vary",
)


def refuse_production(mode: str) -> None:
    """Exit status 78 in production mode: its tokens say whatever the caller asks for."""
    if mode == "production":
        print("P02  the local issuer gives anybody any role: use the region's identity provider (GABAY_OIDC_ISSUER)", file=sys.stderr)
        raise SystemExit(EXIT_CONFIGURATION)


def signing_key(home: Path) -> ECKey:
    """The key of this installation, made at first use. Readable by its owner only."""
    folder = home / "issuer"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "key.json"
    if not path.exists():
        key = ECKey.generate_key("P-256", {"kid": f"dev-{uuid4()}", "alg": "ES256", "use": "sig"})
        drawn = folder / f"key.{os.getpid()}.new"
        handle = os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(key.as_dict(private=True)))
        try:
            os.link(drawn, path)  # of two callers at once one wins, and both read the winner's
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
    return ECKey.import_key(orjson.loads(path.read_bytes()))


def mint(key: ECKey, *, issuer: str, sub: str, device: str | None = None, step_up: bool = False, acr: str = "gold") -> str:
    """An access token (RFC 9068) of an hour for all four services."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer, "aud": AUDIENCES, "sub": sub, "client_id": "gabay-cli", "iat": now, "exp": now + LIFE,
        "jti": str(uuid4()), "scope": SCOPES,
    }  # fmt: skip
    if device:
        claims["gabay_device"] = device
    if step_up:
        claims |= {"acr": acr, "auth_time": now}
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=["ES256"], default_type=None)


class Issuer:
    """ASGI. Three documents and one passage."""

    def __init__(self, *, issuer: str, key: ECKey, reporting: str) -> None:
        self._issuer, self._key, self._reporting = issuer, key, reporting.rstrip("/")
        discovery = {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks",
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["none"],
            "subject_types_supported": ["public"],
        }
        self._documents = {
            "/.well-known/openid-configuration": orjson.dumps(discovery),
            "/jwks": orjson.dumps({"keys": [key.as_dict(private=False)]}),
            "/health/live": orjson.dumps({"status": "live"}),
            "/health/ready": orjson.dumps({"status": "ready"}),
        }
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            await _reply(send, 405, b"{}", {"allow": "GET, HEAD"})
        elif path in self._documents:
            await _reply(send, 200, self._documents[path], {"content-type": "application/json"})
        elif any(path == each or path.startswith(each + "/") for each in PAGES):
            await self._pass_on(scope, send)
        else:
            await _reply(send, 404, b"{}", {"content-type": "application/json"})

    async def _pass_on(self, scope: Any, send: Any) -> None:
        import httpx  # a sixth of this process's memory, which is spared until somebody asks for a page

        if self._client is None:
            self._client = httpx.AsyncClient(timeout=30, follow_redirects=False, trust_env=False)
        query = scope["query_string"].decode("latin-1")
        token = mint(self._key, issuer=self._issuer, sub=PAGES_SUB)
        languages = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"]
        headers = {"authorization": f"Bearer {token}", "accept-language": languages[0] if languages else "en"}
        address = self._reporting + scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        try:
            answer = await self._client.get(address, headers=headers)
        except httpx.HTTPError:
            text = b"Reporting does not answer. Is the stack up? Try: ./gabay status"
            await _reply(send, 502, text, {"content-type": "text/plain; charset=utf-8"})
            return
        kept = {name: answer.headers[name] for name in PASSED_HEADERS if name in answer.headers}
        await _reply(send, answer.status_code, answer.content, kept)


async def _reply(send: Any, status: int, body: bytes, headers: dict[str, str]) -> None:
    lines = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    lines.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


def main(settings: Settings) -> None:
    """Serve until SIGTERM; blocking."""
    refuse_production(settings.mode)
    telemetry.setup(settings)
    app = Issuer(issuer=settings.oidc_issuer, key=signing_key(settings.home), reporting=settings.reporting_url)
    config = uvicorn.Config(
        app, host=settings.http_host, port=settings.http_port, lifespan="off", access_log=False, log_config=None,
        server_header=False, ws="none",
    )  # fmt: skip
    asyncio.run(_serve(config, settings))


async def _serve(config: uvicorn.Config, settings: Settings) -> None:
    if settings.access_url:
        from shared.http.development import allow_staff_pages

        try:
            await allow_staff_pages(issuer=settings.oidc_issuer, access_dsn=settings.access_url, region=settings.region)
        except Exception as error:
            telemetry.logger().warning("staff_pages_not_allowed", exc_info=error)
    await uvicorn.Server(config).serve()
