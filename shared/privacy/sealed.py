"""Sealing: an event's sealed members become one blob per class; a blob opens only where it belongs.

Blob (base64 on the wire): algorithm byte, key id (16 bytes), nonce (12), ciphertext with tag (16). Algorithm 1 is AES-256-GCM, by which
everything is sealed; 2 is ChaCha20-Poly1305, which everybody can open, so that a release may change to it when 1 is broken.
Associated data: subject, stream, event id, event name (without major), class; so a blob moved to another subject,
stream, event or class does not open. One whose key id is no longer there reads as ERASED.
"""

import asyncio
import os
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import Unreadable
from shared.privacy.classes import ERASED, Erased, FieldClass
from shared.privacy.keyring import Keyring, SubjectKey

ALGORITHM = b"\x01"
CHACHA20 = b"\x02"
ALGORITHMS = frozenset({ALGORITHM, CHACHA20})
HEAD = 1 + 16 + 12


class SealedItem(NamedTuple):
    """A blob and where it belongs. event_type: kebab-case name without major; blob: base64 text."""

    subject: UUID
    stream: UUID
    event_id: UUID
    event_type: str
    which: FieldClass
    blob: str


def seal(
    key: SubjectKey,
    plaintext: bytes,
    subject: UUID,
    stream: UUID,
    event_id: UUID,
    event_type: str,
    which: FieldClass,
    *,
    algorithm: bytes = ALGORITHM,
) -> str:
    """Seal one class of one event; returns base64 text."""
    belongs = associated_data(subject, stream, event_id, event_type, which)
    return b64encode(seal_raw(key, plaintext, belongs, algorithm=algorithm)).decode("ascii")


def seal_raw(key: SubjectKey, plaintext: bytes, belongs: bytes, *, algorithm: bytes = ALGORITHM) -> bytes:
    """A blob as bytes. belongs: its associated data."""
    nonce = os.urandom(12)
    return b"".join((algorithm, key.key_id.bytes, nonce, _cipher(key, algorithm).encrypt(nonce, plaintext, belongs)))


def open_blob(key: SubjectKey | None, item: SealedItem) -> bytes | Erased:
    """The plaintext (JSON), or ERASED if the key that sealed it is gone. Raises Unreadable for a blob out of place."""
    what = f"sealed {item.which} of event {item.event_id}"
    try:
        raw = a2b_base64(item.blob, strict_mode=True)
    except ValueError as error:
        raise Unreadable(f"{what} is not base64") from error
    return open_raw(key, raw, associated_data(item.subject, item.stream, item.event_id, item.event_type, item.which), what)


def open_raw(key: SubjectKey | None, raw: bytes, belongs: bytes, what: str) -> bytes | Erased:
    """The same of a blob as bytes. what: how an error names it."""
    if raw[:1] not in ALGORITHMS or len(raw) < HEAD + 16:
        raise Unreadable(f"{what} has an unknown form: upgrade this reader")
    if key is None or raw[1:17] != key.key_id.bytes:
        return ERASED
    try:
        return _cipher(key, raw[:1]).decrypt(raw[17:HEAD], raw[HEAD:], belongs)
    except InvalidTag as error:
        raise Unreadable(f"{what} was altered or moved") from error


def _cipher(key: SubjectKey, algorithm: bytes) -> AESGCM | ChaCha20Poly1305:
    """One key, another cipher: the key of the second is derived, so that no two ciphers ever share one."""
    if algorithm == ALGORITHM:
        return key.aead
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), 32, None, b"gabay:chacha20-poly1305").derive(key.key))


def associated_data(subject: UUID, stream: UUID, event_id: UUID, event_type: str, which: FieldClass) -> bytes:
    """What ties a blob to its place. event_type: kebab-case name without major."""
    return b"".join((subject.bytes, stream.bytes, event_id.bytes, event_type.encode(), b"\0", which.encode()))


class Sealer:
    """Opens blobs in bulk with one trip to the keyring."""

    AT_ONCE = 200  # before the loop has its turn: a millisecond

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    async def open_many(self, items: Sequence[SealedItem]) -> list[bytes | Erased]:
        """Plaintexts in the order of the items. Raises Unavailable; Unreadable if one blob is altered or misplaced."""
        keys = await self.keyring.for_opening({(item.subject, item.which) for item in items})
        opened: list[bytes | Erased] = []
        for start in range(0, len(items), self.AT_ONCE):
            if start:
                await asyncio.sleep(0)
            opened += [open_blob(keys.get((item.subject, item.which)), item) for item in items[start : start + self.AT_ONCE]]
        # Sealed under another key than the one that is held here: perhaps a consent was given again since that one was fetched.
        others = [n for n, item in enumerate(items) if opened[n] is ERASED and (item.subject, item.which) in keys]
        if others:
            keys = await self.keyring.for_opening({(items[n].subject, items[n].which) for n in others}, anew=True)
            for n in others:
                opened[n] = open_blob(keys.get((items[n].subject, items[n].which)), items[n])
        return opened
