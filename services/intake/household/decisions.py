"""When somebody becomes or stops being a member of a household (domain chapter, section 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never
from uuid import UUID

from services.intake.client.commands import Ground
from services.intake.client.episodes import check as check_declarant
from services.intake.client.rules import check_past, misfit, plain, same
from services.intake.client.state import State as Client
from services.intake.household.state import State, evolve
from shared.codes import UnlinkReason
from shared.contracts.intake.household import HOUSEHOLD as AGGREGATE
from shared.contracts.intake.household import (
    HouseholdEconomics,
    HouseholdEconomicsDeclared,
    HouseholdMemberLinked,
    HouseholdMemberUnlinked,
    MemberFacts,
    MemberRecord,
)
from shared.errors import Rejected
from shared.eventsourcing.decider import ALWAYS, Decider, Row
from shared.eventsourcing.event import Event
from shared.privacy.classes import IDENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMember:
    """today: the centre's local day. declarant: the record of the client who says so, as it stands."""

    today: date
    ground: Ground
    declarant: Client
    household_id: UUID
    member_id: UUID
    declared_by: UUID
    since: date
    record: MemberRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkMember:
    today: date
    member_id: UUID
    to: date
    reason: UnlinkReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareHouseholdEconomics:
    """declarant: the record of the client who says so, as it stands."""

    today: date
    ground: Ground
    declarant: Client
    household_id: UUID
    declared_by: UUID
    economics: HouseholdEconomics


Command = LinkMember | UnlinkMember | DeclareHouseholdEconomics


def decide(command: Command, state: State) -> list[Event]:
    """The facts that follow from a command, or Rejected."""
    match command:
        case LinkMember():
            return _link(command, state)
        case UnlinkMember():
            return _unlink(command, state)
        case DeclareHouseholdEconomics():
            return _declare(command, state)
        case _:
            assert_never(command)


def _link(command: LinkMember, state: State) -> list[Event]:
    check_declarant(command.ground, command.declarant, command.today)
    record = command.record
    check_past(command.today, ("/from", command.since), ("/departed", record.departed))
    faults = [] if command.member_id != command.declared_by else [("/member_id", "not-allowed-here")]
    names = record.names
    if not (names.given or names.family or names.nickname):
        faults.append(("/names", "missing"))
    if record.abroad and record.country is None:
        faults.append(("/country", "missing"))
    if not record.abroad:
        faults += [(f"/{name}", "not-allowed-here") for name in ("country", "departed") if getattr(record, name) is not None]
    elif record.lives_with:
        faults.append(("/lives_with", "not-allowed-here"))
    if faults:
        raise misfit(*faults)
    linked = HouseholdMemberLinked(
        household_id=command.household_id,
        member_id=command.member_id,
        declared_by=command.declared_by,
        from_=command.since,
        identity=record,
        profile=plain(MemberFacts, record) if command.declarant.statistics else None,
    )
    known = state.links.get(command.member_id, {}).get(command.declared_by)
    if known is None:
        return [linked]
    if same(known, linked):
        return []
    raise Rejected("already-exists", "Unlink the member first, or void the entry if it was wrong.")


def _unlink(command: UnlinkMember, state: State) -> list[Event]:
    links = state.links.get(command.member_id)
    if not links:
        raise Rejected("invalid-state", "This person is no member now: read the household again.", state=None, allowed=["LinkMember"])
    check_past(command.today, ("/to", command.to))
    if command.to < min(link.from_ for link in links.values()):
        raise misfit(("/to", "out-of-range"))
    return [HouseholdMemberUnlinked(member_id=command.member_id, to=command.to, reason=command.reason)]


def _declare(command: DeclareHouseholdEconomics, state: State) -> list[Event]:
    check_declarant(command.ground, command.declarant, command.today)
    if command.declared_by not in state.declarants and command.declared_by not in state.links:
        raise misfit(("/declared_by", "not-allowed-here"))
    economics = command.economics
    if economics.earners > economics.size:
        raise misfit(("/earners", "out-of-range"))
    declared = HouseholdEconomicsDeclared(
        household_id=command.household_id,
        declared_by=command.declared_by,
        identity=economics,
        profile=economics if command.declarant.statistics else None,
    )
    known = state.economics.get(command.declared_by)
    return [] if known is not None and same(known, declared) else [declared]


BY: Final = "household-by"
WITH: Final = "household-with"


def of_declarant(client_id: UUID) -> Row:
    """The search row by which the households are found in which a client declared somebody."""
    return Row("search", BY, str(client_id))


def of_member(member_id: UUID) -> Row:
    """The search row by which the households are found in which somebody was declared."""
    return Row("search", WITH, str(member_id))


def _rows(stream_id: UUID, state: State, event: Event) -> Iterable[Row]:
    if isinstance(event, HouseholdMemberLinked):
        yield of_declarant(event.declared_by)
        yield of_member(event.member_id)
    if isinstance(event, HouseholdEconomicsDeclared):
        yield of_declarant(event.declared_by)


HOUSEHOLD: Decider[Command, State] = Decider(
    aggregate=AGGREGATE,
    initial=State(),
    decide=decide,
    evolve=evolve,
    rows=_rows,
    opens=frozenset({IDENTITY}),
    # An erasure finds by them whose keys go too: a link that is void, or of which another one was, sealed a name all the same.
    kept=frozenset({BY, WITH}),
    voidable={HouseholdMemberLinked: ALWAYS, HouseholdMemberUnlinked: ALWAYS, HouseholdEconomicsDeclared: ALWAYS},
)
