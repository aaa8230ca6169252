"""How a case ends, goes on after that, or moves to another centre (events chapter, section 3)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import (
    ClosureReason,
    NeedCode,
    NeedOutcome,
    TransferAnswer,
)
from shared.contracts.casework.field import CentreCode, LongText, Text
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import NARRATIVE, PROFILE, Erased


class Outcome(Sealed):
    """What became of one need at closure."""

    need_id: UUID = Field(description="The need.")
    code: NeedCode = Field(description="What was needed.")
    outcome: NeedOutcome = Field(description="What became of it.")


class ClosureProfile(Sealed):
    reason: ClosureReason = Field(description="Why the case ended.")
    outcomes: tuple[Outcome, ...] = Field(default=(), max_length=200, description="What became of each need.")


class ClosureNarrative(ClosureProfile):
    summary: LongText | None = Field(default=None, description="The case in words; absent only when the system closes it.")


class CaseClosed(Event, type="case-closed"):
    """The help ended; each need has an outcome."""

    closed_on: date = Field(description="Day of the closure.")
    approved: bool = Field(description="Whether a supervisor signed it.")
    profile: Annotated[ClosureProfile | Erased | None, PROFILE] = None
    narrative: Annotated[ClosureNarrative | Erased, NARRATIVE]


class ReopeningNote(Sealed):
    reason: Text = Field(description="Why the case goes on.")


class CaseReopened(Event, type="case-reopened"):
    """A closed case goes on, at most twelve months after its closure."""

    prior_closure: UUID = Field(description="Event id of the closure that is undone.")
    narrative: Annotated[ReopeningNote | Erased, NARRATIVE]


class TransferNote(Sealed):
    reason: Text = Field(description="Why the case should move, or why it is taken or not.")


class CaseTransferRequested(Event, type="case-transfer-requested"):
    """The case should move to another centre of the region; until that answers, nothing changes."""

    transfer_id: UUID = Field(description="Id of the transfer.")
    to_centre: CentreCode = Field(description="Centre that is asked.")
    narrative: Annotated[TransferNote | Erased, NARRATIVE]


class CaseTransferAnswered(Event, type="case-transfer-answered"):
    """The other centre's answer. ACCEPTED moves the case there and clears its worker; without an answer it is REFUSED."""

    transfer_id: UUID = Field(description="The transfer.")
    to_centre: CentreCode = Field(description="Centre that answers.")
    answer: TransferAnswer = Field(description="The answer.")
    narrative: Annotated[TransferNote | Erased | None, NARRATIVE] = None
