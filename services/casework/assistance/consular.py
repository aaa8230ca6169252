"""Requests to a mission: never without the consent to that mission, never for somebody who may seek asylum."""

from typing import Final

from services.casework.case.state import State
from shared.codes import ConsularStage, Purpose
from shared.contracts.casework import assistance as facts
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import Event

from .commands import ProgressConsular
from .state import Request
from .table import CONSULAR, check
from .warrant import another, check_alive, check_consent, check_day, refused_at

ENDING: Final = frozenset({ConsularStage.CANCELLED, ConsularStage.HALTED})
"""To stop is always possible."""


def progress(command: ProgressConsular, state: State) -> list[Event]:
    """The next stage of a request, or its first one."""
    known = state.assistance.requests.get(command.request_id)
    if known is None and command.stage is not ConsularStage.PREPARED:
        raise OutOfScope()
    if known is not None and known.stage is command.stage:
        if command.stage is ConsularStage.PREPARED and (known.document, known.mission) != (command.document, command.mission):
            raise another()
        return []
    check(CONSULAR, known.stage if known else None, command.stage)
    if command.warrant is not None:
        check_day(command.on, command.warrant)
        check_alive(command.warrant, state)
        if command.stage not in ENDING:
            if state.contact_block or command.warrant.blocked:
                raise Rejected("protection-block", "No contact with a mission while this case has a contact block.")
            check_consent(command.warrant, Purpose.CONSULAR)
    told = _told(command, known)
    return [
        facts.ConsularRequestProgressed(
            request_id=command.request_id,
            from_=known.stage if known else None,
            stage=command.stage,
            on=command.on,
            profile=told,
            narrative=facts.ConsularNarrative(**told.model_dump(), note=command.note),
        )
    ]


def _told(command: ProgressConsular, known: Request | None) -> facts.ConsularProfile:
    if command.expiry is not None and command.stage is not ConsularStage.ISSUED:
        raise refused_at("/expiry", "not-allowed-here")
    if known is not None:
        document, mission = known.document, known.mission
        if document is None or mission is None:
            raise Rejected("client-erased", "What was asked of the mission is forgotten.")
        return facts.ConsularProfile(document=document, mission=mission, expiry=command.expiry or known.expiry)
    if command.document is None or command.mission is None:
        raise refused_at("/document" if command.document is None else "/mission", "missing")
    return facts.ConsularProfile(document=command.document, mission=command.mission)
