"""Names made comparable: one spelling for many, and one sound for several spellings.

Written for the names that centres meet: Filipino and Spanish (`de la Cruz`, `Ma. Cristina`, Boyet for Roberto), French
(`Benoît`), Arabic in Latin letters (`Abdul Rahman`, `al-Hassan`, Mohamed for Muhammad). It finds candidates, never
decides: a false hit costs one look, a miss costs a second record of one person.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

PARTICLES = frozenset(
    (
        *("de", "del", "dela", "delos", "delas", "la", "las", "los", "el", "y", "san"),  # Spanish and Filipino
        *("da", "do", "dos", "das", "e", "di", "du", "des", "le"),  # Portuguese, Italian, French
        *("al", "bin", "binti", "bint", "ibn", "ben", "abu", "ould"),  # Arabic
        *("von", "van"),
    )
)
ABBREVIATED = {"ma": "maria", "ma.": "maria", "sta": "santa", "sto": "santo", "jr": "", "sr": "", "ii": "", "iii": "", "iv": ""}

_WORDS = re.compile(r"[^\W\d_]+\.?")
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"), (r"[ck]h(?=[^aeiou]|$)", "k"), (r"kh|gh|q|ck", "k"), (r"ch", "s"), (r"sh|sch|tz|ts", "s"),
        (r"dh", "d"), (r"th", "t"), (r"ll", "y"), (r"gu(?=[ei])", "g"), (r"g(?=[eiy])", "h"), (r"ku(?=[ei])", "k"),
        (r"c(?=[eiy])", "s"), (r"c", "k"), (r"[zx]", "s"), (r"j", "h"), (r"[vf]", "b"), (r"p", "b"),
        (r"ou|oo|w", "u"), (r"ee|y", "i"),
    )
]  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_SILENT = re.compile(r"(?<=.)[aeiouh]")


@cache
def nicknames() -> Mapping[str, str]:
    """Nickname -> the name it stands for most often (`nicknames.csv`)."""
    with (Path(__file__).parent / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        return {row["nickname"]: row["name"] for row in csv.DictReader(file)}


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a name that tell: lower case, without accents, particles and generations."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = plain.replace("'", "").replace("’", "").replace("ʿ", "")
    found = [ABBREVIATED.get(word.rstrip("."), word.rstrip(".")) for word in _WORDS.findall(plain)]
    found = [word for word in found if word]
    return tuple(word for word in found if word not in PARTICLES) or tuple(found)


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Consonants as they are heard: one key for Mohamed, Muhammad and Mohammad, for Cristina and Kristina.

    `word`: one of `words`. Never empty for a word with a letter.
    """
    text = nicknames().get(word, word)
    for pattern, heard in _SOUNDS:
        text = pattern.sub(heard, text)
    text = _SILENT.sub("", _DOUBLED.sub(r"\1", text))
    return text or word[:1]


def digits(number: str) -> str:
    """A telephone number by its last nine digits, so that +63 917... and 0917... meet."""
    return "".join(c for c in number if c.isdigit())[-9:]


def code(number: str) -> str:
    """A document number or card code: letters and digits only, upper case."""
    return "".join(c for c in number.upper() if c.isalnum())
