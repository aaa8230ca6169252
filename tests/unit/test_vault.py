"""A sealed backup opens whole, under its own key and name, or not at all."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unreadable
from shared.privacy.vault import open_stream, seal_stream

KEY, OTHER = bytes(range(32)), bytes(32)


def sealed(pieces: list[bytes], label: str = "one") -> bytes:
    return b"".join(seal_stream(pieces, KEY, label))


def opened(data: bytes, key: bytes = KEY, label: str = "one") -> bytes:
    return b"".join(open_stream(io.BytesIO(data), key, label))


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5))
def test_what_was_sealed_opens(pieces: list[bytes]) -> None:
    assert opened(sealed(pieces)) == b"".join(pieces)


@given(st.integers(min_value=0, max_value=10_000))
def test_a_changed_byte_is_noticed(at: int) -> None:
    data = bytearray(sealed([b"first piece", b"second piece"]))
    data[at % len(data)] ^= 1
    with pytest.raises(Unreadable):
        opened(bytes(data))


@pytest.mark.parametrize(("key", "label"), [(OTHER, "one"), (KEY, "another")])
def test_another_key_or_name_does_not_open_it(key: bytes, label: str) -> None:
    with pytest.raises(Unreadable):
        opened(sealed([b"keys"]), key, label)


@pytest.mark.parametrize("cut", [1, 20, 45])
def test_a_cut_file_does_not_open(cut: int) -> None:
    with pytest.raises(Unreadable):
        opened(sealed([b"first piece", b"second piece"])[:-cut])


def test_a_tail_that_was_not_sealed_is_noticed() -> None:
    with pytest.raises(Unreadable):
        opened(sealed([b"keys"]) + b"x")
