"""`/v1/statistics/releases`: what was published, as it was published (statistics chapter, section 12).

Bytes come from the ledger and are never rendered on request. Whatever is not public reads as if it did not exist.
"""

import base64
import json
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import Field

from services.reporting.documents.name import link_of
from services.reporting.exports.cube import NOTE
from services.reporting.figures.words import word
from services.reporting.indicators.catalogue import INDICATORS
from services.reporting.indicators.public import TABLES
from services.reporting.releases.axes import LISTED, Divided, divided
from services.reporting.releases.calendar import check_period
from services.reporting.releases.formats import FORMATS, Format, chosen, file_name, part
from services.reporting.releases.life import PUBLIC, State
from shared.codes.valid import Day
from shared.errors import Rejected
from shared.eventsourcing.event import instant
from shared.http.bodies import Form
from shared.http.command import Answer, Call, CommandRouter, Resource
from shared.http.listing import ListQuery

router = CommandRouter("statistics")

CACHE = "public, max-age=300"
RANGED = (".zip", ".pdf")
SHOWN = (*PUBLIC, State.WITHDRAWN)

Period = Annotated[str, Field(max_length=8, description="A month 2026-07, a quarter 2026-Q3 or a year 2026.")]
Form_ = Annotated[str | None, Field(max_length=20, description=f"One of {', '.join(FORMATS)}; wins over Accept.")]


class ReleaseQuery(ListQuery):
    """Which releases."""

    state: Annotated[State | None, Field(description="State of a release.")] = None
    period: Annotated[Period | None, Field(description="A period.")] = None


class TableQuery(Form):
    """In which format."""

    format: Form_ = None


class LatestQuery(TableQuery):
    """Of which period."""

    period: Period


class PublishedQuery(LatestQuery):
    """Of which period, as of which day."""

    on: Annotated[Day, Field(description="What was public at the end of this day.")]


@router.read("GET", "/v1/statistics/releases", action="stats.released", query=ReleaseQuery, public=True, statuses=(422,))
async def list_releases(call: Call) -> Answer:
    """Releases, newest first; who may freeze or publish also sees those that are not public yet."""
    query: ReleaseQuery = call.query
    allowed = [state.value for state in (State if _inside(call) else SHOWN)]
    states = [state for state in allowed if query.state is None or state == query.state]
    period = check_period(query.period) if query.period else None
    bound = f"releases {query.state} {period} {call.caller.principal}"
    before = call.runtime.cursors.read(query.cursor, bound_to=bound)[0] if query.cursor else None
    rows = await call.parts.ledger.listed(states, period, before, query.limit + 1)
    content: dict[str, Any] = {"items": [_item(row) for row in rows[: query.limit]]}
    if len(rows) > query.limit:
        cursor = call.runtime.cursors.write([rows[query.limit - 1]["place"]], bound_to=bound)
        asked = {"limit": query.limit, "cursor": cursor} | ({"period": period} if period else {})
        content["next"] = f"/v1/statistics/releases?{urlencode(asked | ({'state': query.state.value} if query.state else {}))}"
    return Answer(content, headers={"Cache-Control": _caching(call), "Vary": "Authorization"})


@router.read("GET", "/v1/statistics/releases/{rid}", action="stats.released", public=True)
async def read_release(call: Call) -> Answer:
    """Manifest, signature and the key that it verifies with; of a withdrawn one too, since its hashes stay in the chain."""
    row = await call.parts.ledger.one(call.path["rid"])
    if row["state"] not in SHOWN and not _inside(call):
        raise Rejected("unknown-release", "GET /v1/statistics/releases lists them.")
    content = _item(row) | {
        "manifest": json.loads(bytes(row["manifest"])),
        "manifest_base64": base64.b64encode(bytes(row["manifest"])).decode(),
        "signature": base64.b64encode(bytes(row["signature"])).decode(),
        "public_key": base64.b64encode(bytes(row["public_key"])).decode(),
    }
    names = ("structure", "zip", *filter(None, map(link_of, content["manifest"]["files"])))
    content["links"] = {name: f"/v1/statistics/releases/{row['id']}/{name}" for name in names}
    version = VERSIONS[State(row["state"])]
    return Answer(content, headers={"Cache-Control": _caching(call), "ETag": f'"{version}"', "Vary": "Authorization"})


@router.read(
    "GET",
    "/v1/statistics/releases/{rid}/tables/{table}",
    action="stats.released",
    query=TableQuery,
    public=True,
    media="text/csv",
    statuses=(406, 410),
)
async def read_released_table(call: Call) -> Answer:
    """A released table in the negotiated format. A table that is withheld, and one that never was, read the same."""
    rid, table = call.path["rid"], call.path["table"]
    if table.endswith(".csv-metadata.json"):
        return await released_file(call, rid, table, "application/csvm+json", tables=True)
    kind = chosen(call.query.format, call.accept)
    name = file_name(table, kind, call.language)
    more = {"Vary": "Accept, Accept-Language", "Content-Disposition": f'attachment; filename="{rid}_{name}"'}
    if kind is FORMATS["csv"]:
        more["Link"] = f'</v1/statistics/releases/{rid}/tables/{table}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
    return await released_file(call, rid, name if table in TABLES else "", _media(kind), more, tables=True)


@router.read("GET", "/v1/statistics/releases/{rid}/structure", action="stats.released", public=True, media="application/xml")
async def read_released_structure(call: Call) -> Answer:
    """The SDMX-ML 2.1 structure of all tables of a release."""
    return await released_file(call, call.path["rid"], "structure.xml", "application/vnd.sdmx.structure+xml; version=2.1")


