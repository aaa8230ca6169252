"""When an incident is recorded, and what may become of it (domain chapter, section 9)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never
from uuid import UUID

from services.intake.client.rules import check_past, misfit, plain
from services.intake.incident.state import State, evolve
from shared.codes import IncidentStage, IncidentType, PlaceLevel, ReportedBy
from shared.contracts.intake.incident import INCIDENT as AGGREGATE
from shared.contracts.intake.incident import IncidentFacts, IncidentProgressed, IncidentRecord, IncidentReported
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.decider import ALWAYS, Decider, Row
from shared.eventsourcing.event import Event

TOLD_HERE: Final = frozenset(
    {IncidentType.ILLEGAL_RECRUITMENT, IncidentType.CONTRACT_VIOLATION, IncidentType.DEATH, IncidentType.MISSING, IncidentType.OTHER}
)
"""Types of which a free account is taken at intake; of the others it is told once, in a confidential case."""

FATAL: Final = frozenset({IncidentType.DEATH, IncidentType.MISSING})
OF_RECRUITMENT: Final = ("licence_checked", "paid")
OF_DEATHS: Final = ("dead", "missing", "route", "cause")

FOLLOWING: Final[Mapping[IncidentStage | None, frozenset[IncidentStage]]] = {
    None: frozenset(IncidentStage),
    IncidentStage.FORWARDED: frozenset(IncidentStage),
    IncidentStage.INVESTIGATED: frozenset(IncidentStage),
    IncidentStage.SUBSTANTIATED: frozenset({IncidentStage.FORWARDED, IncidentStage.CLOSED}),
    IncidentStage.UNFOUNDED: frozenset({IncidentStage.FORWARDED, IncidentStage.CLOSED}),
    IncidentStage.CLOSED: frozenset(),
}
"""What may follow a stage: what was found stands, and what is closed stays closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIncident:
    """today: the centre's local day. counted: the client allows statistics; an incident without a client always counts."""

    today: date
    reported_on: date
    by: ReportedBy
    client_id: UUID | None = None
    open_case: bool = False
    place_level: PlaceLevel
    record: IncidentRecord
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressIncident:
    """known_org: whether the region knows the organisation."""

    stage: IncidentStage
    to_org: str | None = None
    known_org: bool = True


Command = ReportIncident | ProgressIncident


def decide(command: Command, state: State) -> list[Event]:
    """The facts that follow from a command, or Rejected."""
    match command:
        case ReportIncident():
            return _report(command, state)
        case ProgressIncident():
            return _progress(command, state)
        case _:
            assert_never(command)


def _report(command: ReportIncident, state: State) -> list[Event]:
    if state.reported:
        raise Rejected("already-exists", "A new incident has an id of its own.")
    record = command.record
    if record.account is not None and record.type not in TOLD_HERE:
        raise Rejected("account-not-allowed", "Leave it out and offer a confidential case, where it is told once.", fields=["/account"])
    check_past(command.today, ("/reported_on", command.reported_on), ("/event_date", record.event_date))
    if faults := list(_faults(command)):
        raise misfit(*faults)
    counted = command.counted or command.client_id is None
    return [
        IncidentReported(
            reported_on=command.reported_on,
            by=command.by,
            client_id=command.client_id,
            open_case=command.open_case,
            place_level=command.place_level,
            identity=record,
            profile=plain(IncidentFacts, record) if counted else None,
        )
    ]


def _faults(command: ReportIncident) -> Iterator[tuple[str, str]]:
    record = command.record
    if command.client_id is None:
        if command.open_case:
            yield "/open_case", "not-allowed-here"
        if command.by is ReportedBy.CLIENT:
            yield "/client_id", "missing"
    elif record.person is not None:
        yield "/person", "not-allowed-here"
    if record.psgc_mun is not None and record.vintage is None:
        yield "/vintage", "missing"
    if record.psgc_mun is not None and command.place_level is PlaceLevel.COUNTRY:
        yield "/psgc_mun", "not-allowed-here"
    if record.type is not IncidentType.ILLEGAL_RECRUITMENT:
        yield from ((f"/{name}", "not-allowed-here") for name in OF_RECRUITMENT if getattr(record, name) is not None)
    if record.type not in FATAL:
        yield from ((f"/{name}", "not-allowed-here") for name in OF_DEATHS if getattr(record, name) is not None)
        return
    yield from ((f"/{name}", "missing") for name in ("dead", "missing", "cause") if getattr(record, name) is None)
    if record.dead == record.missing == 0:
        yield "/dead", "out-of-range"


def _progress(command: ProgressIncident, state: State) -> list[Event]:
    if not state.reported:
        raise OutOfScope()
    forwarded = command.stage is IncidentStage.FORWARDED
    if forwarded and command.to_org is None:
        raise misfit(("/to_org", "missing"))
    if not forwarded and command.to_org is not None:
        raise misfit(("/to_org", "not-allowed-here"))
    if not command.known_org:
        raise misfit(("/to_org", "unknown-code"))
    if (command.stage, command.to_org) in state.steps and (forwarded or state.stage is command.stage):
        return []
    allowed = FOLLOWING[state.stage]
    if command.stage not in allowed:
        raise Rejected("invalid-state", "See what may follow.", state=state.stage, allowed=sorted(allowed))
    return [IncidentProgressed(stage=command.stage, to_org=command.to_org)]


OF: Final = "incident-of"


def of_client(client_id: UUID | str) -> Row:
    """The search row by which the incidents are found that were reported of a client."""
    return Row("search", OF, str(client_id))


def _rows(stream_id: UUID, state: State, event: Event) -> Iterable[Row]:
    if isinstance(event, IncidentReported) and event.client_id is not None:
        yield of_client(event.client_id)


INCIDENT: Decider[Command, State] = Decider(
    aggregate=AGGREGATE,
    initial=State(),
    decide=decide,
    evolve=evolve,
    rows=_rows,
    kept=frozenset({OF}),  # what never was true is held all the same
    voidable={IncidentReported: ALWAYS, IncidentProgressed: ALWAYS},
)
