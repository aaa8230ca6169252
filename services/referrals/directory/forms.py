"""The bodies of the directory's commands."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.codes import EntryRetireReason, Purpose
from shared.codes.valid import Language, Psgc
from shared.contracts.referrals.service_entry import (
    Capacity,
    Contact,
    Cost,
    Line,
    Location,
    Organization,
    Schedule,
    Service,
)
from shared.http.bodies import CommandBody, CreationBody


class Listing(CommandBody):
    """HSDS members of an entry; `org` and `service_code` follow from organization and service."""

    purpose: Purpose = Purpose.SHARE_FOR_SERVICE
    organization: Organization
    service: Service
    locations: Annotated[tuple[Location, ...], Field(max_length=50)] = ()
    schedules: Annotated[tuple[Schedule, ...], Field(max_length=20)] = ()
    service_areas: Annotated[tuple[Psgc, ...], Field(max_length=100)] = ()
    required_documents: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    contacts: Annotated[tuple[Contact, ...], Field(max_length=20)] = ()
    languages: Annotated[tuple[Language, ...], Field(max_length=20)] = ()
    cost_options: Annotated[tuple[Cost, ...], Field(max_length=20)] = ()
    capacity: Capacity | None = None


class ListEntryBody(Listing, CreationBody):
    pass


class ReplaceEntryBody(Listing):
    pass


class VerifyEntryBody(CommandBody):
    purpose: Purpose = Purpose.SHARE_FOR_SERVICE
    verified_on: date | None = None
    capacity: Capacity | None = None


class RetireEntryBody(CommandBody):
    purpose: Purpose = Purpose.SHARE_FOR_SERVICE
    reason: EntryRetireReason
