"""Small rules that several decisions share: how a form is refused, what counts as the same, who counts as a child."""

from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel

from services.intake.client.commands import Ground
from services.intake.client.state import State
from shared.codes import MAJORITY, AdultChild, AgeBand, LegalBasis, Purpose, age_at, age_band, partial_date
from shared.consent import Consent, Given, anybody, may
from shared.contracts.intake.person import Identity, Person, ProfileSnapshot
from shared.errors import Rejected
from shared.eventsourcing.event import Event

M = TypeVar("M", bound=BaseModel)


def misfit(*violations: tuple[str, str]) -> Rejected:
    """The form is refused: (JSON pointer, code of http.md section 7) for each place."""
    errors = [{"loc": loc, "code": code} for loc, code in violations]
    return Rejected("validation", "Correct the places that are named.", errors=errors)


def assembled(model: type[M], members: dict[str, Any]) -> M:
    """A model of members that were checked when the request was read, all of them given.

    `model_construct` would look up the alias and the default of every field again: 8 us, several times a registration.
    """
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", members)
    object.__setattr__(made, "__pydantic_fields_set__", set(members))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def plain(model: type[M], source: BaseModel) -> M:
    """The members of `model` out of a larger checked form; nothing is checked again."""
    members = source.__dict__
    return assembled(model, {name: members[name] for name in model.__pydantic_fields__})


def same(one: Event, other: Event) -> bool:
    """Whether two facts say the same. The statistical copy and what the service adds by itself do not count."""
    added = {"profile", "profile_key", "replaces", "due_answer"}
    names = [name for name in type(one).model_fields if name not in added]
    return type(one) is type(other) and all(getattr(one, name) == getattr(other, name) for name in names)


def check_active(state: State) -> None:
    if state.status == "erased":
        raise Rejected("client-erased", "This person asked to be forgotten: register them anew if they come back.")
    if state.status == "retired":
        raise Rejected("client-retired", "Use the record that goes on in its place.", survivor=str(state.merged_into))


def check_free(state: State, today: date, *, elsewhere: bool = False) -> None:
    """No legal hold is in force: what it keeps must stay as it is. elsewhere: on another record of the same person."""
    if elsewhere or state.protection.held(today):
        raise Rejected("legal-hold", "Lift the hold first, if the law allows it.")


def check_ground(ground: Ground, state: State, today: date) -> None:
    """A command rests on a consent in force, or on a basis that a supervisor states and the region's file names a law for."""
    if ground.basis is not LegalBasis.CONSENT:
        if not (ground.supervisor and ground.statute):
            raise Rejected(
                "consent-missing",
                "Without consent a supervisor must state a legal basis whose statute is in the region file.",
                purpose=Purpose.CASE_MANAGEMENT.value,
            )
        return
    consent = state.consents.get(ground.consent_id) if ground.consent_id else None
    # One that was taken back, or rests since a merge, is none: only by its last day does one run out here.
    if consent is not None and (consent.consent_id in state.ended or (consent.purpose, consent.recipient_org) in state.suspended):
        consent = None
    given = Given(consent.purpose, consent.recipient_org, consent.valid_to) if consent else None
    match may(Purpose.CASE_MANAGEMENT, given, anybody, today):
        case Consent.MISSING:
            remedy = "Read the client again: this consent may have ended."
            raise Rejected("consent-missing", remedy, purpose=Purpose.CASE_MANAGEMENT.value)
        case Consent.ENDED:
            raise Rejected("consent-expired", "Ask for a new one.", purpose=Purpose.CASE_MANAGEMENT.value)


def check_past(today: date, *days: tuple[str, date | str | None]) -> None:
    """No day lies ahead; of a partial date the first day counts. days: (JSON pointer, day)."""
    ahead = [loc for loc, day in days if day is not None and _first_day(day) > today]
    if ahead:
        raise Rejected("date-in-future", "Correct the date.", fields=ahead)


def _first_day(day: date | str) -> date:
    return partial_date.first_day(day) if isinstance(day, str) else day


def birth_month(person: Person, told_on: date) -> tuple[str | None, bool]:
    """YYYY-MM of birth, and whether it is only an estimate: half a year before the last birthday, by the told age."""
    if person.birth_date is not None:
        return person.birth_date.isoformat()[:7], False
    if person.age is None:
        return None, False
    on = person.age_on or told_on
    months = on.year * 12 + on.month - 1 - person.age * 12 - 6
    return f"{months // 12:04}-{months % 12 + 1:02}", True


def snapshot(identity: Identity, registered_on: date, on: date) -> ProfileSnapshot:
    """The statistical copy of what is known of a person, as of a day."""
    month, estimated = birth_month(identity, registered_on)
    band, grown = AgeBand.U, identity.age_class or AdultChild.U
    if month is not None:
        age = age_at(month, on)
        band, grown = age_band(age), AdultChild.ADULT if age >= MAJORITY else AdultChild.CHILD
    aged = {"birth_month": month, "birth_estimated": estimated, "age_band": band, "adult_child": grown}
    return assembled(ProfileSnapshot, identity.profile.__dict__ | aged)


def age_on(state: State, on: date) -> int | None:
    """Full years at a day; None if they can't be known."""
    identity = state.identity
    if not isinstance(identity, Identity):
        return None
    if identity.birth_date is not None:
        born = identity.birth_date
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    month, _ = birth_month(identity, state.registered_on or on)
    return age_at(month, on) if month is not None else None


def minor(state: State, on: date) -> bool:
    """Under 18 at a day; unknown age counts as minor in every guard (domain chapter, section 4)."""
    years = age_on(state, on)
    if years is not None:
        return years < MAJORITY
    return not isinstance(state.identity, Identity) or state.identity.age_class is not AdultChild.ADULT
