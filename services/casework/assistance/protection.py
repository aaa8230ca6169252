"""Protection matters: a person decides, the software lists what was told and gives no verdict (domain chapter, section 9).

The presence or absence of indicators proves nothing (UNODC); so nothing here looks at them.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid5

from services.casework.case.ground import once, permitted
from services.casework.case.state import State
from shared.codes import AdultChild, FollowUpType, ProtectionMatter, TraffickingDecider, TraffickingStatus
from shared.contracts.casework import protection as facts
from shared.contracts.casework.case import FollowUpScheduled
from shared.errors import Rejected
from shared.eventsourcing.event import Event

from .commands import AssessProtection
from .warrant import refused_at

MAY_CONFIRM: Final = frozenset(
    {TraffickingDecider.Police, TraffickingDecider.CourtOrProsecution, TraffickingDecider.NonPoliceGovernmentalOrganization}
)
"""Who may say that somebody is a victim of trafficking, beside the protection supervisor."""

BEST_INTERESTS_TASK: Final = timedelta(days=14)
"""A separated child's best interests are assessed within this time."""

OF_CHILDREN: Final = frozenset({ProtectionMatter.CHILD_SEPARATION, ProtectionMatter.BEST_INTERESTS})
WITH_SAFETY: Final = frozenset({ProtectionMatter.GBV, ProtectionMatter.ASYLUM_CONCERN})

SECTIONS: Final = {
    ProtectionMatter.TRAFFICKING: "trafficking",
    ProtectionMatter.CHILD_SEPARATION: "child_separation",
    ProtectionMatter.BEST_INTERESTS: "best_interests",
}
"""The part of the form that a matter needs, and no other takes."""


def assess(command: AssessProtection, state: State) -> list[Event]:
    """What was assessed; a separated child gets the task of a best-interests assessment in the same append."""
    permitted(command.ground, state)
    if command.on > command.ground.on:
        raise Rejected("date-in-future", "Record an assessment once it took place.", fields=["/on"])
    _check_form(command, state)
    told = facts.ProtectionProfile(matter=command.matter, adult_child=_adult_child(state), **_codes(command))
    event = facts.ProtectionAssessed(
        assessment_id=command.assessment_id,
        urgent=command.urgent,
        contact_block=command.contact_block or command.matter is ProtectionMatter.ASYLUM_CONCERN,
        profile=None if command.matter is ProtectionMatter.ASYLUM_CONCERN else told,
        protected=facts.ProtectionDetails(**told.model_dump(), account=command.account, **_details(command)),
    )
    if known := state.assistance.assessments.get(command.assessment_id):
        return once(known, event)
    if command.matter is not ProtectionMatter.CHILD_SEPARATION:
        return [event]
    task = uuid5(command.assessment_id, "best-interests")
    return [event, FollowUpScheduled(follow_up_id=task, type=FollowUpType.ASSESSMENT, due=command.on + BEST_INTERESTS_TASK)]


def _check_form(command: AssessProtection, state: State) -> None:
    for matter, section in SECTIONS.items():
        if (getattr(command, section) is not None) is not (command.matter is matter):
            raise refused_at(f"/{section}", "missing" if command.matter is matter else "not-allowed-here")
    if command.matter in OF_CHILDREN and not state.minor:
        raise refused_at("/matter", "not-allowed-here")
    safety = command.safety
    if command.matter not in WITH_SAFETY and (safety.plan or safety.services_wished):
        raise refused_at("/safety_plan" if safety.plan else "/services_wished", "not-allowed-here")
    if safety.legal_advice is not None and command.matter is not ProtectionMatter.ASYLUM_CONCERN:
        raise refused_at("/legal_advice", "not-allowed-here")
    actual = command.trafficking is not None and command.trafficking.status is TraffickingStatus.ActualVictimOfTrafficking
    if actual and not _may_confirm(command):
        raise Rejected("approval-needed", "Police, court or a competent authority decides, or the protection supervisor.")
    if found := command.best_interests:
        if (found.decided_on is None) is not (found.option is None):
            raise refused_at(f"/best_interests/{'decided_on' if found.decided_on is None else 'option'}", "missing")
        if found.decided_on is not None and found.decided_on > command.ground.on:
            raise Rejected("date-in-future", "Record a decision once it was taken.", fields=["/best_interests/decided_on"])


def _may_confirm(command: AssessProtection) -> bool:
    return command.by_protection_supervisor or (command.trafficking is not None and command.trafficking.decider in MAY_CONFIRM)


def _codes(command: AssessProtection) -> dict[str, Any]:
    """What indicators count: codes and days."""
    if decided := command.trafficking:
        return {
            "trafficking_status": decided.status,
            "decider": decided.decider,
            "exploitation": decided.exploitation,
            "control": decided.control,
            "recruitment": decided.recruitment,
            "industry": decided.industry,
            "identified_on": decided.identified_on or command.on,
        }
    if alone := command.child_separation:
        return {"separation": alone.separation, "care": alone.care}
    if found := command.best_interests:
        return {"kind": found.kind, "option": found.option, "decided_on": found.decided_on}
    return {}


def _details(command: AssessProtection) -> dict[str, Any]:
    """What is told beside the codes."""
    alone, found, safety = command.child_separation, command.best_interests, command.safety
    return {
        "guardian": alone.guardian if alone else None,
        "tracing_wanted": alone.tracing_wanted if alone else None,
        "review_on": found.review_on if found else None,
        "safety_plan": safety.plan,
        "services_wished": safety.services_wished,
        "legal_advice": safety.legal_advice,
    }


def _adult_child(state: State) -> AdultChild:
    if not state.age_known:
        return AdultChild.U
    return AdultChild.CHILD if state.minor else AdultChild.ADULT
