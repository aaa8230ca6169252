"""What casework tells the world about one piece of feedback (events chapter, section 3: events 59 and 60).

The satisfaction form is the Client Satisfaction Measurement of the Anti-Red Tape Authority (ARTA). Its answers stand open,
since nobody is linked to them. Text is sealed under the feedback's own subject: the id of its stream.
"""

import datetime as dt
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from shared.codes import (
    AgeBand,
    ComplaintOutcome,
    ComplaintStage,
    CsmChannel,
    CsmClientType,
    FeedbackKind,
    ServiceCode,
    Sex,
)
from shared.codes.valid import Psgc
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import NARRATIVE, Erased

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Staff = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
Vintage = Annotated[str, Field(pattern=r"^20[0-9]{2}-[1-4]Q$")]


def agreement(what: str) -> Any:
    """A five-point answer of the form."""
    return Field(default=None, ge=1, le=5, description=f"{what}: 1 strongly disagree .. 5 strongly agree; absent: not applicable.")


class FeedbackNarrative(Sealed):
    text: Text | None = Field(default=None, description="The suggestion or complaint in words.")
    contact: Line | None = Field(default=None, description="How to answer, if an answer is wished for.")
    about_worker: Staff | None = Field(default=None, description="Staff id of the worker complained of, who never handles it.")


class FeedbackRecorded(Event, type="feedback-recorded", sealed_under={NARRATIVE: "stream_id"}):
    """Somebody said how it was."""

    kind: FeedbackKind = Field(description="Satisfaction form, complaint or suggestion.")
    csm_client_type: CsmClientType | None = Field(default=None, description="In what capacity, by the form.")
    sex: Sex | None = Field(default=None, description="As they describe it; nobody is linked to it.")
    age_band: AgeBand | None = Field(default=None, description="Nobody is linked to it.")
    region: Psgc | None = Field(default=None, description="Where they live, as PSGC of a region.")
    vintage: Vintage | None = Field(default=None, description="Edition of the PSGC that `region` is of.")
    service_code: ServiceCode | None = Field(default=None, description="Service that they came for.")
    date: dt.date = Field(description="Day of the service, or of the feedback.")
    channel: CsmChannel | None = Field(default=None, description="On site or online.")
    cc1: int | None = Field(
        default=None,
        ge=1,
        le=4,
        description="Citizen's Charter: 1 knows and saw, 2 knows and did not see, 3 learned here, 4 does not know.",
    )
    cc2: int | None = Field(
        default=None, ge=1, le=5, description="Its visibility: 1 easy, 2 somewhat easy, 3 difficult, 4 not visible, 5 not applicable."
    )
    cc3: int | None = Field(default=None, ge=1, le=4, description="Its help: 1 very, 2 somewhat, 3 none, 4 not applicable.")
    sqd0: int | None = agreement("Satisfied with the service")
    sqd1: int | None = agreement("Reasonable time")
    sqd2: int | None = agreement("The steps were followed")
    sqd3: int | None = agreement("The steps were easy")
    sqd4: int | None = agreement("Information was easy to find")
    sqd5: int | None = agreement("Reasonable fees")
    sqd6: int | None = agreement("Fair to everybody; online: secure")
    sqd7: int | None = agreement("Courteous staff; online: support")
    sqd8: int | None = agreement("Got what was needed")
    about_service: ServiceCode | None = Field(default=None, description="Of a complaint: service complained of.")
    due_ack: AwareDatetime | None = Field(default=None, description="Of a complaint: acknowledged on time until then.")
    due_resolution: AwareDatetime | None = Field(default=None, description="Of a complaint: resolved on time until then.")
    narrative: Annotated[FeedbackNarrative | Erased | None, NARRATIVE] = None


class ComplaintAnswer(Sealed):
    answer: Text = Field(description="What is answered.")


class ComplaintProgressed(Event, type="complaint-progressed", sealed_under={NARRATIVE: "stream_id"}):
    """A complaint went a step on."""

    stage: ComplaintStage = Field(description="The step: ACKNOWLEDGED, RESOLVED or ESCALATED (to the provincial administrator).")
    on: dt.date = Field(description="Day of the step.")
    handler: Staff = Field(description="Who handles it from now on; `system` for what a timer escalates.")
    outcome: ComplaintOutcome | None = Field(default=None, description="What a resolved complaint led to.")
    narrative: Annotated[ComplaintAnswer | Erased | None, NARRATIVE] = None


FeedbackEvent = FeedbackRecorded | ComplaintProgressed | EntryVoided

FEEDBACK = Aggregate("casework", "feedback", FeedbackRecorded, ComplaintProgressed, EntryVoided)
