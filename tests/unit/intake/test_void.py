"""Which of intake's facts may be void (events chapter, section 6), and what that undoes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.intake.client.decisions import CLIENT
from services.intake.encounter.decisions import ENCOUNTER
from shared.codes import VoidReason
from shared.contracts.intake.client import ClientErased
from shared.contracts.intake.encounter import EncounterRecorded
from shared.errors import Rejected
from shared.eventsourcing.event import Context, Event, Recorded
from shared.eventsourcing.void import VoidEntry, voiding
from tests.unit.intake.people import C1, E1, a_departure, a_return, a_screening, an_arrival, an_intention, counted
from tests.unit.kit import given

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIFE = counted(
    intention=an_intention(), departure=a_departure(), returned=a_return(), transit_arrival=an_arrival(), screening=a_screening()
)


def stream(events: list[Event]) -> list[Recorded[Event]]:
    ctx = Context(centre="PH-ANT-01", actor="stf-w1", role="caseworker", purpose="CASE_MANAGEMENT", subject_id=C1)
    return [
        Recorded(
            stream_id=C1, version=n, event_id=UUID(int=n), event=event, ctx=ctx, occurred_at=NOW, recorded_at=NOW, command_id=UUID(int=n)
        )
        for n, event in enumerate(events, 1)
    ]  # fmt: skip


def void(n: int) -> VoidEntry:
    return VoidEntry(event_id=UUID(int=n), reason=VoidReason.WRONG_PERSON, now=NOW + timedelta(hours=1), actor="stf-w1")


@pytest.mark.parametrize("n", range(1, len(LIFE) + 1))
def test_what_may_be_void_is_what_the_catalogue_says(n: int) -> None:
    decider, facts = voiding(CLIENT), stream(LIFE)
    allowed = LIFE[n - 1].event_type not in ("client-registered", "client-profile-amended", "consent-given")
    if allowed:
        assert decider.decide(void(n), decider.state_of(facts))
        return
    with pytest.raises(Rejected, match="not-voidable"):
        decider.decide(void(n), decider.state_of(facts))


def test_after_a_void_return_another_can_be_recorded() -> None:
    n = next(n for n, event in enumerate(LIFE, 1) if event.event_type == "return-recorded")
    decider = voiding(CLIENT)
    [gone] = decider.decide(void(n), decider.state_of(stream(LIFE)))
    state = CLIENT.state_of(stream([*LIFE, gone]))
    assert state.episodes[E1].returned is None
    assert state.episodes[E1].departure is not None


def test_of_somebody_forgotten_nothing_is_corrected() -> None:
    facts = stream([*LIFE, ClientErased(request_id=C1, basis="RETENTION")])
    decider = voiding(CLIENT)
    with pytest.raises(Rejected, match="client-erased"):
        decider.decide(void(len(LIFE)), decider.state_of(facts))


def test_an_encounter_that_never_took_place_is_gone() -> None:
    met = EncounterRecorded(channel="WALK_IN", topics=("LIV",), minutes=5, immediate_need=False, info_given=True)
    decider = voiding(ENCOUNTER)
    [gone] = decider.decide(void(1), decider.state_of(stream([met])))
    assert ENCOUNTER.state_of(stream([met, gone])) == ENCOUNTER.initial
    assert given(ENCOUNTER, met).state.recorded
