"""When an outreach session is recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.intake.outreach.state import State, evolve
from shared.codes import OutreachKind, SubCommittee, Topic
from shared.contracts.intake.outreach import OUTREACH_SESSION as AGGREGATE
from shared.contracts.intake.outreach import Attendees, OutreachSessionHeld
from shared.errors import Rejected
from shared.eventsourcing.decider import ALWAYS, Decider
from shared.eventsourcing.event import Event

BROADCAST = frozenset({OutreachKind.RADIO_TV, OutreachKind.SOCIAL_MEDIA})
"""Kinds that reach people whom nobody can count; all others have attendees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutreach:
    """known_partner: whether the region knows the partner. sub_committee: that of the day."""

    kind: OutreachKind
    topic: Topic
    place: str
    vintage: str
    partner: str | None = None
    known_partner: bool = True
    sub_committee: SubCommittee
    attendees: Sequence[Attendees] = ()
    media_reach: int | None = None
    minutes: int


def decide(command: RecordOutreach, state: State) -> list[Event]:
    """The one fact of a session, or Rejected."""
    if state.held:
        raise Rejected("already-exists", "A new session has an id of its own.")
    if faults := list(_faults(command)):
        raise Rejected("validation", "Correct the places that are named.", errors=[{"loc": loc, "code": code} for loc, code in faults])
    return [
        OutreachSessionHeld(
            kind=command.kind,
            topic=command.topic,
            place=command.place,
            vintage=command.vintage,
            partner=command.partner,
            sub_committee=command.sub_committee,
            attendees=tuple(command.attendees),
            media_reach=command.media_reach,
            minutes=command.minutes,
        )
    ]


def _faults(command: RecordOutreach) -> Iterator[tuple[str, str]]:
    """People are counted where they sat, or reached by a broadcast: never both."""
    if not command.known_partner:
        yield "/partner", "unknown-code"
    if command.kind in BROADCAST:
        if command.media_reach is None:
            yield "/media_reach", "missing"
        if command.attendees:
            yield "/attendees", "not-allowed-here"
        return
    if command.media_reach is not None:
        yield "/media_reach", "not-allowed-here"
    if not command.attendees:
        yield "/attendees", "missing"
    seen = set()
    for n, group in enumerate(command.attendees):
        if (group.sex, group.age_band) in seen:
            yield f"/attendees/{n}/age_band", "not-allowed-here"
        seen.add((group.sex, group.age_band))


OUTREACH: Decider[RecordOutreach, State] = Decider(
    aggregate=AGGREGATE, initial=State(), decide=decide, evolve=evolve, voidable={OutreachSessionHeld: ALWAYS}
)
