"""Base models of request bodies: strict, closed, with the members that every command has."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.codes import LegalBasis, Purpose


def _v4_or_v7(value: UUID) -> UUID:
    if value.version not in (4, 7):
        raise PydanticCustomError("bad_format", "")
    return value


NewId = Annotated[UUID, AfterValidator(_v4_or_v7)]
"""An id that an app makes: UUID v7, or v4."""

CentreCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,6}-[0-9]{2}$", max_length=14)]
"""e.g. PH-ANT-01"""

StaffId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{3,64}$", min_length=3, max_length=64)]
"""An opaque staff id, e.g. stf-r1"""


class Form(BaseModel):
    """Base of every part of a request: unknown members are refused, nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CommandBody(Form):
    """Members that every command's body has. A route's model adds its own."""

    centre: CentreCode | None = None
    purpose: Purpose
    basis: LegalBasis | None = None
    consent_id: UUID | None = None
    requested_by: StaffId | None = None
    occurred_at: AwareDatetime | None = None


class CreationBody(CommandBody):
    """Body of a command that starts a stream: where, and under which id the app already knows it."""

    centre: CentreCode
    local_id: NewId | None = None


class Items(Form):
    """Envelope of a batch, for OpenAPI: the items are read one by one."""

    items: list[dict[str, Any]] = Field(min_length=1, max_length=500)


class ReceiptsBody(Form):
    """Which keys of a route to look up."""

    route: Annotated[str, StringConstraints(pattern=r"^(POST|PATCH|PUT) /v1/[\w/{}:-]{1,120}$", max_length=128)]
    keys: Annotated[list[UUID], Field(min_length=1, max_length=500)]
