"""What is known of one directory entry, folded from its facts."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from shared.codes import EntryStatus, ServiceCode
from shared.contracts.referrals.service_entry import (
    ServiceEntryEvent,
    ServiceEntryListed,
    ServiceEntryRetired,
    ServiceEntryVerified,
)


@dataclass(frozen=True, slots=True)
class State:
    """`listed` None: there is no such entry."""

    listed: ServiceEntryListed | None = None
    verified_on: date | None = None
    next_due: date | None = None
    retired: bool = False

    @property
    def org(self) -> str:
        return self.listed.org if self.listed else ""

    @property
    def service_code(self) -> ServiceCode | None:
        return self.listed.service_code if self.listed else None

    @property
    def active(self) -> bool:
        """Whether the service runs, as far as the directory knows; fresh or not is another question."""
        return self.listed is not None and not self.retired and self.listed.service.status is EntryStatus.ACTIVE


def evolve(state: State, event: ServiceEntryEvent) -> State:
    match event:
        case ServiceEntryListed():
            return replace(state, listed=event)
        case ServiceEntryVerified(verified_on=verified_on, next_due=next_due):
            return replace(state, verified_on=verified_on, next_due=next_due)
        case ServiceEntryRetired():
            return replace(state, retired=True)
        case _:
            assert_never(event)
