"""Base models of request bodies: strict, closed, with the members that every command has."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.codes import LegalBasis, Purpose
from shared.privacy.member import member

EXAMPLE_ID: Final = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11"
EXAMPLE_KEY: Final = "0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa"
EXAMPLE_CONSENT: Final = "0199a1f4-9000-7000-8000-000000000001"
EXAMPLE_EPISODE: Final = "0199a1f4-9100-7000-8000-000000000001"
"""Ids of the examples in the OpenAPI document: of a client, a command, a consent, a migration."""


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


def example(body: Mapping[str, Any]) -> ConfigDict:
    """`model_config` of a body: one valid example, which the documents show."""
    return ConfigDict(json_schema_extra={"examples": [dict(body)]})


class CommandBody(Form):
    """Members that every command's body has. A route's model adds its own."""

    centre: Annotated[CentreCode | None, member("Centre in whose name you act; left out: the one of the record.")] = None
    purpose: Annotated[Purpose, member("What the data are used for.")]
    basis: Annotated[LegalBasis | None, member("On what legal ground.")] = None
    consent_id: Annotated[UUID | None, member("The consent, where the ground is CONSENT.")] = None
    requested_by: Annotated[StaffId | None, member("Who asked for it, if not the caller.")] = None
    occurred_at: Annotated[AwareDatetime | None, member("When it happened; left out: now. At most 5 minutes ahead.")] = None


class CreationBody(CommandBody):
    """Body of a command that starts a stream: where, and under which id the app already knows it."""

    centre: Annotated[CentreCode, member("Centre that does it.")]
    local_id: Annotated[NewId | None, member("Id that your app drew (UUID v7 or v4): the record has it from then on.")] = None


Version = Annotated[int, Field(ge=1, le=999_999_999)]


class Item(Form):
    """One command of a batch, for OpenAPI: the service reads items one by one, so that one refusal touches no other."""

    key: Annotated[UUID, member("Idempotency key: a UUID v7 or v4 that the app drew when it recorded, and keeps.")]
    path: Annotated[
        str | None, Field(max_length=200), member("Path of the single command, for something that exists; left out for a creation.")
    ] = None
    if_match: Annotated[
        Version | Literal["*"] | None, member("The version that you saw, or `*`, where the single command wants If-Match.")
    ] = None
    recorded_by: Annotated[StaffId | None, member("Who took it down: required with a device's token, else refused.")] = None
    body: Annotated[dict[str, Any], member("Exactly the body of the single command.")]


class Items(Form):
    """Envelope of a batch, for OpenAPI: the items are read one by one."""

    items: Annotated[list[Item], Field(min_length=1, max_length=500), member("The commands; those of one record in their order.")]


class ReceiptsBody(Form):
    """Which keys of a route to look up."""

    model_config = example({"route": "POST /v1/clients", "keys": [EXAMPLE_KEY]})

    route: Annotated[
        str,
        StringConstraints(pattern=r"^(POST|PATCH|PUT) /v1/[\w/{}:-]{1,120}$", max_length=128),
        member("Method and path of the single command, as in this document."),
    ]
    keys: Annotated[list[UUID], Field(min_length=1, max_length=500), member("The keys to look up.")]
