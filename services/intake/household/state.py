"""Who belongs to a household, by whom it was said, and what it lives on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from shared.contracts.entry import EntryVoided
from shared.contracts.intake.household import (
    HouseholdEconomicsDeclared,
    HouseholdEvent,
    HouseholdMemberLinked,
    HouseholdMemberUnlinked,
)


@dataclass(frozen=True, slots=True)
class State:
    """links: present members, by member and then by the client who declared them. economics: the latest word of each client."""

    links: Mapping[UUID, Mapping[UUID, HouseholdMemberLinked]] = field(default_factory=dict)
    declarants: frozenset[UUID] = frozenset()
    economics: Mapping[UUID, HouseholdEconomicsDeclared] = field(default_factory=dict)


def evolve(state: State, event: HouseholdEvent) -> State:
    match event:
        case HouseholdMemberLinked():
            said = {**state.links.get(event.member_id, {}), event.declared_by: event}
            links = {**state.links, event.member_id: said}
            return replace(state, links=links, declarants=state.declarants | {event.declared_by})
        case HouseholdMemberUnlinked():
            return replace(state, links={member: said for member, said in state.links.items() if member != event.member_id})
        case HouseholdEconomicsDeclared():
            return replace(state, economics={**state.economics, event.declared_by: event})
        case EntryVoided():
            return state
        case _:
            assert_never(event)
