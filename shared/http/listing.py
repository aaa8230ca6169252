"""Lists: a page at a time, newest first, positions signed (http chapter, section 6).

class CaseFilter(ListQuery): state: CaseState | None = None

@router.read("GET", "/v1/cases", action="case.read", query=CaseFilter)
async def list_cases(call: Call) -> Answer:
    after = position(call)
    rows = await parts.pool.fetch(SQL.list_cases, ..., *after, call.query.limit + 1)
    return await page(call, [dict(row) for row in rows], key="case_id", as_of=...)
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field

from shared.eventsourcing.event import instant
from shared.http.answer import Answer
from shared.http.bodies import Form
from shared.http.call import Call
from shared.http.problems import Problem
from shared.privacy.member import member


class ListQuery(Form):
    """Query of a list. A subclass adds its filters: codes, centre, dates, staff ids."""

    limit: Annotated[int, Field(ge=1, le=200), member("Rows of a page.")] = 50
    cursor: Annotated[str | None, Field(max_length=1_024), member("`next` of the page before.")] = None


def position(call: Call, generation: int = 1) -> tuple[datetime | None, UUID | None]:
    """Where the page begins: (recorded time, id) of the last row shown before, or two Nones at the start."""
    cursor: str | None = call.query.cursor
    if cursor is None:
        return None, None
    found = call.runtime.cursors.read(cursor, bound_to=_bound(call), generation=generation)
    try:
        return datetime.fromisoformat(found[0]), UUID(found[1])
    except (ValueError, TypeError, IndexError):
        raise Problem("cursor-invalid") from None


async def page(
    call: Call,
    rows: Sequence[dict[str, Any]],
    *,
    key: str,
    at: str = "recorded_at",
    subjects: Sequence[UUID] = (),
    unseen: Collection[UUID] = (),
    as_of: datetime | None = None,
    generation: int = 1,
) -> Answer:
    """Answer a list with `rows`, of which one more than `limit` was asked for, so that it shows whether there are more.

    key, at: members of a row that order it. subjects: everybody shown. unseen: keys of rows that are left out. as_of: recorded
    time of the last fact applied.
    """
    seen = [row for row in rows[: call.query.limit] if row[key] not in unseen]
    shown = [{**row, at: instant(row[at]) if isinstance(row[at], datetime) else row[at]} for row in seen]
    following = None
    if len(rows) > call.query.limit:
        end = rows[call.query.limit - 1]
        when = end[at].isoformat() if isinstance(end[at], datetime) else end[at]
        following = call.runtime.cursors.write([when, str(end[key])], bound_to=_bound(call), generation=generation)
    answer = await call.show({"items": shown, "next": following}, subjects=subjects, action="LIST")
    if following:
        filters = {**_filters(call), "limit": call.query.limit, "cursor": following}
        answer.headers["Link"] = f'<{call.op.path}?{urlencode(filters)}>; rel="next"'
    if as_of is not None:
        answer.headers["Gabay-As-Of"] = instant(as_of)
        answer.headers["Gabay-Lag"] = str(max(0, round((call.runtime.now() - as_of).total_seconds())))
    return answer


def _filters(call: Call) -> dict[str, Any]:
    told: dict[str, Any] = call.query.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    return told


def _bound(call: Call) -> str:
    """A cursor belongs to one list, one filter and one caller."""
    return f"{call.op.route}|{urlencode(sorted(_filters(call).items()))}|{call.caller.principal}"
