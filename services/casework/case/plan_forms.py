"""The bodies of plans, follow-ups and notes, as the centre app fills them in."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import ActionStatus, ConsentMethod, ContactResult, CostBand, FollowUpType, NoteKind, PlanDecision, ServiceCode
from shared.codes import SupportPlanType as PlanType
from shared.codes.valid import Day
from shared.contracts.casework.field import LongText, Org, Text
from shared.http.bodies import CommandBody, Form, NewId, example
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED
from shared.privacy.member import member

from .forms import GROUND, NEED

ACTION = "0199a2b0-5555-7abc-8def-0123456789ab"
FOLLOW_UP = "0199a2b0-6666-7abc-8def-0123456789ab"
NOTE = "0199a2b0-7777-7abc-8def-0123456789ab"


class PlannedStep(Form):
    """One step of a plan."""

    action_id: Annotated[NewId | None, member("Id of the step, drawn by your app; the same as before for a step carried over.")] = None
    service_code: Annotated[ServiceCode, member("Service that the step asks for.")]
    provider: Annotated[Org | None, member("Who is to give it; left out: the centre.")] = None
    due: Annotated[Day, member("Day by which it should be done.")]
    cost_band: Annotated[CostBand, member("What it will cost, in bands of pesos.")]
    need_id: Annotated[UUID, member("Need that the step answers.", NARRATIVE)]


class ProposePlanBody(CommandBody):
    """What worker and client want to reach, and by which steps."""

    model_config = example(
        {
            **GROUND, "goals": ["A small shop of her own."], "plan_types": ["Livelihood"], "target_end": "2026-08-20",
            "actions": [{"action_id": ACTION, "service_code": "LIV", "provider": "OWWA", "due": "2026-03-20", "cost_band": "B2",
                         "need_id": NEED}],
        }
    )  # fmt: skip

    goals: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20), member("What the client wants to reach, in words.", NARRATIVE)]
    plan_types: Annotated[tuple[PlanType, ...], Field(max_length=9), member("HTCDS kinds of support.", PROFILE, NARRATIVE)] = ()
    actions: Annotated[tuple[PlannedStep, ...], Field(min_length=1, max_length=40), member("The steps, each for a need of the case.")]
    target_end: Annotated[Day, member("Day by which the plan should be done.")]


class ReviewPlanBody(CommandBody):
    """A supervisor's answer to a plan."""

    model_config = example({**GROUND, "decision": "APPROVED", "requested_by": "stf-w1"})

    decision: Annotated[PlanDecision, member("RETURNED sends it back to the worker and needs a reason.")]
    reason: Annotated[Text | None, member("Why, in words.", NARRATIVE)] = None


class AgreePlanBody(CommandBody):
    """The client's agreement to a plan."""

    model_config = example({**GROUND, "client_agreed": True, "agreed_on": "2026-03-05", "method": "WRITTEN"})

    client_agreed: Annotated[bool, member("Must be true: a plan is the client's or none.")]
    agreed_on: Annotated[Day, member("Day of the agreement; not in the future.")]
    method: Annotated[ConsentMethod, member("How the agreement is proved.")]


class RecordPlanActionBody(CommandBody):
    """Where a step of the plan stands now."""

    model_config = example({**GROUND, "status": "DONE", "note": "Stock was delivered."})

    status: Annotated[ActionStatus, member("Where the step stands.")]
    referral_id: Annotated[UUID | None, member("Referral that carries it out.")] = None
    note: Annotated[Text | None, member("Note of the worker.", NARRATIVE)] = None


class ScheduleFollowUpBody(CommandBody):
    """A look back that is planned."""

    model_config = example({**GROUND, "follow_up_id": FOLLOW_UP, "type": "REINTEGRATION", "due": "2026-08-20"})

    follow_up_id: Annotated[NewId | None, member("Id of the follow-up, drawn by your app.")] = None
    type: Annotated[FollowUpType, member("Why one looks back.")]
    due: Annotated[
        Day | None,
        member(
            "Day of the contact. Left out: the usual ones that are still ahead: REINTEGRATION 1, 3, 6, 12 months, "
            "AFTER_REUNIFICATION 1, 3, 6 months, AFTER_SERVICE 14 days, SAFETY 3 days after `after`. IN_CARE and ASSESSMENT need it."
        ),
    ] = None
    after: Annotated[Day | None, member("Day of return, reunification or service; left out: the last one of this case, else today.")] = None


class RecordFollowUpBody(CommandBody):
    """What came of a planned contact."""

    model_config = example({**GROUND, "done": "2026-08-24", "contact": "REACHED", "note": "The shop runs."})

    done: Annotated[
        Day | None, member("Day of the contact or of the last try; left out: today. On time: at most 7 days after it was due.")
    ] = None
    contact: Annotated[ContactResult, member("What came of it.")]
    next: Annotated[Day | None, member("Day of another try; it is scheduled with this.")] = None
    note: Annotated[Text | None, member("What the client told.", NARRATIVE)] = None


class NoteBody(CommandBody):
    """A note in the case."""

    model_config = example({**GROUND, "note_id": NOTE, "kind": "CONTACT", "text": "Called; asked to come back on Monday."})

    note_id: Annotated[NewId | None, member("Id of the note, drawn by your app.")] = None
    kind: Annotated[NoteKind, member("What it records. COUNSELLING: a counsellor's own, unread by others.")]
    text: Annotated[LongText, member("The note; protected if the case is confidential.", NARRATIVE, PROTECTED)]
