"""The bodies of the commands on feedback."""

from typing import Annotated

from pydantic import Field

from shared.codes import (
    AgeBand,
    ComplaintOutcome,
    ComplaintStage,
    CsmChannel,
    CsmClientType,
    FeedbackKind,
    Purpose,
    ServiceCode,
    Sex,
)
from shared.codes.valid import Day, Psgc
from shared.contracts.casework.feedback import Line, Text
from shared.http.bodies import CommandBody, CreationBody, StaffId, example
from shared.privacy.classes import NARRATIVE
from shared.privacy.member import member

Five = Annotated[int, Field(ge=1, le=5)]
Four = Annotated[int, Field(ge=1, le=4)]

ANSWERS = ("cc1", "cc2", "cc3", *(f"sqd{n}" for n in range(9)))


class FeedbackBody(CreationBody):
    """How it was: the ARTA satisfaction form (CSM), a complaint, or a suggestion. Nobody has to say who they are.

    CSM needs `csm_client_type`, `service_code`, `channel` and `cc1` to `cc3`; who does not know the charter (`cc1` 4) answers
    `cc2` 5 and `cc3` 4. An `sqd` that is left out is "not applicable". A complaint needs `text` and `about_service`.
    """

    model_config = example(
        {
            "centre": "PH-ANT-01", "kind": "CSM", "csm_client_type": "CITIZEN", "sex": "F", "age_band": "30-34", "region": "0600000000",
            "service_code": "LEG", "date": "2026-03-06", "channel": "ON_SITE", "cc1": 1, "cc2": 2, "cc3": 1, "sqd0": 5, "sqd1": 4,
            "sqd2": 5, "sqd3": 5, "sqd4": 4, "sqd6": 5, "sqd7": 5, "sqd8": 5,
        }
    )  # fmt: skip

    purpose: Annotated[Purpose, member("What the data are used for.")] = Purpose.CASE_MANAGEMENT
    kind: Annotated[FeedbackKind, member("Satisfaction form, complaint or suggestion.")]
    csm_client_type: Annotated[CsmClientType | None, member("In what capacity.")] = None
    sex: Annotated[Sex | None, member("As you describe it; nobody is linked to it.")] = None
    age_band: Annotated[AgeBand | None, member("Nobody is linked to it.")] = None
    region: Annotated[Psgc | None, member("Where you live, as PSGC of a region.")] = None
    service_code: Annotated[ServiceCode | None, member("Service that you came for.")] = None
    date: Annotated[Day | None, member("Day of the service; left out: today.")] = None
    channel: Annotated[CsmChannel | None, member("On site or online.")] = None
    cc1: Annotated[Four | None, member("Citizen's Charter: 1 knows and saw, 2 knows and did not see, 3 learned here, 4 does not know.")] = (
        None
    )
    cc2: Annotated[Five | None, member("Its visibility: 1 easy, 2 somewhat easy, 3 difficult, 4 not visible, 5 not applicable.")] = None
    cc3: Annotated[Four | None, member("Its help: 1 very, 2 somewhat, 3 none, 4 not applicable.")] = None
    sqd0: Annotated[Five | None, member("Satisfied: 1 strongly disagree .. 5 strongly agree.")] = None
    sqd1: Annotated[Five | None, member("Reasonable time, 1 to 5.")] = None
    sqd2: Annotated[Five | None, member("The steps were followed, 1 to 5.")] = None
    sqd3: Annotated[Five | None, member("The steps were easy, 1 to 5.")] = None
    sqd4: Annotated[Five | None, member("Information was easy to find, 1 to 5.")] = None
    sqd5: Annotated[Five | None, member("Reasonable fees, 1 to 5.")] = None
    sqd6: Annotated[Five | None, member("Fair to everybody, online: secure, 1 to 5.")] = None
    sqd7: Annotated[Five | None, member("Courteous, online: support, 1 to 5.")] = None
    sqd8: Annotated[Five | None, member("Got what was needed, 1 to 5.")] = None
    about_service: Annotated[ServiceCode | None, member("Of a complaint: service complained of.")] = None
    about_worker: Annotated[StaffId | None, member("Of a complaint: the worker complained of, who never handles it.", NARRATIVE)] = None
    text: Annotated[Text | None, member("In words.", NARRATIVE)] = None
    contact: Annotated[Line | None, member("How to answer you, if you wish for an answer.", NARRATIVE)] = None


class ProgressComplaintBody(CommandBody):
    """A complaint goes a step on."""

    model_config = example(
        {"purpose": "CASE_MANAGEMENT", "stage": "RESOLVED", "outcome": "UPHELD", "answer": "The fee was paid back.", "handler": "stf-s1"}
    )

    stage: Annotated[ComplaintStage, member("The step: ACKNOWLEDGED, RESOLVED or ESCALATED.")]
    on: Annotated[Day | None, member("Day of the step; left out: today.")] = None
    handler: Annotated[StaffId | None, member("Who handles it from now on; left out: you.")] = None
    outcome: Annotated[ComplaintOutcome | None, member("What it led to; with RESOLVED, and only then.")] = None
    answer: Annotated[Text | None, member("What is answered.", NARRATIVE)] = None
