"""The flow of a month on one page, in the manner of flow monitoring (statistics chapter, section 13). Pure."""

from services.reporting.documents.bulletin import methods
from services.reporting.documents.content import Bar, Block, Chart, Page, Table, block, told
from services.reporting.documents.keyfigures import NONE, key
from services.reporting.documents.sheet import Document, Key, Sheet, coverage, facts
from services.reporting.documents.shelf import figure
from services.reporting.pages.charts import View
from services.reporting.pages.released import Released
from services.reporting.pages.words import day, period

SERIES = ("A", "B")
"""Observed, registered: two series that are never added."""
PLACES = (("I16B", "NAT", "SEX"), ("I16C", "MODE", ""), ("I17A", "REASON", ""), ("I17A", "COUNTRY", ""))
ROWS = 5


def flow(sheet: Sheet) -> Document | None:
    """One page; None without the table of arrivals."""
    t, lang = sheet.texts, sheet.lang
    arrivals = sheet.shelf.table("I16A", sheet.period)
    if arrivals is None:
        return None
    used, blocks = [arrivals], [_year(sheet, arrivals)]
    for name, rows, columns in PLACES:
        table = sheet.shelf.latest(name)
        if table and (made := block(table, View(rows, columns), ROWS)):
            blocks.append(made)
            used.append(table)
    return Document(
        kind="flow", lang=lang, region=sheet.region[lang], title=t["flow"], period=period(sheet.period, lang), release=sheet.release,
        issued=day(sheet.issued, lang), keys=_keys(sheet, arrivals), pages=[Page(t["flow"], blocks)],
        coverage=[t["flow_method"], *coverage(sheet)[:1]], methods=methods(used),
        facts=[(t["centres"], ", ".join(centre[lang] for centre in sheet.centres)), *facts(sheet)], words=t,
    )  # fmt: skip


def _keys(sheet: Sheet, table: Released) -> list[Key]:
    found = [key(sheet, table, sheet.texts[f"flow_{series}"], series) for series in SERIES]
    for name, codes in (("SEX", ("F", "M")), ("AGE", ("Y_GE18", "Y0T17"))):
        labels = axis.labels if (axis := table.axis(name)) else {}
        found += [key(sheet, table, labels[code], SERIES[1], **{name: code}) for code in codes if code in labels]
    return found


def _year(sheet: Sheet, newest: Released) -> Block:
    """The twelve months up to this one; a month without a release has no figure, and is not a zero."""
    t, lang = sheet.texts, sheet.lang
    number = int(sheet.period[:4]) * 12 + int(sheet.period[5:]) - 1
    months = [f"{n // 12}-{n % 12 + 1:02d}" for n in range(number - 11, number + 1)]
    tables = [sheet.shelf.table("I16A", month) for month in months]
    values = [[figure(table, series) if table else None for series in SERIES] for table in tables]
    # A month without a release has neither a figure nor a suppressed one.
    shown = [[told(value, "", lang) if table else NONE for value in each] for table, each in zip(tables, values, strict=True)]
    bars = [Bar(period(month, lang, short=True), each, said) for month, each, said in zip(months, values, shown, strict=True)]
    top = max((value for bar in bars for value in bar.values if value is not None), default=0.0) or 1.0
    names = [t[f"flow_{series}"] for series in SERIES]
    last = t["flow_finding"].format(a=shown[-1][0], b=shown[-1][1], period=period(sheet.period, lang))
    rows = [(name, *(said[place] for said in shown)) for place, name in enumerate(names)]
    chart = Chart(names, bars, top, t["alt"].format(title=t["twelve"], finding=last))
    source = f"{newest.name} · {period(months[0], lang)} – {period(months[-1], lang)}"
    return Block(t["twelve"], last, source, Table((t["series"], *(bar.name for bar in bars)), rows), chart)
