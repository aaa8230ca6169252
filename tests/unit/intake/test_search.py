"""Finding a person again: one sound for several spellings, few terms, and a rank with its reasons."""

from datetime import date

import pytest

from services.intake.search.names import code, digits, sound, words
from services.intake.search.ranking import PROBABLE, Query, Reason, compare
from services.intake.search.terms import of_person, of_text, selective
from shared.contracts.intake.person import Document, Names, Person
from tests.unit.intake.people import a_person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohamed", "Muhammad"), ("Cristina", "Kristina"), ("Boyet", "Roberto"), ("José", "Jose"), ("Quiñones", "Kinyones"),
        ("Hussein", "Husayn"), ("Philip", "Felipe"), ("Guillermo", "Giyermo"), ("Benoît", "Benoit"), ("Vicky", "Victoria"),
        ("Reyes", "Reies"), ("Khalid", "Qalid"), ("Joey", "Jose"),
    ],
)  # fmt: skip
def test_spellings_that_sound_alike_meet(one: str, other: str) -> None:
    assert [sound(word) for word in words(one)] == [sound(word) for word in words(other)]


@pytest.mark.parametrize(("one", "other"), [("Maria", "Pedro"), ("Santos", "Reyes"), ("Ana", "Elena")])
def test_other_names_do_not(one: str, other: str) -> None:
    assert sound(words(one)[0]) != sound(words(other)[0])


def test_particles_and_generations_do_not_tell() -> None:
    assert words("Ma. Teresita de la Cruz, Jr.") == ("maria", "teresita", "cruz")
    assert words("Abdul Rahman bin al-Hassan") == ("abdul", "rahman", "hassan")
    assert words("San") == ("san",)


def test_numbers_meet_however_they_are_written() -> None:
    assert digits("+63 917 000 0001") == digits("0917-000-0001")
    assert code("p 123-456 a") == code("P123456A")


def test_a_name_is_found_in_either_order() -> None:
    person = Person(names=Names(given="Maria Clara", family="de los Reyes"))
    assert set(of_text("Reyes Maria")) & set(of_person(person))
    assert set(of_text("maria clara reyes")) & set(of_person(person))
    assert set(of_text("Reyes")) & set(of_person(person))


def test_a_common_name_alone_is_not_looked_up_on_arrival() -> None:
    assert selective(Person(names=Names(given="Maria", family="Santos"))) == []
    assert {row.name for row in selective(a_person())} == {"phone", "born"}


def test_a_card_code_alone_is_one_term() -> None:
    assert [row.name for row in of_person(Person(card_code="ANT-0001"))] == ["card"]


PASSPORT = Document(type="PASSPORT", number="P1234567", country="PHL")


@pytest.mark.parametrize(
    ("found", "reasons", "probable"),
    [
        (a_person(), (Reason.PHONE, Reason.BIRTH_DATE, Reason.NAME), True),
        (a_person(phones=()), (Reason.BIRTH_DATE, Reason.NAME), True),
        (a_person(phones=(), birth_date=date(1991, 3, 8)), (Reason.BIRTH_YEAR, Reason.NAME), False),
        (a_person(phones=(), birth_date=date(1970, 1, 1)), (Reason.NAME,), False),
        (a_person(names=Names(given="Ma.", family="Kruz"), phones=()), (Reason.BIRTH_DATE, Reason.NAME_SIMILAR), True),
        (a_person(names=Names(given="Pedro", family="Ortega"), birth_date=date(1970, 1, 1)), (Reason.PHONE,), False),
    ],
)
def test_a_match_says_why(found: Person, reasons: tuple[Reason, ...], probable: bool) -> None:
    match = compare(Query.of(a_person()), found)
    assert match.reasons == reasons
    assert (match.score >= PROBABLE) is probable


def test_one_paper_is_enough() -> None:
    one = Person(names=Names(given="Ana", family="Lim"), documents=(PASSPORT,))
    other = Person(names=Names(given="Elena", family="Go"), documents=(PASSPORT,))
    assert compare(Query.of(one), other).score >= PROBABLE


def test_day_and_month_are_easily_swapped() -> None:
    one, other = a_person(birth_date=date(1991, 6, 4)), a_person(birth_date=date(1991, 4, 6))
    assert Reason.BIRTH_DATE in compare(Query.of(one), other).reasons
