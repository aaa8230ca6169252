"""`/statistics`: what was published, as pages that need no script (statistics chapter, section 13).

A page is made of frozen files alone and kept by what it shows; a release that is withdrawn, or one that comes, is seen
within seconds.
"""

import asyncio
import hashlib
from collections import OrderedDict
from datetime import date
from typing import Annotated, Any, Final

from markupsafe import Markup
from pydantic import Field

from services.reporting.documents.links import links
from services.reporting.exports.cube import frequency
from services.reporting.figures.period import parse as parse_day
from services.reporting.pages import calendar, content
from services.reporting.pages.look import MEDIA, Lang, Look, Theme
from services.reporting.pages.shelf import Edition, Shelf
from services.reporting.pages.words import LANGUAGES, day, number, period
from services.reporting.releases.calendar import check_period
from services.reporting.releases.calendar import parse as parse_release
from services.reporting.releases.formats import FORMATS
from services.reporting.releases.life import State
from shared import telemetry
from shared.errors import Rejected
from shared.http.bodies import Form
from shared.http.command import Answer, Call, CommandRouter

router = CommandRouter("statistics")
log = telemetry.logger()

MONTHS: Final = 13
LOOK_S: Final = 60.0
KEPT: Final = 64  # pages of some 150 kB each: 10 MB

_look = Look("services.reporting.pages")
_kept: OrderedDict[bytes, bytes] = OrderedDict()
_turn = asyncio.Lock()


class Choice(Form):
    """What the form of a page sends; an empty member means: as if it were not there."""

    lang: Lang = ""
    theme: Theme = ""


class Released(Choice):
    """Which figures."""

    period: Annotated[str, Field(max_length=8, description="A month 2026-07, a quarter 2026-Q3 or a year 2026; empty: the newest.")] = ""
    release: Annotated[str, Field(max_length=40, description="One edition by its id, also if it was revised since.")] = ""
    on: Annotated[str, Field(pattern=r"^$|^(19|20)\d\d-\d\d-\d\d$", max_length=10, description="As public at the end of this day.")] = ""


class Missing(Exception):
    """There is no such page. key: of the text that says so; edition: the release that was withdrawn."""

    def __init__(self, status: int, key: str, edition: Edition | None = None) -> None:
        super().__init__(key)
        self.status, self.key, self.edition = status, key, edition


@router.read("GET", "/statistics", action="stats.released", query=Released, public=True, media=MEDIA, statuses=(404, 410, 422))
async def show_statistics(call: Call) -> Answer:
    """The figures of a period: key figures, charts with their tables, downloads."""
    shelf = _shelf(call)
    try:
        public, edition, on = await _chosen(call, shelf)
        return await _answer(
            call, "figures.html", (public, edition, on), lambda lang: _figures(call.parts, shelf, public, edition, on, lang)
        )
    except Missing as missing:
        return await _missing(call, missing, shelf)


@router.read(
    "GET", "/statistics/tables/{table}", action="stats.released", query=Released, public=True, media=MEDIA, statuses=(410, 422)
)  # fmt: skip
async def show_released_table(call: Call) -> Answer:
    """One released table: every cell, charts, method, downloads, editions."""
    shelf = _shelf(call)
    try:
        public, edition, on = await _chosen(call, shelf)
        return await _answer(call, "table.html", (public, edition, on), lambda lang: _table(call, shelf, edition, on, lang))
    except Missing as missing:
        return await _missing(call, missing, shelf)


@router.read("GET", "/statistics/releases", action="stats.released", query=Choice, public=True, media=MEDIA)
async def show_releases(call: Call) -> Answer:
    """The release calendar: what comes when, what was published, revised or withdrawn."""
    shelf = _shelf(call)
    public = await shelf.public(None)
    editions = [edition for each in reversed(calendar.in_order(public)) for edition in await shelf.editions(each)]
    withdrawn = [each for each in await shelf.withdrawn() if each.id not in {edition.id for edition in editions}]
    shown = sorted([*editions, *withdrawn], key=lambda each: (each.published_on, each.id), reverse=True)
    coming = calendar.coming(shelf.today, public)

    async def made(lang: str) -> dict[str, Any]:
        return {"editions": shown, "coming": coming}

    return await _answer(call, "releases.html", (shown, coming), made)


