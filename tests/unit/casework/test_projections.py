"""Casework's read models: what they write, what they leave without a look, and the same when applied twice."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from shared.contracts.casework.case import CASE
from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.privacy.classes import NARRATIVE
from tests.unit.casework.cases import ACTION, CENTRE, CLIENT
from tests.unit.casework.cases import CASE as CASE_ID

REFERRED = UUID(int=77)
AT = "2026-03-06T02:00:00.000Z"


def fact(type: str, stream: UUID = CASE_ID, version: int = 1, opened: Any = None, **data: Any) -> Fact:
    ctx = {"centre": CENTRE, "actor": "stf-w1", "role": "caseworker", "purpose": "CASE_MANAGEMENT"}
    told = {NARRATIVE: opened} if opened else {}
    return Fact("t", 0, 0, str(stream), version, type, str(UUID(int=9)), AT, AT, "", {"ctx": ctx, **data}, opened=told)


def apply(projection: Projection, one: Fact) -> list[Op]:
    def once() -> list[Op]:
        found = projection.handlers[one.type](one)
        return [] if found is None else [found] if isinstance(found, Op) else list(found)

    first = once()
    assert once() == first
    return first


@pytest.mark.parametrize("projection", [caseload, consents])
def test_each_operation_has_its_statement(projection: Projection) -> None:
    package = next(iter(projection.handlers.values())).__module__.rpartition(".")[0]
    there = {file.name for file in files(package).iterdir()}
    assert "tables.sql" in there


def test_the_caseload_follows_every_fact_of_cases_and_referrals() -> None:
    known = {aggregate.ce_type(name) for aggregate in (CASE, REFERRAL) for name in aggregate.events}
    assert set(caseload.handlers) == known


def test_only_consents_that_casework_asks_for_are_kept() -> None:
    given = {"consent_id": str(UUID(int=40)), "valid_from": "2026-03-02"}
    kept = apply(consents, fact("gabay.intake.consent-given.v1", CLIENT, purpose="CASE_MANAGEMENT", **given))
    assert kept == [Op("give", (str(CLIENT), str(UUID(int=40)), "CASE_MANAGEMENT", None, None, 1))]
    mission = apply(consents, fact("gabay.intake.consent-given.v1", CLIENT, purpose="CONSULAR", recipient_org="CONS_HND", **given))
    assert mission == [Op("give", (str(CLIENT), str(UUID(int=40)), "CONSULAR", "CONS_HND", None, 1))]
    for purpose in ("STATISTICS", "PHOTO", "SHARE_FOR_SERVICE"):
        assert apply(consents, fact("gabay.intake.consent-given.v1", CLIENT, purpose=purpose, **given)) == []
    assert "gabay.intake.client-registered.v1" not in consents.handlers


def test_a_merge_lets_rest_what_the_other_record_does_not_permit_until_it_is_taken_back() -> None:
    other, narrowed = str(UUID(int=55)), [{"purpose": "CASE_MANAGEMENT"}, {"purpose": "STATISTICS"}]
    pair = {"survivor_id": str(CLIENT), "retired_id": other, "narrowed": narrowed}
    merged = apply(consents, fact("gabay.intake.client-records-merged.v1", CLIENT, version=5, **pair))
    assert merged == [Op("narrow", (str(CLIENT), other, "CASE_MANAGEMENT", "", 5))]
    retired = apply(consents, fact("gabay.intake.client-retired.v1", UUID(other), version=4, **pair))
    assert retired == [Op("follow", (other, str(CLIENT))), Op("narrow", (other, str(CLIENT), "CASE_MANAGEMENT", "", 4))]
    assert apply(consents, fact("gabay.intake.client-records-unmerged.v1", CLIENT, **pair)) == [Op("widen", (str(CLIENT), other))]
    back = apply(consents, fact("gabay.intake.client-reinstated.v1", UUID(other), **pair))
    assert back == [Op("follow", (other, None)), Op("widen", (other, str(CLIENT)))]


def test_a_consent_ends_when_another_takes_its_place_or_it_is_withdrawn() -> None:
    given = {"consent_id": str(UUID(int=41)), "valid_from": "2026-03-05", "replaces": str(UUID(int=40)), "purpose": "CASE_MANAGEMENT"}
    ops = apply(consents, fact("gabay.intake.consent-given.v1", CLIENT, **given))
    assert ops[1] == Op("end", (str(CLIENT), str(UUID(int=40)), "2026-03-05"))
    end = {"consent_id": str(UUID(int=41)), "purpose": "CASE_MANAGEMENT", "effective": "2026-03-09"}
    assert apply(consents, fact("gabay.intake.consent-withdrawn.v1", CLIENT, **end)) == [
        Op("end", (str(CLIENT), str(UUID(int=41)), "2026-03-09"))
    ]


@pytest.mark.parametrize(("case_type", "hidden"), [("GBV", True), ("MEDICAL", False)])
def test_an_assessment_may_hide_the_case(case_type: str, hidden: bool) -> None:
    ops = apply(caseload, fact("gabay.casework.needs-assessed.v1", needs=1, opened={"case_type": case_type}))
    assert (Op("hide", (str(CASE_ID), str(UUID(int=9)))) in ops) is hidden
    assert ops[-1] == Op("settle", (str(CASE_ID),))


def test_the_timeline_of_a_case_follows_its_referrals() -> None:
    sent = {"case_id": str(CASE_ID), "action_id": str(ACTION), "service_code": "LIV", "due_ack": AT, "confidential": False}
    refer, line = apply(caseload, fact("gabay.referrals.referral-sent.v1", REFERRED, **sent))
    assert refer == Op("refer", (str(REFERRED), str(CASE_ID), str(ACTION), False))
    assert line[1][:5] == (str(REFERRED), str(CASE_ID), 1, str(UUID(int=9)), "referral-sent")
    [answer] = apply(caseload, fact("gabay.referrals.referral-declined.v1", REFERRED, 2, at=AT, reason="NO_CAPACITY"))
    assert orjson.loads(answer[1][-1]) == {"referral_id": str(REFERRED), "reason": "NO_CAPACITY"}


def test_a_referral_of_no_case_leaves_no_trace() -> None:
    assert apply(caseload, fact("gabay.referrals.referral-sent.v1", REFERRED, service_code="LIV")) == []


def _names(ops: Iterable[Op]) -> list[str]:
    return [op[0] for op in ops]


def test_opening_and_closing_move_the_case() -> None:
    opened = {"client_id": str(CLIENT), "case_kind": "GENERAL", "priority": "NORMAL", "source": "WALK_IN", "sub_committee": "MDI"}
    assert _names(apply(caseload, fact("gabay.casework.case-opened.v1", **opened))) == ["open", "step", "settle"]
    assert _names(apply(caseload, fact("gabay.casework.case-closed.v1", version=2, closed_on="2026-03-06"))) == ["close", "step", "settle"]


def test_an_accepted_transfer_moves_the_case_and_a_refused_one_does_not() -> None:
    told = {"transfer_id": str(UUID(int=60)), "to_centre": "PH-MAS-01"}
    asked = apply(caseload, fact("gabay.casework.case-transfer-requested.v1", **told))
    assert asked[0] == Op("transfer", (str(CASE_ID), str(UUID(int=60)), "PH-MAS-01", AT))
    accepted = apply(caseload, fact("gabay.casework.case-transfer-answered.v1", **told, answer="ACCEPTED"))
    assert accepted[0] == Op("transferred", (str(CASE_ID), "PH-MAS-01"))
    refused = apply(caseload, fact("gabay.casework.case-transfer-answered.v1", **told, answer="REFUSED"))
    assert refused[0] == Op("transferred", (str(CASE_ID), None))


def test_what_is_void_leaves_the_board() -> None:
    told = {"event_id": str(UUID(int=8)), "event_type": "needs-assessed", "reason": "WRONG_PERSON"}
    ops = apply(caseload, fact("gabay.casework.entry-voided.v1", **told))
    assert _names(ops) == ["void", "step", "settle"]
    assert ops[0] == Op("void", (str(CASE_ID), str(UUID(int=8))))
