"""How probable it is that two records are one person, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from services.intake.search.names import code, digits, sound, words
from shared.contracts.intake.person import Names, Person

PROBABLE = 80
"""Score from which a registration reports a record as a probable duplicate."""


class Reason(StrEnum):
    """What two records have in common."""

    CARD_CODE = "CARD_CODE"
    DOCUMENT = "DOCUMENT"
    PHONE = "PHONE"
    BIRTH_DATE = "BIRTH_DATE"
    BIRTH_YEAR = "BIRTH_YEAR"
    NAME = "NAME"
    NAME_SIMILAR = "NAME_SIMILAR"
    NAME_SOUND = "NAME_SOUND"


WEIGHT = {
    Reason.CARD_CODE: 95, Reason.DOCUMENT: 90, Reason.PHONE: 40, Reason.BIRTH_DATE: 40, Reason.BIRTH_YEAR: 10,
    Reason.NAME: 50, Reason.NAME_SIMILAR: 40, Reason.NAME_SOUND: 30,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: of a person who stands there, or as typed into a search box."""

    names: tuple[str, ...] = ()
    birth_date: date | None = None
    phones: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    card: str | None = None

    @classmethod
    def of(cls, person: Person) -> "Query":
        return cls(
            names=_spelled(person.names),
            birth_date=person.birth_date,
            phones=frozenset(map(digits, person.phones)),
            documents=frozenset(code(document.number) for document in person.documents),
            card=code(person.card_code) if person.card_code else None,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """score: 0 to 100, higher is more probable; no probability in the strict sense."""

    score: int
    reasons: tuple[Reason, ...]


def compare(query: Query, person: Person) -> Match:
    """How well a record fits. An exact number weighs more than any name."""
    other = Query.of(person)
    reasons = []
    if query.card and query.card == other.card:
        reasons.append(Reason.CARD_CODE)
    if query.documents & other.documents:
        reasons.append(Reason.DOCUMENT)
    if query.phones & other.phones:
        reasons.append(Reason.PHONE)
    if query.birth_date and other.birth_date:
        if query.birth_date == other.birth_date or _swapped(query.birth_date, other.birth_date):
            reasons.append(Reason.BIRTH_DATE)
        elif query.birth_date.year == other.birth_date.year:
            reasons.append(Reason.BIRTH_YEAR)
    known_as = [other.names, *(words(name) for name in (person.names.other if person.names else ()))]
    if name := _best(_alike(query.names, names) for names in known_as):
        reasons.append(name)
    score = sum(WEIGHT[reason] for reason in reasons)
    if query.birth_date and other.birth_date and query.birth_date.year != other.birth_date.year:
        score -= 20
    return Match(max(0, min(100, score)), tuple(reasons))


def _spelled(names: Names | None) -> tuple[str, ...]:
    return words(" ".join(filter(None, (names.given or names.nickname, names.family)))) if names else ()


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> Reason | None:
    if not one or not other:
        return None
    if sorted(one) == sorted(other):
        return Reason.NAME
    spelled = fuzz.token_set_ratio(" ".join(one), " ".join(other))
    if spelled >= 90 or JaroWinkler.similarity(" ".join(one), " ".join(other)) >= 0.93:
        return Reason.NAME_SIMILAR
    heard = {sound(word) for word in one} & {sound(word) for word in other}
    return Reason.NAME_SOUND if len(heard) >= min(2, len(one), len(other)) else None


def _best(reasons: Iterable[Reason | None]) -> Reason | None:
    return max(filter(None, reasons), key=WEIGHT.__getitem__, default=None)


def _swapped(one: date, other: date) -> bool:
    """Day and month exchanged: the most frequent slip with dates."""
    return one.year == other.year and (one.month, one.day) == (other.day, other.month)
