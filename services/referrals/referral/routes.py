"""The commands on a referral over HTTP: shape in, look-ups, the runner, shape out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.referrals.parts import Referrals
from shared.codes import Direction, WithdrawReason
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Context
from shared.eventsourcing.void import VoidEntry, voiding
from shared.http.command import Answer, Call, CommandBody, CommandRouter, OutOfScope, Rejected, Resource, invalid, violation
from shared.http.operation import check_step_up
from shared.http.voiding import VoidEntryBody

from .commands import Accept, Acknowledge, Close, Decline, Deliver, SendReferral, StartService, Withdraw
from .decisions import REFERRAL_DECIDER
from .forms import (
    AcceptBody,
    AcknowledgeBody,
    CloseBody,
    DeclineBody,
    DeliverBody,
    SendReferralBody,
    StartServiceBody,
    WithdrawBody,
)
from .state import State

router = CommandRouter("referrals")


@dataclass(frozen=True, slots=True)
class Found:
    """A referral and its two sides. sent: the context in which it was sent."""

    state: State
    version: int
    sent: Context
    receivers: frozenset[str]

    @property
    def sender(self) -> Resource:
        """The side that sent it: the centre, the one who did, the organisation."""
        orgs = frozenset({self.state.from_org})
        return Resource(centre=self.sent.centre, orgs=orgs, assigned=frozenset({self.sent.actor}), subject_id=self.state.client_id)

    @property
    def receiver(self) -> Resource:
        """The side that answers: the organisation, and the centres that it runs."""
        return Resource(orgs=self.receivers, subject_id=self.state.client_id)


async def load(call: Call) -> Found:
    """The referral of the path; the caller's side is still to be checked."""
    parts: Referrals = call.parts
    loaded = await call.fold(REFERRAL_DECIDER, call.path["id"])
    if loaded.version == 0:
        raise OutOfScope()
    state: State = loaded.state
    receivers = parts.centres_of(state.to_org) | ({state.to_org} if state.to_org else set())
    return Found(state, loaded.version, loaded.facts[0].ctx, receivers)


async def ended(call: Call, found: Found) -> bool:
    """Whether the consent behind a referral has ended, as far as this service knows at this moment."""
    parts: Referrals = call.parts
    at = call.occurred_at or call.runtime.now()
    return await parts.ended(found.state.client_id, found.state.consent_id, parts.local_day(at, found.sent.centre))


@router.command("POST", "/v1/referrals", body=SendReferralBody, action="referral.send", concurrency="creation")
async def send_referral(call: Call, body: SendReferralBody) -> Answer:
    """Ask another organisation to help, under the client's consent or a supervisor's override. Or record that one asks us."""
    parts: Referrals = call.parts
    region = parts.region
    outward = body.direction is Direction.OUT
    if not region.has_centre(body.centre):
        raise OutOfScope()
    ours = region.centre(body.centre).operator
    from_org, to_org = (body.from_org or ours, body.to_org) if outward else (body.from_org, body.to_org or ours)
    if from_org is None or to_org is None:
        raise invalid(violation("/to_org" if outward else "/from_org", "missing"))
    if not (region.is_org(from_org) and region.is_org(to_org)) or ours != (from_org if outward else to_org):
        raise invalid(violation("/to_org" if outward else "/from_org", "not-allowed-here"))
    place = Resource(centre=body.centre, orgs=frozenset({from_org}), assigned=frozenset({call.caller.staff_id}))
    call.allow(place)
    await parts.check_not_retired(body.client_id)
    at = _now(call)
    on = parts.local_day(at, body.centre)
    consent, withheld = await parts.sharing(body.client_id, body.consent_id, to_org, on, confidential=body.confidential)
    agreement = region.agreement(from_org, to_org, body.service_code, on)
    command = SendReferral(
        direction=body.direction,
        from_org=from_org,
        to_org=to_org,
        service_code=body.service_code,
        sub_committee=region.sub_committee(body.service_code, on),
        priority=body.priority,
        reason=body.reason,
        channel=body.channel,
        packet=body.packet,
        deadlines=region.deadlines(body.priority, at, body.centre),
        on=on,
        client_id=body.client_id,
        case_id=body.case_id,
        action_id=body.action_id,
        entry_id=body.entry_id,
        entry=await parts.entry(body.entry_id),
        confidential=body.confidential,
        consent_id=body.consent_id,
        consent=consent,
        withheld=withheld,
        overridden=body.override.reason if body.override else None,
        override_text=body.override.text if body.override else None,
        signed=_signed(call, body, place),
        agreement_id=agreement.agreement_id if agreement else None,
        previous_referral_id=body.previous_referral_id,
        previous=await parts.followed(body.previous_referral_id),
        barred=outward and await parts.barred(body.client_id, to_org, body.centre),
    )
    subject = body.client_id if outward else None
    return await call.run(REFERRAL_DECIDER, None, command, resource=place, subject_id=subject)


@router.command("POST", "/v1/referrals/{id:uuid}:acknowledge", body=AcknowledgeBody, action="referral.answer", concurrency="guarded")
async def acknowledge(call: Call, body: AcknowledgeBody) -> Answer:
    """The receiver has seen it."""
    found = await load(call)
    command = Acknowledge(at=_now(call), by_org=found.state.to_org, consent_ended=await ended(call, found))
    return await _answer(call, found, command, body, found.receiver)


