"""The keys of the one configured issuer: fetched rarely, bounded, and kept through an outage of the issuer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from shared import telemetry
from shared.errors import Unavailable
from shared.settings import is_near

REFRESH: Final = 600.0
UNKNOWN_KID_EVERY: Final = 60.0
SERVES_THROUGH_OUTAGE: Final = 24 * 3_600.0
SECONDS: Final = 3.0
BYTES: Final = 64 * 1024
KEYS: Final = 20

Fetch = Callable[[str], Awaitable[bytes]]


async def fetch(url: str, ca_file: Path | None = None) -> bytes:
    """GET a small document: no redirects, 3 s in all, 64 KiB at most.

    ca_file: who must have signed the server's certificate; without one, an authority that everybody trusts.
    """
    import ssl

    import httpx

    verify = ssl.create_default_context(cafile=str(ca_file)) if ca_file else True
    client = httpx.AsyncClient(verify=verify, follow_redirects=False, timeout=SECONDS, trust_env=False)
    async with asyncio.timeout(SECONDS), client, client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != 200:
            raise ValueError("not 200")
        body = b""
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > BYTES:
                raise ValueError("too long")
        return body


class Jwks:
    """The pinned key set of an issuer. An unknown `kid` causes at most one fetch a minute, so tokens can't drive traffic."""

    def __init__(self, issuer: str, *, plain_http: bool, get: Fetch = fetch, clock: Callable[[], float] = time.monotonic) -> None:
        parts = urlsplit(issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_near(parts.hostname) and plain_http):
            raise ValueError("GABAY_OIDC_ISSUER is not https: name the identity provider by its https address")
        self._issuer, self._get, self._clock = issuer, get, clock
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = -1e9
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> Key | None:
        """The key of this id, or None. Raises Unavailable if no key set was ever read, or none for 24 hours.

        While somebody asks an issuer that is slow, a known key serves the others at once.
        """
        now = self._clock()
        stale = now - self._fetched > REFRESH
        if kid not in self._keys or (stale and not self._lock.locked()):
            wait = 5.0 if not self._keys or (stale and kid in self._keys) else UNKNOWN_KID_EVERY
            async with self._lock:
                if self._clock() - self._tried >= wait and (kid not in self._keys or self._clock() - self._fetched > REFRESH):
                    await self._refresh()
        if self._clock() - self._fetched > SERVES_THROUGH_OUTAGE:
            raise Unavailable("The issuer", "Is it up? Try: ./gabay status")
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        self._tried = self._clock()
        try:
            discovery = orjson.loads(await self._get(self._issuer.rstrip("/") + "/.well-known/openid-configuration"))
            self._keys = _read(orjson.loads(await self._get(_address(discovery, self._issuer))))
            self._fetched = self._clock()
        except Exception as error:
            # Whatever is wrong over there, the last good set serves on: an outage of the issuer must not log everybody out.
            telemetry.logger().warning("issuer_unreachable", exc_info=error)


def _address(discovery: Any, issuer: str) -> str:
    """Where the keys are: on the issuer's own host, whatever its document says."""
    url = discovery["jwks_uri"]
    if discovery["issuer"] != issuer or not isinstance(url, str) or urlsplit(url)[:2] != urlsplit(issuer)[:2]:
        raise ValueError("the discovery document names another issuer")
    return url


def _read(document: Any) -> dict[str, Key]:
    listed = document["keys"]
    if not isinstance(listed, list) or len(listed) > KEYS:
        raise ValueError("too many keys")
    keys: dict[str, Key] = {}
    for each in listed:
        if each.get("use", "sig") != "sig" or each.get("kty") not in ("EC", "RSA") or not each.get("kid"):
            continue
        public = {k: v for k, v in each.items() if k in ("kty", "kid", "alg", "use", "crv", "x", "y", "n", "e")}
        try:
            keys[each["kid"]] = import_key(public)
        except (JoseError, ValueError, TypeError):
            continue
    if not keys:
        raise ValueError("no usable key")
    return keys
