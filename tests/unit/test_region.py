"""The region file: six that ship, and how a wrong one is refused."""

from datetime import date, datetime
from pathlib import Path

import pytest

from shared.codes import Course, LegalBasis, Priority, Purpose, ServiceCode
from shared.region import Region, RegionFileError, load_region
from shared.region_national import is_national

FOLDER = Path(__file__).parents[2] / "deploy" / "regions"
SHIPPED = sorted(file for file in FOLDER.glob("*.toml") if not is_national(file))
SENT = datetime.fromisoformat("2026-03-05T10:15+08:00")
DAY = date(2026, 3, 5)


def route() -> Region:
    return load_region(FOLDER / "route-example.toml")


def refused(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = (FOLDER / "route-example.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "region.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegionFileError) as wrong:
        load_region(path)
    assert str(path) in str(wrong.value)
    return str(wrong.value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_region_loads_under_its_own_name(path: Path) -> None:
    region = load_region(path)
    assert region.region == path.stem
    assert load_region(path) is region
    for basis in (LegalBasis.CONSENT, LegalBasis.LEGAL_OBLIGATION, LegalBasis.VITAL_INTEREST):
        assert region.statute(basis)


def test_there_is_a_region_for_each_first_province_and_an_example() -> None:
    provinces = {"antique", "masbate", "agusan-del-sur", "maguindanao-del-norte", "maguindanao-del-sur"}
    assert {path.stem for path in SHIPPED} == provinces | {"route-example"}


def test_a_centre_knows_its_country_its_calendar_and_its_area() -> None:
    danli, antique = route().centre("HN-EP-01"), route().centre("PH-ANT-01")
    assert (danli.country, danli.calendar, danli.area, danli.zone) == ("HND", "HN-EP", "HN-EP", "America/Tegucigalpa")
    assert (antique.country, antique.calendar, antique.area) == ("PHL", "PH-ANT", "0600600000")
    assert route().has_centre("HN-CH-01")
    assert not route().has_centre("PH-MAS-01")


def test_the_worked_example_gets_its_four_instants() -> None:
    due = route().deadlines(Priority.NORMAL, SENT, "PH-ANT-01")
    wanted = ("2026-03-10T17:00+08:00", "2026-03-19T17:00+08:00", "2026-03-13T17:00+08:00", "2026-04-06T17:00+08:00")
    assert due == tuple(datetime.fromisoformat(text) for text in wanted)


@pytest.mark.parametrize(("priority", "hours"), [(Priority.EMERGENCY, (2, 24, 4, 48)), (Priority.URGENT, (24, 72, 48, 144))])
def test_what_is_urgent_counts_in_hours(priority: Priority, hours: tuple[int, ...]) -> None:
    due = route().deadlines(priority, SENT, "PH-ANT-01")
    assert tuple((instant - SENT).total_seconds() / 3600 for instant in due) == hours


def test_an_agreement_covers_its_parties_services_purposes_and_days() -> None:
    found = route().agreement("ANT_PG", "OWWA", ServiceCode.LIV, DAY)
    assert found is not None
    assert found.agreement_id == "ANT-OWWA-1"
    assert route().agreement("OWWA", "ANT_PG", ServiceCode.LIV, DAY) is None
    assert route().agreement("ANT_PG", "OWWA", ServiceCode.MND, DAY) is None
    assert route().agreement("ANT_PG", "OWWA", ServiceCode.LIV, date(2023, 12, 31)) is None
    assert route().agreement("ANT_PG", "OWWA", ServiceCode.LIV, DAY, Purpose.CONSULAR) is None
    assert route().agreement("CASA_CAMINO", "CONS_VEN", ServiceCode.ADM, DAY, Purpose.CONSULAR)


def test_a_contact_block_bars_consulates_and_bodies_of_another_state() -> None:
    barred = route().barred_by_contact_block
    assert barred("CONS_HND", "HN-EP-01")
    assert barred("CONS_PHL", "PH-ANT-01")
    assert barred("OWWA", "HN-EP-01")
    assert not barred("OWWA", "PH-ANT-01")
    assert barred("INM_HN", "PH-ANT-01")
    assert not barred("IOM", "HN-EP-01")
    assert not barred("CASA_CAMINO", "HN-EP-01")


def test_an_org_is_an_agency_or_an_organisation_of_the_region() -> None:
    assert route().is_org("POEA")
    assert route().is_org("PESO_ANT")
    assert not route().is_org("NOBODY")
    assert route().org_name("OWWA") == "Overseas Workers Welfare Administration"
    assert route().org_state("PESO_ANT") == "PHL"


def test_the_sub_committee_of_a_day(tmp_path: Path) -> None:
    assert route().sub_committee(ServiceCode.LIV, DAY) == "ESIP"
    assert route().sub_committee(ServiceCode.TRN, DAY) == "IERNA"
    assert route().sub_committee(ServiceCode.TRN, DAY, Course.FINLIT) == "ESIP"
    old = '{ service = "LIV", sub_committee = "ESIP", valid_from = 2012-01-01 }'
    ended = '{ service = "LIV", sub_committee = "MDI", valid_from = 2012-01-01, valid_to = 2025-12-31 }'
    later = '{ service = "LIV", sub_committee = "PSS", valid_from = 2026-01-01 }'
    text = (FOLDER / "route-example.toml").read_text(encoding="utf-8").replace(old, f"{ended},\n  {later}")
    path = tmp_path / "moved.toml"
    path.write_text(text, encoding="utf-8")
    moved = load_region(path)
    assert [moved.sub_committee(ServiceCode.LIV, day) for day in (date(2025, 12, 31), date(2026, 1, 1))] == ["MDI", "PSS"]


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(RegionFileError, match="gabay region new"):
        load_region(tmp_path / "none.toml")


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("region = \n", encoding="utf-8")
    with pytest.raises(RegionFileError, match="line 1"):
        load_region(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('region = "route-example"\n', "", "region is missing: add it"),
        ('region = "route-example"', 'region = "route-example"\nregoin = "x"', "regoin is no field of a region file"),
        ('zone = "America/Tegucigalpa"', 'zone = "America/Danli"', "centres.0.zone is no IANA time zone"),
        ('operator = "CASA_CAMINO"', 'operator = "NOBODY"', "centres.0.operator is neither an agency nor an organisation"),
        ('code = "HN-CH-01"', 'code = "HN-EP-01"', "centres names HN-EP-01 2 times"),
        ('psgc_province = "0600600000"', 'psgc_province = "0600613000"', "psgc_province is no province of today"),
        ('psgc_province = "0600600000"\n', "", "give either psgc_province"),
        ("floor_m2 = 64.0", "floor_m2 = 40.0", "less than 3.5 m2 a person"),
        ("acknowledge = { hours = 2 }", "acknowledge = { hours = 2, working_days = 1 }", "exactly one of hours"),
        ('type = "Consulate"\nstate = "HND"\n', 'type = "Consulate"\n', "state is missing: a consulate"),
        ('code = "CASA_CAMINO"', 'code = "OWWA"', "is already an agency"),
        ("access_log_years = 3", "access_log_years = 6", "retention.access_log_years"),
        ('services = ["HEA", "PSS"]', 'copy_years = 6\nservices = ["HEA", "PSS"]', "agreements.0.copy_years is longer than"),
        ('services = ["HEA", "PSS"]', 'services = ["HEA", "PPS"]', "agreements.0.services.1"),
    ],
)
def test_a_wrong_file_names_the_field_and_the_remedy(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in refused(tmp_path, (old, new))


def test_two_sub_committees_never_answer_for_one_service(tmp_path: Path) -> None:
    first = '{ service = "INF", sub_committee = "IERNA", valid_from = 2012-01-01 }'
    second = '{ service = "INF", sub_committee = "MDI", valid_from = 2020-01-01 }'
    assert "sub_committees.1 overlaps" in refused(tmp_path, (first, f"{first}, {second}"))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = refused(tmp_path, ('zone = "America/Tegucigalpa"', 'zone = "x"'), ("case_years = 5", "case_years = 0"))
    assert "centres.0.zone" in told
    assert "retention.case_years" in told
    assert "at least 1 item" not in told
