"""A file sealed under one key, piece by piece: the keyring's backup, which no other backup may be able to open.

Each piece is length (4 bytes), nonce (12), AES-256-GCM ciphertext; associated data: label, number, whether it is the last.
So a file that was cut, reordered or renamed does not open.
"""

import os
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import Unreadable


def seal_stream(pieces: Iterable[bytes], key: bytes, label: str) -> Iterator[bytes]:
    """The sealed form of `pieces`. key: 32 bytes; label: what the file is called, part of what is authenticated."""
    aead, number = AESGCM(key), 0
    held = b""
    for piece in pieces:
        if held:
            yield _one(aead, held, label, number, last=False)
            number += 1
        held = piece
    yield _one(aead, held, label, number, last=True)


def open_stream(file: IO[bytes], key: bytes, label: str) -> Iterator[bytes]:
    """The pieces of a sealed file. Raises Unreadable: another key, another label, cut or changed."""
    aead, number, last = AESGCM(key), 0, False
    while head := file.read(16):
        length = int.from_bytes(head[:4])
        last, length = bool(length >> 31), length & 0x7FFF_FFFF
        body = file.read(length)
        if len(body) != length:
            last = False
            break
        try:
            yield aead.decrypt(head[4:], body, _about(label, number, last=last))
        except (InvalidTag, ValueError):
            raise Unreadable("the sealed backup does not open: it is another one's key, or the file was changed") from None
        number += 1
        if last:
            break
    if not last or file.read(1):
        raise Unreadable("the sealed backup is cut or has a tail that was not sealed: use another one")


def _one(aead: AESGCM, piece: bytes, label: str, number: int, *, last: bool) -> bytes:
    nonce = os.urandom(12)
    body = aead.encrypt(nonce, piece, _about(label, number, last=last))
    return (len(body) | (last << 31)).to_bytes(4) + nonce + body


def _about(label: str, number: int, *, last: bool) -> bytes:
    return f"gabay-backup:{label}:{number}:{int(last)}".encode()
