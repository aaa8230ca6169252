"""The tables of an HSDS 3.0 package as directory entries: what `hsds` writes, read back. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from .hsds import ORG_SCHEME, STATUS, TAXONOMY, Row, Tables

_OURS = {told: ours for ours, told in STATUS.items()}


class Misfit(Exception):
    """A package that cannot be read. The text names file, row (1 = the first below the header) and column, never a value."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a package. entry_id: the service's own id, or one that follows from it. assured_on: of its verification.

    body: the members of a listing, as `PUT /v1/service-entries/{id}` takes them.
    """

    row: int
    entry_id: UUID
    assured_on: date | None
    body: dict[str, Any]


def listings(found: Tables) -> Iterator[Listed]:
    """The entries of a package, in its order. Raises Misfit at the first row that does not fit.

    A service that is defunct is passed over: it would have to be retired by somebody who knows why.
    """
    package = _Package(found)
    for n, service in package.numbered("service"):
        if service.get("status") != "defunct":
            yield _listed(package, n, service)


class _Package:
    """Tables being read, and the references between them."""

    def __init__(self, found: Tables) -> None:
        self._found = found
        self._by_id = {name: {row.get("id", ""): row for row in rows} for name, rows in found.items()}
        self._by_owner: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def numbered(self, table: str) -> Iterator[tuple[int, Row]]:
        yield from enumerate(self._found.get(table, ()), 1)

    def of(self, table: str, column: str, owner: str) -> list[Row]:
        """Rows that refer to an owner, in the order of the file."""
        index = self._by_owner.get((table, column))
        if index is None:
            index = self._by_owner[table, column] = {}
            for row in self._found.get(table, ()):
                index.setdefault(row.get(column) or "", []).append(row)
        return index.get(owner, []) if owner else []

    def one(self, table: str, key: str) -> Row:
        return self._by_id.get(table, {}).get(key, {})


def _listed(package: _Package, n: int, service: Row) -> Listed:
    def needed(value: str | None, table: str, column: str) -> str:
        if not value:
            raise Misfit(f"service.csv, row {n}: {table}.csv has no {column} for it")
        return value

    def number(column: str) -> int | None:
        text = service.get(column) or ""
        return _whole(text, f"service.csv, row {n}: {column} is no number of years") if text else None

    of = needed(service.get("id"), "service", "id")
    organization = service.get("organization_id", "")
    codes = [
        i.get("identifier")
        for i in package.of("organization_identifier", "organization_id", organization)
        if i.get("identifier_scheme") == ORG_SCHEME
    ]
    terms = [code for attribute in package.of("attribute", "link_id", of) if (code := _code(package, attribute))]
    status = service.get("status", "")
    if status not in _OURS:
        raise Misfit(f"service.csv, row {n}: status is none of {', '.join(_OURS)}")
    texts = ("name", "description", "eligibility_description", "application_process", "wait_time", "fees_description")
    body: dict[str, Any] = {
        "organization": {
            "org": needed(next(iter(codes), None), "organization_identifier", f"identifier of the scheme {ORG_SCHEME}"),
            "name": needed(package.one("organization", organization).get("name"), "organization", "name"),
        },
        "service": _present(
            {name: service.get(name) for name in texts}
            | {
                "service_code": needed(next(iter(terms), None), "attribute", f"term of the taxonomy {TAXONOMY}"),
                "status": _OURS[status],
                "minimum_age": number("minimum_age"),
                "maximum_age": number("maximum_age"),
            }
        ),
        "locations": [_place(package, row.get("location_id", "")) for row in package.of("service_at_location", "service_id", of)],
        "schedules": _rows(package, "schedule", of, "byday", "opens_at", "closes_at"),
        "service_areas": [row.get("extent", "") for row in package.of("service_area", "service_id", of)],
        "required_documents": [row.get("document", "") for row in package.of("required_document", "service_id", of)],
        "contacts": [_contact(package, row) for row in package.of("contact", "service_id", of)],
        "languages": [row.get("code", "") for row in package.of("language", "service_id", of)],
        "cost_options": _rows(package, "cost_option", of, "amount", "currency"),
    }  # fmt: skip
    for row in package.of("service_capacity", "service_id", of)[:1]:
        unit = package.one("unit", row.get("unit_id", "")).get("name", "")
        body["capacity"] = {
            "unit": unit,
            "free": _whole(row.get("available", ""), f"service.csv, row {n}: its available capacity is no number"),
            "as_of": row.get("updated", "")[:10],
        }
    return Listed(n, entry_id(of), _day(n, service.get("assured_date")), body)


def _code(package: _Package, attribute: Row) -> str:
    """The code that an attribute gives a service, unless it is one of another taxonomy."""
    term = package.one("taxonomy_term", attribute.get("taxonomy_term_id", ""))
    ours = package.one("taxonomy", term.get("taxonomy_id", "")).get("name", TAXONOMY) == TAXONOMY
    return (term.get("code") or attribute.get("value", "")) if ours else ""


def _place(package: _Package, location_id: str) -> dict[str, Any]:
    location = package.one("location", location_id)
    psgc = location.get("external_identifier") if location.get("external_identifier_type") == "psgc" else None
    address = next(iter(package.of("address", "location_id", location_id)), {})
    help_ = [row.get("description", "") for row in package.of("accessibility", "location_id", location_id)]
    return _present(
        {
            "name": location.get("name"), "psgc_mun": psgc, "address": address.get("address_1"),
            "latitude": _decimal(location.get("latitude")), "longitude": _decimal(location.get("longitude")),
        }
    ) | {"accessibility": help_}  # fmt: skip


def _contact(package: _Package, row: Row) -> dict[str, Any]:
    phone = next(iter(package.of("phone", "contact_id", row.get("id", ""))), {}).get("number")
    return _present({"name": row.get("name"), "title": row.get("title"), "email": row.get("email"), "phone": phone})


def _rows(package: _Package, table: str, of: str, *columns: str) -> list[dict[str, Any]]:
    return [_present({column: row.get(column) for column in columns}) for row in package.of(table, "service_id", of)]


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "")}


def _whole(text: str, fault: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Misfit(fault)
    return int(text)


def _decimal(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise Misfit("location.csv: latitude or longitude is no number of degrees") from None


def _day(n: int, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise Misfit(f"service.csv, row {n}: assured_date is no date (YYYY-MM-DD)") from None


def entry_id(told: str) -> UUID:
    """The id of an entry: the service's own where it is a UUID that an app might have drawn, else one that follows from it."""
    try:
        own = UUID(told)
    except ValueError:
        own = None
    if own is not None and own.version in (4, 7) and str(own) == told:
        return own
    # Ids of streams are of version 4 or 7; the same foreign id must give the same entry in every import.
    return UUID(bytes=uuid5(NAMESPACE_URL, f"service:{told}").bytes, version=4)
