"""Assisted return: a free choice and an informed decision, at every step until departure (domain chapter, section 9)."""

from collections.abc import Mapping
from typing import Final

from services.casework.case.ground import permitted
from services.casework.case.state import State
from shared.codes import BestInterestsOption, Purpose, ReturnStage, ServiceCode
from shared.contracts.casework import assistance as facts
from shared.contracts.casework.case import ServiceNarrative
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import Event

from .commands import MeasureReintegration, ProgressReturn
from .state import Journey
from .table import ARRIVED, BEFORE_DEPARTURE, RETURN, check
from .warrant import another, check_alive, check_consent, check_day, refused_at

CONSENTED: Final = BEFORE_DEPARTURE | {ReturnStage.DEPARTED}
"""The consent to return is in force at each of these."""

HOMEWARD: Final = frozenset({BestInterestsOption.RETURN, BestInterestsOption.REUNIFY})
"""What a decision on a child's best interests must have found."""


def progress(command: ProgressReturn, state: State) -> list[Event]:
    """The next stage of a return, or its first one. Who wants to stay may say so at any step before departure."""
    known = state.assistance.returns.get(command.return_id)
    if known is None and command.stage is not ReturnStage.REQUESTED:
        raise OutOfScope()
    if known is not None and known.stage is command.stage:
        if command.stage is ReturnStage.REQUESTED and _countries(known) != (command.from_country, command.to_country):
            raise another()
        return []
    check(RETURN, known.stage if known else None, command.stage)
    if command.warrant is not None:
        check_day(command.on, command.warrant)
        check_alive(command.warrant, state)
        if command.stage in CONSENTED:
            check_consent(command.warrant, Purpose.RETURN)
        if command.stage is ReturnStage.REQUESTED and (state.contact_block or command.warrant.blocked) and not _advised(state):
            raise Rejected("protection-block", "Record the legal advice first: a service LEG, or the assessment.")
        if missing := [kind for kind, there in _asked(command, state, known).items() if not there]:
            raise Rejected("open-items", "Do first what this stage asks for.", kinds=missing)
    told = _told(command, known)
    return [
        facts.ReturnAssistanceProgressed(
            return_id=command.return_id,
            from_=known.stage if known else None,
            stage=command.stage,
            on=command.on,
            profile=told,
            narrative=facts.ReturnNarrative(
                **told.model_dump(),
                assessment=command.assessment,
                declaration_ref=command.declaration_ref or (known and known.told and known.told.declaration_ref),
                escort=command.escort if command.escort is not None else known and known.told and known.told.escort,
            ),
        )
    ]


def _asked(command: ProgressReturn, state: State, known: Journey | None) -> Mapping[str, bool]:
    """What a stage asks for -> whether it is there."""
    match command.stage:
        case ReturnStage.COUNSELLED:
            return {"country-information": command.country_information, "alternatives": command.alternatives}
        case ReturnStage.VOLUNTARINESS_CONFIRMED:
            later = known is not None and (known.counselled_on is None or command.on >= known.counselled_on)
            asked = {"declaration": command.declaration_ref is not None, "reflection": command.reflected and later}
            return asked | (_of_a_child(command, state) if state.minor else {})
        case ReturnStage.MEDICALLY_CLEARED:
            return {"fitness": command.fit_to_travel, "escort": command.escort is not None}
        case ReturnStage.TRAVEL_BOOKED:
            return {"document": command.document_held, "wish": command.wish_confirmed}
        case ReturnStage.MONITORED:
            return {"measurement": command.return_id in state.assistance.measured}
        case _:
            return {}


def _of_a_child(command: ProgressReturn, state: State) -> dict[str, bool]:
    """No child returns without a guardian's word and a decision that the return is best for it."""
    known = state.assistance
    return {"guardian": command.guardian and known.guardian is not False, "best-interests": known.best_interests in HOMEWARD}


def _advised(state: State) -> bool:
    """Whether legal advice is on record: told in an assessment, or given as a service."""
    told = (service.narrative for service in state.services.values())
    return state.assistance.legal_advice or any(isinstance(t, ServiceNarrative) and t.service_code is ServiceCode.LEG for t in told)


def _countries(known: Journey) -> tuple[str | None, str | None]:
    return (known.told.from_country, known.told.to_country) if known.told else (None, None)


def _told(command: ProgressReturn, known: Journey | None) -> facts.ReturnProfile:
    if known is None:
        if command.from_country is None or command.to_country is None:
            raise refused_at("/from_country" if command.from_country is None else "/to_country", "missing")
        return facts.ReturnProfile(
            from_country=command.from_country, to_country=command.to_country, vulnerability_class=command.vulnerability_class
        )
    if known.told is None:
        raise Rejected("client-erased", "Where the return leads is forgotten.")
    return facts.ReturnProfile(
        from_country=known.told.from_country,
        to_country=known.told.to_country,
        vulnerability_class=command.vulnerability_class or known.told.vulnerability_class,
    )


def measure(command: MeasureReintegration, state: State) -> list[Event]:
    """The scores of somebody who has arrived; entered, not computed."""
    permitted(command.ground, state)
    known = state.assistance.returns.get(command.return_id)
    if known is None:
        raise OutOfScope()
    if known.stage not in ARRIVED:
        following = [str(stage) for stage in RETURN.following(known.stage)]
        raise Rejected("invalid-state", "Measure after the arrival.", state=known.stage, allowed=following)
    told = facts.ReintegrationProfile(
        economic=command.economic, social=command.social, psychosocial=command.psychosocial, composite=command.composite
    )
    return [
        facts.ReintegrationMeasured(
            return_id=command.return_id,
            tool_version=command.tool_version,
            months_since_return=command.months_since_return,
            profile=told,
            narrative=facts.ReintegrationNarrative(**told.model_dump()),
        )
    ]
