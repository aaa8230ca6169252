"""Protection matters: one neutral type, a confidential case, a person who decides."""

from datetime import date
from uuid import UUID

import pytest

from services.casework.assistance.commands import BestInterests, Safety, Trafficking
from services.casework.basis import Consent
from shared.codes import (
    AdultChild,
    BestInterestsKind,
    BestInterestsOption,
    CaseKind,
    ControlMethod,
    FollowUpType,
    ProtectionMatter,
    ServiceCode,
    TraffickingDecider,
    TraffickingStatus,
)
from shared.contracts.casework.case import FollowUpScheduled
from shared.contracts.casework.protection import ProtectionAssessed, ProtectionDetails, ProtectionProfile
from tests.unit.casework.cases import CASES, TODAY, assessed, ground, opened
from tests.unit.casework.helping import MATTER, after, day, protecting
from tests.unit.kit import forgotten, given

M = ProtectionMatter
ADULTS, CHILDREN = [opened(minor=False)], [opened(minor=True)]


def told(event: ProtectionAssessed) -> ProtectionDetails:
    assert isinstance(event.protected, ProtectionDetails)
    return event.protected


@pytest.mark.parametrize("matter", list(M))
def test_whichever_it_is_the_case_is_confidential_and_the_open_part_tells_nothing(matter: ProtectionMatter) -> None:
    outcome = after(CHILDREN).when(protecting(matter))
    event = outcome.fact(ProtectionAssessed)
    assert set(event.model_dump(exclude=event.sealed_members)) == {"assessment_id", "urgent", "contact_block"}
    assert (told(event).matter, told(event).account) == (matter, "told once")
    assert outcome.after().state.kind is CaseKind.CONFIDENTIAL


def test_an_asylum_concern_is_not_counted_and_blocks_contact() -> None:
    event = after(ADULTS).when(protecting(M.ASYLUM_CONCERN)).fact(ProtectionAssessed)
    assert (event.profile, event.contact_block) == (None, True)
    assert after(ADULTS).when(protecting(M.GBV)).fact(ProtectionAssessed).contact_block is False


def trafficking(status: TraffickingStatus, decider: TraffickingDecider) -> Trafficking:
    return Trafficking(status=status, decider=decider, control=(ControlMethod.DebtBondage,))


ACTUAL = TraffickingStatus.ActualVictimOfTrafficking
D = TraffickingDecider


@pytest.mark.parametrize("decider", list(D))
def test_who_is_a_victim_is_for_an_authority_or_the_protection_supervisor_to_say(decider: TraffickingDecider) -> None:
    command = protecting(M.TRAFFICKING, trafficking=trafficking(ACTUAL, decider))
    if decider in (D.Police, D.CourtOrProsecution, D.NonPoliceGovernmentalOrganization):
        after(ADULTS).when(command).then_types(ProtectionAssessed)
    else:
        after(ADULTS).when(command).rejected("approval-needed")
    signed = protecting(M.TRAFFICKING, trafficking=trafficking(ACTUAL, decider), by_protection_supervisor=True)
    after(ADULTS).when(signed).then_types(ProtectionAssessed)


@pytest.mark.parametrize("status", [s for s in TraffickingStatus if s is not ACTUAL])
def test_a_suspicion_or_its_end_is_for_any_worker_to_write_down(status: TraffickingStatus) -> None:
    event = after(ADULTS).when(protecting(M.TRAFFICKING, trafficking=trafficking(status, D.Other))).fact(ProtectionAssessed)
    assert isinstance(event.profile, ProtectionProfile)
    assert (event.profile.trafficking_status, event.profile.identified_on, event.profile.control) == (status, TODAY, ("DebtBondage",))


def test_no_verdict_comes_from_indicators() -> None:
    many = Trafficking(
        status=TraffickingStatus.PossibleVictimOfTrafficking, decider=D.Other, control=tuple(ControlMethod), exploitation=("ForcedLabour",)
    )  # type: ignore[arg-type]
    none = Trafficking(status=TraffickingStatus.PossibleVictimOfTrafficking, decider=D.Other)
    for each in (many, none):
        event = after(ADULTS).when(protecting(M.TRAFFICKING, trafficking=each)).fact(ProtectionAssessed)
        assert told(event).trafficking_status is TraffickingStatus.PossibleVictimOfTrafficking


