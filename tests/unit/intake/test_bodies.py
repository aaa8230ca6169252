"""Requests: the handbook's example is taken, nothing is converted, and of an amendment every member may be cleared."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from services.intake.client.bodies import AmendClientBody, RegisterClientBody
from services.intake.encounter.routes import ObserveGroupBody
from shared.contracts.intake.person import Facts, Person
from tests.harness.people import INFORMED, a_registration

CONSENT = {
    "consent_id": "0199a1f4-9000-7000-8000-000000000001", "purpose": "CASE_MANAGEMENT", "given_by": "SELF", "form": "EXPLICIT",
    "method": "WRITTEN", "language": "krj", "interpreter": False, "notice_version": "2026-1", "assent": "NOT_NEEDED",
    "valid_from": "2026-03-02", "informed": INFORMED,
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "local_id": "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11", "centre": "PH-ANT-01", "occurred_at": "2026-03-02T09:40:00+08:00",
    "search_token": "from the search", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
    "consent_id": "0199a1f4-9000-7000-8000-000000000001", "registered_on": "2026-03-02", "channel": "WALK_IN", "open_case": True,
    "case_request": {"priority": "NORMAL", "confidential": False, "sub_committee": "MDI"},
    "identity": {
        "names": {"given": "A", "family": "B"}, "birth_date": "1991-06-14", "phones": ["+639170000001"], "languages": ["krj", "fil"],
        "interpreter": False, "address": {"lines": "A street", "barangay": "0600613001", "vintage": "2026-1Q", "permanent": True},
    },
    "profile": {
        "client_types": ["RETURNEE"], "sex": "F", "nationality": ["PHL"], "psgc_mun": "0600613000", "vintage": "2026-1Q",
        "residence_country": "PHL", "education": "HIGH_SCHOOL_GRADUATE",
    },
    "consents": [CONSENT, CONSENT | {"consent_id": "0199a1f4-9000-7000-8000-000000000002", "purpose": "STATISTICS"}],
}  # fmt: skip


def amend(**changes: Any) -> AmendClientBody:
    return AmendClientBody.model_validate_json(orjson.dumps({"purpose": "CASE_MANAGEMENT", "reason": "CORRECTION", **changes}), strict=True)


def test_the_example_of_the_handbook_is_taken() -> None:
    body = RegisterClientBody.model_validate_json(orjson.dumps(EXAMPLE), strict=True)
    assert body.identity.languages == ("krj", "fil")


@pytest.mark.parametrize(("group", "member"), [("identity", n) for n in Person.model_fields] + [("profile", n) for n in Facts.model_fields])
def test_every_member_may_be_cleared_or_left_out(group: str, member: str) -> None:
    changes = getattr(amend(**{group: {member: None}}), group)
    assert changes.model_fields_set == {member}


@pytest.mark.parametrize("member", ["birth_month", "birth_estimated", "age_band", "adult_child"])
def test_what_is_derived_is_not_taken(member: str) -> None:
    body = EXAMPLE | {"profile": EXAMPLE["profile"] | {member: "1991-06"}}
    with pytest.raises(ValidationError) as refused:
        RegisterClientBody.model_validate_json(orjson.dumps(body), strict=True)
    assert [error["type"] for error in refused.value.errors()] == ["not_allowed_here"]


@pytest.mark.parametrize(
    "changes",
    [{"interpreter": "yes"}, {"birth_date": 0}, {"age": "34"}, {"age": 34.0}, {"names": {"given": 7}}, {"documents": {}}],
)
def test_nothing_is_converted(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RegisterClientBody.model_validate_json(orjson.dumps(a_registration(identity=changes)), strict=True)
    with pytest.raises(ValidationError):
        amend(identity=changes)


def test_a_count_is_a_number() -> None:
    body = {
        "centre": "HN-EP-01",
        "purpose": "STATISTICS",
        "point": "X",
        "date": "2026-01-05",
        "counts": [{"sex": "F", "age": "ADULT", "n": "3"}],
    }
    with pytest.raises(ValidationError):
        ObserveGroupBody.model_validate_json(orjson.dumps(body), strict=True)
