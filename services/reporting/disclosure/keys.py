"""Record keys: derived, not drawn, so that a rebuild or a restored backup gives the same keys (section 8). Pure.

Nothing about a person outlives an erasure in them: a key is made of an id, a kind and a secret whenever it is needed.
"""

import hashlib
import hmac
from typing import Literal
from uuid import UUID

Kind = Literal["person", "fact", "household", "group"]


def record_key(seed: bytes, kind: Kind, of: UUID, row: int | None = None) -> int:
    """31 bits. of: canonical client, event or household; row: of an observed group (its number in the event)."""
    told = kind.encode() + b"\0" + of.bytes + (b"" if row is None else row.to_bytes(4, "big"))
    return int.from_bytes(hmac.new(seed, told, hashlib.sha256).digest()[:4], "big") & 0x7FFFFFFF


def pads(seed: bytes) -> tuple[bytes, bytes]:
    """Inner and outer block of HMAC-SHA256, so that a database can finish it with sha256 alone and never sees the seed."""
    block = hashlib.sha256(seed).digest() if len(seed) > 64 else seed
    block = block.ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
