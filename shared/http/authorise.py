"""Who may do what: one pure function over one table (`matrix.csv`, explained in docs/reference/authorisation.md).

Deny by default; grants add up. A role without the function hears 403 `forbidden`; a role with the function but not for
this object hears 404, the same as for an object that does not exist.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID

DEVICE: Final = "device"
SUPERVISORS: Final = frozenset({"supervisor", "protection_supervisor"})
STEP_UP: Final = "step-up"
BREAK_GLASS: Final = "break-glass"

# A strong login within the last 15 minutes is asked for these (RFC 9470).
STEP_UP_ACTIONS: Final = frozenset(
    {"privacy.erase", "privacy.export", "privacy.hold", "list.export", "consent.override", "breakglass.open", "release.publish"}
)
# What a scope is needed for, beside read and write.
PRIVACY_ACTIONS: Final = frozenset(
    {
        "privacy.access-log",
        "privacy.export",
        "privacy.hold",
        "privacy.erase",
        "erasure.request",
        "breakglass.review",
        "rights.read",
        "rights.decide",
    }
)
ADMIN_ACTIONS: Final = frozenset({"ops.parked", "ops.replay", "ops.rebuild", "ops.migrate", "access.grant", "access.confirm"})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within one reach: a centre, an organisation, or the region (neither)."""

    role: str
    centre: str | None = None
    org: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks. A device has one grant, of the role `device`. open_subjects: whom they opened by break-glass, still running;
    emergencies: for what reason."""

    staff_id: str | None = None
    grants: tuple[Grant, ...] = ()
    device: str | None = None
    open_subjects: frozenset[UUID] = frozenset()
    emergencies: Mapping[UUID, str] = field(default_factory=dict, compare=False)

    @property
    def centres(self) -> frozenset[str]:
        return frozenset(g.centre for g in self.grants if g.centre)

    @property
    def orgs(self) -> frozenset[str]:
        return frozenset(g.org for g in self.grants if g.org)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(g.role for g in self.grants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What is asked for, as far as the matrix needs to know it.

    centre: whose it is. orgs: organisations (and centres, by their codes) whose side it is on. assigned: staff to whom it
    is assigned. subject_id: the person concerned, for break-glass. device: the device that handed it in.
    """

    centre: str | None = None
    orgs: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    subject_id: UUID | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """allow; obligations: `step-up` (a recent strong login), `break-glass` (log it as such); role: the one that counts.

    problem: code of the refusal: `forbidden`, `not-assigned` or `not-found`.
    """

    allow: bool
    obligations: frozenset[str] = field(default=frozenset())
    role: str = ""
    problem: str = ""


@cache
def matrix() -> Mapping[str, Mapping[str, str]]:
    """Action -> role -> cell. A dot means no."""
    text = files("shared.http").joinpath("matrix.csv").read_text(encoding="utf-8")
    table: dict[str, Mapping[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        cells = {role: cell for role, cell in row.items() if role != "actions"}
        for action in row["actions"].split():
            table[action] = cells
    return table


def may(subject: Subject, action: str) -> bool:
    """The function check: whether any role of the subject has this function at all, whatever the object."""
    row = matrix()[action]
    return any(_allows(row[grant.role], action) for grant in subject.grants)


def decide(subject: Subject, action: str, resource: Resource) -> Decision:
    """The object check: may this subject do this to this object? Raises KeyError for an action not in the matrix."""
    if not may(subject, action):
        return Decision(False, problem="forbidden")
    obligations = frozenset({STEP_UP}) if action in STEP_UP_ACTIONS else frozenset()
    glass = not_assigned = False
    row = matrix()[action]
    for grant in subject.grants:
        cell = row[grant.role]
        if not _allows(cell, action):
            continue
        if _reaches(cell.removesuffix("+B"), subject, grant, resource):
            return Decision(True, obligations, grant.role)
        if cell.endswith("+B") and (grant.centre is None or grant.centre == resource.centre):
            if resource.subject_id is not None and resource.subject_id in subject.open_subjects:
                return Decision(True, obligations | {BREAK_GLASS}, grant.role)
            glass = True
        not_assigned = not_assigned or (cell == "A" and grant.centre is not None and grant.centre == resource.centre)
    hidden = action == "case.read-confidential"  # a confidential case does not exist for those it is not assigned to
    return Decision(False, problem="not-assigned" if (glass or not_assigned) and not hidden else "not-found")


def _allows(cell: str, action: str) -> bool:
    # A word in a cell (publish, freeze, grant, confirm) names the one verb of the row that this role has; K is Kafka's.
    if cell in (".", "", "K"):
        return False
    return action.endswith("." + cell) if cell.islower() and cell != "self" else True


def _reaches(cell: str, subject: Subject, grant: Grant, resource: Resource) -> bool:
    match cell:
        case "C":
            return resource.centre is not None and grant.centre == resource.centre
        case "A" | "self":
            mine = subject.staff_id is not None and subject.staff_id in resource.assigned
            return mine and (resource.centre is None or grant.centre in (None, resource.centre))
        case "O":
            return (grant.org is not None and grant.org in resource.orgs) or (grant.centre is not None and grant.centre in resource.orgs)
        case "D":
            return grant.centre is None or grant.centre == resource.centre
        case "W":
            return subject.device is not None and resource.device == subject.device
        case "R" | "P":
            return True
        case "":
            return False  # the cell `+B`: by break-glass only
        case _:
            return cell.islower()