def test_a_separated_child_gets_the_task_of_a_best_interests_assessment() -> None:
    outcome = after(CHILDREN).when(protecting(M.CHILD_SEPARATION, on=day(2)))
    task = outcome.fact(FollowUpScheduled)
    assert (task.type, str(task.due)) == (FollowUpType.ASSESSMENT, "2026-03-16")
    event = outcome.fact(ProtectionAssessed)
    assert (told(event).guardian, told(event).tracing_wanted) == (False, True)
    assert isinstance(event.profile, ProtectionProfile)
    assert (event.profile.separation, event.profile.adult_child) == ("UNACCOMPANIED", AdultChild.CHILD)
    outcome.after().when(protecting(M.CHILD_SEPARATION, on=day(2))).nothing()


def test_a_decision_for_a_child_has_a_day_and_an_option_or_is_pending() -> None:
    half = BestInterests(kind=BestInterestsKind.BID, option=BestInterestsOption.FOSTER)
    after(CHILDREN).when(protecting(M.BEST_INTERESTS, best_interests=half)).refused_at("/best_interests/decided_on")
    other = BestInterests(kind=BestInterestsKind.BID, decided_on=TODAY)
    after(CHILDREN).when(protecting(M.BEST_INTERESTS, best_interests=other)).refused_at("/best_interests/option")
    ahead = BestInterests(kind=BestInterestsKind.BID, decided_on=day(7), option=BestInterestsOption.FOSTER)
    after(CHILDREN).when(protecting(M.BEST_INTERESTS, best_interests=ahead)).rejected("date-in-future")
    pending = after(CHILDREN, protecting(M.BEST_INTERESTS))
    assert pending.state.assistance.best_interests is None


def test_a_form_has_the_part_of_its_matter_and_no_other() -> None:
    after(ADULTS).when(protecting(M.TRAFFICKING, trafficking=None)).refused_at("/trafficking")
    stray = trafficking(TraffickingStatus.NotAVictimOfTrafficking, D.Police)
    after(ADULTS).when(protecting(M.GBV, trafficking=stray)).refused_at("/trafficking")
    after(ADULTS).when(protecting(M.CHILD_SEPARATION)).refused_at("/matter")
    plan = Safety(plan="stays with a friend", services_wished=(ServiceCode.PSS,))
    after(ADULTS).when(protecting(M.GBV, safety=plan)).then_types(ProtectionAssessed)
    after(CHILDREN).when(protecting(M.BEST_INTERESTS, safety=plan)).refused_at("/safety_plan")
    after(ADULTS).when(protecting(M.GBV, safety=Safety(legal_advice=True))).refused_at("/legal_advice")
    after(ADULTS).when(protecting(on=date(2026, 3, 7))).rejected("date-in-future", fields=["/on"])
    after(ADULTS).when(protecting(ground=ground(Consent.MISSING))).rejected("consent-missing")


def test_the_same_assessment_again_is_done_already() -> None:
    once = after(ADULTS, protecting())
    once.when(protecting()).nothing()
    once.when(protecting(account="told twice")).rejected("already-exists")
    once.when(protecting(assessment_id=UUID(int=91))).then_types(ProtectionAssessed)


def test_unknown_age_is_counted_as_unknown() -> None:
    event = after([opened(minor=None)]).when(protecting()).fact(ProtectionAssessed)
    assert told(event).adult_child is AdultChild.U
    event = after([opened(minor=None), assessed()]).when(protecting()).fact(ProtectionAssessed)
    assert told(event).adult_child is AdultChild.ADULT


def test_a_forgotten_matter_still_hides_and_blocks() -> None:
    blocked = after(ADULTS, protecting(M.ASYLUM_CONCERN))
    state = given(CASES, *[forgotten(event) for event in blocked.events]).state
    assert (state.confidential, state.contact_block) == (True, True)
    assert MATTER in state.assistance.assessments
