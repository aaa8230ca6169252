"""What a request for figures becomes: the narrowest statement that can answer it, and its parameters. Pure.

Roll-ups first: `cell_person` (time, place, sex, age), then `cell_code` (one more code), each a range of one index. What
neither covers, persons counted once, and every answer as of an earlier day are counted from the facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.reporting.figures.period import Span
from services.reporting.indicators.declaration import AGES, TIME, Measure, Series
from shared.codes.age import bands

_PLACES = ("CENTRE", "SITE")
_FILTERS = ("sex", "age", "area", "nat", "edu", "isco", "types", "c1", "c2", "c3", "c4", "c5", "c6")
_ADULT = frozenset(("Y18T24", "Y25T29", "Y30T34", "Y35T39", "Y40T44", "Y45T59", "Y_GE60"))
_STORED = (*bands("A11"), "Y0T17", "Y_GE18", "_U")
"""Ages as facts hold them: a band, or all that is known is adult or child."""
_FEW = 120  # centre-months


@dataclass(frozen=True, slots=True)
class Place:
    """A centre that the caller may see."""

    centre: str
    site: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One series, checked: `by` and `where` name its dimensions only. reach: what the caller may see at most, for Postgres."""

    reach: str
    series: Series
    span: Span
    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    places: Sequence[Place]
    known_at: datetime | None = None
    happened_by: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """statement: name of the .sql file; params: in its order; by: dimension of each column; merges: a view of ages is
    made of finer codes, so that rows of the answer are added up. narrow: it reads a few ranges of a roll-up's index, and its
    last parameter is the reach. first, last: the period, for outcomes."""

    statement: str
    params: tuple[Any, ...]
    by: tuple[str, ...]
    merges: bool = False
    narrow: bool = False
    first: date = date.min
    last: date | None = None


def plan(question: Question) -> Plan:
    """The cheapest way to answer exactly."""
    series, span = question.series, question.span
    exact = question.known_at is not None or question.happened_by is not None or not span.whole_months
    if series.outcome:
        return _from_outcomes(question)
    if series.measure is Measure.ACCEPTED or series.measure is Measure.PERSONS or exact:
        return _from_facts(question)
    asked = {*question.by, *question.where} - {*TIME, *_PLACES, "SEX"}
    if asked <= set(AGES):
        return _from_persons(question)
    codes = asked - {"A2"}
    if len(codes) == 1 and codes <= set(series.margins):
        return _from_codes(question, next(iter(codes)))
    return _from_facts(question)


def counts_years(question: Question) -> bool:
    """Whether facts count of which only the year is known: in whole years that no month or quarter divides."""
    return question.span.whole_years and not {"MONTH", "QUARTER"} & set(question.by)


def age_view(dimension: str, stored: str) -> str:
    """Code of a stored age in one of the views A11, A5, A2."""
    return _VIEWS[dimension].get(stored, "_U")


def _from_persons(question: Question) -> Plan:
    names = {"CENTRE": "centre", "SITE": "site", "SEX": "sex"} | dict.fromkeys(AGES, "age")
    ages = [set(_ages(d, question.where[d])) for d in AGES if d in question.where]
    params = (*_common(question), sorted(set.intersection(*ages)) if ages else None, *_columns(question.by, names))
    return _from_cells("cell_person", question, params)


def _from_codes(question: Question, code: str) -> Plan:
    names = {"CENTRE": "centre", "SITE": "site", "SEX": "sex", "A2": "a2", code: "code"}
    column = question.series.dimensions[code].column
    params = (
        *_common(question), _list(question.where.get("A2")), *_columns(question.by, names), column,
        _list(question.where.get(code)),
    )  # fmt: skip
    return _from_cells("cell_code", question, params)


def _from_cells(table: str, question: Question, params: tuple[Any, ...]) -> Plan:
    merges = table == "cell_person" and bool(set(AGES) & set(question.by))
    if _narrow(question):
        return Plan(table, (*params, question.reach), question.by, merges=merges, narrow=True)
    return Plan(f"wide_{table}", params, question.by, merges=merges)


def _narrow(question: Question) -> bool:
    """Of many months of many centres most of a roll-up is read: faster whole and by two processes than range by range."""
    first, last = question.span.first, question.span.last
    return len(_scope(question)) * ((last.year - first.year) * 12 + last.month - first.month + 1) <= _FEW


