"""Directory entries as the tables of the Human Services Data Specification (HSDS 3.0). Pure; back again: `hsds_reading`.

A table is a list of rows, a row maps column to text; a file of a package is one table. An entry is one `service` with what
hangs from it. Codes of ours that HSDS has no column for go where it has room for codes: the organisation's code among its
identifiers (scheme `gabay:org`), the service's code among the attributes (taxonomy `gabay:service`), a place as the extent of
a service area and as the external identifier of a location (`psgc`). Source: openreferral.org, HSDS 3.0.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("id", "name"),
    "organization_identifier": ("id", "organization_id", "identifier_scheme", "identifier_type", "identifier"),
    "service": (
        "id", "organization_id", "name", "description", "status", "application_process", "fees_description", "wait_time",
        "eligibility_description", "minimum_age", "maximum_age", "assured_date",
    ),
    "attribute": ("id", "link_id", "link_type", "link_entity", "taxonomy_term_id", "value"),
    "taxonomy": ("id", "name", "description"),
    "taxonomy_term": ("id", "code", "name", "taxonomy_id"),
    "location": ("id", "location_type", "name", "latitude", "longitude", "external_identifier", "external_identifier_type"),
    "service_at_location": ("id", "service_id", "location_id"),
    "address": ("id", "location_id", "address_1", "city", "state_province", "postal_code", "country", "address_type"),
    "accessibility": ("id", "location_id", "description"),
    "schedule": ("id", "service_id", "freq", "byday", "opens_at", "closes_at"),
    "service_area": ("id", "service_id", "extent", "extent_type"),
    "required_document": ("id", "service_id", "document"),
    "contact": ("id", "service_id", "name", "title", "email"),
    "phone": ("id", "contact_id", "number"),
    "language": ("id", "service_id", "code"),
    "cost_option": ("id", "service_id", "amount", "currency"),
    "unit": ("id", "name"),
    "service_capacity": ("id", "service_id", "unit_id", "available", "updated"),
}  # fmt: skip
"""Every file of a package that is written, with its columns. Of one that is read, other files and columns are passed over."""

ORG_SCHEME: Final = "gabay:org"
TAXONOMY: Final = "gabay:service"
STATUS: Final = {"active": "active", "inactive": "inactive", "temporarily_closed": "temporarily closed"}
"""Ours -> theirs."""


def tables(entries: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """Entries, as the list of the directory shows them, as tables. Every table of `COLUMNS` is there, empty ones too."""
    made = _Tables()
    for entry in entries:
        _entry(made, entry)
    return made.rows


class _Tables:
    """Tables being filled. Ids follow from what a row belongs to, so that an export twice is the same export."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {name: [] for name in COLUMNS}
        self._known: set[str] = set()

    def add(self, table: str, owner: str, **members: Any) -> str:
        """A row; returns its id. Told again under the same id, it is the same row."""
        made = members.pop("id", None) or str(uuid5(NAMESPACE_URL, f"{table}:{owner}"))
        if f"{table}:{made}" not in self._known:
            self._known.add(f"{table}:{made}")
            values = {"id": made} | {name: str(value) for name, value in members.items() if value is not None}
            self.rows[table].append({column: values.get(column, "") for column in COLUMNS[table]})
        return str(made)


def _entry(made: _Tables, entry: Mapping[str, Any]) -> None:
    of, service = str(entry["entry_id"]), entry["service"]
    org = entry["organization"]
    # Two entries may call one organisation differently: HSDS has one row for it, so the name is part of what it is.
    organization = made.add("organization", f"{org['org']}:{org['name']}", name=org["name"])
    made.add(
        "organization_identifier", organization, organization_id=organization, identifier_scheme=ORG_SCHEME, identifier_type="code",
        identifier=org["org"],
    )  # fmt: skip
    told = {column: service.get(column) for column in COLUMNS["service"] if column not in ("id", "status")}
    told |= {"organization_id": organization, "assured_date": entry.get("verified_on"), "status": STATUS[service["status"]]}
    made.add("service", of, id=of, **told)
    taxonomy = made.add("taxonomy", TAXONOMY, name=TAXONOMY, description="Services of migrant resource centres")
    code = service["service_code"]
    term = made.add("taxonomy_term", f"{TAXONOMY}:{code}", code=code, name=code, taxonomy_id=taxonomy)
    made.add("attribute", of, link_id=of, link_type="taxonomy_term", link_entity="service", taxonomy_term_id=term, value=code)
    for n, place in enumerate(entry.get("locations", ())):
        _location(made, of, f"{of}:{n}", place)
    for n, open_ in enumerate(entry.get("schedules", ())):
        made.add("schedule", f"{of}:{n}", service_id=of, freq="WEEKLY", **open_)
    for n, area in enumerate(entry.get("service_areas", ())):
        made.add("service_area", f"{of}:{n}", service_id=of, extent=area, extent_type="text")
    for n, document in enumerate(entry.get("required_documents", ())):
        made.add("required_document", f"{of}:{n}", service_id=of, document=document)
    for n, contact in enumerate(entry.get("contacts", ())):
        who = made.add("contact", f"{of}:{n}", service_id=of, **{k: v for k, v in contact.items() if k != "phone"})
        if contact.get("phone"):
            made.add("phone", who, contact_id=who, number=contact["phone"])
    for n, language in enumerate(entry.get("languages", ())):
        made.add("language", f"{of}:{n}", service_id=of, code=language)
    for n, cost in enumerate(entry.get("cost_options", ())):
        made.add("cost_option", f"{of}:{n}", service_id=of, **cost)
    if capacity := entry.get("capacity"):
        unit = made.add("unit", capacity["unit"], name=capacity["unit"])
        made.add("service_capacity", of, service_id=of, unit_id=unit, available=capacity["free"], updated=capacity["as_of"])


def _location(made: _Tables, of: str, owner: str, place: Mapping[str, Any]) -> None:
    location = made.add(
        "location", owner, location_type="physical", name=place["name"], latitude=place.get("latitude"),
        longitude=place.get("longitude"), external_identifier=place["psgc_mun"], external_identifier_type="psgc",
    )  # fmt: skip
    made.add("service_at_location", owner, service_id=of, location_id=location)
    if place.get("address"):
        made.add("address", owner, location_id=location, address_1=place["address"], country="PH", address_type="physical")
    for n, help_ in enumerate(place.get("accessibility", ())):
        made.add("accessibility", f"{owner}:{n}", location_id=location, description=help_)