@router.read("GET", "/v1/statistics/releases/{rid}/zip", action="stats.released", public=True, media="application/zip")
async def read_released_zip(call: Call) -> Answer:
    """Everything of a release in one file; `Range` is honoured."""
    rid = call.path["rid"]
    return await released_file(call, rid, f"{rid}.zip", "application/zip", {"Content-Disposition": f'attachment; filename="{rid}.zip"'})


@router.read("GET", "/v1/statistics/latest/tables/{table}", action="stats.released", query=LatestQuery, public=True, statuses=(422,))
async def redirect_to_latest_table(call: Call) -> Answer:
    """To the standing edition of a table."""
    return await _to(call, None)


@router.read("GET", "/v1/statistics/published/tables/{table}", action="stats.released", query=PublishedQuery, public=True, statuses=(422,))
async def redirect_to_published_table(call: Call) -> Answer:
    """To what was public at the end of a day."""
    zone = ZoneInfo(call.parts.region.centres[0].zone)
    return await _to(call, datetime.combine(call.query.on + timedelta(days=1), time(), zone) - timedelta(microseconds=1))


@router.read("GET", "/v1/statistics/tables/{table}", action="stats.released", public=True)
async def read_statistics_table(call: Call) -> Answer:
    """What a table of releases has: dimensions, codes and their words, class, method."""
    table = TABLES.get(call.path["table"])
    if table is None:
        raise Rejected("unknown-table", "Ask for one of the release's tables.", tables=list(TABLES))
    indicator, lang = INDICATORS[f"{table.indicator:02d}"], call.language
    dims = [divided(table.measures[0], name, call.parts.region, ()) for name in table.by]
    content = {
        "table": table.name, "indicator": indicator.id, "title": word(table.title, lang), "method": word(indicator.method, lang),
        "class": table.klass, "frequency": table.frequency, "unit": table.measures[0].unit, "note": word(NOTE, lang),
        "measures": list(table.codes),
        "dimensions": [_described(each, lang) for each in dims],
    }  # fmt: skip
    return Answer(content, headers={"Cache-Control": CACHE, "Vary": "Accept-Language"})


@router.read("GET", "/v1/statistics/key", action="stats.released", public=True)
async def read_release_key(call: Call) -> Answer:
    """The public keys that releases were signed with, newest first (Ed25519, raw, base64)."""
    keys = await call.parts.ledger.keys([state.value for state in SHOWN])
    return Answer({"algorithm": "Ed25519", "keys": [base64.b64encode(key).decode() for key in keys]}, headers={"Cache-Control": CACHE})


VERSIONS = {State.FROZEN: 1, State.PUBLISHED: 2, State.REVISED: 3, State.WITHDRAWN: 4, State.DISCARDED: 4}
"""States as versions for If-Match: a release moves forward only."""


async def released_file(call: Call, rid: str, name: str, media: str, more: dict[str, str] | None = None, *, tables: bool = False) -> Answer:
    """A file as it was frozen, by its hash; of those that are long a part, if that is what was asked for."""
    head = await call.parts.ledger.head(rid, name)
    if head.sha256 is None:
        if tables:
            raise Rejected("unknown-table", "Ask for one of the release's tables.", tables=list(head.tables))
        raise Rejected("not-found")
    tag = f'"{head.sha256}"'
    headers = {"ETag": tag, "Cache-Control": CACHE, "Accept-Ranges": "bytes" if name.endswith(RANGED) else "none", **(more or {})}
    if call.if_none_match is not None and (call.if_none_match == "*" or tag in call.if_none_match):
        return Answer(b"", 304, headers)
    content = await call.parts.ledger.content(rid, name)
    if name.endswith(RANGED) and (asked := part(call.byte_range, len(content))):
        first, last = asked
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Answer(content[first : last + 1], 206, headers, media)
    return Answer(content, 200, headers, media)


async def _to(call: Call, at: datetime | None) -> Answer:
    rid = await call.parts.ledger.public_on(check_period(call.query.period), at)
    kept = f"?{urlencode({'format': call.query.format})}" if call.query.format else ""
    # Only names that may be a table's go into an address.
    table = call.path["table"] if call.path["table"] in TABLES else "unknown"
    location = f"/v1/statistics/releases/{rid}/tables/{table}{kept}"
    return Answer(b"", 307, {"Location": location, "Cache-Control": "no-cache"}, "text/plain")


def _described(each: Divided, lang: str) -> dict[str, Any]:
    column = each.export_column()
    told: dict[str, Any] = {"dimension": column.id, "title": word(column.title, lang), "code_list": column.code_list}
    if each.axis.name in LISTED:
        # Fixed for each year: codes with at least fifty in the year before.
        return told | {"list": f"/v1/codes/{LISTED[each.axis.name]}", "rest": each.rest}
    return told | {"codes": [{"code": code, "title": word(words, lang)} for code, words in column.words.items()]}


def _media(kind: Format) -> str:
    return f"{kind.media}; charset=utf-8" if kind.media == "text/csv" else kind.media


def _inside(call: Call) -> bool:
    """Whether the caller works on releases."""
    return any(call.may(action, Resource()) for action in ("release.freeze", "release.publish"))


def _caching(call: Call) -> str:
    """Who moves releases sees what is not public yet, and each move at once."""
    return "private, no-store" if _inside(call) else CACHE


def _item(row: Any) -> dict[str, Any]:
    item = {
        "release": row["id"], "period": row["period"], "edition": row["edition"], "state": row["state"],
        "cutoff": instant(row["cutoff"]), "frozen_at": instant(row["frozen_at"]), "chain": row["chain"],
    }  # fmt: skip
    for name in ("published_at", "withdrawn_at"):
        if row[name] is not None:
            item[name] = instant(row[name])
    return item | ({"reason": row["reason"]} if row["reason"] else {})
