"""Words for codes in English, French and Filipino.

`labels.csv` (list, code, en, fr, fil) holds those of the enums; long lists bring their own. French *orientation* means
both referral and orientation session: a referral is *référencement*, a session *séance d'information*.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache

from shared.codes import (
    agency,
    assistance,
    case,
    centre,
    consent,
    country,
    currency,
    isco,
    language,
    migration,
    person,
    protection,
    psgc,
    record,
    referral,
    service,
)
from shared.codes.table import rows

LANGUAGES = ("en", "fr", "fil")

Labels = Mapping[str, Mapping[str, str]]

_MODULES = (person, migration, centre, service, consent, case, referral, assistance, protection, record, isco)


def label(name: str, code: str, lang: str = "en") -> str:
    """Word for a code of a list (`label("Sex", "F", "fr")`); English for any other language, the code itself if unknown."""
    words = labels(name).get(code)
    return code if words is None else words.get(lang) or words["en"]


@cache
def enums() -> Mapping[str, type[StrEnum]]:
    """Every closed list by its name."""
    found = (value for module in _MODULES for value in vars(module).values())
    return {value.__name__: value for value in found if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum}


def list_names() -> tuple[str, ...]:
    """Names that `/v1/codes/<name>` answers to."""
    return (*enums(), *_LONG)


def labels(name: str) -> Labels:
    """Code -> {en, fr, fil} of a whole list, in its own order; KeyError for a name that is no list."""
    return _LONG[name]() if name in _LONG else _of_enum(name)


@cache
def _of_enum(name: str) -> Labels:
    words = _table()
    missing = {language: "" for language in LANGUAGES}
    return {member.value: words.get((name, member.value), missing | {"en": member.value}) for member in enums()[name]}


@cache
def _table() -> Mapping[tuple[str, str], Mapping[str, str]]:
    return {(row["list"], row["code"]): {lang: row[lang] for lang in LANGUAGES} for row in rows("labels")}


@cache
def _places() -> Labels:
    names = {code: found.name for code, found in psgc.places().items()} | {psgc.MAGUINDANAO: psgc.name_of(psgc.MAGUINDANAO)}
    return {code: dict.fromkeys(LANGUAGES, name) for code, name in names.items()}


@cache
def _agencies() -> Labels:
    return {code: dict.fromkeys(LANGUAGES, found.name) for code, found in agency.agencies().items()}


_LONG: Mapping[str, Callable[[], Labels]] = {
    "Country": country.names,
    "Language": language.names,
    "Currency": currency.names,
    "Isco": isco.names,
    "Psgc": _places,
    "Agency": _agencies,
}
