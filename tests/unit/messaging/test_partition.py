"""The partition of a key is the one that every other producer would choose."""

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.partition import murmur2, partition_of


@given(st.binary(max_size=80))
def test_the_hash_is_kafkas(key: bytes) -> None:
    assert murmur2(key) == reference(key) & 0xFFFFFFFF


@given(st.uuids(), st.integers(1, 60))
def test_the_partition_is_the_default_partitioners(stream: object, partitions: int) -> None:
    key = str(stream).encode()
    assert partition_of(key, partitions) == DefaultPartitioner()(key, list(range(partitions)), list(range(partitions)))
