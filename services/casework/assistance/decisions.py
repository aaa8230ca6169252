"""What comes of a command on the assistance in a case. The case is the stream: `services/casework/case/` holds its decider."""

from services.casework.case.state import State
from shared.eventsourcing.event import Event

from . import consular, protection, returning, tracing
from .commands import AssessProtection, AssistanceCommand, MeasureReintegration, ProgressConsular, ProgressReturn, ProgressTracing


def decide(command: AssistanceCommand, state: State) -> list[Event]:
    match command:
        case ProgressConsular():
            return consular.progress(command, state)
        case ProgressReturn():
            return returning.progress(command, state)
        case MeasureReintegration():
            return returning.measure(command, state)
        case ProgressTracing():
            return tracing.progress(command, state)
        case AssessProtection():
            return protection.assess(command, state)
