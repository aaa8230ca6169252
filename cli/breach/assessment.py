"""Who was exposed by a leaked account or device, gathered from the access logs; what to tell whom, and until when. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shared.eventsourcing.event import instant

CLOCK: Final = timedelta(hours=72)
"""From the moment the breach was known, or reasonably believed: notice to the Commission and to the persons.

Source: domain chapter, section 11 (RA 10173, NPC Circular 16-03).
"""

GRAVE: Final = frozenset({"protected", "narrative", "packet"})
"""Classes whose disclosure endangers somebody: those persons are told first, by a person."""


@dataclass(slots=True)
class Exposed:
    """What of one person was shown or written: classes and actions by service; no values."""

    subject_id: UUID
    classes: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    times: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def grave(self) -> bool:
        return bool(self.classes & GRAVE)

    def told(self) -> dict[str, Any]:
        return {
            "subject_id": str(self.subject_id),
            "classes": sorted(self.classes),
            "services": sorted(self.services),
            "actions": sorted(self.actions),
            "times": self.times,
            "first_at": instant(self.first_at) if self.first_at else None,
            "last_at": instant(self.last_at) if self.last_at else None,
            "grave": self.grave,
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """actor, device: what leaked; since, until: between which times; known_at: when the clock began."""

    actor: str | None
    device: str | None
    since: datetime
    until: datetime
    known_at: datetime
    exposed: tuple[Exposed, ...]

    @property
    def deadline(self) -> datetime:
        return self.known_at + CLOCK

    def left(self, now: datetime) -> timedelta:
        """Until the notice is due; negative once it is late."""
        return self.deadline - now

    def counts(self) -> dict[str, int]:
        """Persons by class of what was exposed, and how many in all."""
        classes = sorted({name for each in self.exposed for name in each.classes})
        by_class = {name: sum(name in each.classes for each in self.exposed) for name in classes}
        return {"persons": len(self.exposed), "grave": sum(each.grave for each in self.exposed), **by_class}

    def told(self) -> dict[str, Any]:
        return {
            "actor": self.actor, "device": self.device, "from": instant(self.since), "to": instant(self.until),
            "known_at": instant(self.known_at), "notify_by": instant(self.deadline), "counts": self.counts(),
            "persons": [each.told() for each in self.exposed],
        }  # fmt: skip


def gather(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[Exposed, ...]:
    """One entry a person, the gravest first, of (service, row) from every service."""
    found: dict[UUID, Exposed] = {}
    for service, row in rows:
        each = found.setdefault(row["subject_id"], Exposed(row["subject_id"]))
        each.classes |= set(row["classes"] or ())
        each.services.add(service)
        each.actions.add(row["action"])
        each.times += row["times"]
        each.first_at = min(filter(None, (each.first_at, row["first_at"])))
        each.last_at = max(filter(None, (each.last_at, row["last_at"])))
    return tuple(sorted(found.values(), key=lambda each: (not each.grave, str(each.subject_id))))
