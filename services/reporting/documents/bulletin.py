"""The bulletin of a quarter or a year: four pages (statistics chapter, section 13). Pure."""

from collections.abc import Iterator, Sequence

from services.reporting.documents.content import Block, Page, block
from services.reporting.documents.keyfigures import compared, findings, keys
from services.reporting.documents.sheet import Document, Sheet, coverage, facts
from services.reporting.pages.charts import View, views
from services.reporting.pages.released import Released
from services.reporting.pages.words import day, period

Place = Sequence[str]
"""Ways to fill one place: table, rows, columns. The first table of the period that is there, else the newest of any."""

PAGES: Sequence[tuple[str, int, Sequence[Place]]] = (
    ("p_clients", 8, (("I01B REF_AREA SEX", "I01C REF_AREA SEX"), ("I01B AGE SEX",), ("I01C TYPE SEX",), ("I01D NAT SEX",))),
    ("p_journeys", 8, (("I09A REF_AREA SEX", "I09C REF_AREA"), ("I10A REF_AREA SEX", "I10C REF_AREA SEX"), ("I11A COUNTRY MEASURE",),
                       ("I09B COUNTRY SEX", "I07A COUNTRY SEX"))),
    ("p_help", 4, (("I30A SERVICE MEASURE", "I30B SUBC SEX"), ("I03B TOPIC", "I03C"), ("I37A", "I37B"), ("I32A",), ("I40A", "I40B"))),
)  # fmt: skip
"""Title of a page, most rows of a table on it, its places."""


def bulletin(sheet: Sheet) -> Document:
    """p1 figures and findings; p2 clients; p3 departures and returns; p4 services, method, chain id."""
    t, lang = sheet.texts, sheet.lang
    pages, used, found = [], [], keys(sheet)
    for title, most, places in PAGES:
        blocks: list[Block] = []
        for place in places:
            for table, view in _ways(sheet, place):
                if made := block(table, view, most):
                    blocks.append(made)
                    used.append(table)
                    break
        pages.append(Page(t[title], blocks))
    return Document(
        kind="bulletin", lang=lang, region=sheet.region[lang], title=t["bulletin"], period=period(sheet.period, lang),
        release=sheet.release, issued=day(sheet.issued, lang), keys=found, compared=compared(sheet, found), findings=findings(sheet),
        pages=pages, coverage=coverage(sheet), methods=methods(used), facts=facts(sheet), words=t,
    )  # fmt: skip


def methods(tables: Sequence[Released]) -> list[tuple[str, str]]:
    """What each table counts, said once for each text."""
    found: dict[str, list[str]] = {}
    for table in tables:
        found.setdefault(table.method, []).append(table.name)
    return [(", ".join(dict.fromkeys(names)), method) for method, names in found.items()]


def _ways(sheet: Sheet, place: Place) -> Iterator[tuple[Released, View]]:
    """The ways that can be gone, the best first."""
    split = [(*each.split(), "", "")[:3] for each in place]
    for find in (lambda name: sheet.shelf.table(name, sheet.period), sheet.shelf.latest):
        for name, rows, columns in split:
            if (found := find(name)) and (shown := views(found)):
                yield found, View(rows, columns) if rows else shown[0]
