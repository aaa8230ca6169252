"""A text that a regular expression accepts: for examples of members that only a pattern describes."""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found]  # its types are not published
from typing import Any

MOST = 3


def matching(pattern: str, *, long: bool) -> str:
    """The shortest text, or one with each repetition a little longer. Raises ValueError for a construct that it does not know."""
    text = _sequence(parser.parse(pattern), long)
    if re.search(pattern, text) is None:
        raise ValueError(f"no text made for {pattern}")
    return text


def _sequence(tokens: Any, long: bool) -> str:
    return "".join(_one(str(kind), value, long) for kind, value in tokens)


def _one(kind: str, value: Any, long: bool) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "ANY":
            return "a"
        case "NOT_LITERAL":
            return "b" if value == ord("a") else "a"
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return ""
        case "IN":
            return _class(value, long)
        case "BRANCH":
            return _sequence(value[1][-1 if long else 0], long)
        case "SUBPATTERN":
            return _sequence(value[-1], long)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, inside = value
            return _sequence(inside, long) * int(min(most, least + MOST) if long else least)
        case _:
            raise ValueError(f"{kind} in a pattern")


def _class(members: Any, long: bool) -> str:
    if str(members[0][0]) == "NEGATE":
        taken = {v for k, v in members[1:] if str(k) == "LITERAL"}
        return next(c for c in "abcdefgh" if ord(c) not in taken)
    kind, value = members[-1 if long else 0]
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(value[1] if long else value[0])
        case "CATEGORY":
            return " " if str(value) == "CATEGORY_SPACE" else "1" if str(value) == "CATEGORY_DIGIT" else "a"
        case _:
            raise ValueError(f"{kind} in a class")