@router.read("GET", "/statistics/method", action="stats.released", query=Choice, public=True, media=MEDIA)
async def show_method(call: Call) -> Answer:
    """How figures are counted and protected, for each indicator."""

    async def made(lang: str) -> dict[str, Any]:
        return {"methods": content.methods(lang)}

    return await _answer(call, "method.html", (), made)


async def warm(parts: Any) -> None:
    """Draw the newest release before somebody asks for it, and each that comes: its first reader waits no longer than others."""
    shelf, seen = Shelf(parts.pool, parts.region.centres[0].zone), None
    while True:
        try:
            public = await shelf.public(None)
            standing = calendar.in_order(public)
            newest = public[standing[-1]] if standing else None
            if newest is not None and newest != seen:
                for lang in LANGUAGES:
                    await _figures(parts, shelf, public, newest, None, lang)
            seen = newest
        except Exception as error:
            # Whoever asks for the page is told what is wrong.
            log.warning("pages_not_warmed", exception=type(error).__name__)
        await asyncio.sleep(LOOK_S)


def _shelf(call: Call) -> Shelf:
    return Shelf(call.parts.pool, call.parts.region.centres[0].zone)


async def _chosen(call: Call, shelf: Shelf) -> tuple[dict[str, Edition], Edition | None, date | None]:
    """(what is public, the edition that was asked for, the day). Raises Missing."""
    query: Released = call.query
    on = parse_day(query.on).first if query.on else None
    public = await shelf.public(on)
    if query.release:
        try:
            wanted = parse_release(query.release).period
        except Rejected:
            raise Missing(404, "missing") from None
        found = next((each for each in await shelf.editions(wanted) if each.id == query.release), None)
    elif query.period:
        found = public.get(check_period(query.period)) or next(
            (each for each in await shelf.editions(query.period) if each.state is State.WITHDRAWN and on is None), None
        )
    else:
        standing = [public[each] for each in calendar.in_order(public) if public[each].state is not State.WITHDRAWN]
        found = standing[-1] if standing else None
        if found is None:
            return public, None, on
    if found is None:
        raise Missing(404, "missing")
    if found.state is State.WITHDRAWN:
        raise Missing(410, "withdrawn", found)
    return public, found, on


async def _figures(
    parts: Any, shelf: Shelf, public: dict[str, Edition], edition: Edition | None, on: date | None, lang: str
) -> dict[str, Any]:
    choices = _choices(public)
    if edition is None:
        return {"edition": None, "choices": choices, "on": on}
    tables = await shelf.tables(edition.id, lang)
    before = public.get(calendar.year_before(edition.period))
    names = {name for _, sources in content.KEYS for name, _ in sources}
    then = await shelf.same([before.id], names & set(tables), lang) if before and before.state is not State.WITHDRAWN else {}
    window = calendar.window(edition.period, public, MONTHS)
    lines = {name for name, _ in content.LINES[frequency(window[0])]} if window else set()
    earlier = await shelf.same([public[each].id for each in window], lines, lang)
    found = {each: {name: table for (rid, name), table in earlier.items() if rid == public[each].id} for each in window}
    sections, empty = content.sections(tables, lang)
    if found and (time := content.over_time(found, lang)).figures:
        sections.insert(0, time)
    drawn = await _draw(parts, [figure for section in sections for figure in section.figures])
    covered = await _latest(shelf, public, edition, "I04A", lang)
    later = public.get(edition.period)
    return {
        "edition": edition, "later": later if later and later.edition > edition.edition else None, "on": on, "choices": choices,
        "consented": covered and content.consented(covered),
        "keys": content.key_figures(tables, {name: table for (_, name), table in then.items()}, lang), "sections": sections,
        "empty": [(table.name, content.subject(table, (), lang)) for table in empty], "formats": list(FORMATS),
        "tables": [(name, content.subject(table, (), lang)) for name, table in sorted(tables.items())],
        "documents": links(await shelf.files(edition.id), lang), "drawn": drawn,
    }  # fmt: skip