def _common(question: Question) -> tuple[Any, ...]:
    """$1 to $7 of both roll-up statements."""
    first, last = question.span.months
    years = counts_years(question)
    centres, sites = _places(question)
    bounds = (first // 100 * 100 if years else first, last)
    return question.series.kind, *bounds, years, centres, sites, _list(question.where.get("SEX"))


def _from_facts(question: Question) -> Plan:
    series, span = question.series, question.span.until(question.happened_by)
    dimensions = series.dimensions
    several = [d for d in question.by if d in dimensions and dimensions[d].many]
    names = {d.name: "many" if d.name in several else d.column for d in dimensions.values()}
    # What adds up is grouped by the ages as they are kept: to call each fact a child or an adult took a third of the time.
    merges = series.measure in (Measure.FACTS, Measure.QTY) and bool(set(AGES) & set(question.by))
    if merges:
        names |= dict.fromkeys(AGES, "age")
    centres, sites = _places(question)
    filters = _filters(question)
    params = (
        series.kind, span.first, span.last, _precisions(question), centres, sites,
        dimensions[several[0]].column if several else None, *_columns(question.by, names),
        series.measure is Measure.PERSONS, *(_list(filters.get(column)) for column in _FILTERS),
    )  # fmt: skip
    if series.measure is Measure.ACCEPTED:
        unit = next((d.lower() for d in TIME if d in question.by), None)
        zones = [place.zone for place in _scope(question)]
        return Plan("referral", (*params, unit, zones, _list(filters.get("declined_for"))), question.by)
    if question.known_at is not None:
        return Plan("as_of", params, question.by, merges=merges)
    return Plan("fact", params, question.by, merges=merges)


def _from_outcomes(question: Question) -> Plan:
    series, span = question.series, question.span.until(question.happened_by)
    dimensions = series.dimensions
    several = [d for d in question.by if d in dimensions and dimensions[d].many and dimensions[d].column in ("types", "c2")]
    names = {d.name: "many" if d.name in several else d.column for d in dimensions.values()}
    by = (*question.by, "WORKER") if series.measure is Measure.CASELOAD and "WORKER" not in question.by else question.by
    first = span.first
    if series.window is not None:
        first = span.last - timedelta(days=series.window) if series.window else date.min
    centres, sites = _places(question)
    filters = _filters(question)
    params = (
        series.kind, first, span.last, _precisions(question), centres, sites,
        dimensions[several[0]].column if several else None, *_columns(by, names), series.latest,
        *(_list(filters.get(column)) for column in _FILTERS[:-2]),
    )  # fmt: skip
    return Plan("outcome", params, by, first=span.first, last=span.last)


def _filters(question: Question) -> dict[str, tuple[str, ...]]:
    found = dict(question.series.only)
    for name, codes in question.where.items():
        if name in AGES:
            ages = _ages(name, codes)
            found["age"] = tuple(a for a in ages if a in found.get("age", ages))
        elif name not in _PLACES:
            found[question.series.dimensions[name].column] = codes
    return found


def _precisions(question: Question) -> list[str]:
    if not question.span.whole_months:
        return ["D"]
    return ["D", "M", "Y"] if counts_years(question) else ["D", "M"]


def _scope(question: Question) -> list[Place]:
    where = question.where
    return [
        place
        for place in question.places
        if ("CENTRE" not in where or place.centre in where["CENTRE"]) and ("SITE" not in where or place.site in where["SITE"])
    ]


def _places(question: Question) -> tuple[list[str], list[str]]:
    scope = _scope(question)
    return [place.centre for place in scope], [place.site for place in scope]


def _columns(by: Iterable[str], names: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    columns = [d.lower() if d in TIME else names[d] for d in by]
    one, two, three = (*columns, None, None, None)[:3]
    return one, two, three


def _list(codes: Iterable[str] | None) -> list[str] | None:
    return None if codes is None else list(codes)


def _ages(view: str, codes: Iterable[str]) -> tuple[str, ...]:
    wanted = set(codes)
    return tuple(age for age in _STORED if age_view(view, age) in wanted)


def _a5(age: str) -> str:
    if age in ("Y0T17", "Y_GE18", "_U"):
        return "_U"
    return "Y12T17" if age in ("Y12T14", "Y15T17") else "Y18T59" if age in _ADULT - {"Y_GE60"} else age


_VIEWS: Mapping[str, Mapping[str, str]] = {
    "A11": {age: age for age in bands("A11")},
    "A5": {age: _a5(age) for age in _STORED},
    "A2": {age: "_U" if age == "_U" else "Y_GE18" if age in _ADULT or age == "Y_GE18" else "Y0T17" for age in _STORED},
}
