"""What documents are called, as files of a release and as its resources. Pure."""

from collections.abc import Mapping, Sequence

INDICATORS: Mapping[str, Sequence[int]] = {
    "IERNA": (3, 7, 23, 32),
    "PSS": (19, 20, 21, 22, 24, 25, 26, 27, 28, 34, 37, 38, 39, 40),
    "ESIP": (14, 15, 32, 33),
    "MDI": (8, 9, 10, 11, 12, 13, 16, 17, 18, 35, 36),
}
"""Sub-committee -> the indicators of its pack; 29 is internal and goes to none."""

BULLETIN, FLOW = "bulletin", "flow"


def pack_of(sub_committee: str) -> str:
    return f"pack-{sub_committee}"


def file_of(kind: str, lang: str) -> str:
    """As the ledger keeps it: `bulletin.fil.pdf`, `pack-PSS.en.pdf`, `flow.fr.pdf`."""
    return f"{kind}.{lang}.pdf"


def link_of(file: str) -> str:
    """Its resource below the release, `packs/PSS/en`; empty for a file that is no document."""
    kind, _, rest = file.partition(".")
    lang, _, end = rest.partition(".")
    if end != "pdf":
        return ""
    return f"packs/{kind.removeprefix('pack-')}/{lang}" if kind.startswith("pack-") else f"{kind}/{lang}"
