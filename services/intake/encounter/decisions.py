"""When a contact is recorded. Nobody needs a name to ask something."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never
from uuid import UUID

from services.intake.encounter.state import State, evolve
from shared.codes import AdultChild, EncounterChannel, Topic, TransportMode
from shared.contracts.intake.encounter import ENCOUNTER as AGGREGATE
from shared.contracts.intake.encounter import EncounterRecorded, GroupCount, TransitGroupObserved
from shared.errors import Rejected
from shared.eventsourcing.decider import ALWAYS, Decider, Row
from shared.eventsourcing.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEncounter:
    """client_id: None is anonymous."""

    channel: EncounterChannel
    topics: Sequence[Topic]
    client_id: UUID | None = None
    minutes: int
    immediate_need: bool
    first_time: bool | None = None
    info_given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveGroup:
    """today: the centre's local day."""

    today: date
    point: str
    date: date
    departure_country: str | None = None
    intended_destination: str | None = None
    mode: Sequence[TransportMode] = ()
    nationality: str | None = None
    counts: Sequence[GroupCount]
    children_u5: int | None = None
    pregnant: int | None = None
    elderly: int | None = None


Command = RecordEncounter | ObserveGroup


def decide(command: Command, state: State) -> list[Event]:
    """The one fact of an encounter, or Rejected."""
    if state.recorded:
        raise Rejected("already-exists", "A new encounter has an id of its own.")
    match command:
        case RecordEncounter():
            return [
                EncounterRecorded(
                    channel=command.channel,
                    topics=tuple(dict.fromkeys(command.topics)),
                    client_id=command.client_id,
                    minutes=command.minutes,
                    immediate_need=command.immediate_need,
                    first_time=command.first_time,
                    info_given=command.info_given,
                )
            ]
        case ObserveGroup():
            return _observe(command)
        case _:
            assert_never(command)


def _observe(command: ObserveGroup) -> list[Event]:
    if command.date > command.today:
        raise Rejected("date-in-future", "Correct the date.", fields=["/date"])
    if faults := list(_faults(command)):
        raise Rejected("validation", "Correct the places that are named.", errors=faults)
    return [
        TransitGroupObserved(
            point=command.point,
            date=command.date,
            departure_country=command.departure_country,
            intended_destination=command.intended_destination,
            mode=tuple(command.mode),
            nationality=command.nationality,
            counts=tuple(command.counts),
            children_u5=command.children_u5,
            pregnant=command.pregnant,
            elderly=command.elderly,
        )
    ]


def _faults(command: ObserveGroup) -> list[dict[str, str]]:
    """Each sex and age is counted once, everybody is adult or child, and no part is larger than the whole."""
    faults = []
    seen = set()
    for n, count in enumerate(command.counts):
        if count.age is AdultChild.U or (count.sex, count.age) in seen:
            faults.append({"loc": f"/counts/{n}/age", "code": "not-allowed-here"})
        seen.add((count.sex, count.age))
    people = sum(count.n for count in command.counts)
    children = sum(count.n for count in command.counts if count.age is AdultChild.CHILD)
    if people == 0:
        faults.append({"loc": "/counts", "code": "out-of-range"})
    limits = {"children_u5": children, "pregnant": people, "elderly": people}
    for name, limit in limits.items():
        if (getattr(command, name) or 0) > limit:
            faults.append({"loc": f"/{name}", "code": "out-of-range"})
    return faults


OF: Final = "encounter-of"


def of_client(client_id: UUID | str) -> Row:
    """The search row by which a client's encounters are found."""
    return Row("search", OF, str(client_id))


def _rows(stream_id: UUID, state: State, event: Event) -> Iterable[Row]:
    if isinstance(event, EncounterRecorded) and event.client_id is not None:
        yield of_client(event.client_id)


ENCOUNTER: Decider[Command, State] = Decider(
    aggregate=AGGREGATE,
    initial=State(),
    decide=decide,
    evolve=evolve,
    rows=_rows,
    kept=frozenset({OF}),  # what never was true is held all the same
    voidable={EncounterRecorded: ALWAYS, TransitGroupObserved: ALWAYS},
)
