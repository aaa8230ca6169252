"""Bearer tokens: OIDC access tokens (RFC 9068), checked in the order of the http chapter, section 8.

All refusals look alike (401 `unauthenticated`): who tries tokens must not learn which check stopped one. The reason goes
to a metric and to the log.
"""

import base64
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from shared import telemetry
from shared.http.jwks import Jwks
from shared.http.problems import Problem

HEADER_LENGTH: Final = 8 * 1024
LEEWAY: Final = 60
LONGEST_LIFE: Final = 3_600
CACHED_SECONDS: Final = 60.0
CACHED_TOKENS: Final = 10_000
SCOPES: Final = frozenset({"gabay:read", "gabay:write", "statistics:read", "gabay:privacy", "gabay:admin"})

_COMPACT: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KID: Final = re.compile(r"[A-Za-z0-9_.:=+-]{1,128}")
_KEY_TYPE: Final = {"ES": "EC", "PS": "RSA", "RS": "RSA"}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a verified token says, and nothing that we decide: roles and centres are ours (`grants`)."""

    iss: str
    sub: str
    client: str
    scopes: frozenset[str]
    device: str | None
    acr: str
    auth_time: int
    expires: int

    @property
    def principal(self) -> str:
        """Who owns idempotency keys: a device keeps its queue through a change of user."""
        return f"device:{self.device}" if self.device else f"user:{self.iss}|{self.sub}"


class Tokens:
    """Verifies tokens of the one configured issuer for one audience; remembers verdicts of good ones for a minute."""

    def __init__(self, jwks: Jwks, *, issuer: str, audience: str, algorithms: Sequence[str]) -> None:
        if bad := [name for name in algorithms if name[:2] not in _KEY_TYPE]:
            raise ValueError(f"algorithm {bad[0]} is not allowed for tokens: use ES256, PS256 or RS256")
        self._jwks, self._issuer, self._audience = jwks, issuer, audience
        self._algorithms = frozenset(algorithms)
        self._known: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    def remembered(self, token: bytes) -> Identity | None:
        """The verdict on a token that was verified within the last minute and has not expired."""
        hit = self._known.get(hashlib.sha256(token).digest())
        return hit[1] if hit and time.time() < hit[0] else None

    async def verify(self, token: bytes) -> Identity:
        """The identity of a token, or Problem `unauthenticated`."""
        if known := self.remembered(token):
            return known
        header = _header(token)
        if header["alg"] not in self._algorithms:
            raise refused("algorithm")
        key = await self._jwks.key(header["kid"])
        claims = _verified(token, header, key)
        identity = self._identity(claims, time.time())
        self._known[hashlib.sha256(token).digest()] = (min(time.time() + CACHED_SECONDS, identity.expires), identity)
        if len(self._known) > CACHED_TOKENS:
            self._known.popitem(last=False)
        return identity

    def _identity(self, claims: Mapping[str, Any], now: float) -> Identity:
        if claims.get("iss") != self._issuer:
            raise refused("issuer")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise refused("audience")
        times = [claims.get(name) for name in ("exp", "iat")]
        not_before = claims.get("nbf", times[1])
        if not all(_is_time(value) for value in (*times, not_before)):
            raise refused("times")
        expires, issued = times
        assert expires is not None
        assert issued is not None
        if expires <= now - LEEWAY or not_before > now + LEEWAY or issued > now + LEEWAY:
            raise refused("expired")
        if expires - issued > LONGEST_LIFE:
            raise refused("lifetime")
        sub, client = claims.get("sub"), claims.get("client_id") or claims.get("azp")
        device, auth_time = claims.get("gabay_device"), claims.get("auth_time", 0)
        # A line break in any of them could make one principal read like another in the derivation of a command id.
        if not (_is_name(sub) and _is_name(client) and (device is None or _is_name(device))):
            raise refused("subject")
        scope = claims.get("scope", "")
        return Identity(
            iss=self._issuer,
            sub=str(sub),
            client=str(client),
            scopes=frozenset(scope.split()) & SCOPES if isinstance(scope, str) else frozenset(),
            device=device,
            acr=str(claims.get("acr", "")),
            auth_time=int(auth_time) if _is_time(auth_time) else 0,
            expires=int(expires),
        )


def bearer(authorization: str | None) -> bytes:
    """The token of an Authorization header. Its length is checked before anything is parsed."""
    if authorization is None or len(authorization) > HEADER_LENGTH:
        raise refused("missing" if authorization is None else "length")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not _COMPACT.fullmatch(raw := token.strip().encode("latin-1", "replace")):
        raise refused("form")
    return raw


def refused(reason: str) -> Problem:
    """401, the same for every reason; the reason is counted and logged."""
    telemetry.AUTHN_FAILED.add(1, {"reason": reason})
    telemetry.logger().warning("sec_token_refused", reason=reason)
    return Problem("unauthenticated")


def _header(token: bytes) -> dict[str, str]:
    """The JOSE header: exactly `alg`, `kid` and `typ`. joserfc lets `jku`, `jwk`, `x5u` and a missing `kid` pass."""
    part = token.split(b".", 1)[0]
    try:
        header = orjson.loads(base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except ValueError:
        raise refused("header") from None
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
        raise refused("header")
    if not all(isinstance(value, str) for value in header.values()):
        raise refused("header")
    if header["typ"].lower().removeprefix("application/") != "at+jwt":
        raise refused("type")
    if not _KID.fullmatch(header["kid"]):
        raise refused("key")
    return header


def _verified(token: bytes, header: Mapping[str, str], key: Key | None) -> dict[str, Any]:
    alg = header["alg"]
    if key is None or key.key_type != _KEY_TYPE[alg[:2]] or key.dict_value.get("alg", alg) != alg:
        raise refused("key")
    try:
        claims = orjson.loads(jws.deserialize_compact(token, key, [alg]).payload)
    except (JoseError, ValueError):
        raise refused("signature") from None
    if not isinstance(claims, dict):
        raise refused("claims")
    return claims


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()
