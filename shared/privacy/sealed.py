"""Sealing: an event's sealed members become one blob per class; a blob opens only where it belongs.

Blob (base64 on the wire): algorithm byte 1, key id (16 bytes), nonce (12), AES-256-GCM ciphertext with tag.
Associated data: subject, stream, event id, event name (without major), class; so a blob moved to another subject,
stream, event or class does not open. One whose key id is no longer there reads as ERASED.
"""

import os
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag

from shared.errors import Unreadable
from shared.privacy.classes import ERASED, Erased, FieldClass
from shared.privacy.keyring import Keyring, SubjectKey

ALGORITHM = b"\x01"
HEAD = 1 + 16 + 12


class SealedItem(NamedTuple):
    """A blob and where it belongs. event_type: kebab-case name without major; blob: base64 text."""

    subject: UUID
    stream: UUID
    event_id: UUID
    event_type: str
    which: FieldClass
    blob: str


def seal(key: SubjectKey, plaintext: bytes, subject: UUID, stream: UUID, event_id: UUID, event_type: str, which: FieldClass) -> str:
    """Seal one class of one event; returns base64 text."""
    nonce = os.urandom(12)
    sealed = key.aead.encrypt(nonce, plaintext, associated_data(subject, stream, event_id, event_type, which))
    return b64encode(ALGORITHM + key.key_id.bytes + nonce + sealed).decode("ascii")


def open_blob(key: SubjectKey | None, item: SealedItem) -> bytes | Erased:
    """The plaintext (JSON), or ERASED if the key that sealed it is gone. Raises Unreadable for a blob out of place."""
    try:
        raw = a2b_base64(item.blob, strict_mode=True)
    except ValueError as error:
        raise Unreadable(f"sealed {item.which} of event {item.event_id} is not base64") from error
    if raw[:1] != ALGORITHM or len(raw) < HEAD + 16:
        raise Unreadable(f"sealed {item.which} of event {item.event_id} has an unknown form: upgrade this reader")
    if key is None or raw[1:17] != key.key_id.bytes:
        return ERASED
    try:
        belongs = associated_data(item.subject, item.stream, item.event_id, item.event_type, item.which)
        return key.aead.decrypt(raw[17:HEAD], raw[HEAD:], belongs)
    except InvalidTag as error:
        raise Unreadable(f"sealed {item.which} of event {item.event_id} was altered or moved") from error


def associated_data(subject: UUID, stream: UUID, event_id: UUID, event_type: str, which: FieldClass) -> bytes:
    """What ties a blob to its place. event_type: kebab-case name without major."""
    return b"".join((subject.bytes, stream.bytes, event_id.bytes, event_type.encode(), b"\0", which.encode()))


class Sealer:
    """Opens blobs in bulk with one trip to the keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    async def open_many(self, items: Sequence[SealedItem]) -> list[bytes | Erased]:
        """Plaintexts in the order of the items. Raises Unavailable; Unreadable if one blob is altered or misplaced."""
        keys = await self.keyring.for_opening({(item.subject, item.which) for item in items})
        return [open_blob(keys.get((item.subject, item.which)), item) for item in items]