@router.command("POST", "/v1/referrals/{id:uuid}:accept", body=AcceptBody, action="referral.answer", concurrency="guarded")
async def accept(call: Call, body: AcceptBody) -> Answer:
    """The receiver will help; an acknowledgement that is missing is recorded with it."""
    found = await load(call)
    command = Accept(
        at=_now(call),
        by_org=found.state.to_org,
        appointment_at=body.appointment_at,
        client_id=body.client_id,
        instructions=body.instructions,
        consent_ended=await ended(call, found),
    )
    return await _answer(call, found, command, body, found.receiver)


@router.command("POST", "/v1/referrals/{id:uuid}:decline", body=DeclineBody, action="referral.answer", concurrency="guarded")
async def decline(call: Call, body: DeclineBody) -> Answer:
    """The receiver says no, and why."""
    found = await load(call)
    if body.redirect_to is not None and not call.parts.region.is_org(body.redirect_to):
        raise invalid(violation("/redirect_to", "not-allowed-here"))
    command = Decline(at=_now(call), reason=body.reason, redirect_to=body.redirect_to, note=body.note)
    return await _answer(call, found, command, body, found.receiver)


@router.command("POST", "/v1/referrals/{id:uuid}:start", body=StartServiceBody, action="referral.answer", concurrency="guarded")
async def start_service(call: Call, body: StartServiceBody) -> Answer:
    """The receiver began to help."""
    found = await load(call)
    command = StartService(at=_now(call), consent_ended=await ended(call, found))
    return await _answer(call, found, command, body, found.receiver)


@router.command("POST", "/v1/referrals/{id:uuid}:deliver", body=DeliverBody, action="referral.answer", concurrency="guarded")
async def deliver(call: Call, body: DeliverBody) -> Answer:
    """The receiver helped, in full or in part."""
    found = await load(call)
    command = Deliver(
        at=_now(call),
        result=body.result,
        client_confirmed=body.client_confirmed,
        note=body.note,
        consent_ended=await ended(call, found),
    )
    return await _answer(call, found, command, body, found.receiver)


@router.command("POST", "/v1/referrals/{id:uuid}:withdraw", body=WithdrawBody, action="referral.withdraw", concurrency="guarded")
async def withdraw(call: Call, body: WithdrawBody) -> Answer:
    """The sender takes it back; the packet no longer opens."""
    found = await load(call)
    if body.reason is WithdrawReason.ERASURE:  # the system's alone
        raise invalid(violation("/reason", "not-allowed-here"))
    return await _answer(call, found, Withdraw(at=_now(call), reason=body.reason), body, found.sender)


@router.command("POST", "/v1/referrals/{id:uuid}:close", body=CloseBody, action="referral.close", concurrency="guarded")
async def close(call: Call, body: CloseBody) -> Answer:
    """The sender has done with it, and says whether the client was told."""
    found = await load(call)
    return await _answer(call, found, Close(at=_now(call), client_told=body.client_told), body, found.sender)


@router.command(
    "POST",
    "/v1/referrals/{id:uuid}/events/{event_id:uuid}:void",
    body=VoidEntryBody,
    action="referral.answer",
    concurrency="guarded",
)
async def void_answer(call: Call, body: VoidEntryBody) -> Answer:
    """Void the last answer, if it never was given: by its author within a day, later by a supervisor of the receiving centre.

    The sender is told by the fact itself. What was sent is withdrawn (`SENT_IN_ERROR`), not voided.
    """
    found = await load(call)
    here = next(iter(sorted(found.receivers & call.caller.centres)), None)
    command = VoidEntry(
        event_id=call.path["event_id"],
        reason=body.reason,
        replaced_by=body.replaced_by,
        now=call.runtime.now(),
        actor=call.caller.staff_id,
        supervisor=call.supervises(here),
        requested_by=body.requested_by,
    )
    return await _answer(call, found, command, body, found.receiver, decider=voiding(REFERRAL_DECIDER))


router.batch("/v1/referrals:batch", creation=send_referral)


async def _answer(
    call: Call, found: Found, command: Any, body: CommandBody, side: Resource, *, decider: Decider[Any, Any] = REFERRAL_DECIDER
) -> Answer:
    role = call.allow(side).role
    actor = call.caller.staff_id
    if body.requested_by == actor:
        raise Rejected("same-person-signoff", "Let somebody else carry it out.")
    sent = found.sent
    ctx = Context(
        centre=sent.centre, actor=actor, role=role, purpose=body.purpose.value, basis=sent.basis, consent_id=sent.consent_id,
        subject_id=sent.subject_id, requested_by=body.requested_by,
    )  # fmt: skip
    return await call.run(decider, call.path["id"], command, resource=side, ctx=ctx)


def _signed(call: Call, body: SendReferralBody, place: Resource) -> bool:
    """Whether an override is a supervisor's at somebody else's request; it asks for a recent strong login."""
    if body.override is None or body.requested_by is None or not call.may("consent.override", place):
        return False
    check_step_up(call.caller, call.runtime)
    return True


def _now(call: Call) -> datetime:
    assert call.occurred_at is not None
    return call.occurred_at
