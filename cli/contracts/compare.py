"""What of a change to a published schema is additive, and what breaks a consumer that reads the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

WORDS = frozenset({"description", "title", "examples", "$id", "$schema", "default", "x-gabay-plaintext"})
INSIDE = frozenset(
    {"properties", "required", "items", "additionalProperties", "propertyNames", "x-extensible-enum", "anyOf", "prefixItems"}
)


class Change(NamedTuple):
    """One difference. kind: additive needs a new minor, breaking a new major. at: path of the member."""

    kind: Literal["additive", "breaking"]
    at: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.at or 'the value'} {self.what}"


def changes(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> Iterator[Change]:
    """Every difference of meaning; words (descriptions) may change freely."""
    for key in sorted((old.keys() | new.keys()) - WORDS - INSIDE):
        if old.get(key) != new.get(key):
            yield Change("breaking", at, f"{key} {_shown(old, key)} became {_shown(new, key)}")
    yield from _members(old, new, at)
    yield from _codes(old, new, at)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(old.get(key), Mapping) and isinstance(new.get(key), Mapping):
            yield from changes(old[key], new[key], f"{at}[]" if key == "items" else f"{at}.*")
        elif old.get(key) != new.get(key):
            yield Change("breaking", at, f"{key} changed")
    for key in ("anyOf", "prefixItems"):
        before, after = old.get(key, []), new.get(key, [])
        if len(before) != len(after):
            yield Change("breaking", at, f"{key} has other choices")
        for n, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from changes(one, other, f"{at}({n + 1})")


def _members(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Change]:
    before, after = old.get("properties", {}), new.get("properties", {})
    always, now = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        here = f"{at}.{name}" if at else name
        if name not in after:
            yield Change("breaking", here, "was removed")
            continue
        if name in always - now:
            yield Change("breaking", here, "was always there and is optional")
        if name in now - always:
            yield Change("breaking", here, "was optional and is required")
        yield from changes(before[name], after[name], here)
    for name in after.keys() - before.keys():
        here = f"{at}.{name}" if at else name
        yield Change("breaking", here, "is new and required") if name in now else Change("additive", here, "is new and optional")


def _codes(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Change]:
    before, after = old.get("x-extensible-enum"), new.get("x-extensible-enum")
    if (before is None) != (after is None):
        yield Change("breaking", at, "is a code no more" if after is None else "is a code now")
    elif before is not None and after is not None:
        for code in [each for each in before if each not in after]:
            yield Change("breaking", at, f"knows the code {code} no more")
        if more := [each for each in after if each not in before]:
            yield Change("additive", at, f"may be {', '.join(map(str, more))}")


def _shown(schema: Mapping[str, Any], key: str) -> str:
    return str(schema[key]) if key in schema else "nothing"
