"""Ids and versions of commands: the key, the id derived from it, the fingerprint of the request, `If-Match`."""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from starlette.convertors import UUIDConvertor, register_url_convertor

from shared.eventsourcing.ids import derived
from shared.http.problems import Problem

NAMESPACE: Final = UUID("610df7d0-09c4-5576-a1c7-e989f7fdd1ec")  # uuid5(NAMESPACE_URL, "urn:gabay:command")

_KEY: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_VERSION: Final = re.compile(r'"([1-9][0-9]{0,8})"')
_PARAMETER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")


class PathId(UUIDConvertor):
    """An id in a path, as documents write it: starlette's own also takes 32 digits in a row."""

    regex = "-".join(f"[0-9a-fA-F]{{{digits}}}" for digits in (8, 4, 4, 4, 12))


register_url_convertor("uuid", PathId())

IfMatch = int | Literal["*"] | None


def read_key(value: str | None) -> str:
    """An Idempotency-Key, bare or quoted: a UUID v4 or v7, in lower case."""
    if value is None:
        raise Problem("idempotency-key-missing")
    key = value.strip()
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    key = key.lower()
    if not _KEY.fullmatch(key):
        raise Problem("idempotency-key-invalid")
    return key


def read_if_match(value: str | None) -> IfMatch:
    """`"<n>"` or `*`; None if the header is missing. A weak or foreign tag is `malformed-request`."""
    if value is None:
        return None
    text = value.strip()
    if text == "*":
        return "*"
    if found := _VERSION.fullmatch(text):
        return int(found[1])
    raise Problem("malformed-request", where="if-match")


def public_path(path: str) -> str:
    """A declared path as documents name it: no converters, and a stream's own id, which comes first, is `{id}`."""
    first = True

    def name(found: re.Match[str]) -> str:
        nonlocal first
        text, first = ("{id}" if first and found[2] == "uuid" else "{" + found[1] + "}"), False
        return text

    return _PARAMETER.sub(name, path)


def command_id(principal: str, route: str, key: str) -> UUID:
    """The id under which a command is known for ever. route: `POST /v1/clients/{id}/consents`; key: as of `read_key`."""
    return derived(NAMESPACE, f"{principal}\n{route}\n{key}")


class Fingerprints:
    """HMACs of requests, so that a key sent again with another request is noticed without storing any request.

    keys: GABAY_FINGERPRINT_KEYS, one per calendar year. A year whose key is gone is answered without comparison.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise ValueError("GABAY_FINGERPRINT_KEYS holds no key: set it, e.g. 2026:<base64 of 32 bytes>")
        self._keys = dict(keys)

    def of(self, request: bytes, now: datetime) -> dict[str, Any]:
        """{"k": generation, "h": first 16 bytes of the HMAC, base64}."""
        year = now.year if now.year in self._keys else max(self._keys)
        return {"k": year, "h": self._mac(year, request)}

    def same(self, request: bytes) -> Callable[[Mapping[str, Any]], bool]:
        """Compares a stored fingerprint with this request."""

        def compare(stored: Mapping[str, Any]) -> bool:
            year = stored.get("k")
            if not isinstance(year, int) or year not in self._keys:
                return True
            return hmac.compare_digest(str(stored.get("h", "")), self._mac(year, request))

        return compare

    def _mac(self, year: int, request: bytes) -> str:
        return base64.b64encode(hmac.digest(self._keys[year], request, "sha256")[:16]).decode()


def request_text(route: str, parameters: Mapping[str, Any], body: Any) -> bytes:
    """What a fingerprint covers: the route, the path's parameters, the body without `search_token`, keys sorted."""
    if type(body) is dict and "search_token" in body:
        body = {name: value for name, value in body.items() if name != "search_token"}
    values = "\n".join(map(str, parameters.values()))
    return f"{route}\0{values}\0".encode() + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def utc_now() -> datetime:
    return datetime.now(UTC)