async def _latest(shelf: Shelf, public: dict[str, Edition], edition: Edition, name: str, lang: str) -> Any:
    """A yearly table as of the last year until the edition's in which it is public."""
    years = {period: each for period, each in public.items() if frequency(period) == "A" and period <= edition.period[:4]}
    years |= {edition.period: edition} if frequency(edition.period) == "A" else {}
    standing = [years[period].id for period in sorted(years, reverse=True) if years[period].state is not State.WITHDRAWN]
    found = await shelf.same(standing, [name], lang)
    return next((found[release, name] for release in standing if (release, name) in found), None)


async def _table(call: Call, shelf: Shelf, edition: Edition | None, on: date | None, lang: str) -> dict[str, Any]:
    if edition is None:
        raise Missing(404, "missing")
    name = call.path["table"]
    tables = await shelf.tables(edition.id, lang)
    if name not in tables:
        raise Missing(404, "missing_table", edition)
    table = tables[name]
    made = content.figures(table, lang)
    drawn = await _draw(call.parts, made)
    editions = [each for each in await shelf.editions(edition.period) if each.state is not State.WITHDRAWN]
    older = next((each for each in editions if each.edition < edition.edition), None)
    before = (await shelf.same([older.id], [name], lang)).get((older.id, name)) if older else None
    heads, groups = content.whole(table, lang)
    return {
        "edition": edition, "table": table, "figures": made, "subject": content.subject(table, (), lang), "heads": heads, "groups": groups,
        "formats": list(FORMATS), "editions": editions, "changes": content.changes(table, before, lang) if before else None, "on": on,
        "drawn": drawn,
    }  # fmt: skip


async def _draw(parts: Any, figures: list[content.Figure]) -> bool:
    """Whether every chart could be drawn; a page that lacks one is not kept."""
    for figure in figures:
        if figure.drawing is not None:
            figure.svg = Markup(await parts.pictures.svg(figure.drawing))  # noqa: S704  # drawn here, from published figures
    return all(figure.svg for figure in figures if figure.drawing is not None)


async def _answer(call: Call, template: str, shown: Any, make: Any) -> Answer:
    """The page, from what is kept if it shows the same. shown: what the page depends on beside its address."""
    query: Choice = call.query
    lang = query.lang or call.language
    told = repr((template, lang, query, dict(call.path), call.parts.still, shown)).encode()
    key = hashlib.sha256(told).digest()
    async with _turn:
        if (page := _kept.get(key)) is None:
            made = await make(lang)
            page = _page(call, template, lang, made)
            if made.get("drawn", True):
                _kept[key] = page
        else:
            _kept.move_to_end(key)
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    tag = f'"{hashlib.sha256(page).hexdigest()[:32]}"'
    headers = _look.headers(private=call.caller.identity is not None) | {"ETag": tag}
    if call.if_none_match is not None and tag in call.if_none_match:
        return Answer(b"", 304, headers)
    return Answer(page, headers=headers, content_type=MEDIA)


async def _missing(call: Call, missing: Missing, shelf: Shelf) -> Answer:
    lang = call.query.lang or call.language
    tables = await shelf.tables(missing.edition.id, lang) if missing.edition and missing.status == 404 else {}
    named = [(name, content.subject(table, (), lang)) for name, table in sorted(tables.items())]
    page = _page(call, "missing.html", lang, {"key": missing.key, "edition": missing.edition, "tables": named})
    return Answer(page, missing.status, _look.headers(private=True), MEDIA)


def _page(call: Call, template: str, lang: str, made: dict[str, Any]) -> bytes:
    query = call.query
    asked = {name: getattr(query, name) for name in ("period", "release", "on") if getattr(query, name, "")}
    path = call.op.path.format(**call.path) if call.path else call.op.path
    words = {
        "day": lambda when: day(when, lang), "number": lambda n: number(n, lang), "period": lambda text: period(text, lang),
    }  # fmt: skip
    return _look.page(template, path=path, lang=lang, theme=query.theme, asked=asked, still=call.parts.still, **words, **made)


def _choices(public: dict[str, Edition]) -> list[tuple[str, list[str]]]:
    """(key of the group, periods), the newest first."""
    groups = {"months": "M", "quarters": "Q", "years": "A"}
    found = {key: [each for each in reversed(calendar.in_order(public)) if frequency(each) == f] for key, f in groups.items()}
    return [(key, periods) for key, periods in found.items() if periods]
