"""The directory as HSDS 3.0 tables: what is written is read back, and what does not fit is named by file, row and column."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from cli.directory import read, write
from services.referrals.directory.forms import LISTED
from services.referrals.directory.hsds import COLUMNS, tables
from services.referrals.directory.hsds_reading import Listed, Misfit, entry_id, listings

ONE = UUID("0199a2c0-2222-7abc-8def-0123456789ab")
OTHER = UUID("0199a2c0-3333-4abc-8def-0123456789ab")
MEMBERS = {"locations", "schedules", "service_areas", "required_documents", "contacts", "languages", "cost_options"}


def an_entry(of: UUID = ONE, verified_on: str | None = "2026-03-02", **changes: Any) -> dict[str, Any]:
    """As the list of the directory shows it."""
    listing = {name: value for name, value in LISTED.items() if name != "centre"}
    return {**dict.fromkeys(MEMBERS, ()), **listing, "entry_id": str(of), "verified_on": verified_on, **changes}


FULL = an_entry(
    locations=[
        {
            "name": "Regional office", "psgc_mun": "0600613000", "address": "Street 1", "latitude": 10.74, "longitude": -121.94,
            "accessibility": ["ramp", "lift"],
        },
        {"name": "Desk at the capitol", "psgc_mun": "0600613000", "accessibility": []},
    ],
    contacts=[
        {"name": "Desk", "title": "officer", "phone": "+63 36 540 0000", "email": "desk@example.org"},
        {"name": "Hotline", "phone": "1348"},
    ],
    schedules=[{"byday": "MO,TU", "opens_at": "08:00", "closes_at": "12:00"}, {"byday": "WE", "opens_at": "13:00", "closes_at": "17:00"}],
    service_areas=["0600600000", "1908700000"],
    cost_options=[{"amount": "0", "currency": "PHP"}, {"amount": "12.50", "currency": "USD"}],
)  # fmt: skip


def plain(entry: dict[str, Any]) -> dict[str, Any]:
    """What of an entry a listing takes."""
    body = {name: value for name, value in entry.items() if name not in ("entry_id", "verified_on", "next_due")}
    return {name: list(value) if name in MEMBERS else value for name, value in body.items()}


@pytest.mark.parametrize("entry", [FULL, an_entry(), an_entry(verified_on=None, capacity=None)], ids=["everything", "usual", "least"])
def test_what_is_written_is_read_back(entry: dict[str, Any]) -> None:
    [found] = listings(tables([entry]))
    wanted = plain(entry)
    assert found.body == {name: value for name, value in wanted.items() if value is not None}
    assert (found.entry_id, found.assured_on) == (ONE, date(2026, 3, 2) if entry["verified_on"] else None)


def test_it_survives_the_files(tmp_path: Path) -> None:
    made = tables([FULL, an_entry(OTHER, service={**LISTED["service"], "status": "temporarily_closed"})])
    for name, rows in made.items():
        if rows:
            write(tmp_path / f"{name}.csv", COLUMNS[name], rows)
    assert "'+63 36 540 0000" in (tmp_path / "phone.csv").read_text(), "a spreadsheet would take it for a formula"
    assert ",-121.94," in (tmp_path / "location.csv").read_text()
    assert "temporarily closed" in (tmp_path / "service.csv").read_text()
    back = {name: read(tmp_path / f"{name}.csv") for name in COLUMNS if (tmp_path / f"{name}.csv").exists()}
    assert [listed.body for listed in listings(back)] == [listed.body for listed in listings(made)]


@over(st.lists(st.sampled_from(["=1+1", "@x", "-5", "-a", "'=x", "'", "+63", "\tx", "plain", 'a,b"c', "ligne\nñ"]), min_size=1, max_size=4))
def test_no_cell_is_a_formula_and_each_reads_as_it_was_told(texts: list[str]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "required_document.csv"
        write(path, ("id", "document"), [{"id": str(n), "document": text} for n, text in enumerate(texts)])
        assert [row["document"] for row in read(path)] == [text if text != "'=x" else "=x" for text in texts]


def test_an_organisation_with_two_services_is_one_row() -> None:
    made = tables([an_entry(), an_entry(OTHER)])
    assert len(made["organization"]) == len(made["organization_identifier"]) == len(made["taxonomy_term"]) == 1
    assert [row["organization_id"] for row in made["service"]] == [made["organization"][0]["id"]] * 2


def test_an_export_twice_is_the_same_export() -> None:
    assert tables([FULL]) == tables([FULL])
    assert {name: set(rows[0]) for name, rows in tables([FULL]).items() if rows} == {
        name: set(columns) for name, columns in COLUMNS.items() if tables([FULL])[name]
    }


def package(table: str, **changes: str) -> dict[str, list[dict[str, str]]]:
    made = tables([FULL])
    made[table] = [{**row, **changes} for row in made[table]]
    return made


@pytest.mark.parametrize(
    ("table", "changes", "told"),
    [
        ("service", {"status": "<typed>"}, "service.csv, row 1: status"),
        ("service", {"minimum_age": "<typed>"}, "service.csv, row 1: minimum_age"),
        ("service", {"assured_date": "<typed>"}, "service.csv, row 1: assured_date"),
        ("service", {"organization_id": "<typed>"}, "service.csv, row 1: organization_identifier.csv has no"),
        ("organization_identifier", {"identifier_scheme": "<typed>"}, "service.csv, row 1: organization_identifier.csv has no"),
        ("attribute", {"link_id": "<typed>"}, "service.csv, row 1: attribute.csv has no"),
        ("taxonomy", {"name": "<typed>"}, "service.csv, row 1: attribute.csv has no"),
        ("location", {"latitude": "<typed>"}, "location.csv: latitude"),
        ("service_capacity", {"available": "<typed>"}, "service.csv, row 1: its available capacity"),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(table: str, changes: dict[str, str], told: str) -> None:
    with pytest.raises(Misfit) as refused:
        list(listings(package(table, **changes)))
    assert str(refused.value).startswith(told)
    assert "<typed>" not in str(refused.value)


def test_a_table_without_a_column_is_told_as_one_without_its_content() -> None:
    made = tables([FULL])
    bare = {**made, "organization_identifier": [{"organization_id": row["organization_id"], "identifier_scheme": row["identifier_scheme"]}
                                                for row in made["organization_identifier"]]}  # fmt: skip
    with pytest.raises(Misfit, match=r"organization_identifier\.csv has no"):
        list(listings(bare))


def test_the_code_of_another_taxonomy_is_not_taken_for_ours() -> None:
    made = tables([FULL])
    theirs = {"id": "t", "code": "BH-1800", "name": "Housing", "taxonomy_id": "airs"}
    theirs_first = {
        **made,
        "attribute": [{**made["attribute"][0], "id": "a", "taxonomy_term_id": "t", "value": ""}, *made["attribute"]],
        "taxonomy_term": [theirs, *made["taxonomy_term"]],
        "taxonomy": [{"id": "airs", "name": "AIRS", "description": ""}, *made["taxonomy"]],
    }
    assert [listed.body for listed in listings(theirs_first)] == [listed.body for listed in listings(made)]


def test_a_service_that_is_no_more_is_passed_over() -> None:
    assert list(listings(package("service", status="defunct"))) == []


def test_the_same_foreign_id_is_the_same_entry_in_every_import() -> None:
    assert entry_id(str(ONE)) == ONE
    assert entry_id(str(OTHER)) == OTHER
    foreign = entry_id("service-17")
    assert foreign == entry_id("service-17")
    assert (foreign.version, foreign.variant) == (4, "specified in RFC 4122")
    assert entry_id(str(ONE).upper()) != ONE  # ids are written lower case


def test_columns_and_files_that_we_do_not_know_are_passed_over() -> None:
    made = tables([FULL])
    more = {**made, "program": [{"id": "p"}], "service": [{**made["service"][0], "licenses": "x"}]}
    assert [listed.body for listed in listings(more)] == [listed.body for listed in listings(made)]
    assert isinstance(next(iter(listings(more))), Listed)
