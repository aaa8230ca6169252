"""Statistics ask no day: what decides there, fact by fact, is the answer of `shared.consent.may` after any history of consents."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given as example
from hypothesis import strategies as st

from services.intake.client.decisions import CLIENT
from shared.codes import Purpose
from shared.consent import Consent, Given, anybody, may
from shared.contracts.intake.consent import ConsentGiven, ConsentWithdrawn
from shared.eventsourcing.event import Event
from tests.unit.intake.people import TODAY, an_answer, counted, give, registered, statistics, withdraw
from tests.unit.kit import given

IDS = [UUID(f"0199a1f4-9000-7000-8000-0000000001{n:02}") for n in range(6)]
PURPOSES = (Purpose.STATISTICS, Purpose.STATISTICS, Purpose.PHOTO)

Step = tuple[str, int]
steps = st.lists(st.tuples(st.sampled_from(("give", "withdraw")), st.integers(0, len(IDS) - 1)), max_size=12)


def history(begun: bool, told: Sequence[Step]) -> list[Event]:
    """Facts of a client. Each id is a consent to a purpose of its own choice; what the rules refuse did not happen."""
    facts = counted() if begun else registered()
    for what, n in told:
        purpose = PURPOSES[n % len(PURPOSES)]
        answer = statistics(IDS[n]) if purpose is Purpose.STATISTICS else an_answer(IDS[n], purpose)
        outcome = given(CLIENT, *facts).when(give(answer) if what == "give" else withdraw(IDS[n]))
        facts += [] if outcome.refusal else outcome.events
    return facts


def permitted(facts: Sequence[Event]) -> bool:
    """The one question, asked of every consent that the facts tell of."""
    ends = {e.consent_id: e.effective for e in facts if isinstance(e, ConsentWithdrawn)}
    ends |= {e.replaces: e.valid_from for e in facts if isinstance(e, ConsentGiven) and e.replaces}
    told = [Given(e.purpose, e.recipient_org, e.valid_to, ends.get(e.consent_id)) for e in facts if isinstance(e, ConsentGiven)]
    return any(may(Purpose.STATISTICS, each, anybody, TODAY) is Consent.ACTIVE for each in told)


@example(st.booleans(), steps)
def test_intake_counts_whom_the_question_permits(begun: bool, told: list[Step]) -> None:
    facts = history(begun, told)
    assert given(CLIENT, *facts).state.statistics is permitted(facts)
