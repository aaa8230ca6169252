"""The bodies of the directory's commands."""

from typing import Annotated

from pydantic import Field

from shared.codes import EntryRetireReason, Purpose
from shared.codes.valid import Day, Language, Psgc
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
from shared.http.bodies import CommandBody, CreationBody, example
from shared.privacy.member import member

LISTED = {
    "centre": "PH-ANT-01",
    "organization": {"org": "OWWA", "name": "Overseas Workers Welfare Administration"},
    "service": {
        "name": "Livelihood starter", "service_code": "LIV", "status": "active", "description": "A kit and a week of training.",
        "minimum_age": 18, "wait_time": "two weeks",
    },
    "schedules": [{"byday": "MO,TU,WE,TH,FR", "opens_at": "08:00", "closes_at": "17:00"}],
    "service_areas": ["0600600000"],
    "required_documents": ["Passport, or another paper with a picture"],
    "contacts": [{"name": "Reintegration desk", "phone": "hotline 1348"}],
    "languages": ["fil", "krj"],
    "cost_options": [{"amount": "0", "currency": "PHP"}],
    "capacity": {"unit": "places", "free": 12, "as_of": "2026-03-02"},
}  # fmt: skip


class Listing(CommandBody):
    """HSDS members of an entry; `org` and `service_code` follow from organization and service."""

    purpose: Annotated[Purpose, member("What the entry is used for.")] = Purpose.SHARE_FOR_SERVICE
    organization: Annotated[Organization, member("Who gives the service.")]
    service: Annotated[Service, member("What is given.")]
    locations: Annotated[tuple[Location, ...], Field(max_length=50), member("Where; none for a safe house.")] = ()
    schedules: Annotated[tuple[Schedule, ...], Field(max_length=20), member("When it is open.")] = ()
    service_areas: Annotated[tuple[Psgc, ...], Field(max_length=100), member("For whom, by place (PSGC).")] = ()
    required_documents: Annotated[tuple[Line, ...], Field(max_length=20), member("What to bring.")] = ()
    contacts: Annotated[tuple[Contact, ...], Field(max_length=20), member("Whom to ask: the organisation's own line.")] = ()
    languages: Annotated[tuple[Language, ...], Field(max_length=20), member("What is spoken there (ISO 639-3).")] = ()
    cost_options: Annotated[tuple[Cost, ...], Field(max_length=20), member("Prices.")] = ()
    capacity: Annotated[Capacity | None, member("What is free.")] = None


class ListEntryBody(Listing, CreationBody):
    """A service to be listed. It can be referred to once somebody has verified it."""

    model_config = example({"local_id": "0199a2c0-2222-7abc-8def-0123456789ab", **LISTED})


class ReplaceEntryBody(Listing):
    """The whole entry anew: what is not sent is gone."""

    model_config = example(LISTED)


class VerifyEntryBody(CommandBody):
    """Somebody asked the provider, and what is listed holds."""

    model_config = example({"verified_on": "2026-03-02", "capacity": {"unit": "places", "free": 11, "as_of": "2026-03-02"}})

    purpose: Annotated[Purpose, member("What the entry is used for.")] = Purpose.SHARE_FOR_SERVICE
    verified_on: Annotated[Day | None, member("Day of the check; left out: today.")] = None
    capacity: Annotated[Capacity | None, member("What is free, if asked.")] = None


class RetireEntryBody(CommandBody):
    """The entry leaves the directory."""

    model_config = example({"reason": "CLOSED"})

    purpose: Annotated[Purpose, member("What the entry is used for.")] = Purpose.SHARE_FOR_SERVICE
    reason: Annotated[EntryRetireReason, member("Why.")]
