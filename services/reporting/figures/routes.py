"""`/v1/statistics`: true counts for roles with a grant, and the catalogue of what can be asked (statistics chapter, section 12)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from services.reporting.figures.period import span
from services.reporting.figures.plan import Place, Question
from services.reporting.figures.words import catalogue, codes_at, is_code
from services.reporting.indicators.catalogue import find
from services.reporting.indicators.declaration import TIME, Measure, Series
from shared.codes.valid import Day, Moment
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CommandRouter, Form, invalid, violation

router = CommandRouter("statistics")

Text = Annotated[str, Field(min_length=1, max_length=40)]
PeriodText = Annotated[str, Field(pattern=r"^[0-9]{4}(-(Q[1-4]|[0-9]{2}(-[0-9]{2})?))?$", max_length=10)]


class LiveQuery(Form):
    """Which figures. Of `period` and `from` with `to` exactly one."""

    model_config = Form.model_config | {
        "populate_by_name": True,
        "json_schema_extra": {"examples": [{"indicator": "16b", "period": "2023-10", "by": ["MONTH", "SEX", "A2"]}]},
    }

    indicator: Annotated[str, Field(pattern=r"^I?[0-9]{1,2}[A-Fa-f]?$", max_length=4, description="Number, with the letter of a series.")]
    period: Annotated[PeriodText | None, Field(description="A year, quarter, month or day.")] = None
    start: Annotated[PeriodText | None, Field(alias="from", description="First period or day.")] = None
    end: Annotated[PeriodText | None, Field(alias="to", description="Last period or day, included.")] = None
    by: Annotated[tuple[Text, ...], Field(max_length=16, description="At most three dimensions.")] = ()
    where: Annotated[Mapping[Text, tuple[Text, ...]], Field(max_length=16, description="Codes by dimension.")] = Field(default_factory=dict)
    known_at: Annotated[Moment | Day | None, Field(description="As it was known then; a day means its end.")] = None
    happened_by: Annotated[Day | None, Field(description="Only what happened until this day.")] = None


@router.read("POST", "/v1/statistics/live:query", action="stats.centre", body=LiveQuery)
async def query_live_statistics(call: Call, body: LiveQuery) -> Answer:
    """True counts of the centres that the caller has a grant for. Centres' clients, not the population of a province."""
    found = find(body.indicator)
    if found is None:
        raise invalid(violation("/indicator", "unknown-code", "/v1/statistics/tables"))
    indicator, series = found
    if len(body.by) > 3 or len(set(body.by)) < len(body.by):
        raise Rejected("too-many-dimensions", "Name at most three, each once.")
    wanted = span(body.period, body.start, body.end)
    for each in series:
        _check(each, body.by, body.where, body.known_at)
    places = scope(call, body.where)
    reader = call.parts.reader
    known_at = _instant(body.known_at, places)
    forgotten = await reader.check_known(known_at, [p.centre for p in places], call.reach) if known_at else None
    cells: list[dict[str, Any]] = []
    for each in series:
        question = Question(
            series=each, span=wanted, by=body.by, where=body.where, places=places, reach=call.reach, known_at=known_at,
            happened_by=body.happened_by,
        )  # fmt: skip
        mark = {"MEASURE": each.letter.upper()} if len(series) > 1 else {}
        cells += [mark | cell for cell in await reader.ask(question)]
    state = await reader.state()
    content = {
        "indicator": indicator.id + (series[0].letter if len(series) == 1 else ""),
        "title": indicator.title.get(call.language, indicator.title["en"]),
        "from": wanted.first.isoformat(),
        "to": wanted.last.isoformat(),
        "by": body.by,
        "cells": cells,
        "watermark": instant(state.watermark) if state.watermark else None,
        "generation": state.generation,
        "parked_streams": state.parked_streams,
    } | ({} if forgotten is None else {"forgotten_since_k": forgotten})
    return Answer(content, headers={"Cache-Control": "private, no-store", "Vary": "Authorization, Accept-Language"})


@router.read("GET", "/v1/statistics/tables", action="stats.released", public=True)
async def list_statistics_tables(call: Call) -> Answer:
    """What can be asked: indicators, their series, dimensions and methods."""
    content = {"items": catalogue(call.language)}
    return Answer(content, headers={"Cache-Control": "public, max-age=300", "Vary": "Accept-Language"})


def scope(call: Call, where: Mapping[str, tuple[str, ...]] | None = None) -> list[Place]:
    """The centres whose true counts the caller may see. Raises OutOfScope if one is asked for that is none of them."""
    places: list[Place] = call.parts.places(call.caller.subject)
    asked = (where or {}).get("CENTRE", ())
    if not places or not set(asked) <= {place.centre for place in places}:
        raise OutOfScope()
    return places


def _check(series: Series, by: Sequence[str], where: Mapping[str, tuple[str, ...]], known_at: object) -> None:
    """Only dimensions that the series has; and of those with several codes for one fact only one at a time."""
    known = series.dimensions
    for index, name in enumerate(by):
        if name not in known and name not in TIME:
            raise invalid(violation(f"/by/{index}", "unknown-code", "/v1/statistics/tables"))
    if any(name not in known for name in where):
        raise invalid(violation("/where", "unknown-code", "/v1/statistics/tables"))
    for name, codes in where.items():
        for index, code in enumerate(codes):
            if not is_code(known[name], code):
                raise invalid(violation(f"/where/{name}/{index}", "unknown-code", codes_at(known[name])))
    if sum(known[name].many for name in by if name in known) > 1 or sum(name in TIME for name in by) > 1:
        raise Rejected("too-many-dimensions", "Divide by one of them at a time: a fact stands in several of their rows.")
    if series.measure is Measure.CASELOAD and len(by) > 2:
        raise Rejected("too-many-dimensions", "Name at most two: the third is the worker.")
    if known_at is not None and series.now_only:
        raise invalid(violation("/known_at", "not-allowed-here"))
    if series.window is not None and any(name in TIME for name in by):
        raise invalid(violation("/by", "not-allowed-here"))


def _instant(known_at: datetime | date | None, places: list[Place]) -> datetime | None:
    """The end of a day is that of the first centre in scope: centres of one stack share their zone, or nearly."""
    if known_at is None or isinstance(known_at, datetime):
        return known_at
    midnight = datetime.combine(known_at + timedelta(days=1), time(), ZoneInfo(places[0].zone))
    return midnight - timedelta(microseconds=1)
