"""What may be asked of feedback. Each carries what its decision needs from elsewhere."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.codes import AgeBand, ComplaintOutcome, ComplaintStage, CsmChannel, CsmClientType, FeedbackKind, ServiceCode, Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback:
    """answers: cc1 .. cc3 and sqd0 .. sqd8 that were given. due_ack, due_resolution: of a complaint, by the calendar of the
    centre. today: local day of the command."""

    kind: FeedbackKind
    date: dt.date
    today: dt.date
    due_ack: dt.datetime
    due_resolution: dt.datetime
    csm_client_type: CsmClientType | None = None
    sex: Sex | None = None
    age_band: AgeBand | None = None
    region: str | None = None
    vintage: str | None = None
    service_code: ServiceCode | None = None
    channel: CsmChannel | None = None
    answers: Mapping[str, int] = field(default_factory=dict)
    about_service: ServiceCode | None = None
    text: str | None = None
    contact: str | None = None
    about_worker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressComplaint:
    """by: who issues it; handler: who handles it from now on."""

    stage: ComplaintStage
    on: dt.date
    today: dt.date
    by: str
    handler: str
    outcome: ComplaintOutcome | None = None
    answer: str | None = None


Command = GiveFeedback | ProgressComplaint
