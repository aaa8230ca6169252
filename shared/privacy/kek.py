"""Key-encryption keys: what wraps a subject's keys. One per class; a service holds those of its own classes only."""

import os
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import Unavailable
from shared.privacy.classes import FieldClass


class Keks(Protocol):
    """What wraps and unwraps: files here, OpenBao's transit engine in `transit.py`, both at once in `two_keepers.py`."""

    def classes(self) -> frozenset[FieldClass]:
        """The classes whose keys can be opened here."""
        ...

    async def newest(self, which: FieldClass) -> int:
        """The version under which a class is wrapped now."""
        ...

    async def wrap(self, keys: Sequence[tuple[FieldClass, UUID, bytes]]) -> list[tuple[int, bytes]]:
        """(class, key id, key) -> (KEK version, wrapped key), under the newest version."""
        ...

    async def unwrap(self, keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[bytes]:
        """(class, key id, KEK version, wrapped key) -> key. Raises Unavailable if a version is not to be had."""
        ...

    async def rewrap(self, keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[tuple[int, bytes]]:
        """The same keys under the newest version, as `wrap` returns them. Raises Unavailable as `unwrap` does."""
        ...


class FileKeks:
    """KEKs from settings (files of mode 0600): AES-256-GCM, the key id as associated data, so that rows can't swap."""

    def __init__(self, keks: Mapping[FieldClass, Sequence[tuple[int, bytes]]]) -> None:
        """keks: class -> (version, 32 bytes), first the one to wrap with: normally the newest. While a new version is being
        handed out it stands second, so that everybody can open what it wraps before anybody wraps with it.
        """
        self._newest = {which: versions[0][0] for which, versions in keks.items()}
        self._aead = {(which, v): AESGCM(key) for which, versions in keks.items() for v, key in versions}

    def classes(self) -> frozenset[FieldClass]:
        return frozenset(self._newest)

    def holds(self, which: FieldClass, version: int) -> bool:
        """Whether this version of a class is here."""
        return (which, version) in self._aead

    async def newest(self, which: FieldClass) -> int:
        return self._newest[which]

    async def wrap(self, keys: Sequence[tuple[FieldClass, UUID, bytes]]) -> list[tuple[int, bytes]]:
        out = []
        for which, key_id, key in keys:
            version, nonce = self._newest[which], os.urandom(12)
            out.append((version, nonce + self._aead[which, version].encrypt(nonce, key, key_id.bytes)))
        return out

    async def unwrap(self, keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[bytes]:
        try:
            return [
                self._aead[which, version].decrypt(wrapped[:12], wrapped[12:], key_id.bytes) for which, key_id, version, wrapped in keys
            ]
        except (KeyError, InvalidTag) as error:
            # A missing KEK must never read as "erased": the data is there, the operator's key is not.
            raise Unavailable("The key-encryption key", "Set the version that wrapped these keys: GABAY_KEK_*") from error

    async def rewrap(self, keys: Sequence[tuple[FieldClass, UUID, int, bytes]]) -> list[tuple[int, bytes]]:
        return await self.wrap([(which, key_id, key) for (which, key_id, _, _), key in zip(keys, await self.unwrap(keys), strict=True)])
