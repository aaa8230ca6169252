"""`/statistics/national`: what regions released, side by side, on one page that needs no script."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from services.reporting.exports.cube import days
from services.reporting.indicators.public import TABLES
from services.reporting.national.board import Board, board
from services.reporting.national.status import Told
from services.reporting.pages.look import MEDIA, Lang, Look, Theme
from services.reporting.pages.text import read
from services.reporting.pages.words import period as in_words
from shared.eventsourcing.sql import statements
from shared.http.command import Answer, Call, CommandRouter, Form
from shared.region_national import National

SQL = statements(__package__)
router = CommandRouter("statistics")

PLACE = "/statistics/national"
LOOK = Look(__package__)
TEXTS = read(__package__)


@dataclass(frozen=True, slots=True)
class NationalParts:
    """What the routes of a national stack stand on. handle: there is none, nothing is decided here."""

    pool: Any
    national: National
    handle: None = None


class Wanted(Form):
    """What the form of the page sends; an empty member means: the newest there is."""

    table: Annotated[str, Field(pattern=r"^$|^I[0-9]{2}[A-Z]?$", max_length=4)] = ""
    period: Annotated[str, Field(pattern=r"^$|^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])|-Q[1-4])?$", max_length=7)] = ""
    lang: Lang = ""
    theme: Theme = ""


@router.read("GET", PLACE, action="stats.released", query=Wanted, public=True, media=MEDIA)
async def show_national_statistics(call: Call) -> Answer:
    """A table of a period with every region beside the others; who is missing or late is named."""
    wanted: Wanted = call.query
    lang = wanted.lang or call.language
    national: National = call.parts.national
    there: dict[str, list[str]] = {row["period"]: list(row["names"]) for row in await call.parts.pool.fetch(SQL.periods)}
    periods = sorted({*there, *([wanted.period] if wanted.period else [])}, key=lambda each: (days(each)[1], len(each)), reverse=True)
    fitting = [each for each in periods if not wanted.table or each == wanted.period or wanted.table in there.get(each, ())]
    period = wanted.period or next(iter(fitting or periods), "")
    names = sorted({*there.get(period, ()), *([wanted.table] if wanted.table in TABLES else [])})
    table = wanted.table if wanted.table in TABLES else next(iter(names), "")
    made = None
    if period and table:
        told = [Told(**dict(row)) for row in await call.parts.pool.fetch(SQL.of_period, period)]
        made = board(national.regions, table, period, told, lang, datetime.now(ZoneInfo(national.zone)).date())
    shown = Shown(
        made, table, period, [(name, TABLES[name].title[lang]) for name in names if name in TABLES],
        [(each, in_words(each, lang)) for each in periods],
    )  # fmt: skip
    headers = LOOK.headers(private=False) | {"Cache-Control": "public, max-age=60"}
    return Answer(page(national, shown, lang, wanted.theme), headers=headers, content_type=MEDIA)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. board: None while nothing has come; tables, periods: code and words of what may be chosen."""

    board: Board | None
    table: str
    period: str
    tables: list[tuple[str, str]]
    periods: list[tuple[str, str]]


def page(national: National, shown: Shown, lang: str, theme: str) -> bytes:
    asked = {"table": shown.table, "period": shown.period}
    said = in_words(shown.period, lang) if shown.period else ""
    return LOOK.page(
        "national.html", path=PLACE, lang=lang, theme=theme, asked=asked, home=PLACE, t=TEXTS[lang], name=getattr(national.names, lang),
        shown=shown, said=said,
    )  # fmt: skip
