"""The region file: what domain.md calls configuration, one TOML per stack (`deploy/regions/<region>.toml`).

Centres, organisations, sharing agreements, the dated sub-committee table, referral timers, legal bases, retention. Loaded
once, frozen, and refused as a whole with one line per fault: field, what is wrong, what to do.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import Field, ValidationError, model_validator

from shared.codes import (
    FINANCIAL_LITERACY,
    Course,
    LegalBasis,
    OrgType,
    Priority,
    Purpose,
    ServiceCode,
    SubCommittee,
    default_sub_committee,
)
from shared.codes.agency import agencies
from shared.codes.calendar import add_calendar_days, add_hours, add_working_days
from shared.codes.valid import Country, Language
from shared.errors import GabayError
from shared.region_centre import Centre, Names, Part

STATUTE_NEEDED = frozenset(LegalBasis) - {LegalBasis.CONSENT}
"""Bases that a supervisor may state only where the region file names their statute (domain.md section 6, rule 2)."""


class RegionFileError(GabayError):
    """The region file is missing, unreadable or contradicts itself."""


class Organisation(Part):
    """A local NGO, clinic, consulate, or the local office of an agency. An org field holds its code or an agency's."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")
    name: str
    type: OrgType
    state: Country | None = None
    """country whose body it is, for a contact block; None for a private or international one"""
    agency: str | None = None
    """agency whose local office it is"""


class Agreement(Part):
    """A sharing agreement; without one in force nothing is referred, save an emergency with override."""

    agreement_id: str = Field(pattern=r"^[A-Z0-9-]{2,32}$")
    from_org: str
    to_org: str
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    services: tuple[ServiceCode, ...] = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    copy_years: int | None = Field(default=None, ge=1)
    """how long the receiver may keep its copy of a packet; left out: as long as a case is kept"""

    def covers(self, from_org: str, to_org: str, service: ServiceCode, on: date, purpose: Purpose) -> bool:
        parties = self.from_org == from_org and self.to_org == to_org
        return parties and service in self.services and purpose in self.purposes and _in_force(self.valid_from, self.valid_to, on)


class Assignment(Part):
    """A row of the sub-committee table: from a day on, a service is another sub-committee's."""

    service: ServiceCode
    course: Course | None = None
    """for trainings whose course decides; without it a TRN row leaves financial literacy to ESIP"""
    sub_committee: SubCommittee
    valid_from: date
    valid_to: date | None = None


class Statute(Part):
    basis: LegalBasis
    statute: str = Field(min_length=3)


class Span(Part):
    """A length of time in exactly one of three measures (timer table of domain.md section 2)."""

    hours: int | None = Field(default=None, gt=0)
    working_days: int | None = Field(default=None, gt=0)
    calendar_days: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if sum(measure is not None for measure in (self.hours, self.working_days, self.calendar_days)) != 1:
            raise ValueError("give exactly one of hours, working_days, calendar_days")
        return self

    def doubled(self) -> "Span":
        return Span(**{name: 2 * n for name, n in self.model_dump(exclude_none=True).items()})

    def after(self, start: datetime, centre: Centre) -> datetime:
        if self.hours is not None:
            return add_hours(start, self.hours)
        if self.working_days is not None:
            return add_working_days(start, self.working_days, centre.zone, centre.calendar)
        assert self.calendar_days is not None
        return add_calendar_days(start, self.calendar_days, centre.zone, centre.calendar)


class Timer(Part):
    """Deadlines of one priority; silence lapses after twice the time unless said otherwise."""

    acknowledge: Span
    deliver: Span
    acknowledge_lapse: Span | None = None
    deliver_lapse: Span | None = None


DEFAULT_TIMERS: Mapping[Priority, Timer] = {
    Priority.EMERGENCY: Timer(acknowledge=Span(hours=2), deliver=Span(hours=24)),
    Priority.URGENT: Timer(acknowledge=Span(hours=24), deliver=Span(hours=72)),
    Priority.NORMAL: Timer(acknowledge=Span(working_days=3), deliver=Span(calendar_days=14)),
}


class Deadlines(NamedTuple):
    """The four instants that a ReferralSent stores."""

    due_ack: datetime
    due_service: datetime
    lapse_ack: datetime
    lapse_service: datetime


