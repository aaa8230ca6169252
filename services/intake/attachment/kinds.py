"""What may be attached, told by its first bytes and by nothing that a sender claims (http chapter, section 11). Pure."""

from typing import Final

PDF, PNG, JPEG, WEBP, MP3, M4A = "application/pdf", "image/png", "image/jpeg", "image/webp", "audio/mpeg", "audio/mp4"

SUFFIX: Final = {PDF: "pdf", PNG: "png", JPEG: "jpg", WEBP: "webp", MP3: "mp3", M4A: "m4a"}
"""Every media type that is taken, and how its files are named."""

_AUDIO: Final = frozenset({b"M4A ", b"M4B ", b"mp42", b"isom", b"iso2"})


def kind_of(content: bytes) -> str | None:
    """The media type; None for what is not taken.

    Sources: ISO 32000-2, 7.5.2 (PDF); PNG 3rd edition, 5.2; ITU-T T.81, B.1.1 (JPEG); RFC 9649 (WebP); ISO/IEC 11172-3, 2.4.1
    and ID3v2 (MP3); ISO/IEC 14496-12, 4.3 (M4A).
    """
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _AUDIO:
        return M4A
    # Eleven set bits, then not the reserved version, layer III.
    frame = len(content) > 1 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2 and content[1] & 0x18 != 0x08
    return MP3 if content.startswith(b"ID3") or frame else None
