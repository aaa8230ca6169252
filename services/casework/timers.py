"""What casework does by itself when nobody acts in time (events chapter, section 5: T4). Pure."""

from collections.abc import Callable, Iterable
from typing import Final
from zoneinfo import ZoneInfo

from services.casework.feedback.commands import ProgressComplaint
from services.casework.feedback.decisions import FEEDBACK as FEEDBACK_DECIDER
from shared.codes import ComplaintStage
from shared.contracts.casework.feedback import FEEDBACK
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Wish
from shared.eventsourcing.timer import Change, Due, Forget, Start, Stop, Timers
from shared.region import Region

SYSTEM: Final = "system"


def timers(region: Callable[[], Region]) -> Timers:
    """The timers of casework. What a complaint has to wait for was dated when it was received."""
    casework = Timers("casework", topics=[FEEDBACK.topic])

    @casework.on("gabay.casework.feedback-recorded.v1")
    def received(fact: Fact) -> Iterable[Change]:
        if due := fact.data.get("due_resolution"):
            yield Start("T4", due=due)

    @casework.on("gabay.casework.complaint-progressed.v1")
    def progressed(fact: Fact) -> Iterable[Change]:
        if fact.data["stage"] == ComplaintStage.RESOLVED:
            yield Forget()
        if fact.data["stage"] == ComplaintStage.ESCALATED:
            yield Stop("T4")

    @casework.on("gabay.casework.entry-voided.v1")
    def never_true(fact: Fact) -> Iterable[Change]:
        if "feedback-recorded" in fact.data["event_type"]:
            yield Forget()

    @casework.rings("T4")
    def escalate(due: Due, found: None) -> Wish:
        day = due.rings_at.astimezone(ZoneInfo(region().centre(due.ctx.centre).zone)).date()
        command = ProgressComplaint(stage=ComplaintStage.ESCALATED, on=day, today=day, by=SYSTEM, handler=SYSTEM)
        return Wish(decider=FEEDBACK_DECIDER, stream_id=due.stream_id, command=command, ctx=due.ctx)

    return casework