class Retention(Part):
    """How long what is kept (domain.md section 11). It proposes; no timer erases, and it is off until switched on."""

    client_without_case_years: int = Field(default=2, ge=1)
    case_years: int = Field(default=5, ge=1)
    child_until_age: int = Field(default=25, ge=18)
    protection_years: int = Field(default=7, ge=1)
    consent_proof_years: int = Field(default=1, ge=1)
    """after the data it permits are gone"""
    access_log_years: int = Field(default=3, ge=2, le=5)
    rejected_duplicate_days: int = Field(default=30, ge=1)


class Region(Part):
    """One stack: a province, or several run together."""

    region: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    names: Names
    languages: tuple[Language, ...] = Field(min_length=1)
    """in which the centres speak and consent is asked"""
    psgc_vintage: str = "2026-1Q"
    centres: tuple[Centre, ...] = Field(min_length=1)
    organisations: tuple[Organisation, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    sub_committees: tuple[Assignment, ...] = ()
    referral_timers: Mapping[Priority, Timer] = Field(default_factory=dict)
    legal_bases: tuple[Statute, ...] = ()
    retention: Retention = Retention()
    rights: Span = Span(working_days=30)
    """in which a person must be told what came of a request about their data (RA 10173; NPC Advisory 2021-01)"""

    @cached_property
    def _centres(self) -> Mapping[str, Centre]:
        return {centre.code: centre for centre in self.centres}

    @cached_property
    def _organisations(self) -> Mapping[str, Organisation]:
        return {organisation.code: organisation for organisation in self.organisations}

    def has_centre(self, code: str) -> bool:
        return code in self._centres

    def centre(self, code: str) -> Centre:
        """KeyError for a centre of another region."""
        return self._centres[code]

    def centre_or_first(self, code: str | None) -> Centre:
        """A centre, or the region's first for what belongs to none of them."""
        return self._centres.get(code or "", self.centres[0])

    def organisation(self, code: str) -> Organisation | None:
        return self._organisations.get(code)

    def is_org(self, code: str) -> bool:
        """Whether an org field may hold this code: an organisation of the region or any agency, past ones included."""
        return code in self._organisations or code in agencies()

    def org_name(self, code: str) -> str:
        local, national = self.organisation(code), agencies().get(code)
        return local.name if local else national.name if national else code

    def org_state(self, code: str) -> str | None:
        """Country whose body an org is; None for a private or international one."""
        local = self.organisation(code)
        if local and (local.state or not local.agency):
            return local.state
        national = agencies().get(local.agency if local and local.agency else code)
        return national.state if national else None

    def barred_by_contact_block(self, org: str, centre: str) -> bool:
        """Whether a contact block (non-refoulement) keeps a client of this centre from an org.

        Barred: every consulate, and every body of a state that is not the centre's own. Source: domain.md section 8.
        """
        local = self.organisation(org)
        if local and local.type is OrgType.Consulate:
            return True
        state = self.org_state(org)
        return state is not None and state != self.centre(centre).country

    def agreement(
        self, from_org: str, to_org: str, service: ServiceCode, on: date, purpose: Purpose = Purpose.SHARE_FOR_SERVICE
    ) -> Agreement | None:
        """The sharing agreement in force, None where nothing may be shared."""
        return next((a for a in self.agreements if a.covers(from_org, to_org, service, on, purpose)), None)

    def copy_years(self, agreement_id: str | None) -> int:
        """Years for which a receiver may keep its copy of a packet. None (confidential, or an emergency without an agreement):
        the shortest that any agreement says, since nothing in the open tells which it is."""
        terms = {each.agreement_id: each.copy_years or self.retention.case_years for each in self.agreements}
        return terms.get(agreement_id or "") or min(terms.values(), default=self.retention.case_years)

    def sub_committee(self, service: ServiceCode, on: date, course: Course | None = None) -> SubCommittee:
        """Sub-committee of a service at a day: the region's dated table, else the default. The fact stores the answer."""
        rows = {a.course: a.sub_committee for a in self.sub_committees if a.service is service and _in_force(a.valid_from, a.valid_to, on)}
        if course in rows:
            return rows[course]
        if None in rows and course not in FINANCIAL_LITERACY:
            return rows[None]
        return default_sub_committee(service, course)

    def statute(self, basis: LegalBasis) -> str | None:
        """Law behind a legal basis; a basis without one can't be stated here."""
        return next((s.statute for s in self.legal_bases if s.basis is basis), None)

    def deadlines(self, priority: Priority, sent_at: datetime, centre: str) -> Deadlines:
        """When a referral sent at this instant is due and when it lapses, by the calendar of the sending centre."""
        timer = self.referral_timers.get(priority) or DEFAULT_TIMERS[priority]
        here = self.centre(centre)
        spans = (
            timer.acknowledge,
            timer.deliver,
            timer.acknowledge_lapse or timer.acknowledge.doubled(),
            timer.deliver_lapse or timer.deliver.doubled(),
        )
        return Deadlines(*(span.after(sent_at, here) for span in spans))


@cache
def load_region(path: Path) -> Region:
    """Read a region file once per process. Raises RegionFileError with every fault it finds."""
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except FileNotFoundError as missing:
        raise RegionFileError(f"There is no region file {path}: make it with `gabay region new`, or set GABAY_REGION_FILE.") from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise RegionFileError(f"{path} is not TOML: {broken}. Mend that line.") from broken
    try:
        # Through JSON: strict models take codes and dates as strings from JSON only, and TOML knows no more types than that.
        region = Region.model_validate_json(json.dumps(data, default=str))
    except ValidationError as refused:
        raise RegionFileError(report_of(path, faults_of(refused))) from None
    if faults := list(_contradictions(region)):
        raise RegionFileError(report_of(path, faults))
    return region


def report_of(path: Path, faults: Iterator[str] | list[str]) -> str:
    return "\n".join([f"{path} can't be used:", *(f"  {fault}" for fault in faults)])


_REMEDY = {"missing": "is missing: add it", "extra_forbidden": "is no field of a region file: remove it or mend its spelling"}


def faults_of(refused: ValidationError) -> Iterator[str]:
    errors = refused.errors(include_input=False, include_url=False)
    inner = {error["loc"][:1] for error in errors if len(error["loc"]) > 1}
    for error in errors:
        if error["type"] == "too_short" and error["loc"] in inner:
            continue  # pydantic counts only sound members: "centres is empty" beside the fault of its one centre misleads
        field = ".".join(str(part) for part in error["loc"]) or "the file"
        yield f"{field} {_REMEDY.get(error['type'], error['msg'].removeprefix('Value error, '))}"


def _contradictions(region: Region) -> Iterator[str]:
    yield from _doubles("centres", [centre.code for centre in region.centres])
    yield from _doubles("organisations", [organisation.code for organisation in region.organisations])
    yield from _doubles("agreements", [agreement.agreement_id for agreement in region.agreements])
    yield from _doubles("legal_bases", [statute.basis for statute in region.legal_bases])
    for i, organisation in enumerate(region.organisations):
        if organisation.code in agencies():
            yield f"organisations.{i}.code is already an agency of shared/codes/agencies.csv: use the agency, or another code"
        if organisation.agency is not None and organisation.agency not in agencies():
            yield f"organisations.{i}.agency is not in shared/codes/agencies.csv: correct or leave out"
        if organisation.type is OrgType.Consulate and organisation.state is None:
            yield f"organisations.{i}.state is missing: a consulate is a body of a state, name the country"
    for i, agreement in enumerate(region.agreements):
        if (agreement.copy_years or 0) > region.retention.case_years:
            yield f"agreements.{i}.copy_years is longer than retention.case_years: nobody keeps a copy longer than we keep the case"
    for field, code in _named_orgs(region):
        if not region.is_org(code):
            yield f"{field} is neither an agency nor an organisation of this file: add it under [[organisations]] or correct it"
    for i, row in enumerate(region.sub_committees):
        for other in region.sub_committees[:i]:
            if (other.service, other.course) == (row.service, row.course) and _overlap(other, row):
                yield f"sub_committees.{i} overlaps an earlier row of the same service and course: end that one with valid_to"


def _named_orgs(region: Region) -> Iterator[tuple[str, str]]:
    for i, centre in enumerate(region.centres):
        yield f"centres.{i}.operator", centre.operator
        yield f"centres.{i}.coordinating_agency", centre.coordinating_agency
    for i, agreement in enumerate(region.agreements):
        yield f"agreements.{i}.from_org", agreement.from_org
        yield f"agreements.{i}.to_org", agreement.to_org


def _doubles(field: str, codes: list[Any]) -> Iterator[str]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield f"{field} names {code} {times} times: keep one"


def _in_force(valid_from: date, valid_to: date | None, on: date) -> bool:
    return valid_from <= on and (valid_to is None or on <= valid_to)


def _overlap(one: Assignment, other: Assignment) -> bool:
    ends_before = one.valid_to is not None and one.valid_to < other.valid_from
    begins_after = other.valid_to is not None and other.valid_to < one.valid_from
    return not (ends_before or begins_after)
