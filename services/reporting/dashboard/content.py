"""The dashboard's figures: which questions are asked, and what is said about the answers."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.reporting.dashboard.page import Figure, KeyFigure, Page, Table
from services.reporting.dashboard.words import TEXTS
from services.reporting.figures.period import Span
from services.reporting.figures.plan import Place, Question
from services.reporting.figures.read import Cell, Reader
from services.reporting.figures.words import name_of
from services.reporting.indicators.catalogue import find
from services.reporting.pages.words import D3_LOCALE, month, number, percent, short_month

SHOWN = 15  # rows of a long list; the rest is one row more
GROUPS = (("F", "Y_GE18", "women"), ("M", "Y_GE18", "men"), ("F", "Y0T17", "girls"), ("M", "Y0T17", "boys"))


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose figures, of which months, in which language. reach: what the caller may see at most."""

    reader: Reader
    reach: str
    span: Span
    places: Sequence[Place]
    names: Mapping[str, str]
    """of the centres"""
    lang: str

    @property
    def texts(self) -> Mapping[str, str]:
        return TEXTS[self.lang]

    async def cells(self, indicator: str, *by: str, span: Span | None = None) -> list[Cell]:
        found = find(indicator)
        assert found is not None
        return await self.reader.ask(
            Question(series=found[1][0], span=span or self.span, by=by, where={}, places=self.places, reach=self.reach)
        )

    def months(self) -> list[str]:
        """Every month of the period: one without facts is a zero, not a gap."""
        first, last = self.span.months
        numbers = range(first // 100 * 12 + first % 100 - 1, last // 100 * 12 + last % 100)
        return [f"{n // 12}-{n % 12 + 1:02d}" for n in numbers]

    def n(self, value: float) -> str:
        return number(value, self.lang)


async def page(asking: Asking) -> Page:
    """All of it. A section without a single fact is named at the end, not drawn."""
    t = asking.texts
    made, shown = Page(keys=await _keys(asking)), set[str]()
    for title, figure in (
        (t["arrivals"], await _by_month(asking, "16b", "arrivals")),
        (t["arrivals"], await _by_code(asking, "16b", "NAT", "arrivals", "nation", "nationality")),
        (t["clients"], await _by_month(asking, "01", "clients")),
        (t["clients"], await _by_code(asking, "01", "A11", "clients", "age", "age", ordered=True)),
        (t["centre"], await _by_centre(asking)),
        (t["encounters"], await _by_code(asking, "03a", "TOPIC", "encounters", "topic", "topic", note=t["topics_note"], adds_up=False)),
        (t["services"], await _services(asking)),
        (t["referrals"], await _referrals(asking)),
        (t["departures"], await _by_code(asking, "09", "COUNTRY", "departures", "country", "country")),
        (t["returns"], await _by_code(asking, "10", "COUNTRY", "returns", "country", "country")),
    ):
        if figure is not None:
            made.figures.append(figure)
            shown.add(title)
        elif title not in made.empty:
            made.empty.append(title)
    # Two figures may speak of one thing: clients without a month of birth are in the months and in no age band.
    made.empty = [title for title in made.empty if title not in shown]
    return made


async def _keys(asking: Asking) -> list[KeyFigure]:
    t, before = asking.texts, _year_before(asking.span)
    keys = []
    for indicator, name in (("01", "clients"), ("16b", "arrivals"), ("03a", "encounters"), ("30a", "services"), ("30b", "served")):
        now = _sum(await asking.cells(indicator))
        then = _sum(await asking.cells(indicator, span=before))
        change = f"{asking.n(then)} {t['year_before']}" if then else t["new"]
        keys.append(KeyFigure(t[name], asking.n(now), change, None if not then or now == then else now > then))
    sent = await asking.cells("38")
    accepted, all_sent = sum(c["accepted"] for c in sent), _sum(sent)
    keys.append(KeyFigure(t["referrals"], percent(accepted, all_sent, asking.lang), f"{asking.n(accepted)} / {asking.n(all_sent)}", None))
    return keys


async def _by_month(asking: Asking, indicator: str, name: str) -> Figure | None:
    t, lang, months = asking.texts, asking.lang, asking.months()
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in await asking.cells(indicator, "MONTH", "SEX", "A2"):
        group = next((g for sex, age, g in GROUPS if (sex, age) == (cell["SEX"], cell["A2"])), "rest")
        found[cell["MONTH"]][group] += cell["n"]
    if not found:
        return None
    groups = [g for *_, g in GROUPS] + (["rest"] if any(m["rest"] for m in found.values()) else [])
    totals = {m: sum(found[m].values()) for m in months}
    top, low = max(months, key=lambda m: totals[m]), min(months, key=lambda m: totals[m])
    said = "peak" if len(months) > 1 else "single"
    finding = t[said].format(top=month(top, lang), n=asking.n(totals[top]), low=month(low, lang), m=asking.n(totals[low]))
    rows = [[month(m, lang), *(asking.n(found[m][g]) for g in groups), asking.n(totals[m])] for m in months]
    sums = [asking.n(sum(found[m][g] for m in months)) for g in groups]
    lines = [
        {"name": t[g], "values": [found[m][g] for m in months], "second": sex == "F", "dashed": age == "Y0T17"} for sex, age, g in GROUPS
    ]
    title = f"{t[name]} {t['by_month']}"
    drawing = {"shape": "lines", "locale": D3_LOCALE[lang], "periods": [short_month(m, lang) for m in months], "lines": lines}
    table = Table(title, [t["month"], *(t[g] for g in groups), t["total"]], rows, [t["total"], *sums, asking.n(sum(totals.values()))])
    return Figure(f"{name}-month", title, finding, table, drawing if len(months) > 1 else None)


async def _by_code(
    asking: Asking,
    indicator: str,
    dimension: str,
    name: str,
    by: str,
    head: str,
    *,
    note: str = "",
    ordered: bool = False,
    adds_up: bool = True,
) -> Figure | None:
    """One code, largest first (or in the order of the codes), the tail of a long list in one row."""
    t, lang = asking.texts, asking.lang
    found = find(indicator)
    assert found is not None
    known = found[1][0].dimensions[dimension]
    cells = await asking.cells(indicator, dimension)
    if all(cell[dimension] == "_U" for cell in cells):
        return None
    if ordered:
        cells.sort(key=lambda c: _age_order(c[dimension]))
    else:
        cells.sort(key=lambda c: (-c["n"], c[dimension]))
    named = [(name_of(known, c[dimension], lang), c["n"]) for c in cells]
    total = _sum(await asking.cells(indicator)) if not adds_up else sum(n for _, n in named)
    if not ordered and len(named) > SHOWN + 1:
        rest = named[SHOWN:]
        named = [*named[:SHOWN], (t["other"] if by in ("nation", "country") else t["more"].format(n=len(rest)), sum(n for _, n in rest))]
    title = f"{t[name]} {t['by_' + by]}"
    rows = [[label, asking.n(n), percent(n, total, lang)] for label, n in named]
    table = Table(title, [t[head], t["number"], t["share"]], rows, [t["total"], asking.n(total), ""])
    return Figure(f"{name}-{by}", title, _leader(asking, named, total), table, _bars(asking, named), note)


async def _by_centre(asking: Asking) -> Figure | None:
    t = asking.texts
    columns = (("01", "clients"), ("16b", "arrivals"), ("03a", "encounters"), ("30a", "services"))
    found: dict[str, dict[str, int]] = {p.centre: {} for p in asking.places}
    for indicator, name in columns:
        for cell in await asking.cells(indicator, "CENTRE"):
            found[cell["CENTRE"]][name] = cell["n"]
    if len(found) < 2 or not any(found.values()):
        return None
    named = sorted(((asking.names[c], row.get("clients", 0)) for c, row in found.items()), key=lambda each: -each[1])
    rows = [[asking.names[c], *(asking.n(row.get(name, 0)) for _, name in columns)] for c, row in found.items()]
    foot = [t["total"], *(asking.n(sum(row.get(name, 0) for row in found.values())) for _, name in columns)]
    title = f"{t['clients']} {t['by_centre']}"
    table = Table(title, [t["centre"], *(t[name] for _, name in columns)], rows, foot)
    return Figure("centres", title, _leader(asking, named, sum(n for _, n in named)), table, _bars(asking, named), wide=True)


async def _services(asking: Asking) -> Figure | None:
    t, lang = asking.texts, asking.lang
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for cell in await asking.cells("30a", "SERVICE", "VIA"):
        found[cell["SERVICE"]][cell["VIA"]] = cell["n"]
    if not found:
        return None
    known = _dimension("30a", "SERVICE")
    ordered = sorted(found.items(), key=lambda each: -sum(each[1].values()))
    named = [(name_of(known, code, lang), sum(row.values())) for code, row in ordered]
    rows = [
        [name_of(known, code, lang), asking.n(row.get("DIRECT", 0)), asking.n(row.get("REFERRAL", 0)), asking.n(sum(row.values()))]
        for code, row in ordered
    ]
    foot = [asking.n(sum(row.get(via, 0) for row in found.values())) for via in ("DIRECT", "REFERRAL")]
    total = sum(n for _, n in named)
    title = f"{t['services']} {t['by_service']}"
    table = Table(title, [t["service"], t["direct"], t["referral"], t["total"]], rows, [t["total"], *foot, asking.n(total)])
    return Figure("services", title, _leader(asking, named, total), table, _bars(asking, named))


async def _referrals(asking: Asking) -> Figure | None:
    t, lang = asking.texts, asking.lang
    cells = await asking.cells("38", "SERVICE")
    if not cells:
        return None
    known = _dimension("38", "SERVICE")
    cells.sort(key=lambda c: (-c["n"], c["SERVICE"]))
    named = [(name_of(known, c["SERVICE"], lang), c["accepted"]) for c in cells]
    rows = [
        [name_of(known, c["SERVICE"], lang), asking.n(c["n"]), asking.n(c["accepted"]), percent(c["accepted"], c["n"], lang)] for c in cells
    ]
    sent, accepted = _sum(cells), sum(c["accepted"] for c in cells)
    title = f"{t['referrals']} {t['by_service']}"
    foot = [t["total"], asking.n(sent), asking.n(accepted), percent(accepted, sent, lang)]
    table = Table(title, [t["service"], t["sent"], t["accepted"], t["share"]], rows, foot)
    return Figure("referrals", title, _leader(asking, named, accepted), table, _bars(asking, named))


def _leader(asking: Asking, named: Sequence[tuple[str, int]], total: int) -> str:
    """A sentence about the largest and the one after it."""
    t = asking.texts
    best = sorted(named, key=lambda each: -each[1])[:2]
    said = t["first"].format(one=best[0][0], n=asking.n(best[0][1]), share=percent(best[0][1], total, asking.lang))
    return f"{said} {t['second'].format(two=best[1][0], m=asking.n(best[1][1]))}" if len(best) > 1 and best[1][1] else said


def _bars(asking: Asking, named: Iterable[tuple[str, int]]) -> dict[str, Any]:
    bars = [{"name": name, "value": n, "shown": asking.n(n)} for name, n in named]
    return {"shape": "bars", "locale": D3_LOCALE[asking.lang], "bars": bars}


def _dimension(indicator: str, name: str) -> Any:
    found = find(indicator)
    assert found is not None
    return found[1][0].dimensions[name]


def _sum(cells: Iterable[Cell]) -> int:
    return sum(cell["n"] for cell in cells)


def _age_order(code: str) -> int:
    digits = "".join(c for c in code.split("T")[0] if c.isdigit())
    return int(digits) if digits else 999


def _year_before(span: Span) -> Span:
    """The same months: February ends on another day in a leap year."""
    first, last = span.first, span.last
    return Span(first.replace(year=first.year - 1), date(last.year - 1, last.month, monthrange(last.year - 1, last.month)[1]))
