"""Consent: when an answer counts, and how one ends (domain chapter, section 6)."""

from datetime import date
from typing import cast
from uuid import UUID

from services.intake.client.commands import GiveConsent, WithdrawConsent
from services.intake.client.forms import ConsentAnswer
from services.intake.client.rules import check_active, check_past, minor, misfit, same, snapshot
from services.intake.client.state import State, evolve
from shared.codes import AmendReason, Assent, ConsentForm, ConsentMethod, GivenBy, Purpose
from shared.consent import Consent, Given, anybody, may
from shared.contracts.intake.client import ClientEvent, ClientProfileAmended
from shared.contracts.intake.consent import (
    ConsentGiven,
    ConsentProof,
    ConsentRefused,
    ConsentWithdrawn,
    Informed,
    Withheld,
)
from shared.contracts.intake.person import Identity
from shared.errors import Rejected

UNTIL_WITHDRAWN = frozenset({Purpose.CASE_MANAGEMENT, Purpose.STATISTICS})
"""Purposes without an end; all others last two years at most."""

CIRCUMSTANCES = ("given_by", "form", "method", "informed", "assent")
"""What is known of every yes."""

NAMES_RECIPIENT = frozenset({Purpose.SHARE_FOR_SERVICE, Purpose.CONSULAR})


def give(command: GiveConsent, state: State) -> list[ClientEvent]:
    """The answer to one question; a consent to statistics that comes later also brings the whole profile with it."""
    check_active(state)
    kept = _kept_key(state, command.today, command.key_there)
    events = answered(command.answer, state, command.today, kept or command.profile_key)
    match events:
        case [ConsentGiven(purpose=Purpose.STATISTICS)] if not state.statistics:
            return [*events, *_counted_from_now_on(evolve(state, events[0]), command.today)]
        case _:
            return events


def answered(answer: ConsentAnswer, state: State, today: date, profile_key: UUID, at: str = "") -> list[ClientEvent]:
    """The fact of an answer, none if it is already so. at: where the answer stands in the request."""
    if answer.refused:
        return [
            ConsentRefused(
                purpose=answer.purpose,
                recipient_org=answer.recipient_org,
                language=answer.language,
                notice_version=answer.notice_version,
            )
        ]
    _check_form(answer, minor(state, answer.valid_from or today), at)
    consent = _consent(answer, state, today, profile_key, at)
    known = state.consents.get(consent.consent_id)
    if known is not None:
        if same(known, consent):
            return []
        raise Rejected("already-exists", "Give a new consent an id of its own.")
    given = Given(consent.purpose, consent.recipient_org, consent.valid_to)
    if may(consent.purpose, given, anybody, today) is Consent.ENDED:
        raise Rejected("consent-expired", "Ask for a new one.", purpose=consent.purpose.value)
    return [consent]


def withdraw(command: WithdrawConsent, state: State) -> list[ClientEvent]:
    """What relied on the consent stops by itself: the other services react to the fact."""
    check_active(state)
    consent = state.consents.get(command.consent_id)
    if consent is None or command.consent_id in state.ended:
        raise Rejected("consent-missing", "Read the client again: it may have ended.", purpose=consent and consent.purpose.value)
    check_past(command.today, ("/effective", command.effective))
    return [
        ConsentWithdrawn(
            consent_id=consent.consent_id,
            purpose=consent.purpose,
            recipient_org=consent.recipient_org,
            reason=command.reason,
            effective=command.effective,
        )
    ]


def _check_form(answer: ConsentAnswer, child: bool, at: str) -> None:
    """Whether this answer, given in this way by this person, is a consent at all."""
    if answer.assent is Assent.REFUSED:
        raise Rejected("assent-refused", "The child's no counts.", purpose=answer.purpose.value)
    members = answer.__dict__
    faults = [(f"/{name}", "missing") for name in CIRCUMSTANCES if members[name] is None]
    if answer.informed is not None:
        faults += [(f"/informed/{name}", "not-allowed-here") for name, told in answer.informed.__dict__.items() if not told]
    faults += _giver_faults(answer, child)
    faults += _term_faults(answer)
    if answer.purpose in NAMES_RECIPIENT and answer.recipient_org is None and not answer.confidential:
        faults.append(("/recipient_org", "missing"))
    if faults:
        raise misfit(*((at + loc, code) for loc, code in faults))


