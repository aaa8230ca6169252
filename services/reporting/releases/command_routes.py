"""Freezing, publishing, withdrawing: who may move a release, and how (statistics chapter, sections 9 and 12).

Freezing needs the secrets of the gate, which only the worker has: it is asked for here and done there.
"""

from typing import Annotated

from pydantic import Field

from services.reporting.releases.calendar import Name, check_period, parse
from services.reporting.releases.ledger import SQL
from services.reporting.releases.life import State
from services.reporting.releases.routes import VERSIONS
from shared.codes.valid import Moment
from shared.errors import Rejected
from shared.http.bodies import CommandBody, example
from shared.http.command import Answer, Call, CommandRouter, Problem, Resource
from shared.privacy.member import member

router = CommandRouter("statistics")


class DraftBody(CommandBody):
    """Which period to draft."""

    model_config = example({"purpose": "STATISTICS", "period": "2026-Q3"})

    period: Annotated[str, Field(max_length=8), member("A month 2026-07, a quarter 2026-Q3 or a year 2026.")]


class FreezeBody(CommandBody):
    """Until when facts count."""

    model_config = example({"purpose": "STATISTICS", "requested_by": "stf-p1"})

    cutoff: Annotated[Moment | None, member("Facts recorded until then; left out: the calendar's cut-off.")] = None


class PublishBody(CommandBody):
    """Nothing more."""

    model_config = example({"purpose": "STATISTICS", "requested_by": "stf-s1"})


class EndBody(CommandBody):
    """Why."""

    model_config = example({"purpose": "STATISTICS", "reason": "Wrong centre in the source"})

    reason: Annotated[str, Field(min_length=10, max_length=300), member("One sentence, shown to the public where bytes were.")]


@router.command("POST", "/v1/statistics/releases", body=DraftBody, action="release.freeze", concurrency="none")
async def draft_release(call: Call, body: DraftBody) -> Answer:
    """Name the next edition of a period. Drafts are not kept: the figures are counted when it is frozen."""
    call.allow(Resource())
    standing = await call.parts.pool.fetchrow(SQL.standing, check_period(body.period))
    if standing is not None and standing["state"] == State.FROZEN:
        raise Rejected("invalid-state", "It is frozen already: publish or discard it first.", release=standing["id"])
    name = Name(call.parts.region.region, body.period, 0 if standing is None else standing["edition"] + 1)
    return Answer({"release": str(name), "state": "DRAFT"}, 200)


@router.command("POST", "/v1/statistics/releases/{rid}:freeze", body=FreezeBody, action="release.freeze", concurrency="none")
async def freeze_release(call: Call, body: FreezeBody) -> Answer:
    """Ask the worker to freeze it; `GET /v1/statistics/releases` shows when it has."""
    call.allow(Resource())
    _other(call, body)
    wanted = parse(call.path["rid"])
    standing = await call.parts.pool.fetchrow(SQL.standing, wanted.period)
    edition = 0 if standing is None else standing["edition"] + 1
    if wanted != Name(call.parts.region.region, wanted.period, edition) or (standing and standing["state"] == State.FROZEN):
        raise Rejected("invalid-state", "It is not the next edition of its period: POST /v1/statistics/releases names that.")
    await call.parts.pool.execute(SQL.wish, call.command_id, wanted.period, body.cutoff, call.caller.staff_id)
    return Answer({"release": str(wanted), "state": "DRAFT", "asked": True}, 202)


@router.command("POST", "/v1/statistics/releases/{rid}:publish", body=PublishBody, action="release.publish", concurrency="guarded")
async def publish_release(call: Call, body: PublishBody) -> Answer:
    """Make it public: by a dpo, never by the one who froze it."""
    await _guard(call, body, State.PUBLISHED)
    await call.parts.ledger.publish(call.path["rid"], call.caller.staff_id, call.runtime.now())
    return _moved(call, State.PUBLISHED)


@router.command("POST", "/v1/statistics/releases/{rid}:withdraw", body=EndBody, action="release.withdraw", concurrency="guarded")
async def withdraw_release(call: Call, body: EndBody) -> Answer:
    """After a grave error: its bytes answer 410 with the reason, its hashes stay in the chain."""
    await _guard(call, body, State.WITHDRAWN)
    await call.parts.ledger.withdraw(call.path["rid"], call.caller.staff_id, call.runtime.now(), body.reason)
    return _moved(call, State.WITHDRAWN)


@router.command("POST", "/v1/statistics/releases/{rid}:discard", body=EndBody, action="release.discard", concurrency="guarded")
async def discard_release(call: Call, body: EndBody) -> Answer:
    """Give up a frozen release that nobody has seen; the end of the chain only."""
    await _guard(call, body, State.DISCARDED)
    await call.parts.ledger.discard(call.path["rid"], call.caller.staff_id, call.runtime.now(), body.reason)
    return _moved(call, State.DISCARDED)


async def _guard(call: Call, body: CommandBody, then: State) -> None:
    call.allow(Resource())
    _other(call, body)
    row = await call.parts.ledger.one(call.path["rid"])
    version = VERSIONS[State(row["state"])]
    if row["state"] == then:
        return  # a repetition: it has the outcome of the first
    if call.expected is None or call.expected == "*":
        raise Problem("precondition-required", {"ETag": f'"{version}"'})
    if call.expected != version:
        raise Problem("stale-version", {"ETag": f'"{version}"'}, current=version)


def _other(call: Call, body: CommandBody) -> None:
    if body.requested_by is not None and body.requested_by == call.caller.staff_id:
        raise Rejected("same-person-signoff", "Let somebody else carry it out.")


def _moved(call: Call, state: State) -> Answer:
    return Answer({"release": call.path["rid"], "state": state.value}, 200, {"ETag": f'"{VERSIONS[state]}"'})
