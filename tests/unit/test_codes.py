"""Code lists: what they hold, how they map, what a field refuses."""

import subprocess
import sys
from datetime import date
from typing import Any

import pycountry
import pytest
from pydantic import TypeAdapter, ValidationError

from shared.codes import (
    DOMV_LEVEL,
    ISCED,
    SUB_COMMITTEE,
    WELL,
    CfoGroup,
    Country,
    Course,
    Currency,
    DomvFactor,
    DomvLevel,
    Education,
    Isco,
    Language,
    Month,
    PartialDate,
    Psgc,
    ServiceCode,
    Topic,
    agency,
    cfo_group,
    country,
    currency,
    default_sub_committee,
    enums,
    isced,
    label,
    labels,
    language,
    list_names,
    partial_date,
    psgc,
)

OURS = {"XXX", "XXA", "XKX"}


def accepts(kind: Any, value: str) -> bool:
    try:
        return bool(TypeAdapter(kind).validate_python(value, strict=True))
    except ValidationError:
        return False


def test_the_countries_are_those_of_iso_and_three_more() -> None:
    assert country.codes() == {found.alpha_3 for found in pycountry.countries} | OURS
    assert all(country.of_alpha2(found.alpha_2) == found.alpha_3 for found in pycountry.countries)
    assert country.of_alpha2("HN-EP-01") == "HND"
    assert country.of_alpha2("ZZ-1") == "XXX"


def test_languages_and_currencies_are_those_of_iso() -> None:
    assert language.codes() == {found.alpha_3 for found in pycountry.languages}
    assert currency.codes() == {found.alpha_3 for found in pycountry.currencies}


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "path"),
    [
        (Country, "PHL", "PH", "/v1/codes/Country"),
        (Country, "XKX", "OOO", "/v1/codes/Country"),
        (Language, "krj", "kr", "/v1/codes/Language"),
        (Currency, "PHP", "peso", "/v1/codes/Currency"),
        (Isco, "9111", "99", "/v1/codes/Isco"),
        (Isco, "5", "91111", "/v1/codes/Isco"),
        (Psgc, "0600613000", "600613000", "/v1/codes/Psgc"),
        (Psgc, "0504101001", "0504101999", "/v1/codes/Psgc"),
    ],
)
def test_a_wrong_code_names_its_list_and_not_itself(kind: Any, right: str, wrong: str, path: str) -> None:
    assert accepts(kind, right)
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(wrong)
    error = refused.value.errors()[0]
    assert (error["type"], error["ctx"]) == ("unknown_code", {"list": path})
    assert wrong not in error["msg"]


@pytest.mark.parametrize("text", ["2026", "2026-03", "2026-03-31", "1924-02-29"])
def test_a_date_may_be_known_in_part(text: str) -> None:
    assert accepts(PartialDate, text)


