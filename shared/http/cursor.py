"""Opaque, signed positions in a list: base64url of (sort key, filter hash, generation) and 16 bytes of HMAC."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from shared.http.problems import Problem

_MAC: Final = 16
_LONGEST: Final = 2_048


class Cursors:
    """Makes and reads cursors. key: GABAY_CURSOR_KEY; a cursor of another list, filter or caller does not read."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, position: Sequence[Any], *, bound_to: str, generation: int = 1) -> str:
        """position: sort key of the last row shown (JSON values). bound_to: list, filter and principal as one text."""
        payload = orjson.dumps([list(position), _digest(bound_to), generation])
        return base64.urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()

    def read(self, cursor: str, *, bound_to: str, generation: int = 1) -> list[Any]:
        """The position, or Problem `cursor-invalid` (tampered, foreign), `cursor-expired` (another generation)."""
        try:
            position, digest, made_in = orjson.loads(_open(cursor, self._mac))
        except ValueError:
            raise Problem("cursor-invalid") from None
        if digest != _digest(bound_to):
            raise Problem("cursor-invalid")
        if made_in != generation:
            raise Problem("cursor-expired")
        return list(position)

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, b"cursor\0" + payload, "sha256")[:_MAC]


def _open(text: str, mac: Callable[[bytes], bytes]) -> bytes:
    """The payload of a signed text; ValueError for whatever we did not write."""
    if len(text) > _LONGEST:
        raise ValueError
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    payload, signature = raw[:-_MAC], raw[-_MAC:]
    if not hmac.compare_digest(signature, mac(payload)):
        raise ValueError
    return payload


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class SearchTokens:
    """Proof that a duplicate search was made: 15 minutes, bound to the principal and the normalised query."""

    def __init__(self, key: bytes, seconds: int = 900) -> None:
        self._key, self._seconds = key, seconds

    def write(self, *, principal: str, query: str, hits: int, now: float) -> str:
        payload = orjson.dumps([int(now), hits, _digest(query)])
        return base64.urlsafe_b64encode(payload + self._mac(principal, payload)).rstrip(b"=").decode()

    def read(self, token: str, *, principal: str, now: float) -> tuple[int, str] | None:
        """(hits, digest of the query), or None: then the registration is searched on arrival."""
        try:
            made, hits, digest = orjson.loads(_open(token, lambda payload: self._mac(principal, payload)))
        except ValueError:
            return None
        return (hits, digest) if 0 <= now - made <= self._seconds else None

    def _mac(self, principal: str, payload: bytes) -> bytes:
        return hmac.digest(self._key, b"search\0" + principal.encode() + b"\0" + payload, "sha256")[:_MAC]


def query_digest(query: str) -> str:
    """What `SearchTokens.read` gives back for this normalised query."""
    return _digest(query)
