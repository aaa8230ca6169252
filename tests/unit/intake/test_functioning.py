"""Functioning: six answers, from five years of age."""

from datetime import date
from typing import Any

import pytest

from services.intake.client.commands import AssessFunctioning
from services.intake.client.decisions import CLIENT
from shared.codes import AdultChild, Functioning, FunctioningDomain
from shared.contracts.intake.functioning import FunctioningAssessed
from tests.unit.intake.people import CONSENTED, N4, TODAY, counted, registered
from tests.unit.kit import given

EASY = dict.fromkeys(FunctioningDomain, Functioning.NO_DIFFICULTY)


def assess(**changes: Any) -> AssessFunctioning:
    members = {"today": TODAY, "ground": CONSENTED, "tool_version": "WG-SS", "answers": EASY}
    return AssessFunctioning(**{**members, **changes})


@pytest.mark.parametrize(
    ("worst", "disabled"), [("NO_DIFFICULTY", False), ("SOME", False), ("A_LOT", True), ("CANNOT", True)]
)  # fmt: skip
def test_a_lot_of_difficulty_in_one_domain_is_a_disability(worst: str, disabled: bool) -> None:
    answers = {**EASY, FunctioningDomain.SEEING: Functioning(worst)}
    fact = given(CLIENT, *counted()).when(assess(answers=answers)).fact(FunctioningAssessed)
    assert (fact.identity.disabled, fact.profile.disabled) == (disabled, disabled)


def test_without_statistics_there_is_no_copy_to_count() -> None:
    assert given(CLIENT, *registered()).when(assess()).fact(FunctioningAssessed).profile is None


def test_who_is_younger_than_five_is_not_asked() -> None:
    first, *rest = registered()
    small = first.model_copy(update={"identity": first.identity.model_copy(update={"birth_date": date(2022, 3, 3)})})
    given(CLIENT, small, *rest).when(assess()).refused_at("/answers")
    given(CLIENT, small, *rest).when(assess(today=date(2027, 3, 3))).then_types(FunctioningAssessed)


def test_where_the_age_is_unknown_the_worker_judges() -> None:
    first, *rest = registered()
    unknown = first.identity.model_copy(update={"birth_date": None, "age_class": AdultChild.U})
    given(CLIENT, first.model_copy(update={"identity": unknown}), *rest).when(assess()).then_types(FunctioningAssessed)


def test_the_same_answers_again_change_nothing_and_others_count_from_then_on() -> None:
    once = given(CLIENT, *registered()).when(assess()).after()
    once.when(assess()).nothing()
    once.when(assess(tool_version="WG-SS-2")).then_types(FunctioningAssessed)


def test_it_needs_a_ground() -> None:
    other = type(CONSENTED)(basis=CONSENTED.basis, consent_id=N4)
    given(CLIENT, *registered()).when(assess(ground=other)).rejected("consent-missing")
