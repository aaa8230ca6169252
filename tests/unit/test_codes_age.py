"""Ages and the bands that nest."""

import timeit
from datetime import date

import pytest

from shared.codes import AdultChild, AgeBand, adult_child_at, age_at, age_band, age_band_at, age_class, cfo_band, youth
from shared.codes.age import bands

DAY = date(2026, 3, 2)


def test_a_birthday_is_the_first_of_the_birth_month() -> None:
    assert age_at("1991-06", date(2026, 5, 31)) == 34
    assert age_at("1991-06", date(2026, 6, 1)) == 35
    assert age_at("2026-04", DAY) == -1


def test_the_worked_example_changes_band_in_june() -> None:
    assert age_band_at("1991-06", DAY) is AgeBand.Y30_34
    assert age_band_at("1991-06", date(2026, 8, 25)) is AgeBand.Y35_39
    assert age_band_at(None, DAY) is AgeBand.U


@pytest.mark.parametrize(
    ("age", "codes"),
    [
        (0, ("Y0T4", "Y0T4", "Y0T17")),
        (4, ("Y0T4", "Y0T4", "Y0T17")),
        (5, ("Y5T11", "Y5T11", "Y0T17")),
        (12, ("Y12T14", "Y12T17", "Y0T17")),
        (17, ("Y15T17", "Y12T17", "Y0T17")),
        (18, ("Y18T24", "Y18T59", "Y_GE18")),
        (44, ("Y40T44", "Y18T59", "Y_GE18")),
        (59, ("Y45T59", "Y18T59", "Y_GE18")),
        (60, ("Y_GE60", "Y_GE60", "Y_GE18")),
        (130, ("Y_GE60", "Y_GE60", "Y_GE18")),
        (131, ("_U", "_U", "_U")),
        (-1, ("_U", "_U", "_U")),
    ],
)
def test_an_age_has_one_code_in_each_view(age: int, codes: tuple[str, str, str]) -> None:
    assert age_class(f"{DAY.year - age}-01", None, None, DAY) == codes


def test_bands_nest_at_every_age() -> None:
    fine_to_coarse: dict[str, set[tuple[str, str]]] = {}
    for age in range(131):
        found = age_class(f"{DAY.year - age}-01", None, None, DAY)
        fine_to_coarse.setdefault(found.a11, set()).add((found.a5, found.a2))
    assert all(len(coarse) == 1 for coarse in fine_to_coarse.values())
    assert tuple(fine_to_coarse) == bands("A11")
    assert len(bands("A11")) == 11
    assert bands("A5") == ("Y0T4", "Y5T11", "Y12T17", "Y18T59", "Y_GE60")
    assert bands("A2") == ("Y0T17", "Y_GE18")


def test_a_band_in_words_and_its_code_say_the_same() -> None:
    for age in range(131):
        word = age_band(age)
        assert age_class(None, word, None, DAY) == age_class(f"{DAY.year - age}-01", None, None, DAY)


def test_without_a_birth_month_the_band_counts_then_the_age_class() -> None:
    assert age_class(None, "60+", "ADULT", DAY) == ("Y_GE60", "Y_GE60", "Y_GE18")
    assert age_class(None, "U", "CHILD", DAY) == ("_U", "_U", "Y0T17")
    assert age_class("", None, AdultChild.ADULT, DAY) == ("_U", "_U", "Y_GE18")
    assert age_class(None, AgeBand.U, AdultChild.U, DAY) == ("_U", "_U", "_U")
    assert age_class(None, None, None, DAY) == ("_U", "_U", "_U")


def test_a_minor_is_under_eighteen_and_an_unknown_age_is_unknown() -> None:
    assert adult_child_at("2008-03", DAY) is AdultChild.ADULT
    assert adult_child_at("2008-04", DAY) is AdultChild.CHILD
    assert adult_child_at(None, DAY) is AdultChild.U


def test_the_bands_of_cfo() -> None:
    assert [cfo_band(age) for age in (-1, 0, 14, 15, 19, 20, 69, 70, 99)] == [
        *("_U", "Y0T14", "Y0T14", "Y15T19", "Y15T19", "Y20T24", "Y65T69", "Y_GE70", "Y_GE70")
    ]
    assert len(bands("ACFO")) == 13


def test_youth_is_fifteen_to_twenty_four() -> None:
    assert [age for age in range(131) if youth(age)] == list(range(15, 25))


def test_a_class_costs_a_microsecond_at_most() -> None:
    """Called once per person and fact in bulk; the limit leaves room for a slow machine."""
    best = min(timeit.repeat(lambda: age_class("1991-06", "30-34", "ADULT", DAY), number=20_000, repeat=5)) / 20_000
    assert best < 3e-6
