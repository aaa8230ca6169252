"""What a problem says, in the language asked for.

English stands in the code: titles and remedies of `shared.errors.PROBLEMS`, and what each refusal says to do. The files
`messages/<language>.po` hold the others; `gabay messages` keeps them up to date, and a test finds what is missing. A text that
stands in no catalogue was made while running and may hold anything: it is never shown.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "fr", "fil")
SOURCE: Final = "en"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text -> text of a language. Read once, when the first problem is told in it."""
    from babel.messages.pofile import read_po  # when the first problem is told, and not at every start

    with files("shared.http").joinpath("messages", f"{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


def fixed(text: str) -> bool:
    """Whether a text is one of the catalogues', and not made while running."""
    return text in catalogue(LANGUAGES[1])


def say(text: str, language: str) -> str:
    """A fixed text in a language; English where it is not translated."""
    return text if language == SOURCE else catalogue(language).get(text) or text
