"""The guards of consular requests, returns and searches: consent to this very thing, protection first, a free choice."""

from datetime import date
from uuid import UUID

import pytest

from services.casework.assistance.commands import BestInterests, Safety
from services.casework.basis import Consent
from shared.codes import (
    BestInterestsKind,
    BestInterestsOption,
    CaseType,
    ConsularStage,
    FollowUpType,
    ProtectionMatter,
    ReturnStage,
    ReviewCause,
    ServiceCode,
    TracingOutcome,
    TracingStage,
)
from shared.contracts.casework import assistance as facts
from shared.contracts.casework.case import CaseReviewRequired
from shared.contracts.casework.ending import CaseClosed
from tests.unit.casework.cases import CLIENT, NEED, TODAY, closing, delivering, ground, opened
from tests.unit.casework.helping import (
    SEARCH,
    SOUGHT,
    after,
    asking,
    day,
    going,
    measuring,
    protecting,
    searching,
    warrant,
)
from tests.unit.casework.plans import scheduling

C, R, T = ConsularStage, ReturnStage, TracingStage
MISSING, ENDED = Consent.MISSING, Consent.ENDED


# Consular requests


def test_a_request_is_sealed_but_for_its_stage() -> None:
    event = after([opened()]).when(asking()).fact(facts.ConsularRequestProgressed)
    assert event.model_dump(mode="json", exclude=event.sealed_members, exclude_none=True) == {
        "request_id": str(event.request_id), "stage": "PREPARED", "on": "2026-03-06",
    }  # fmt: skip
    assert isinstance(event.narrative, facts.ConsularNarrative)
    assert (event.narrative.document, event.narrative.mission) == ("PASSPORT", "HND")


@pytest.mark.parametrize(("consent", "code"), [(MISSING, "consent-missing"), (ENDED, "consent-expired")])
def test_nothing_goes_to_a_mission_without_the_consent_to_it(consent: Consent, code: str) -> None:
    after([opened()]).when(asking(warrant=warrant(consent))).rejected(code, purpose="CONSULAR")
    after([opened()], asking()).when(asking(C.SUBMITTED, warrant=warrant(consent))).rejected(code, purpose="CONSULAR")


def test_to_stop_needs_no_consent() -> None:
    after([opened()], asking()).when(asking(C.CANCELLED, warrant=warrant(MISSING))).then_types(facts.ConsularRequestProgressed)
    after([opened()], asking(), asking(C.SUBMITTED)).when(asking(C.HALTED, warrant=None)).then_types(facts.ConsularRequestProgressed)


def test_no_mission_hears_of_somebody_who_may_seek_asylum() -> None:
    asylum = protecting(ProtectionMatter.ASYLUM_CONCERN)
    after([opened()], asylum).when(asking()).rejected("protection-block")
    after([opened(case_type=CaseType.ASYLUM)]).when(asking()).rejected("protection-block")
    after([opened()]).when(asking(warrant=warrant(blocked=True))).rejected("protection-block")
    running = after([opened()], asking(), asylum)
    running.when(asking(C.SUBMITTED)).rejected("protection-block")
    running.when(asking(C.CANCELLED)).then_types(facts.ConsularRequestProgressed)


def test_a_block_may_be_set_for_any_matter() -> None:
    after([opened()], protecting(contact_block=True)).when(asking()).rejected("protection-block")
    after([opened()], protecting()).when(asking()).then_types(facts.ConsularRequestProgressed)


def test_a_request_keeps_what_it_asks_for() -> None:
    issued = after([opened()], asking(), asking(C.SUBMITTED)).when(asking(C.ISSUED, expiry=date(2031, 1, 1)))
    told = issued.fact(facts.ConsularRequestProgressed).narrative
    assert isinstance(told, facts.ConsularNarrative)
    assert (told.document, told.mission, str(told.expiry)) == ("PASSPORT", "HND", "2031-01-01")
    after([opened()], asking()).when(asking(C.SUBMITTED, expiry=date(2031, 1, 1))).refused_at("/expiry")
    after([opened()]).when(asking(mission=None)).refused_at("/mission")
    after([opened()], asking()).when(asking(mission="VEN")).rejected("already-exists")
    after([opened()]).when(asking(on=day(7))).rejected("date-in-future", fields=["/on"])


def test_five_working_days_after_the_end_of_case_management_nothing_goes_on() -> None:
    review = CaseReviewRequired(cause=ReviewCause.CONSENT_WITHDRAWN, due=day(5), source_event=NEED)
    after([opened(), review]).when(asking(warrant=warrant(managed=False))).rejected("consent-expired", purpose="CASE_MANAGEMENT")
    after([opened(), review]).when(asking(warrant=warrant(managed=True))).then_types(facts.ConsularRequestProgressed)


# Returns


def way(*stages: ReturnStage) -> list[object]:
    return [going(stage) for stage in stages]


COUNSELLED = way(R.REQUESTED, R.COUNSELLED)
CLEARED = way(R.REQUESTED, R.COUNSELLED, R.VOLUNTARINESS_CONFIRMED, R.DOCUMENTS_IN_PROGRESS, R.MEDICALLY_CLEARED)
DEPARTED = [*CLEARED, *way(R.TRAVEL_BOOKED, R.DEPARTED)]


