"""What a migration would lock, read from its text: `gabay migrate --check` tells before anything waits."""

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"--[^\n]*")
_BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.S)  # a function's own statements run later, and lock then
_NAME = r"(?:if (?:not )?exists )?(?:only )?([a-z_.]+)"
_FORMS = (
    (re.compile(rf"create (?:unlogged )?table {_NAME}"), "new"),
    (re.compile(rf"alter table {_NAME}"), "access exclusive: reads and writes wait"),
    (re.compile(rf"drop table {_NAME}"), "access exclusive: reads and writes wait"),
    (re.compile(r"create (?:unique )?index concurrently .*?\bon ([a-z_.]+)"), "share update exclusive: nobody waits"),
    (re.compile(r"create (?:unique )?index (?!concurrently).*?\bon ([a-z_.]+)"), "share: writes wait"),
    (re.compile(r"create (?:or replace )?trigger .*?\bon ([a-z_.]+)"), "share row exclusive: writes wait"),
    (re.compile(rf"(?:update|delete from|truncate) {_NAME}"), "row exclusive: rows of it"),
)


def statements_of(script: str) -> Iterator[str]:
    """The statements of a script in lower case, without comments and without the bodies of functions."""
    text = _BODY.sub("''", _COMMENT.sub("", script)).lower()
    for each in text.split(";"):
        if words := " ".join(each.split()):
            yield words


def locks_of(script: str) -> list[tuple[str, str]]:
    """(table, lock) of each table that a script touches; what it makes itself locks nobody out."""
    made: set[str] = set()
    found: list[tuple[str, str]] = []
    for statement in statements_of(script):
        for form, lock in _FORMS:
            if match := form.match(statement):
                table = match[1]
                if lock == "new":
                    made.add(table)
                if lock == "new" or table not in made:
                    found.append((table, lock))
                break
    return list(dict.fromkeys(found))
