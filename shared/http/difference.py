"""What changed between the version somebody saw and now: the members of a 412, as paths and versions, without values.

A value would be a read of the record: the app reads it, for a purpose and on record, where the paths say that it must.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.errors import Rejected
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Event, Recorded, instant

Paths = Mapping[str, Any]


def difference(decider: Decider[Any, Any], facts: Sequence[Recorded[Event]], base: int, command: Any) -> dict[str, Any]:
    """{"changes": [{path, version, at, by}], "conflicting": [path]} between version `base` and the last of `facts`.

    changes: every path that differs, with the last fact that touched it. conflicting: those that the refused command
    would have set as well; if there are none, the app may repeat at once with the new version.
    """
    # Folded anew for each later fact: one that makes an earlier fact void changes what was folded before it.
    fold = replace(decider, record=None).state_of
    before = fold([fact for fact in facts if fact.version <= base])
    then = seen = flat(before)
    touched: dict[str, Recorded[Event]] = {}
    for n, fact in enumerate(facts, 1):
        if fact.version > base:
            now = flat(fold(facts[:n]))
            touched.update(dict.fromkeys(_differing(seen, now), fact))
            seen = now
    changed = sorted(_differing(then, seen))
    return {
        "changes": [
            {"path": path, "version": touched[path].version, "at": instant(touched[path].recorded_at), "by": touched[path].ctx.actor}
            for path in changed
            if path in touched
        ],
        "conflicting": sorted(set(changed) & _wished(decider, before, then, command)),
    }


def _wished(decider: Decider[Any, Any], before: Any, then: Paths, command: Any) -> set[str]:
    """What the command would have changed on the state that its sender saw. A void changes nothing that others set."""
    if decider.record is not None:
        return set()
    try:
        events = decider.decide(command, before)
    except Rejected:
        return set()
    return _differing(then, flat(decider.fold(events, before)))


def _differing(one: Paths, other: Paths) -> set[str]:
    return {path for path in {*one, *other} if one.get(path, _ABSENT) != other.get(path, _ABSENT)}


_ABSENT = object()


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """A state as JSON pointer -> leaf. Keys of mappings appear only where they are ids, numbers or codes."""
    if is_dataclass(value) and not isinstance(value, type):
        return _children(path, [(field.name, getattr(value, field.name)) for field in fields(value)])
    if isinstance(value, BaseModel):
        return _children(path, [(name, getattr(value, name)) for name in type(value).model_fields])
    if isinstance(value, Mapping) and all(isinstance(key, UUID | int | Enum) for key in value):
        return _children(path, [(str(key.value if isinstance(key, Enum) else key), each) for key, each in value.items()])
    return {path or "/": value}


def _children(path: str, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in pairs:
        found.update(flat(each, f"{path}/{name}"))
    return found
