"""Documents of a release as a page names them. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from services.reporting.documents.name import BULLETIN, FLOW, INDICATORS, file_of, link_of, pack_of
from services.reporting.documents.texts import TEXTS
from services.reporting.pages.text import TEXTS as PAGES
from shared.codes.label import label


class Link(NamedTuple):
    path: str
    """below the release: `packs/PSS/en`"""
    title: str


def links(files: Iterable[str], lang: str) -> list[Link]:
    """Of the documents among the files of a release, those in one language: the bulletin, the flow, the packs."""
    t = TEXTS[lang]
    packs = {pack_of(each): f"{t['pack']} {each}{PAGES[lang]['colon']}{label('SubCommittee', each, lang)}" for each in INDICATORS}
    titles = {file_of(kind, lang): title for kind, title in ({BULLETIN: t["bulletin"], FLOW: t["flow"]} | packs).items()}
    there = set(files)
    return [Link(link_of(file), title) for file, title in titles.items() if file in there]
