"""What may be attached is told by its first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.attachment.kinds import SUFFIX, kind_of

FILES = {
    b"%PDF-1.7\n": "application/pdf",
    b"\x89PNG\r\n\x1a\n\0\0": "image/png",
    b"\xff\xd8\xff\xe0\0\x10JFIF": "image/jpeg",
    b"RIFF\x24\0\0\0WEBPVP8 ": "image/webp",
    b"ID3\x04\0\0": "audio/mpeg",
    b"\xff\xfb\x90\x64": "audio/mpeg",
    b"\0\0\0\x20ftypM4A \0\0": "audio/mp4",
}


@pytest.mark.parametrize(("content", "kind"), FILES.items())
def test_each_kind_is_known_by_its_first_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"", b"MZ\x90\0", b"<html><script>", b"<svg xmlns=", b"PK\x03\x04", b"RIFF\x24\0\0\0WAVE", b"\0\0\0\x20ftypqt  ",
        b"\xff\xf1\x50", b" %PDF-",
    ],
    ids=["empty", "program", "page", "svg", "zip", "wave", "video", "aac", "pdf behind a blank"],
)  # fmt: skip
def test_nothing_else_is_taken(content: bytes) -> None:
    assert kind_of(content) is None


@given(st.binary(max_size=64))
def test_any_bytes_have_a_known_kind_or_none(content: bytes) -> None:
    assert kind_of(content) in {*SUFFIX, None}