@pytest.mark.parametrize(
    ("before", "step", "kinds"),
    [
        (way(R.REQUESTED), going(R.COUNSELLED, country_information=False), ["country-information"]),
        (way(R.REQUESTED), going(R.COUNSELLED, alternatives=False), ["alternatives"]),
        (COUNSELLED, going(R.VOLUNTARINESS_CONFIRMED, declaration_ref=None), ["declaration"]),
        (COUNSELLED, going(R.VOLUNTARINESS_CONFIRMED, reflected=False), ["reflection"]),
        (CLEARED[:4], going(R.MEDICALLY_CLEARED, fit_to_travel=False), ["fitness"]),
        (CLEARED[:4], going(R.MEDICALLY_CLEARED, escort=None), ["escort"]),
        (CLEARED, going(R.TRAVEL_BOOKED, document_held=False), ["document"]),
        (CLEARED, going(R.TRAVEL_BOOKED, wish_confirmed=False), ["wish"]),
        ([*DEPARTED, *way(R.ARRIVED, R.PLAN_AGREED)], going(R.MONITORED), ["measurement"]),
    ],
)
def test_a_stage_asks_for_what_makes_it_a_free_and_informed_choice(before: list[object], step: object, kinds: list[str]) -> None:
    after([opened()], *before).when(step).rejected("open-items", kinds=kinds)


def test_a_declaration_before_the_counselling_is_none() -> None:
    before = after([opened()], going(on=day(1)), going(R.COUNSELLED, on=day(5)))
    before.when(going(R.VOLUNTARINESS_CONFIRMED, on=day(4))).rejected("open-items", kinds=["reflection"])


@pytest.mark.parametrize("at", range(1, 8))
def test_the_consent_to_return_is_in_force_until_departure(at: int) -> None:
    before, step = DEPARTED[: at - 1], DEPARTED[at - 1]
    assert isinstance(step, type(going()))
    after([opened()], *before).when(going(step.stage, warrant=warrant(ENDED))).rejected("consent-expired", purpose="RETURN")


def test_who_has_left_arrives_also_without_it() -> None:
    after([opened()], *DEPARTED).when(going(R.ARRIVED, warrant=warrant(ENDED))).then_types(facts.ReturnAssistanceProgressed)


@pytest.mark.parametrize("steps", range(1, 7))
def test_until_departure_everybody_may_stay_and_needs_no_reason(steps: int) -> None:
    bare = going(R.WITHDRAWN, warrant=warrant(MISSING), country_information=False, declaration_ref=None)
    before = after([opened()], *DEPARTED[:steps])
    before.when(bare).then_types(facts.ReturnAssistanceProgressed).when(delivering()).then_types(type(delivered()))


def delivered() -> object:
    return after([opened()], delivering()).events[-1]


def test_who_has_departed_has_departed() -> None:
    after([opened()], *DEPARTED).when(going(R.WITHDRAWN)).rejected("invalid-state", allowed=["ARRIVED"])


def test_with_a_contact_block_legal_advice_comes_first() -> None:
    blocked = [protecting(contact_block=True)]
    after([opened()], *blocked).when(going()).rejected("protection-block")
    after([opened()]).when(going(warrant=warrant(blocked=True))).rejected("protection-block")
    after([opened()], *blocked, delivering(service_code=ServiceCode.LEG)).when(going()).then_types(facts.ReturnAssistanceProgressed)
    advised = protecting(ProtectionMatter.ASYLUM_CONCERN, safety=Safety(legal_advice=True))
    after([opened()], advised).when(going()).then_types(facts.ReturnAssistanceProgressed)


def decided(option: BestInterestsOption | None) -> object:
    when = None if option is None else day(2)
    found = BestInterests(kind=BestInterestsKind.BID, decided_on=when, option=option)
    return protecting(ProtectionMatter.BEST_INTERESTS, best_interests=found)


@pytest.mark.parametrize("minor", [True, None], ids=["a child", "age unknown"])
def test_no_child_returns_without_guardian_and_decision(minor: bool | None) -> None:
    before = [opened(minor=minor)]
    step = going(R.VOLUNTARINESS_CONFIRMED)
    after(before, *COUNSELLED).when(step).rejected("open-items", kinds=["best-interests"])
    for option in (None, BestInterestsOption.FOSTER, BestInterestsOption.DEFER):
        after(before, decided(option), *COUNSELLED).when(step).rejected("open-items", kinds=["best-interests"])
    ready = after(before, decided(BestInterestsOption.RETURN), *COUNSELLED)
    ready.when(going(R.VOLUNTARINESS_CONFIRMED, guardian=False)).rejected("open-items", kinds=["guardian"])
    ready.when(step).then_types(facts.ReturnAssistanceProgressed)


def test_a_child_without_a_guardian_has_none_to_agree() -> None:
    alone = protecting(ProtectionMatter.CHILD_SEPARATION, assessment_id=UUID(int=90))
    before = after([opened(minor=True)], alone, decided(BestInterestsOption.REUNIFY), *COUNSELLED)
    before.when(going(R.VOLUNTARINESS_CONFIRMED)).rejected("open-items", kinds=["guardian"])


