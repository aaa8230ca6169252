"""Keys that an agreement grants, and what they open. By default an integrator holds none."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from .fact import Fact

_HEAD = 1 + 16 + 12


class Altered(ValueError):
    """A blob that was altered, or moved from another event, subject or class."""


class Key(NamedTuple):
    """A subject's key of one class. key_id: as the blobs name it; key: 32 bytes."""

    key_id: UUID
    key: bytes


class Keys:
    """Granted keys by subject and class."""

    def __init__(self, keys: Mapping[tuple[str, str], Key]) -> None:
        self._keys = dict(keys)

    @classmethod
    def load(cls, path: str | Path) -> Keys:
        """A file of lines {"subject_id", "class", "key_id", "key": base64}."""
        found = {}
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip():
                each = json.loads(line)
                found[each["subject_id"], each["class"]] = Key(UUID(each["key_id"]), base64.b64decode(each["key"], validate=True))
        return cls(found)

    def forget(self, subject: str) -> None:
        """Drop a person's keys: on `client-erased`, with your copy of what they opened."""
        self._keys = {slot: key for slot, key in self._keys.items() if slot[0] != subject}

    def open(self, fact: Fact, which: str, *, subject: str = "") -> dict[str, Any] | None:
        """What a sealed class of a fact holds; None without a blob or without its key.

        subject: whose key seals it, where the schema says so (`x-gabay-class`); default: the person of the context, for a
        packet the stream. Raises Altered.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        owner = subject or (fact.stream if which == "packet" else fact.subject)
        key, blob = self._keys.get((owner, which)), fact.sealed.get(which)
        if key is None or blob is None:
            return None
        try:
            raw = base64.b64decode(blob, validate=True)
        except binascii.Error:
            raise Altered(f"{which} of {fact.id} is not base64") from None
        if raw[:1] != b"\x01" or len(raw) < _HEAD + 16:
            raise Altered(f"{which} of {fact.id} has a form that this release does not know")
        if raw[1:17] != key.key_id.bytes:
            return None
        belongs = b"".join((UUID(owner).bytes, UUID(fact.stream).bytes, UUID(fact.id).bytes, fact.name.encode(), b"\0", which.encode()))
        try:
            plain = AESGCM(key.key).decrypt(raw[17:_HEAD], raw[_HEAD:], belongs)
        except InvalidTag:
            raise Altered(f"{which} of {fact.id} was altered or moved") from None
        found: dict[str, Any] = json.loads(plain)
        return found
