"""The body of a protection assessment: one form, whose parts belong to one matter each."""

from typing import Annotated

from pydantic import Field

from services.casework.case.forms import GROUND
from shared.codes import (
    BestInterestsKind,
    BestInterestsOption,
    CareArrangement,
    ControlMethod,
    Exploitation,
    Isic,
    ProtectionMatter,
    Recruitment,
    Separation,
    ServiceCode,
    TraffickingDecider,
    TraffickingStatus,
)
from shared.codes.valid import Day
from shared.contracts.casework.field import LongText, Text
from shared.http.bodies import CommandBody, Form, NewId, example
from shared.privacy.classes import PROFILE, PROTECTED
from shared.privacy.member import member

ASSESSMENT = "0199a2b0-9994-7abc-8def-0123456789ab"


class TraffickingForm(Form):
    """What a person decided; indicators are listed, and prove nothing by being there or not."""

    status: Annotated[TraffickingStatus, member("HTCDS status.", PROFILE, PROTECTED)]
    decider: Annotated[TraffickingDecider, member("Who decided. Actual: police, court, a competent authority.", PROFILE, PROTECTED)]
    exploitation: Annotated[tuple[Exploitation, ...], Field(max_length=11), member("Kinds of exploitation.", PROFILE, PROTECTED)] = ()
    control: Annotated[tuple[ControlMethod, ...], Field(max_length=16), member("Means of control.", PROFILE, PROTECTED)] = ()
    recruitment: Annotated[tuple[Recruitment, ...], Field(max_length=10), member("How they were recruited.", PROFILE, PROTECTED)] = ()
    industry: Annotated[Isic | None, member("Industry, ISIC section.", PROFILE, PROTECTED)] = None
    identified_on: Annotated[Day | None, member("Day of identification; left out: of the assessment.", PROFILE, PROTECTED)] = None


class ChildSeparationForm(Form):
    """A child without its parents. A best-interests assessment is due in 14 days."""

    separation: Annotated[Separation, member("How far the child is on its own.", PROFILE, PROTECTED)]
    care: Annotated[CareArrangement, member("With whom the child lives.", PROFILE, PROTECTED)]
    guardian: Annotated[bool, member("Whether the child has a guardian.", PROTECTED)]
    tracing_wanted: Annotated[bool, member("Whether the child wants family to be traced.", PROTECTED)]


class BestInterestsForm(Form):
    """What is best for a child. Pending: neither decided_on nor option; it never delays urgent protection."""

    kind: Annotated[BestInterestsKind, member("Assessment or determination.", PROFILE, PROTECTED)]
    decided_on: Annotated[Day | None, member("Day of the decision; not in the future.", PROFILE, PROTECTED)] = None
    option: Annotated[BestInterestsOption | None, member("What was found best.", PROFILE, PROTECTED)] = None
    review_on: Annotated[Day | None, member("Day on which it is looked at again.", PROTECTED)] = None


class AssessProtectionBody(CommandBody):
    """A protection matter. The case is confidential from then on, whichever it is."""

    model_config = example(
        {
            **GROUND, "assessment_id": ASSESSMENT, "matter": "GBV", "urgent": True, "account": "Told once, written down once.",
            "safety_plan": "Stays at a place that is known to two people.", "services_wished": ["PSS", "LEG"],
        }
    )  # fmt: skip

    assessment_id: Annotated[NewId | None, member("Id of the assessment, drawn by your app.")] = None
    matter: Annotated[ProtectionMatter, member("What it is about.", PROFILE, PROTECTED)]
    urgent: Annotated[bool, member("Whether somebody must act at once.")] = False
    contact_block: Annotated[
        bool, member("No consulate and no foreign authority may hear of the client. ASYLUM_CONCERN sets it by itself.")
    ] = False
    account: Annotated[LongText, member("What was told.", PROTECTED)]
    on: Annotated[Day | None, member("Day of the assessment; left out: today. Not in the future.")] = None
    trafficking: Annotated[TraffickingForm | None, member("Of TRAFFICKING, and of nothing else.")] = None
    child_separation: Annotated[ChildSeparationForm | None, member("Of CHILD_SEPARATION, and of nothing else.")] = None
    best_interests: Annotated[BestInterestsForm | None, member("Of BEST_INTERESTS, and of nothing else.")] = None
    safety_plan: Annotated[Text | None, member("Of GBV and ASYLUM_CONCERN: what keeps the person safe.", PROTECTED)] = None
    services_wished: Annotated[
        tuple[ServiceCode, ...], Field(max_length=17), member("Of GBV and ASYLUM_CONCERN: services wished for.", PROTECTED)
    ] = ()
    legal_advice: Annotated[bool | None, member("Of ASYLUM_CONCERN: whether legal advice was given.", PROTECTED)] = None
