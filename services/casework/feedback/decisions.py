"""What comes of a command on feedback (domain chapter, section 10): a form that contradicts itself is refused; no complaint is
handled by the worker complained of."""

from typing import Final

from shared.codes import ComplaintStage, FeedbackKind
from shared.contracts.casework import feedback as facts
from shared.contracts.casework.feedback import FEEDBACK as AGGREGATE
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.decider import ALWAYS, Decider
from shared.eventsourcing.event import Event
from shared.privacy.classes import NARRATIVE

from .commands import Command, GiveFeedback, ProgressComplaint
from .state import State, evolve
from .table import MACHINE, invalid_state

DOES_NOT_KNOW: Final = 4
"""Answer to cc1 after which cc2 and cc3 do not apply."""

NOT_APPLICABLE: Final = {"cc2": 5, "cc3": 4}

COMPLAINT_ONLY: Final = ("about_service", "about_worker")


def decide(command: Command, state: State) -> list[Event]:
    match command:
        case GiveFeedback():
            return _give(command, state)
        case ProgressComplaint():
            return _progress(command, state)


def _give(command: GiveFeedback, state: State) -> list[Event]:
    if state.kind is not None:
        raise Rejected("already-exists", "New feedback has an id of its own.")
    if command.date > command.today:
        raise Rejected("date-in-future", "Give feedback on what has been.", fields=["/date"])
    if faults := _faults(command):
        raise Rejected("validation", "Correct the form.", errors=[{"loc": f"/{name}", "code": code} for name, code in faults.items()])
    complaint = command.kind is FeedbackKind.COMPLAINT
    told = facts.FeedbackNarrative(text=command.text, contact=command.contact, about_worker=command.about_worker)
    return [
        facts.FeedbackRecorded(
            kind=command.kind,
            csm_client_type=command.csm_client_type,
            sex=command.sex,
            age_band=command.age_band,
            region=command.region,
            vintage=command.vintage if command.region else None,
            service_code=command.service_code,
            date=command.date,
            channel=command.channel,
            **command.answers,
            about_service=command.about_service,
            due_ack=command.due_ack if complaint else None,
            due_resolution=command.due_resolution if complaint else None,
            narrative=told if told != facts.FeedbackNarrative() else None,
        )
    ]


def _faults(command: GiveFeedback) -> dict[str, str]:
    """Member -> what is wrong with it."""
    answers = command.answers
    if command.kind is FeedbackKind.CSM:
        needed = ("csm_client_type", "service_code", "channel")
        faults = {name: "missing" for name in needed if getattr(command, name) is None}
        faults |= {name: "missing" for name in ("cc1", "cc2", "cc3") if name not in answers}
        if answers.get("cc1") == DOES_NOT_KNOW:
            faults |= {name: "not-allowed-here" for name, none in NOT_APPLICABLE.items() if answers.get(name, none) != none}
    else:
        faults = {} if command.text else {"text": "missing"}
        faults |= dict.fromkeys(answers, "not-allowed-here")
    if command.kind is FeedbackKind.COMPLAINT:
        return faults if command.about_service else {**faults, "about_service": "missing"}
    return faults | {name: "not-allowed-here" for name in COMPLAINT_ONLY if getattr(command, name) is not None}


def _progress(command: ProgressComplaint, state: State) -> list[Event]:
    if state.about_worker is not None and command.by == state.about_worker:
        raise OutOfScope()  # a complaint about oneself does not exist
    if state.stage is None or not MACHINE.leads(state.stage, command.stage):
        raise invalid_state(state.stage)
    if command.on > command.today:
        raise Rejected("date-in-future", "Record a step once it was taken.", fields=["/on"])
    faults = {}
    if state.about_worker is not None and command.handler == state.about_worker:
        faults["handler"] = "not-allowed-here"
    resolved = command.stage is ComplaintStage.RESOLVED
    if resolved is (command.outcome is None):
        faults["outcome"] = "missing" if resolved else "not-allowed-here"
    if faults:
        raise Rejected("validation", "Correct the form.", errors=[{"loc": f"/{name}", "code": code} for name, code in faults.items()])
    answer = facts.ComplaintAnswer(answer=command.answer) if command.answer else None
    return [
        facts.ComplaintProgressed(stage=command.stage, on=command.on, handler=command.handler, outcome=command.outcome, narrative=answer)
    ]


FEEDBACK: Final[Decider[Command, State]] = Decider(
    aggregate=AGGREGATE,
    initial=State(),
    decide=decide,
    evolve=evolve,
    opens=frozenset({NARRATIVE}),
    voidable={facts.FeedbackRecorded: ALWAYS},
)
