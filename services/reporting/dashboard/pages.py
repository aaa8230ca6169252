"""`/statistics/internal`: the true counts of the caller's centres on one page that needs no script."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from pydantic import Field

from services.reporting.dashboard.content import Asking, page
from services.reporting.dashboard.words import TEXTS
from services.reporting.figures.period import Span, parse
from services.reporting.figures.plan import Place
from services.reporting.figures.routes import scope
from services.reporting.indicators.catalogue import INDICATORS
from services.reporting.pages.look import MEDIA, Lang, Look, Theme
from services.reporting.pages.words import month
from shared.errors import Rejected
from shared.eventsourcing.sql import statements
from shared.http.command import Answer, Call, CommandRouter, Form

SQL = statements(__package__)
router = CommandRouter("statistics")

MOST_MONTHS = 120

_look = Look(__package__)

Month = Annotated[str, Field(pattern=r"^$|^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7)]


class Choice(Form):
    """What the form of the page sends; an empty member means: as if it were not there."""

    model_config = Form.model_config | {"populate_by_name": True}

    start: Annotated[Month, Field(alias="from")] = ""
    end: Annotated[Month, Field(alias="to")] = ""
    centre: Annotated[str, Field(pattern=r"^$|^[A-Z]{2}-[A-Z0-9]{1,6}-[0-9]{2}$", max_length=14)] = ""
    lang: Lang = ""
    theme: Theme = ""


@router.read("GET", "/statistics/internal", action="stats.centre", query=Choice, media=MEDIA)
async def show_internal_statistics(call: Call) -> Answer:
    """The dashboard of the centres that the caller has a grant for: true counts, not for publication."""
    choice: Choice = call.query
    lang = choice.lang or call.language
    allowed = scope(call, {"CENTRE": (choice.centre,)} if choice.centre else None)
    places = [place for place in allowed if not choice.centre or place.centre == choice.centre]
    span = await _span(call, choice, places)
    names = {c.code: getattr(c.names, lang) for c in call.parts.region.centres}
    asking = Asking(call.parts.reader, call.reach, span, places, names, lang)
    made = await page(asking)
    for figure in made.figures:
        if figure.drawing is not None:
            figure.svg = Markup(await call.parts.charts.svg(figure.drawing))  # noqa: S704  # drawn here, from codes and numbers
    asked = {"from": choice.start, "to": choice.end, "centre": choice.centre}
    text = _look.page(
        "internal.html", path="/statistics/internal", lang=lang, theme=choice.theme, asked=asked, t=TEXTS[lang], page=made,
        state=await call.parts.reader.state(), choice=choice, first=f"{span.first:%Y-%m}", last=f"{span.last:%Y-%m}",
        chosen=[names[p.centre] for p in places], centres=[(place.centre, names[place.centre]) for place in allowed],
        period=_period(span, lang), utc=_utc, methods=[(i.id, i.title[lang], i.method[lang]) for i in INDICATORS.values()],
    )  # fmt: skip
    return Answer(text, headers=_look.headers(private=True), content_type=MEDIA)


async def _span(call: Call, choice: Choice, places: list[Place]) -> Span:
    """The months that were asked for, else the last twelve of which there are figures."""
    if choice.start and choice.end:
        span = Span(parse(choice.start).first, parse(choice.end).last)
        if span.first <= span.last and _count(span) <= MOST_MONTHS:
            return span
        raise Rejected("bad-period", "Choose fewer months, the later one second.", months=MOST_MONTHS)
    if choice.start or choice.end:
        return parse(choice.start or choice.end)
    newest = await call.parts.pool.fetchval(SQL.newest, [place.centre for place in places], call.reach)
    last = parse(f"{newest // 100}-{newest % 100:02d}") if newest else parse(f"{datetime.now(ZoneInfo(places[0].zone)):%Y-%m}")
    before = last.first.year * 12 + last.first.month - 12
    return Span(date(before // 12, before % 12 + 1, 1), last.last)


def _count(span: Span) -> int:
    return (span.last.year - span.first.year) * 12 + span.last.month - span.first.month + 1


def _period(span: Span, lang: str) -> str:
    first, last = month(f"{span.first:%Y-%m}", lang), month(f"{span.last:%Y-%m}", lang)
    return first if first == last else f"{first} – {last}"


def _utc(at: Any) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
