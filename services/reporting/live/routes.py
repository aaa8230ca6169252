"""`/v1/statistics/surge` and `/statistics/live`: alerts of the surge watch, and the board that shows what comes in now.

Internal: true counts of the caller's centres, for whoever may ask for those. Advisory: no figure is taken from here.
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.reporting.figures.routes import scope
from services.reporting.live.board_page import Freshness, page
from shared.errors import OutOfScope
from shared.eventsourcing.event import instant
from shared.eventsourcing.sql import statements
from shared.http.bodies import CommandBody, example
from shared.http.command import Answer, Call, CommandRouter, Form, Resource

SQL = statements(__package__)
router = CommandRouter("statistics")
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept-Language"}


class SurgeQuery(Form):
    """Which alerts."""

    all: Annotated[bool, Field(description="Those of the last 30 days that are over, too.")] = False


class BoardQuery(Form):
    """How the board is shown; an empty member means: as if it were not there."""

    lang: Annotated[str, Field(pattern=r"^$|^(en|fr|fil)$", max_length=3, description="Language; wins over Accept-Language.")] = ""


class AcknowledgeBody(CommandBody):
    """Nothing more."""

    model_config = example({"purpose": "STATISTICS"})


@router.read("GET", "/v1/statistics/surge", action="stats.centre", query=SurgeQuery)
async def list_surge_alerts(call: Call) -> Answer:
    """Surges and silences of the centres that the caller has a grant for, the newest first. Advisory: counts may be short or double."""
    rows = await call.parts.pool.fetch(SQL.alerts, [place.centre for place in scope(call)], call.query.all)
    return Answer({"items": [_alert(row) for row in rows]}, headers=PRIVATE)


@router.command("POST", "/v1/statistics/surge/{id}:acknowledge", body=AcknowledgeBody, action="stats.centre", concurrency="none")
async def acknowledge_surge_alert(call: Call, body: AcknowledgeBody) -> Answer:
    """Say that somebody looks. The first stands; the alert itself ends when its windows do."""
    centres = [place.centre for place in scope(call)]
    try:
        wanted = UUID(call.path["id"])
    except ValueError:
        raise OutOfScope() from None
    centre = await call.parts.pool.fetchval(SQL.alert_centre, wanted, centres)
    if centre is None:
        raise OutOfScope()
    call.allow(Resource(centre=centre))
    row = await call.parts.pool.fetchrow(SQL.acknowledge, wanted, centres, call.caller.staff_id)
    told = {"id": str(row["id"]), "level": row["level"], "acknowledged_by": row["acknowledged_by"]}
    return Answer(told | {"acknowledged_at": instant(row["acknowledged_at"])}, 200)


@router.read("GET", "/statistics/live", action="stats.centre", query=BoardQuery, media="text/html; charset=utf-8")
async def show_live_board(call: Call) -> Answer:
    """What comes in now at the caller's centres, how fresh that is, and the alerts that go on. Loads itself anew without a script."""
    lang = call.query.lang or call.language
    centres = [place.centre for place in scope(call)]
    names = {each.code: getattr(each.names, lang) for each in call.parts.region.centres}
    now = datetime.now(UTC)
    pool = call.parts.pool
    rows = await pool.fetch(SQL.shown, centres, now)
    alerts = await pool.fetch(SQL.alerts, centres, False)
    fresh = await pool.fetchrow(SQL.freshness)
    text, policy = page(
        lang, now, Freshness(**dict(fresh)), [(code, names[code]) for code in centres], [dict(row) for row in rows],
        [dict(row) for row in alerts],
    )  # fmt: skip
    return Answer(text.encode(), headers={**PRIVATE, "Content-Security-Policy": policy}, content_type="text/html; charset=utf-8")


def _alert(row: Any) -> dict[str, Any]:
    return {
        "id": str(row["id"]), "centre": row["centre"], "metric": row["metric"], "window": row["span"], "x": row["x"],
        "lambda": round(row["lambda"], 1), "limit": round(row["threshold"], 1), "level": row["level"],
        "first_seen": instant(row["first_seen"]), "looked_at": instant(row["looked_at"]),
        "cleared_at": instant(row["cleared_at"]) if row["cleared_at"] else None, "acknowledged_by": row["acknowledged_by"],
        "acknowledged_at": instant(row["acknowledged_at"]) if row["acknowledged_at"] else None,
    }  # fmt: skip
