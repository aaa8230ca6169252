"""The guards of SendReferral: a consent or an override, an agreement in force, a fresh entry, a whole packet, nothing withheld."""

from shared.codes import MAJORITY, Direction, Priority, Separation, ServiceCode, SubCommittee
from shared.consent import Consent
from shared.contracts.referrals import referral as facts
from shared.errors import Rejected
from shared.eventsourcing.event import Event

from .commands import ITEMS, SendReferral
from .state import State
from .table import invalid_state


def send(command: SendReferral, state: State) -> list[Event]:
    """The fact of a referral sent, or the first guard that refuses it."""
    if state.state is not None:
        raise invalid_state(state)
    if command.direction is Direction.OUT:
        if command.barred:
            # Whatever was consented to, and whoever signs: the flag may be set for any matter, so it tells none.
            raise Rejected("protection-block", "Ask the protection supervisor before anything goes to this organisation.")
        _permitted(command)
        _agreed(command)
        _listed(command)
    _whole(command)
    _follows(command)
    hidden = command.confidential
    due = command.deadlines
    return [
        facts.ReferralSent(
            client_id=command.client_id if command.direction is Direction.OUT else None,
            case_id=command.case_id,
            action_id=command.action_id,
            direction=command.direction,
            from_org=command.from_org,
            to_org=None if hidden else command.to_org,
            entry_id=None if hidden else command.entry_id,
            service_code=ServiceCode.PSS if hidden else command.service_code,
            sub_committee=SubCommittee.PSS if hidden else command.sub_committee,
            priority=command.priority,
            confidential=hidden,
            consent_id=None if command.overridden else command.consent_id,
            override=facts.Override(reason=command.overridden) if command.overridden else None,
            agreement_id=None if hidden else command.agreement_id,
            reason=command.reason,
            channel=command.channel,
            due_ack=due.due_ack,
            due_service=due.due_service,
            lapse_ack=due.lapse_ack,
            lapse_service=due.lapse_service,
            previous_referral_id=command.previous_referral_id,
            packet=facts.SentPacket(
                **dict(command.packet), to_org=command.to_org, service_code=command.service_code, override_text=command.override_text
            ),
        )
    ]


def _permitted(command: SendReferral) -> None:
    if command.client_id is None:
        raise misfit("/client_id", "missing")
    if command.overridden:
        if not command.override_text:
            raise misfit("/override/text", "missing")
        if not command.signed:
            raise Rejected("approval-needed", "A supervisor sends without consent and names who asked (requested_by).")
        return
    if command.consent is Consent.MISSING:
        raise Rejected("consent-missing", "Ask the client to share with this organisation.", purpose="SHARE_FOR_SERVICE")
    if command.consent is Consent.ENDED:
        raise Rejected("consent-expired", "Ask the client again.", purpose="SHARE_FOR_SERVICE")


def _agreed(command: SendReferral) -> None:
    emergency = command.priority is Priority.EMERGENCY and command.overridden
    if command.agreement_id is None and not emergency:
        raise Rejected("agreement-missing", "Choose an organisation with which a sharing agreement is in force.")


def _listed(command: SendReferral) -> None:
    if command.entry_id is None:
        if command.priority is not Priority.EMERGENCY:
            raise misfit("/entry_id", "missing")
        return
    entry = command.entry
    fresh = entry and entry.active and entry.fresh_until is not None and command.on <= entry.fresh_until
    if entry is None or not fresh or (entry.org, entry.service_code) != (command.to_org, command.service_code):
        raise Rejected("entry-stale", "Have the entry of this service verified, or choose another.")


def _follows(command: SendReferral) -> None:
    """A referral that follows another is for the same person and from the same sender."""
    earlier = command.previous
    if command.previous_referral_id is None:
        return
    if earlier is None or earlier != (command.client_id if command.direction is Direction.OUT else None, command.from_org):
        raise misfit("/previous_referral_id", "not-allowed-here")


def _whole(command: SendReferral) -> None:
    packet = command.packet
    if command.confidential and packet.name is not None:
        raise misfit("/packet/name", "not-allowed-here")
    if missing := _missing(command):
        raise Rejected("packet-incomplete", "Fill in what the form of the referral asks for.", fields=missing)
    given = {item for item, member in ITEMS.items() if getattr(packet, member)}
    if kept := sorted(command.withheld & given):
        raise Rejected("withheld-item", "Leave out what the client keeps back.", purpose="SHARE_FOR_SERVICE", items=kept)


def _missing(command: SendReferral) -> list[str]:
    packet, sender, care = command.packet, command.packet.sender, command.packet.caregiver
    needed: dict[str, object] = {
        "case_code": packet.case_code or (None if command.confidential else packet.name),
        "age": packet.age,
        "sex": packet.sex,
        "reason": packet.reason,
        "services_requested": packet.services_requested or None,
        "consent_text": packet.consent_text,
        "sender/name": sender and sender.name,
        "sender/position": sender and sender.position,
        "sender/contact": sender and sender.contact,
    }
    if packet.minor or (packet.age is not None and packet.age < MAJORITY):
        # An unaccompanied child has nobody to name: then it says why nobody was told.
        alone = care is not None and care.separation is Separation.UNACCOMPANIED
        needed |= {
            "caregiver/name": alone or (care and care.name),
            "caregiver/relation": alone or (care and care.relation),
            "caregiver/informed": care and care.informed,
            "caregiver/why_not": True if care and care.informed else care and care.why_not,
        }
    return [f"/packet/{name}" for name, value in needed.items() if value is None]


def misfit(loc: str, code: str) -> Rejected:
    """The form is refused at a place (JSON pointer)."""
    return Rejected("validation", "Correct the form.", errors=[{"loc": loc, "code": code}])
