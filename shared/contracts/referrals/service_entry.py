"""What referrals tells the world about one line of the service directory (events 70 to 72): HSDS 3.0, a subset.

An entry names a service, never a client. It is referable for ninety days after somebody verified it.
"""

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from shared.codes import EntryRetireReason, EntryStatus, ServiceCode
from shared.codes.valid import Currency, Language, Psgc
from shared.contracts.part import Part
from shared.eventsourcing.event import Aggregate, Event

FRESH: Final = timedelta(days=90)
"""How long a verification holds; after it the entry is hidden and not referable."""

Org = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
Staff = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Amount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,2})?$")]


class Organization(Part):
    org: Org = Field(description="Code of the organisation.")
    name: Line = Field(description="Its name as people know it.")


class Service(Part):
    name: Line = Field(description="Name of the service.")
    service_code: ServiceCode = Field(description="Its code.")
    status: EntryStatus = Field(description="Whether it runs.")
    description: Text | None = Field(default=None, description="What is given.")
    eligibility_description: Text | None = Field(default=None, description="Who may come.")
    minimum_age: int | None = Field(default=None, ge=0, le=130, description="From this age on.")
    maximum_age: int | None = Field(default=None, ge=0, le=130, description="Up to this age.")
    application_process: Text | None = Field(default=None, description="What one has to do.")
    wait_time: Line | None = Field(default=None, description="How long one waits.")
    fees_description: Text | None = Field(default=None, description="What it costs, in words.")


class Location(Part):
    name: Line = Field(description="Name of the place.")
    psgc_mun: Psgc = Field(description="Its municipality.")
    address: Line | None = Field(default=None, description="Street and house.")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="Degrees north.")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="Degrees east.")
    accessibility: tuple[Line, ...] = Field(default=(), max_length=20, description="What helps people with a disability.")


class Schedule(Part):
    byday: str = Field(pattern=r"^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6}$", description="Days, such as MO,TU.")
    opens_at: Clock = Field(description="Local time.")
    closes_at: Clock = Field(description="Local time.")


class Contact(Part):
    name: Line = Field(description="Who, or which desk.")
    title: Line | None = Field(default=None, description="What they are.")
    phone: Line | None = Field(default=None, description="Telephone or hotline.")
    email: Line | None = Field(default=None, description="Address at work.")


class Cost(Part):
    amount: Amount = Field(description="A decimal string.")
    currency: Currency = Field(description="ISO 4217.")


class Capacity(Part):
    unit: Line = Field(description="What is counted, such as beds.")
    free: int = Field(ge=0, le=100_000, description="How many are free.")
    as_of: date = Field(description="On that day.")


class ServiceEntryListed(Event, type="service-entry-listed"):
    """An entry is listed, or replaced as a whole. A listing alone is no verification."""

    entry_id: UUID = Field(description="Id of the entry: the stream.")
    org: Org = Field(description="Organisation that gives the service.")
    service_code: ServiceCode = Field(description="The service.")
    organization: Organization = Field(description="HSDS organization.")
    service: Service = Field(description="HSDS service.")
    locations: tuple[Location, ...] = Field(default=(), max_length=50, description="Where; none for a safe house.")
    schedules: tuple[Schedule, ...] = Field(default=(), max_length=20, description="When it is open.")
    service_areas: tuple[Psgc, ...] = Field(default=(), max_length=100, description="For whom, by place.")
    required_documents: tuple[Line, ...] = Field(default=(), max_length=20, description="What to bring.")
    contacts: tuple[Contact, ...] = Field(default=(), max_length=20, description="Whom to ask.")
    languages: tuple[Language, ...] = Field(default=(), max_length=20, description="What is spoken there.")
    cost_options: tuple[Cost, ...] = Field(default=(), max_length=20, description="Prices.")
    capacity: Capacity | None = Field(default=None, description="What is free.")


class ServiceEntryVerified(Event, type="service-entry-verified"):
    """Somebody asked the provider, and what is listed holds."""

    verified_on: date = Field(description="Day of the check.")
    by: Staff = Field(description="Who checked: HSDS assurer.")
    capacity: Capacity | None = Field(default=None, description="What is free, if asked.")
    next_due: date = Field(description="Day until which the entry stays fresh.")


class ServiceEntryRetired(Event, type="service-entry-retired"):
    """The entry left the directory."""

    reason: EntryRetireReason = Field(description="Why.")


ServiceEntryEvent = ServiceEntryListed | ServiceEntryVerified | ServiceEntryRetired

SERVICE_ENTRY = Aggregate("referrals", "service-entry", ServiceEntryListed, ServiceEntryVerified, ServiceEntryRetired)
