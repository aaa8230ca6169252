"""Two records of one person: when they may become one, and when they fall apart again (events chapter, section 6)."""

from services.intake.client.commands import MergeIn, Reinstate, Retire, ReviewDuplicates, Unmerge
from services.intake.client.rules import check_active, check_free, misfit
from services.intake.client.state import ConsentKey, State
from shared.contracts.intake.client import ClientEvent
from shared.contracts.intake.merge import (
    ClientRecordsMerged,
    ClientRecordsUnmerged,
    ClientReinstated,
    ClientRetired,
    DuplicatesReviewed,
    Narrowed,
)
from shared.errors import Rejected


def merge_in(command: MergeIn, state: State) -> list[ClientEvent]:
    """The survivor's half. Consents do not cross: what the other record does not permit rests here too."""
    check_active(state)
    check_free(state, command.today)
    return [
        ClientRecordsMerged(
            survivor_id=command.survivor_id,
            retired_id=command.retired_id,
            evidence=command.evidence,
            score=command.score,
            narrowed=_narrowed(state, command.other_permits),
        )
    ]


def retire(command: Retire, state: State) -> list[ClientEvent]:
    """The other half, in the same append."""
    check_active(state)
    check_free(state, command.today)
    return [
        ClientRetired(
            survivor_id=command.survivor_id,
            retired_id=command.retired_id,
            evidence=command.evidence,
            score=command.score,
            narrowed=_narrowed(state, command.other_permits),
        )
    ]


def unmerge(command: Unmerge, state: State) -> list[ClientEvent]:
    """The survivor's half. A survivor that was itself merged into a third record since may still let go."""
    if state.status == "erased":
        check_active(state)
    if command.retired_id not in state.merged:
        raise _not_merged()
    return [ClientRecordsUnmerged(survivor_id=command.survivor_id, retired_id=command.retired_id, reason=command.reason)]


def reinstate(command: Reinstate, state: State) -> list[ClientEvent]:
    """The other half, in the same append."""
    if state.status == "erased":
        check_active(state)
    if state.merged_into != command.survivor_id:
        raise _not_merged()
    return [ClientReinstated(survivor_id=command.survivor_id, retired_id=command.retired_id, reason=command.reason)]


def review(command: ReviewDuplicates, state: State) -> list[ClientEvent]:
    """What was rejected once is not asked again; an empty list says that nobody was left to look at."""
    check_active(state)
    rejected = tuple(dict.fromkeys(command.rejected))
    if command.client_id in rejected:
        raise misfit((f"/rejected/{rejected.index(command.client_id)}", "not-allowed-here"))
    new = tuple(other for other in rejected if other not in state.not_duplicates)
    return [DuplicatesReviewed(rejected=new)] if new or not state.reviewed else []


def _narrowed(state: State, other_permits: frozenset[ConsentKey]) -> tuple[Narrowed, ...]:
    # Also what rests since another merge: when that one is taken back, this one still stands.
    lost = {(c.purpose, c.recipient_org) for c in state.active_consents()} - other_permits
    return tuple(Narrowed(purpose=purpose, recipient_org=org) for purpose, org in sorted(lost, key=lambda key: (key[0], key[1] or "")))


def _not_merged() -> Rejected:
    return Rejected("invalid-state", "These two are not merged: read both again.")
