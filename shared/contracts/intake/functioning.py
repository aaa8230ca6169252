"""Disability by the short set of the Washington Group: six domains, four answers."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from shared.codes import Functioning, FunctioningDomain
from shared.contracts.intake.field import Version
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import IDENTITY, PROFILE, Erased

Answers = Annotated[
    Mapping[FunctioningDomain, Functioning],
    Field(min_length=6, max_length=6, description="How difficult each of the six is, as the client says."),
]


class FunctioningRecord(Sealed):
    """What was answered."""

    answers: Answers
    disabled: Annotated[bool, Field(description="A lot of difficulty, or none at all possible, in at least one domain.")]


class FunctioningAssessed(Event, type="functioning-assessed"):
    """A client of five years or more answered the six questions."""

    tool_version: Annotated[Version, Field(description="Edition of the questions.")]
    identity: Annotated[FunctioningRecord | Erased, IDENTITY]
    profile: Annotated[FunctioningRecord | Erased | None, PROFILE] = None
