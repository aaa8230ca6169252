"""Reporting counts, fact by fact, whom `shared.consent.may` permits to be counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.eventsourcing.event import Event
from shared.eventsourcing.projection import Fact
from tests.unit.intake.test_consent_rule import Step, history, permitted, steps

CTX = {"centre": "PH-ANT-01", "actor": "stf-1", "role": "caseworker", "purpose": "CASE_MANAGEMENT"}


def arriving(stream: str, facts: Sequence[Event]) -> list[Fact]:
    """As the topic brings them, one a minute; whatever is sealed is away."""
    told = []
    for n, each in enumerate(facts, 1):
        at, sealed = f"2026-03-02T02:{n:02}:00Z", {which.value for which in each.sealed_classes}
        data = {"ctx": CTX, **each.model_dump(mode="json", exclude=sealed, exclude_none=True)}
        told.append(Fact("intake.client.v1", 0, 0, stream, n, f"gabay.intake.{each.event_type}.v1", str(uuid4()), at, at, "", data))
    return told


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), steps), min_size=1, max_size=20))
async def test_reporting_counts_whom_the_question_permits(model: Any, told: list[tuple[bool, list[Step]]]) -> None:
    await model.clear()
    people = {str(uuid4()): history(begun, each) for begun, each in told}
    await model.apply([fact for stream, facts in people.items() for fact in arriving(stream, facts)])
    rows = await model.connection.fetch("select client::text, consent_id is not null as counts from consent_state")
    assert {row["client"]: row["counts"] for row in rows} == {stream: permitted(facts) for stream, facts in people.items()}
