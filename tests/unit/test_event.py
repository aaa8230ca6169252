"""The language of facts: names, contexts, upcasters, sealed members."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from shared.eventsourcing.event import Aggregate, Context, Event, Sealed, instant
from shared.privacy.classes import ERASED, IDENTITY, PROFILE, Erased


class Who(Sealed):
    name: str


class ThingHappened(Event, type="thing-happened", minor=1):
    note: str
    identity: Annotated[Who | Erased, IDENTITY]


def test_an_event_names_its_topic_type_and_schema() -> None:
    thing = Aggregate("intake", "thing", ThingHappened)
    assert thing.topic == "intake.thing.v1"
    assert thing.ce_type("thing-happened") == "gabay.intake.thing-happened.v1"
    assert thing.ce_dataschema("thing-happened") == "urn:gabay:schema:intake:thing-happened:1.1"


def test_a_fact_is_frozen_and_closed() -> None:
    fact = ThingHappened(note="n", identity=Who(name="x"))
    with pytest.raises(ValidationError):
        fact.note = "m"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        ThingHappened(note="n", identity=Who(name="x"), more=1)  # type: ignore[call-arg]


def test_a_sealed_member_is_named_like_its_class() -> None:
    with pytest.raises(TypeError, match="named like its class"):

        class Wrong(Event, type="wrong"):
            person: Annotated[Who | Erased, PROFILE]


def test_a_type_is_kebab_case() -> None:
    class Odd(Event, type="OddName"):
        pass

    with pytest.raises(TypeError, match="kebab-case"):
        Aggregate("intake", "odd", Odd)


def test_erased_is_one_falsy_value_that_survives_copying() -> None:
    import copy
    import pickle

    assert Erased() is ERASED
    assert pickle.loads(pickle.dumps(ERASED)) is ERASED  # noqa: S301 - our own bytes
    assert copy.deepcopy(ERASED) is ERASED
    assert not ERASED
    assert ThingHappened(note="n", identity=ERASED).identity is ERASED


def test_old_shapes_are_brought_to_the_newest_step_by_step() -> None:
    """Stored facts are never rewritten: a rename of schema 1 and a new member of schema 2 chain on read."""

    def renamed(data: dict[str, Any]) -> dict[str, Any]:
        return {"note": data["text"], **{k: v for k, v in data.items() if k != "text"}}

    def with_origin(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "origin": "unknown"}

    steps = {("thing-happened", 1): renamed, ("thing-happened", 2): with_origin}
    thing = Aggregate("intake", "thing", ThingHappened, upcasters=steps)
    assert thing.schema("thing-happened") == 3
    assert thing.upcast("thing-happened", 1, {"text": "t"}) == {"note": "t", "origin": "unknown"}
    assert thing.upcast("thing-happened", 2, {"note": "t"}) == {"note": "t", "origin": "unknown"}
    assert thing.upcast("thing-happened", 3, {"note": "t"}) == {"note": "t"}


def test_a_context_travels_without_its_absent_members() -> None:
    subject = uuid4()
    ctx = Context(centre="PH-ANT-01", actor="stf-w1", role="caseworker", purpose="CASE_MANAGEMENT", subject_id=subject)
    assert ctx.wire() == {
        "centre": "PH-ANT-01",
        "actor": "stf-w1",
        "role": "caseworker",
        "purpose": "CASE_MANAGEMENT",
        "subject_id": str(subject),
    }
    assert Context.read({**ctx.wire(), "member_of_tomorrow": 1}) == ctx
    assert isinstance(Context.read(ctx.wire()).subject_id, UUID)


def test_times_leave_in_utc_with_milliseconds() -> None:
    local = datetime(2026, 3, 2, 9, 40, 7, 412_900, tzinfo=timezone(timedelta(hours=8)))
    assert instant(local) == "2026-03-02T01:40:07.412Z"
    assert instant(datetime(2026, 3, 2, tzinfo=UTC)) == "2026-03-02T00:00:00.000Z"
