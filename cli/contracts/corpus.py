"""What was released, kept for ever: a schema and three records of every version of every event.

    docs/reference/schemas/<service>/<event>/<major>.<minor>.json             and <major>.<minor>/sealed/<class>.json
    tests/contract/golden/<service>/<event>/<major>.<minor>/<kind>.json

A version is released when its files are here. They are added, never edited and never deleted: today's code must read
every record, and every record of today must be valid under every schema of its major.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.contracts import samples
from cli.contracts.compare import Change, changes
from cli.contracts.schema import payload, plaintext
from shared.eventsourcing.event import Aggregate, Event
from shared.messaging.contracts import aggregates

ROOT: Final = Path(__file__).resolve().parents[2]
SCHEMAS: Final = ROOT / "docs" / "reference" / "schemas"
GOLDEN: Final = ROOT / "tests" / "contract" / "golden"
WITHDRAWN: Final = GOLDEN / "withdrawn.txt"

REMEDY: Final = (
    "A consumer reads the old contract for years, and its facts lie in the stores for ever. Instead: keep the member as it is and put "
    "what you need beside it as an optional member or a new code, with a raised minor (class X(Event, type=..., minor=N)), then "
    "./gabay contracts release. If the meaning itself must change: a new major on a topic of its own, the old one going on for twelve "
    "months. If nobody can have subscribed to it yet: ./gabay contracts withdraw SERVICE/EVENT/VERSION --reason TEXT, then release it "
    "again. See docs/howto/change-a-contract.md."
)
RAISE: Final = "Raise its minor (class X(Event, type=..., minor=N)), then ./gabay contracts release."
RELEASE: Final = "./gabay contracts release"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one type. aggregate: one of those that carry it (`entry-voided` travels on several topics)."""

    aggregate: Aggregate
    event: type[Event]

    @property
    def name(self) -> str:
        return f"{self.aggregate.service}/{self.event.event_type}/{self.number}"

    @property
    def number(self) -> str:
        return f"{self.event.schema_major}.{self.event.schema_minor}"

    def schemas(self) -> dict[Path, dict[str, Any]]:
        """File -> schema, of the value and of each sealed class."""
        base = SCHEMAS / self.aggregate.service / self.event.event_type
        made = {base / f"{self.number}.json": payload(self.aggregate, self.event)}
        for which in self.event.sealed_classes:
            made[base / self.number / "sealed" / f"{which}.json"] = plaintext(self.aggregate, self.event, which)
        return made

    def records(self) -> dict[Path, dict[str, Any]]:
        """File -> record to keep."""
        base = GOLDEN / self.aggregate.service / self.event.event_type / self.number
        return {base / f"{kind}.json": samples.golden(self.aggregate, self.event, kind) for kind in samples.KINDS}

    @property
    def released(self) -> bool:
        return next(iter(self.schemas())).exists()


@dataclass(frozen=True, slots=True)
class Finding:
    """A contract that is not as it was released, and what to do."""

    name: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}\n  {self.remedy}"


def versions() -> Iterator[Version]:
    """The version of each type that today's code speaks."""
    seen = set()
    for aggregate in aggregates():
        for event in aggregate.events.values():
            version = Version(aggregate, event)
            if version.name not in seen:
                seen.add(version.name)
                yield version


def findings() -> Iterator[Finding]:
    """What keeps today's contracts from being released ones: changed without a new version, changed so as to break, or not released."""
    for version in versions():
        if not version.released:
            yield from _against_older(version)
            yield Finding(version.name, "has not been released", RELEASE)
            continue
        found = [change for path, new in version.schemas().items() for change in _since(path, new)]
        yield from _as_findings(version, found, RAISE)
        yield from _against_older(version)


def _since(path: Path, new: dict[str, Any]) -> list[Change]:
    which = f"sealed.{path.stem}" if path.parent.name == "sealed" else ""
    if not path.exists():
        return [Change("additive", which, "is new")]
    return list(changes(read(path), new, which))


def _against_older(version: Version) -> Iterator[Finding]:
    """Today's shape against earlier minors of its major."""
    base = SCHEMAS / version.aggregate.service / version.event.event_type
    for path in sorted(base.glob(f"{version.event.schema_major}.*.json")):
        if path.stem == version.number:
            continue
        pairs = [(path, payload(version.aggregate, version.event))]
        for which in version.event.sealed_classes:
            sealed = base / path.stem / "sealed" / f"{which}.json"
            if sealed.exists():
                pairs.append((sealed, plaintext(version.aggregate, version.event, which)))
        breaking = [change for old, new in pairs for change in _since(old, new) if change.kind == "breaking"]
        yield from _as_findings(version, breaking, "", f"breaks {path.stem}: ")


def _as_findings(version: Version, found: list[Change], additive: str, words: str = "changed after its release: ") -> Iterator[Finding]:
    for change in found:
        yield Finding(version.name, f"{words}{change}", REMEDY if change.kind == "breaking" else additive)


def release() -> tuple[list[str], list[Finding]]:
    """Write schemas and records of versions that have none; returns their names, and what stands against others.

    A version that breaks an older one of its major is not released.
    """
    done, refused = [], []
    for version in versions():
        if version.released:
            continue
        if breaking := list(_against_older(version)):
            refused += breaking
            continue
        # Made before anything is written: a type of which no record can be made is not half released.
        files = {**version.records(), **version.schemas()}
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text_of(content), encoding="utf-8")
        done.append(version.name)
    return done, refused + [each for each in findings() if each.remedy != RELEASE]


def withdraw(name: str, reason: str) -> list[Path]:
    """Take a version back that nobody can have relied on. Its files go; what they were stands in withdrawn.txt for ever."""
    service, event, number = name.split("/")
    kept = sorted([*(GOLDEN / service / event / number).glob("*.json"), *_schemas_of(service, event, number)])
    if not kept:
        raise FileNotFoundError(name)
    with WITHDRAWN.open("a", encoding="utf-8") as file:
        for path in kept:
            file.write(f"{blob_id(path.read_bytes())} {path.relative_to(ROOT).as_posix()} {' '.join(reason.split())}\n")
    for path in kept:
        path.unlink()
    shutil.rmtree(GOLDEN / service / event / number, ignore_errors=True)
    shutil.rmtree(SCHEMAS / service / event / number, ignore_errors=True)
    return kept


def _schemas_of(service: str, event: str, number: str) -> Iterator[Path]:
    base = SCHEMAS / service / event
    yield from base.glob(f"{number}.json")
    yield from (base / number).rglob("*.json")


def blob_id(content: bytes) -> str:
    """Git's name for a file's content, by which its history is searched."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def text_of(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