def _giver_faults(answer: ConsentAnswer, child: bool) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    if child and answer.given_by is GivenBy.SELF:
        faults.append(("/given_by", "not-allowed-here"))
    if child and answer.assent is Assent.NOT_NEEDED:
        faults.append(("/assent", "not-allowed-here"))
    if answer.given_by is GivenBy.SELF and answer.form is ConsentForm.PROXY:
        faults.append(("/form", "not-allowed-here"))
    # A represented adult is one who answers by proxy; any other adult answers for themselves.
    if answer.given_by is GivenBy.CAREGIVER and not child and answer.form is not ConsentForm.PROXY:
        faults.append(("/given_by", "not-allowed-here"))
    if answer.given_by in (GivenBy.CAREGIVER, GivenBy.OTHER) and answer.giver is None:
        faults.append(("/giver", "missing"))
    if answer.given_by is GivenBy.OTHER and answer.giver is not None and answer.giver.document is None:
        faults.append(("/giver/document", "missing"))
    if answer.given_by is GivenBy.SELF and answer.giver is not None:
        faults.append(("/giver", "not-allowed-here"))
    if answer.method is ConsentMethod.VERBAL_CERTIFIED and answer.proof_ref is None:
        faults.append(("/proof_ref", "missing"))
    return faults


def _term_faults(answer: ConsentAnswer) -> list[tuple[str, str]]:
    if answer.purpose in UNTIL_WITHDRAWN:
        faults = [("/valid_to", "not-allowed-here")] if answer.valid_to is not None else []
        return faults + ([("/recipient_org", "not-allowed-here")] if answer.recipient_org is not None else [])
    begins, ends = answer.valid_from, answer.valid_to
    if begins is not None and ends is not None and not begins <= ends <= _two_years_after(begins):
        return [("/valid_to", "out-of-range")]
    return []


def _consent(answer: ConsentAnswer, state: State, today: date, profile_key: UUID, at: str) -> ConsentGiven:
    begins = answer.valid_from or today
    check_past(today, (f"{at}/valid_from", begins))
    ends = None if answer.purpose in UNTIL_WITHDRAWN else answer.valid_to or _two_years_after(begins)
    older = state.consent_for(answer.purpose, answer.recipient_org)
    # The key in force goes on: what was sealed under the older consent stays readable under the new one.
    key = older.profile_key if older is not None else profile_key
    why = tuple(item.why for item in answer.withheld)
    proof = bool(answer.proof_ref or answer.giver or why)
    return ConsentGiven(
        consent_id=cast(UUID, answer.consent_id),
        purpose=answer.purpose,
        recipient_org=answer.recipient_org,
        given_by=cast(GivenBy, answer.given_by),
        form=cast(ConsentForm, answer.form),
        method=cast(ConsentMethod, answer.method),
        language=answer.language,
        interpreter=answer.interpreter,
        notice_version=answer.notice_version,
        informed=cast(Informed, answer.informed),
        assent=cast(Assent, answer.assent),
        valid_from=begins,
        valid_to=ends,
        withheld=tuple(Withheld(item=item.item, from_org=item.from_org) for item in answer.withheld),
        replaces=older.consent_id if older is not None and older.consent_id != answer.consent_id else None,
        profile_key=key if answer.purpose is Purpose.STATISTICS else None,
        identity=ConsentProof(proof_ref=answer.proof_ref, giver=answer.giver, why=why) if proof else None,
    )


def _kept_key(state: State, today: date, there: UUID | None) -> UUID | None:
    """The key of a consent that ended under a legal hold is still there, and a person has one: the new consent goes on with it.

    Of one that ended before the hold, or whose hold fell since, it is gone: a new key under its id could not open what the old
    one sealed, and what does not open is taken for altered.
    """
    kept = {state.consents[consent_id].profile_key for consent_id in state.protection.kept}
    return there if there in kept and state.protection.held(today) else None


def _two_years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 2)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 2, day=28)


def _counted_from_now_on(state: State, today: date) -> list[ClientEvent]:
    if not isinstance(state.identity, Identity):
        return []
    whole = snapshot(state.identity, state.registered_on or today, today)
    return [ClientProfileAmended(changed=(), reason=AmendReason.STATISTICS_CONSENT, identity=state.identity, profile=whole)]
