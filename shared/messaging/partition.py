"""Which partition a key belongs to: Kafka's own hash, so that every producer in the world agrees."""

from functools import lru_cache
from struct import Struct

_MASK = 0xFFFFFFFF
_NINE = Struct("<9I").unpack


def murmur2(key: bytes) -> int:
    """Kafka's 32-bit murmur2 of a key."""
    size = len(key)
    # Stream ids are 36 bytes, nine words, without a rest; anything else takes the general way.
    words = _NINE(key) if size == 36 else tuple(int.from_bytes(key[i : i + 4], "little") for i in range(0, size & ~3, 4))
    h = (0x9747B28C ^ size) & _MASK
    for k in words:
        k = k * 0x5BD1E995 & _MASK
        k = (k ^ k >> 24) * 0x5BD1E995 & _MASK
        h = (h * 0x5BD1E995 & _MASK) ^ k
    if rest := size & 3:
        h ^= int.from_bytes(key[-rest:], "little")
        h = h * 0x5BD1E995 & _MASK
    h = (h ^ h >> 13) * 0x5BD1E995 & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=16_384)  # 3 MB; a stream's facts come close together, so its partition is computed about once
def partition_of(key: bytes, partitions: int) -> int:
    """The partition that Kafka's default partitioner chooses."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
