"""By which terms a person is found again. Few, since each costs a row for every person registered.

Every term is stored only as a keyed hash (blind row). A registered person has six or fewer in the common case: two of the
name, two of the birth date, one telephone, one document.
"""

from collections.abc import Iterator
from datetime import date

from services.intake.search.names import code, digits, sound, words
from shared.contracts.intake.person import Names, Person
from shared.eventsourcing.decider import Row

PHONES = DOCUMENTS = 3


def of_person(person: Person) -> list[Row]:
    """All terms under which a person can be found, each once."""
    return list(dict.fromkeys([*selective(person), *_of_names(person.names)]))


def selective(person: Person) -> list[Row]:
    """Terms that few people share: what a registration without a search is compared by, at the price of one look-up."""
    found = list(of_numbers(
        phones=[phone for phone in person.phones[:PHONES]],
        documents=[document.number for document in person.documents[:DOCUMENTS]],
        card=person.card_code,
    ))  # fmt: skip
    if person.birth_date is not None and person.names is not None:
        found += of_birth(person.birth_date, *_ends(person.names))
    return found


def of_numbers(phones: list[str], documents: list[str], card: str | None) -> Iterator[Row]:
    yield from (Row("blind", "phone", digits(phone)) for phone in phones)
    yield from (Row("blind", "document", code(number)) for number in documents if code(number))
    if card is not None:
        yield Row("blind", "card", code(card))


def of_birth(born: date, *sounds: str) -> list[Row]:
    """Birth date with either end of the name: finds who married since, and who goes by a nickname now."""
    return [Row("blind", "born", f"{born.isoformat()} {heard}") for heard in dict.fromkeys(filter(None, sounds))]


def of_text(text: str) -> list[Row]:
    """Terms for a name as somebody types it: any two of its words may be given and family name, or the last one alone."""
    heard = list(dict.fromkeys(sound(word) for word in words(text)))[:4]
    if len(heard) == 1:
        return [Row("blind", "family", heard[0])]
    return [_pair(a, b) for n, a in enumerate(heard) for b in heard[n + 1 :]]


def of_each(text: str) -> list[Row]:
    """Each word of a typed name as a family name of its own: what a search falls back on where no two words meet anybody."""
    return [Row("blind", "family", heard) for heard in list(dict.fromkeys(sound(word) for word in words(text)))[:4]]


def _of_names(names: Names | None) -> list[Row]:
    if names is None:
        return []
    given, family = _ends(names)
    if not (given and family):
        return [Row("blind", "family", given or family)] if given or family else []
    return [_pair(given, family), Row("blind", "family", family)]


def _pair(one: str, other: str) -> Row:
    # In one order: forms mix up given and family names, and some people have theirs the other way round.
    return Row("blind", "name", " ".join(sorted((one, other))))


def _ends(names: Names) -> tuple[str, str]:
    """How the first given name and the last family name sound; empty where there is none."""
    given = words(names.given or names.nickname or "")
    family = words(names.family or "")
    return sound(given[0]) if given else "", sound(family[-1]) if family else ""