def test_a_return_keeps_its_countries_and_its_declaration() -> None:
    told = after([opened()], *CLEARED).when(going(R.TRAVEL_BOOKED, declaration_ref=None, escort=None))
    narrative = told.fact(facts.ReturnAssistanceProgressed).narrative
    assert isinstance(narrative, facts.ReturnNarrative)
    assert (narrative.from_country, narrative.to_country, narrative.declaration_ref, narrative.escort) == ("KWT", "PHL", "folder 7", False)
    after([opened()]).when(going(to_country=None)).refused_at("/to_country")


def test_reintegration_is_measured_after_the_arrival() -> None:
    after([opened()], *DEPARTED).when(measuring()).rejected("invalid-state", state="DEPARTED")
    after([opened()], *DEPARTED, going(R.ARRIVED)).when(measuring()).then_types(facts.ReintegrationMeasured)
    after([opened()]).when(measuring()).rejected("not-found")
    after([opened()], *DEPARTED, going(R.ARRIVED)).when(measuring(ground=ground(MISSING))).rejected("consent-missing")


def test_the_usual_looks_back_count_from_the_arrival() -> None:
    home = after([opened()], *DEPARTED, going(R.ARRIVED, on=day(5)))
    planned = home.when(scheduling(FollowUpType.REINTEGRATION, due=None)).after().state.follow_ups
    assert [str(each.due) for each in planned.values()] == ["2026-04-05", "2026-06-05", "2026-09-05", "2027-03-05"]


# A case does not close while they run


def test_a_case_stays_open_while_somebody_is_on_the_way() -> None:
    for running, kind in ((asking(), "consular-request"), (going(), "return")):
        after([opened()], running).when(closing()).rejected("open-items", kinds=[kind])
    after([opened()]).when(closing(staying=True)).rejected("open-items", kinds=["stay"])
    ended = after([opened()], asking(), asking(C.CANCELLED), going(), going(R.WITHDRAWN), searching())
    ended.when(closing()).then_types(CaseClosed)


# Searches


def test_what_is_told_of_the_sought_person_is_under_their_own_keys() -> None:
    event = after([opened()]).when(searching(last_place="the terminal")).fact(facts.TracingProgressed)
    assert event.sealed_under == {"protected": "sought_id"}
    assert event.sought_id == SOUGHT
    assert isinstance(event.protected, facts.Sought)
    assert event.protected.last_place == "the terminal"
    assert isinstance(event.narrative, facts.TracingNarrative)
    assert "last_place" not in event.narrative.model_dump()


def test_a_search_is_for_somebody_else_with_a_name_and_a_relation() -> None:
    after([opened()]).when(searching(sought_id=CLIENT)).refused_at("/sought_id")
    after([opened()]).when(searching(names=None)).refused_at("/names")
    after([opened()]).when(searching(relation=None)).refused_at("/relation")


def test_no_match_before_the_askers_consent() -> None:
    asked = [searching(), searching(T.IN_PROGRESS)]
    after([opened()]).when(searching(warrant=warrant(MISSING))).rejected("consent-missing", purpose="TRACING")
    after([opened()], *asked).when(searching(T.VERIFIED, warrant=warrant(ENDED))).rejected("consent-expired", purpose="TRACING")
    after([opened()], *asked).when(searching(T.SUSPENDED, warrant=None)).then_types(facts.TracingProgressed)


def test_no_whereabouts_before_the_sought_persons_consent() -> None:
    asked = [searching(), searching(T.IN_PROGRESS)]
    unasked = {"sought_agrees": False}
    for where in ({"last_place": "San Jose"}, {"phone": "+639171234567"}):
        after([opened()], *asked).when(searching(T.VERIFIED, **unasked, **where)).rejected("consent-missing", purpose="TRACING")
    verified = after([opened()], *asked).when(searching(T.VERIFIED, **unasked)).after()
    verified.when(searching(T.REUNIFIED, **unasked)).rejected("consent-missing", purpose="TRACING")
    verified.when(searching(T.REUNIFIED, last_place="San Jose")).then_types(facts.TracingProgressed)


def test_a_search_ends_with_an_outcome() -> None:
    after([opened()], searching()).when(searching(T.CLOSED, outcome=None)).refused_at("/outcome")
    after([opened()], searching()).when(searching(T.CLOSED, outcome=TracingOutcome.PENDING)).refused_at("/outcome")
    after([opened()], searching()).when(searching(T.IN_PROGRESS, outcome=TracingOutcome.SUCCESSFUL)).refused_at("/outcome")
    found = after([opened()], searching(), searching(T.IN_PROGRESS), searching(T.VERIFIED), searching(T.REUNIFIED))
    assert found.state.assistance.searches[SEARCH].outcome is TracingOutcome.SUCCESSFUL
    found.when(searching(T.CLOSED, outcome=None)).then_types(facts.TracingProgressed)
    assert found.state.assistance.searches[SEARCH].reunified_on == TODAY
