"""`docs/reference/openapi/<service>.json`: the published interface, and what of a change would break apps that use it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.settings import Settings

SERVICES = ("intake", "casework", "referrals", "reporting")
DEPTH = 12
LOWERED = ("maxLength", "maximum", "maxItems", "exclusiveMaximum")
RAISED = ("minLength", "minimum", "minItems", "exclusiveMinimum")
REMEDY = (
    "Apps in the field rely on it for as long as /v1 is served: put it back, or offer the change beside it (an optional member, another "
    "route, /v2). If nobody can rely on it yet: remove the file and run ./gabay docs."
)

Schema = Mapping[str, Any]


def document(service: str) -> dict[str, Any]:
    """The document that the service answers in development."""
    api = importlib.import_module(f"services.{service}.api").app(Settings(service=service, mode="test"))
    made: dict[str, Any] = json.loads(json.dumps(api.openapi()))
    return made


def page(service: str) -> str:
    """Its text, as committed."""
    return json.dumps(document(service), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def broken(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Where the new document refuses what the old one took, or no longer answers what it answered."""
    return list(dict.fromkeys(_Comparison(old, new).all()))


class _Comparison:
    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._old, self._new = old, new

    def all(self) -> Iterator[str]:
        for path, methods in self._old["paths"].items():
            for method, before in methods.items():
                after = self._new["paths"].get(path, {}).get(method)
                at = f"{method.upper()} {path}"
                if after is None:
                    yield f"{at}: removed"
                    continue
                yield from self._parameters(at, before, after)
                if "requestBody" in after or "requestBody" in before:
                    yield from self._asked(f"{at} body", _body(before.get("requestBody")), _body(after.get("requestBody")), 0)
                for status in (each for each in before["responses"] if each.startswith("2")):
                    told = after["responses"].get(status)
                    if told is None:
                        yield f"{at}: status {status} removed"
                    else:
                        yield from self._told(f"{at} {status}", _body(before["responses"][status]), _body(told), 0)

    def _parameters(self, at: str, before: Schema, after: Schema) -> Iterator[str]:
        olds = {(each["in"], each["name"]): each for each in before["parameters"]}
        news = {(each["in"], each["name"]): each for each in after["parameters"]}
        for key, each in olds.items():
            if key not in news:
                yield f"{at}: {key[0]} parameter {key[1]} removed"
            else:
                yield from self._asked(f"{at} {key[1]}", each["schema"], news[key]["schema"], 0)
        for key, each in news.items():
            if each["required"] and not olds.get(key, {}).get("required"):
                yield f"{at}: {key[0]} parameter {key[1]} became required"

    def _asked(self, at: str, before: Schema, after: Schema, depth: int) -> Iterator[str]:
        """What is taken less of."""
        old, new = _plain(self._old, before), _plain(self._new, after)
        if depth > DEPTH or not new:
            return
        yield from _kinds(at, old, new)
        if "enum" in new and (gone := sorted(set(map(str, old.get("enum", ()))) - set(map(str, new["enum"])))):
            yield f"{at}: codes removed: {', '.join(gone)}"
        if "pattern" in new and new["pattern"] != old.get("pattern"):
            yield f"{at}: another pattern"
        for name in LOWERED:
            if name in new and (name not in old or new[name] < old[name]):
                yield f"{at}: {name} lowered to {new[name]}"
        for name in RAISED:
            if name in new and (new[name] > old[name] if name in old else new[name] != 0):
                yield f"{at}: {name} raised to {new[name]}"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{at}/{name}: became required"
        for name, member in old.get("properties", {}).items():
            if name in new.get("properties", {}):
                yield from self._asked(f"{at}/{name}", member, new["properties"][name], depth + 1)
            elif new.get("additionalProperties") is False:
                yield f"{at}/{name}: removed"
        if "items" in old and "items" in new:
            yield from self._asked(f"{at}/*", old["items"], new["items"], depth + 1)

    def _told(self, at: str, before: Schema, after: Schema, depth: int) -> Iterator[str]:
        """What is answered less of."""
        old, new = _plain(self._old, before), _plain(self._new, after)
        if depth > DEPTH:
            return
        yield from _kinds(at, old, new)
        for name in sorted(set(old.get("required", ())) - set(new.get("required", ()))):
            yield f"{at}/{name}: no longer always there"
        for name, member in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{at}/{name}: removed"
            else:
                yield from self._told(f"{at}/{name}", member, new["properties"][name], depth + 1)
        if "items" in old and "items" in new:
            yield from self._told(f"{at}/*", old["items"], new["items"], depth + 1)


def _kinds(at: str, old: Schema, new: Schema) -> Iterator[str]:
    if old.get("type") != new.get("type") and "type" in old:
        yield f"{at}: {old['type']} became {new.get('type', 'something else')}"
    elif old.get("format") != new.get("format"):
        yield f"{at}: format {old.get('format', 'any')} became {new.get('format', 'any')}"


def _body(holder: Any) -> Schema:
    content = (holder or {}).get("content", {})
    return next((dict(each["schema"]) for each in content.values()), {})


def _plain(document: Mapping[str, Any], schema: Schema) -> Schema:
    """Without references, and without "or null" where one choice is left."""
    while True:
        some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif len(some) == 1:
            schema = some[0]
        else:
            return schema
