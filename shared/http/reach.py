"""What a call may see of the read models at most, told to Postgres with each statement (row-level security).

The second fence behind the checks of the routes: it is reckoned from the caller's grants and the matrix alone, never from
what a route asked for. `docs/reference/authorisation.md` says what it covers.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import orjson

from shared.http.authorise import Subject, matrix

WHOLE: Final = '{"whole": "on"}'
"""For rules that must count rows of other centres too, of which nothing is shown."""

NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
CONFIDENTIAL: Final = "case.read-confidential"


def reach_of(subject: Subject, action: str, operators: Mapping[str, str] = NOBODY) -> str:
    """The argument of `within_reach` for somebody who does this: centres where the action reaches every object, centres whose
    confidential cases they may read, organisations, persons whom they opened by break-glass, and their own id.

    operators: centre -> the organisation that runs it, where its staff also act for that one.
    """
    row, confidential = matrix().get(action, {}), matrix()[CONFIDENTIAL]
    told: dict[str, str] = {}
    if any(row.get(grant.role) == "R" or (row.get(grant.role) == "D" and grant.centre is None) for grant in subject.grants):
        told["whole"] = "on"
    centres = {grant.centre for grant in subject.grants if grant.centre and row.get(grant.role) in ("C", "D", "W")}
    if centres:
        told["centres"] = _array(centres)
    if guarded := {grant.centre for grant in subject.grants if grant.centre and confidential[grant.role] == "C"}:
        told["confidential"] = _array(guarded)
    orgs = {grant.org for grant in subject.grants if grant.org and row.get(grant.role) == "O"}
    if orgs := orgs | {operators[centre] for centre in centres if centre in operators}:
        told["orgs"] = _array(orgs)
    if subject.open_subjects:
        told["subjects"] = _array(map(str, subject.open_subjects))
    if subject.staff_id:
        told["staff"] = subject.staff_id
    return orjson.dumps(told).decode()


def _array(values: Iterable[str]) -> str:
    """As Postgres writes an array of texts."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in sorted(values))
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