@pytest.mark.parametrize("text", ["26", "2026-13", "2026-02-30", "2026-3-1", "2026-03-01T10:00", "20260301", "2026-W01", "٢٠٢٦", ""])
def test_what_is_no_date_is_of_bad_format(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(PartialDate).validate_python(text)
    assert refused.value.errors()[0]["type"] == "bad_format"


def test_a_birth_month_is_a_year_and_a_month() -> None:
    assert accepts(Month, "1991-06")
    assert not any(accepts(Month, text) for text in ("1991", "1991-13", "1991-06-14"))


@pytest.mark.parametrize(
    ("text", "precision", "first", "middle", "last"),
    [
        ("2026", "Y", date(2026, 1, 1), date(2026, 7, 1), date(2026, 12, 31)),
        ("2024-02", "M", date(2024, 2, 1), date(2024, 2, 15), date(2024, 2, 29)),
        ("2026-12", "M", date(2026, 12, 1), date(2026, 12, 15), date(2026, 12, 31)),
        ("2026-03-05", "D", date(2026, 3, 5), date(2026, 3, 5), date(2026, 3, 5)),
    ],
)
def test_a_partial_date_has_a_first_a_middle_and_a_last_day(text: str, precision: str, first: date, middle: date, last: date) -> None:
    assert partial_date.precision(text) == precision
    assert (partial_date.first_day(text), partial_date.middle(text), partial_date.last_day(text)) == (first, middle, last)


def test_every_code_has_words_in_three_languages() -> None:
    for name in (*enums(), "Country", "Language", "Currency", "Isco", "Psgc", "Agency"):
        assert name in list_names()
        silent = [code for code, words in labels(name).items() if not all(words[lang] for lang in ("en", "fr", "fil"))]
        assert silent == [], name


def test_no_label_is_left_over() -> None:
    from shared.codes.table import rows

    known = {(name, code) for name in list_names() for code in labels(name)}
    assert [(row["list"], row["code"]) for row in rows("labels") if (row["list"], row["code"]) not in known] == []


def test_a_referral_in_french_is_no_orientation() -> None:
    assert label("EncounterChannel", "REFERRED", "fr").startswith("Référencement")
    assert label("Course", "PDOS", "fr").startswith("Séance d'information")
    assert not any("orientation" in words["fr"].lower() for name in enums() for words in labels(name).values())


def test_an_unknown_language_or_code_still_gets_a_word() -> None:
    assert label("Sex", "F", "de") == "Female"
    assert label("Sex", "Q") == "Q"
    assert label("Country", "PHL", "fil") == "Pilipinas"


def test_topics_are_the_services_and_two_more() -> None:
    assert {topic.value for topic in Topic} == {service.value for service in ServiceCode} | {"COMPLAINT", "OTHER"}


def test_every_service_has_a_sub_committee_and_a_place_in_assist_well() -> None:
    assert set(SUB_COMMITTEE) == set(WELL) == set(ServiceCode)
    assert default_sub_committee(ServiceCode.TRN) == "IERNA"
    assert default_sub_committee(ServiceCode.TRN, Course.FINLIT) == "ESIP"
    assert default_sub_committee(ServiceCode.REI) == "MDI"
    assert (WELL[ServiceCode.LIV], WELL[ServiceCode.LEG], WELL[ServiceCode.INF]) == ("LV", "LG", None)


def test_every_vulnerability_factor_has_its_level() -> None:
    assert set(DOMV_LEVEL) == set(DomvFactor)
    assert DOMV_LEVEL[DomvFactor.PAST_ABUSE] is DomvLevel.INDIVIDUAL
    assert DOMV_LEVEL[DomvFactor.SIZE] is DOMV_LEVEL[DomvFactor.CHILD_WORK] is DomvLevel.HOUSEHOLD
    assert DOMV_LEVEL[DomvFactor.SAFETY] is DOMV_LEVEL[DomvFactor.NETWORKS] is DomvLevel.COMMUNITY
    assert DOMV_LEVEL[DomvFactor.CONFLICT] is DomvLevel.STRUCTURAL


def test_schooling_maps_to_isced() -> None:
    assert set(ISCED) == set(Education)
    assert (isced("COLLEGE_LEVEL"), isced("MASTERS"), isced("UNKNOWN"), isced("NOT_SCHOOL_AGE"), isced(None)) == (
        "L3",
        "L7",
        "L9",
        "_Z",
        "L9",
    )


@pytest.mark.parametrize(
    ("isco", "group"),
    [
        ("0110", "ARMED_FORCES"),
        ("1", "MANAGERIAL"),
        ("2221", "PROFESSIONAL"),
        ("3", "PROFESSIONAL"),
        ("4", "CLERICAL"),
        ("52", "SALES"),
        ("5153", "SERVICE"),
        ("9111", "SERVICE"),
        ("92", "PRODUCTION"),
        ("61", "AGRICULTURE"),
        ("8", "PRODUCTION"),
    ],
)
def test_occupations_fall_into_the_groups_of_cfo(isco: str, group: str) -> None:
    assert cfo_group(isco) is CfoGroup(group)


def test_a_bare_five_is_neither_sales_nor_service() -> None:
    assert cfo_group("5") is None


def test_the_place_codes_count_as_published() -> None:
    levels = [found.level for found in psgc.places().values()]
    assert {level: levels.count(level) for level in set(levels)} == {
        "region": 18,
        "province": 82,
        "city": 149,
        "municipality": 1493,
        "sub-municipality": 14,
        "special": 2,
    }
    towns = [found for found in psgc.places().values() if found.level in {"city", "municipality"}]
    assert sum(town.population_2024 or 0 for town in towns) == 112_727_776
    assert len(psgc.barangays()) == 1999


@pytest.mark.parametrize(
    ("code", "province", "towns"),
    [
        ("0504100000", "Masbate", 21),
        ("0600600000", "Antique", 18),
        ("1600300000", "Agusan del Sur", 14),
        ("1908700000", "Maguindanao del Norte", 13),
        ("1908800000", "Maguindanao del Sur", 24),
    ],
)
def test_the_first_provinces_have_all_their_towns(code: str, province: str, towns: int) -> None:
    assert psgc.name_of(code) == province
    within = [found for found in psgc.places() if psgc.province_of(found) == code and psgc.municipality_of(found)]
    assert len(within) == towns


@pytest.mark.parametrize(
    ("code", "town", "province", "region"),
    [
        ("0600613000", "0600613000", "0600600000", "0600000000"),
        ("0504101001", "0504101000", "0504100000", "0500000000"),
        ("0600600000", None, "0600600000", "0600000000"),
        ("0600000000", None, None, "0600000000"),
        ("1130700000", "1130700000", "1130700000", "1100000000"),  # Davao City: highly urbanized, no province
        ("153803000", "1908802000", "1908800000", "1900000000"),  # Buluan before the division, nine digits
        ("0604502000", "1804502000", "1804500000", "1800000000"),  # Bago before the Negros Island Region
        ("1903800000", None, "1903800000", "1900000000"),  # the undivided province is nobody's predecessor
        ("153800000", None, "1903800000", "1900000000"),
        ("9999999999", None, None, None),
        ("", None, None, None),
    ],
)
def test_a_place_lies_in_coarser_places(code: str, town: str | None, province: str | None, region: str | None) -> None:
    assert (psgc.coarser(code, "municipality"), psgc.coarser(code, "province"), psgc.coarser(code, "region")) == (town, province, region)


def test_the_undivided_province_is_kept_under_its_own_name() -> None:
    assert accepts(Psgc, "1903800000")
    assert psgc.name_of("1903800000") == "Maguindanao (before the division)"
    assert psgc.inhabitants("1903800000") is None
    assert psgc.inhabitants("0600600000") == 643_173


def test_a_barangay_outside_the_list_goes_by_its_town() -> None:
    assert accepts(Psgc, "0102801001")
    assert not accepts(Psgc, "0199901001")


@pytest.mark.parametrize("old", ["POEA", "NRCO", "ILAB", "NMP", "OSWA", "DFA_OUMWA"])
def test_merged_agencies_count_under_their_heir(old: str) -> None:
    assert agency.end_of_chain(old) == "DMW"


def test_a_renamed_agency_counts_under_its_new_name() -> None:
    assert agency.end_of_chain("POLO") == "MWO"
    assert agency.end_of_chain("WELFUND") == "OWWA"


def test_cfo_and_owwa_were_not_absorbed() -> None:
    assert (agency.end_of_chain("CFO"), agency.end_of_chain("OWWA")) == ("CFO", "OWWA")
    assert agency.end_of_chain("SOME_NGO") == "SOME_NGO"


def test_a_split_is_settled_by_the_municipality_alone() -> None:
    assert agency.end_of_chain("MAGUINDANAO_PG") == "MAGUINDANAO_PG"
    assert agency.end_of_chain("MAGUINDANAO_PG", "1908705000") == "MGN_PG"
    assert agency.end_of_chain("MAGUINDANAO_PG", "153803000") == "MGS_PG"
    assert agency.end_of_chain("MAGUINDANAO_PG", "1903800000") == "MAGUINDANAO_PG"


def test_predecessor_and_successor_share_a_year_known_as_a_year() -> None:
    found = agency.agencies()
    assert found["DSWD_ARMM"].existed(date(2019, 6, 1))
    assert found["MSSD"].existed(date(2019, 6, 1))
    assert found["POEA"].existed(date(2022, 2, 2))
    assert not found["POEA"].existed(date(2022, 2, 3))
    assert not found["DMW"].existed(date(2022, 2, 2))


def test_a_peso_is_a_peso_and_other_rates_are_shipped_empty() -> None:
    assert currency.php_rate("2026-03", "PHP") == 1
    assert currency.php_rate("2026-03", "SAR") is None


def test_importing_the_codes_does_no_input_or_output() -> None:
    """Floor 0: none of the libraries that talk to the world, and no long list before somebody asks."""
    script = (
        "import sys, shared.codes\n"
        "loud = {'asyncpg','aiokafka','fastapi','opentelemetry','pycountry','holidays','babel'} & set(sys.modules)\n"
        "read = [f.__qualname__ for f in (shared.codes.psgc.places, shared.codes.country.names) if f.cache_info().currsize]\n"
        "sys.exit(f'{loud} {read}' if loud or read else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)  # a process of its own: pytest has imported the world
