"""Reading referrals: one, its facts, its packet, the board."""

from datetime import datetime
from typing import Annotated, Any

from services.referrals.parts import BOARD, Referrals
from shared.codes import ReferralResult, ReferralState
from shared.contracts.referrals.referral import ReferralSent, SentPacket
from shared.eventsourcing.event import instant, voided
from shared.http.command import Answer, Call, CentreCode, CommandRouter, OutOfScope, Resource
from shared.http.listing import ListQuery, page, position
from shared.privacy.classes import PACKET
from shared.privacy.member import member

from .decisions import REFERRAL_DECIDER
from .routes import Found, ended, load
from .table import RUNNING, allowed

router = CommandRouter("referrals")

OF_WHOM = frozenset({"client_id", "case_id", "action_id", "consent_id", "previous_referral_id"})
"""Members that tell of whom a referral is."""

GONE = frozenset({ReferralState.WITHDRAWN, ReferralState.CLOSED})


class BoardQuery(ListQuery):
    """Which referrals to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
    state: Annotated[ReferralState | None, member("In this state.")] = None


def sides(call: Call) -> list[str]:
    """The audiences of a caller of the change feed beside their centres: both sides of their organisation, and whatever is
    sent to the organisation that runs a centre of theirs."""
    parts: Referrals = call.parts
    orgs = {org for org in call.caller.orgs if call.may("changes", Resource(orgs=frozenset({org})))}
    centres = {centre for centre in call.caller.centres if call.may("changes", Resource(centre=centre))}
    receiving = orgs | {centre.operator for centre in parts.region.centres if centre.code in centres}
    return sorted({f"from:{org}" for org in orgs} | {f"to:{org}" for org in receiving})


def operators(call: Call) -> dict[str, str]:
    """Who runs each centre."""
    parts: Referrals = call.parts
    return {centre.code: centre.operator for centre in parts.region.centres}


async def seen(call: Call) -> Found:
    """The referral of the path, if the caller is on either side of it."""
    found = await load(call)
    call.allow(Resource(centre=found.sent.centre, orgs=found.receivers | {found.state.from_org}))
    return found


def receives(call: Call, found: Found) -> bool:
    return call.may("referral.answer", found.receiver)


def withheld(call: Call, found: Found) -> frozenset[str]:
    """Members that the caller does not see: a confidential referral tells of a case that exists for few. At the sender those are
    whoever sent it, and who protects."""
    own = Resource(centre=found.sent.centre, assigned=frozenset({found.sent.actor}))
    open_to = not found.state.confidential or receives(call, found) or call.may("case.read-confidential", own)
    return frozenset() if open_to else OF_WHOM


@router.read("GET", "/v1/referrals/{id:uuid}", action="open.read")
async def read_referral(call: Call) -> Answer:
    """A referral as it stands: open members only. The sender of a confidential one sees its state and dates."""
    found = await seen(call)
    state, sent = found.state, (await call.history(REFERRAL_DECIDER, call.path["id"], frozenset()))[0].event
    assert isinstance(sent, ReferralSent)
    shown = sent.model_dump(mode="json", exclude={"packet", *withheld(call, found)}, exclude_none=True)
    if state.confidential and receives(call, found):
        shown["to_org"] = state.to_org
    content = {
        "id": call.path["id"],
        "version": found.version,
        "centre": found.sent.centre,
        "state": state.state,
        **shown,
        "allowed": allowed(state),
    }
    return await call.show(content, version=found.version)


@router.read("GET", "/v1/referrals/{id:uuid}/events", action="open.read")
async def read_referral_events(call: Call) -> Answer:
    """The facts of a referral, open members only, oldest first."""
    hidden = {"packet", *withheld(call, await seen(call))}
    history = await call.history(REFERRAL_DECIDER, call.path["id"], frozenset())
    void = voided([fact.event for fact in history])
    items = [
        {
            "event_id": fact.event_id,
            "type": fact.event.event_type,
            "version": fact.version,
            "occurred_at": instant(fact.occurred_at),
            "recorded_at": instant(fact.recorded_at),
            "actor": fact.ctx.actor,
            "role": fact.ctx.role,
            "data": fact.event.model_dump(mode="json", exclude=hidden, exclude_none=True),
            **({"void": True} if fact.event_id in void else {}),
        }
        for fact in history
    ]
    return await call.show({"items": items})


@router.read("GET", "/v1/referrals/{id:uuid}/packet", action="referral.packet", classes=(PACKET,))
async def read_packet(call: Call) -> Answer:
    """What the receiver may see. Every look is on record; once withdrawn, closed undelivered, or its term over, it reads `erased`."""
    found = await load(call)
    call.allow(found.receiver)
    sent = (await call.history(REFERRAL_DECIDER, call.path["id"], frozenset({PACKET})))[0].event
    assert isinstance(sent, ReferralSent)
    # The key dies in the worker; the state already says so while this process may still hold it in memory.
    over = found.state.expired or (found.state.state in GONE and found.state.result is not ReferralResult.DELIVERED)
    # The consent may have ended a moment ago: the referral is then being withdrawn.
    over = over or (found.state.result is not ReferralResult.DELIVERED and await ended(call, found))
    packet: Any = "erased"
    if isinstance(sent.packet, SentPacket) and not over:
        packet = sent.packet.model_dump(mode="json", exclude={"override_text"}, exclude_none=True)
    subject = found.state.client_id or call.path["id"]
    return await call.show({"id": call.path["id"], "packet": packet}, subjects=[subject], version=None, centre=found.sent.centre)


@router.read("GET", "/v1/referrals", action="open.read", query=BoardQuery)
async def list_referrals(call: Call) -> Answer:
    """The board of the caller's centres and organisation, newest first."""
    parts: Referrals = call.parts
    query: BoardQuery = call.query
    centres = [centre for centre in sorted(call.caller.centres) if call.may("open.read", Resource(centre=centre))]
    orgs = [org for org in sorted(call.caller.orgs) if call.may("open.read", Resource(orgs=frozenset({org})))]
    if not centres and not orgs:
        raise OutOfScope()
    protecting = [centre for centre in centres if call.may("case.read-confidential", Resource(centre=centre))]
    filters = (query.centre, query.state)
    rows = await parts.pool.fetch(BOARD.list_referrals, centres, orgs, *filters, *position(call), query.limit + 1, call.reach, protecting)
    return await page(call, [_line(row, call.runtime.now()) for row in rows], key="referral_id")


def _line(row: Any, now: datetime) -> dict[str, Any]:
    line = {name: instant(value) if isinstance(value, datetime) else value for name, value in row.items()}
    due = row["due_ack"] if row["state"] == ReferralState.SENT else row["due_service"]
    line["overdue"] = row["state"] in RUNNING and now > due
    return line
