"""What casework does by itself when nobody acts in time (events chapter, section 5: T4). Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.casework.case.commands import AnswerTransfer
from services.casework.case.decisions import case_at
from services.casework.feedback.commands import ProgressComplaint
from services.casework.feedback.decisions import FEEDBACK as FEEDBACK_DECIDER
from shared.codes import ComplaintStage, TransferAnswer
from shared.codes.calendar import add_working_days
from shared.contracts.casework.case import CASE
from shared.contracts.casework.feedback import FEEDBACK
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Wish
from shared.eventsourcing.timer import Change, Due, Forget, Start, Stop, Timers
from shared.region import Region

ANSWER_DAYS: Final = 5
"""Working days in which a centre answers a transfer."""

SYSTEM: Final = "system"


def timers(region: Callable[[], Region]) -> Timers:
    """The timers of casework: a transfer waits for its answer, a complaint for its end, which was dated when it was received."""
    casework = Timers("casework", topics=[CASE.topic, FEEDBACK.topic])

    @casework.on("gabay.casework.case-transfer-requested.v1")
    def offered(fact: Fact) -> Change:
        asked = region().centre(fact.data["to_centre"])
        due = add_working_days(datetime.fromisoformat(fact.occurred_at), ANSWER_DAYS, asked.zone, asked.calendar)
        return Start("T4", fact.data["transfer_id"], due=due)

    @casework.on("gabay.casework.case-transfer-answered.v1")
    def taken_or_not(fact: Fact) -> Change:
        return Stop("T4", fact.data["transfer_id"])

    @casework.on("gabay.casework.case-closed.v1")
    def closed(fact: Fact) -> Change:
        return Forget()

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
    def nobody_acted(due: Due, found: None) -> Wish:
        return refuse(due) if due.item else escalate(due)

    def refuse(due: Due) -> Wish:
        """A transfer that nobody answered stays where it is."""
        command = AnswerTransfer(transfer_id=UUID(due.item), answer=TransferAnswer.REFUSED)
        return Wish(decider=case_at(due.ctx.centre), stream_id=due.stream_id, command=command, ctx=due.ctx)

    def escalate(due: Due) -> Wish:
        day = due.rings_at.astimezone(ZoneInfo(region().centre(due.ctx.centre).zone)).date()
        command = ProgressComplaint(stage=ComplaintStage.ESCALATED, on=day, today=day, by=SYSTEM, handler=SYSTEM)
        return Wish(decider=FEEDBACK_DECIDER, stream_id=due.stream_id, command=command, ctx=due.ctx)

    return casework
