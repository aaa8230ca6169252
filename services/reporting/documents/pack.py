"""What a sub-committee gets of a release: what changed, its tables, its targets (statistics chapter, section 13). Pure."""

from collections.abc import Iterable, Sequence

from services.reporting.documents.bulletin import methods
from services.reporting.documents.content import Block, Page, Table, block, told
from services.reporting.documents.keyfigures import NONE, key
from services.reporting.documents.name import INDICATORS
from services.reporting.documents.sheet import Document, Sheet, coverage, facts
from services.reporting.documents.shelf import SHARE, main_measure
from services.reporting.pages.charts import views
from services.reporting.pages.released import Released
from services.reporting.pages.text import TEXTS
from services.reporting.pages.words import day, period
from shared.codes.label import label

ROWS = 5


def pack(sheet: Sheet, sub_committee: str) -> Document | None:
    """Two or three pages; None where no table of its indicators has been released yet."""
    t, lang = sheet.texts, sheet.lang
    tables = sheet.shelf.of(INDICATORS[sub_committee])
    if not tables:
        return None
    blocks = [made for table in _one_each(tables) for view in views(table)[:1] if (made := block(table, view, ROWS))]
    summary = Block(t["against_year"], t["changed_how"], "", Table(_head(sheet), _changes(sheet, tables)))
    return Document(
        kind="pack", lang=lang, region=sheet.region[lang], title=f"{t['pack']} {sub_committee}",
        subtitle=label("SubCommittee", sub_committee, lang), period=period(sheet.period, lang), release=sheet.release,
        issued=day(sheet.issued, lang), pages=[Page(t["changed"], [summary]), Page(t["tables"], blocks)], coverage=coverage(sheet),
        methods=methods(tables), facts=facts(sheet), words=t,
    )  # fmt: skip


def _one_each(tables: Iterable[Released]) -> list[Released]:
    """One table of each indicator has a chart: the first of this release, or the first there is. All stand in the summary."""
    found: dict[str, Released] = {}
    newest = max(each.period for each in tables)
    for table in tables:
        name = table.indicator
        if name not in found or (table.period == newest and found[name].period != newest):
            found.setdefault(name, table)
    return list(found.values())


def _head(sheet: Sheet) -> list[str]:
    t = sheet.texts
    return [t["table"], t["of_period"], t["now"], t["change"], t["target"]]


def _changes(sheet: Sheet, tables: Sequence[Released]) -> list[list[str]]:
    rows = []
    for table in tables:
        axis = table.axis("MEASURE")
        for measure in [SHARE] if table.percent else table.measures:
            if not table.possible({"MEASURE": measure}):
                continue
            name = table.title if axis is None else f"{table.title}{TEXTS[sheet.lang]['colon']}{axis.labels[measure].lower()}"
            rows.append(_row(sheet, table, measure, name, "_T"))
        area = table.axis("REF_AREA")
        for target in sheet.targets:
            if area and target.indicator == int(table.indicator) and target.area in area.parts:
                rows.append(_row(sheet, table, main_measure(table), f"{table.title}, {area.labels[target.area]}", target.area))
    return rows


def _row(sheet: Sheet, table: Released, measure: str, name: str, area: str) -> list[str]:
    made = key(sheet, table, name, measure, **({"REF_AREA": area} if area != "_T" else {}))
    year, wanted = int(table.period[:4]), int(table.indicator)
    target = next((each for each in sheet.targets if (each.indicator, each.area, each.year) == (wanted, area, year)), None)
    return [name, period(table.period, sheet.lang), made.value, made.moved, told(target.value, measure, sheet.lang) if target else NONE]
