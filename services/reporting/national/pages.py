"""`/statistics/national`: what regions released, side by side, on one page that needs no script."""

import base64
import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic import Field

from services.reporting.exports.cube import days
from services.reporting.indicators.public import TABLES
from services.reporting.national.board import board
from services.reporting.national.status import Told
from services.reporting.pages.words import LANGUAGES, NATIVE
from services.reporting.pages.words import period as in_words
from shared.eventsourcing.sql import statements
from shared.http.command import Answer, Call, CommandRouter, Form
from shared.region_national import National

SQL = statements(__package__)
router = CommandRouter("statistics")

_templates = Environment(
    loader=PackageLoader("services.reporting.national"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_style = Markup(files("services.reporting.dashboard").joinpath("templates/style.css").read_text(encoding="utf-8"))  # noqa: S704  # our own file
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


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
    lang: Annotated[str, Field(pattern=r"^$|^(en|fr|fil)$", max_length=3)] = ""


@router.read("GET", "/statistics/national", action="stats.released", query=Wanted, public=True, media="text/html; charset=utf-8")
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
    text = _templates.get_template("national.html").render(
        t=_TEXTS[lang], lang=lang, style=_style, name=getattr(national.names, lang), board=made, table=table, period=period,
        said=in_words(period, lang) if period else "", tables=[(name, TABLES[name].title[lang]) for name in names if name in TABLES],
        periods=[(each, in_words(each, lang)) for each in periods], languages=[(code, NATIVE[code]) for code in LANGUAGES],
    )  # fmt: skip
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=60", "Vary": "Accept-Language"}
    return Answer(text.encode(), headers=headers, content_type="text/html; charset=utf-8")


def _read() -> Mapping[str, Mapping[str, str]]:
    rows = list(csv.DictReader(files(__package__).joinpath("texts.csv").read_text(encoding="utf-8").splitlines()))
    return {lang: {row["key"]: row[lang] for row in rows} for lang in LANGUAGES}


_TEXTS = _read()
