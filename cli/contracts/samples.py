"""Records to keep: made from the event models, always the same ones, as the relay would send them.

Three of each version: `minimal` (members that are always there), `full` (every member) and `varied` (every member, other
values). What a model's validators demand beyond its schema is found by trying: a refused member gets its next candidate.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ValidationError

from cli.contracts.pattern import matching
from cli.contracts.schema import closed
from shared.eventsourcing.event import Aggregate, Event
from shared.eventsourcing.wire import subject_of
from shared.messaging.cloudevents import Encoder
from shared.privacy.classes import FieldClass
from shared.privacy.sealed import ALGORITHM, associated_data

KINDS: Final = ("minimal", "full", "varied")
BEGIN: Final = datetime(2026, 3, 6, 7, 10, tzinfo=UTC)
TRIES: Final = 60
# What validators without a schema of their own ask for: a country, a language, a currency, an occupation, a place, days.
WORDS: Final = ("PHL", "fil", "PHP", "2512", "0600601000", "060600000", "2026-03-06", "2026-03", "2026", "RA 9208", "a word")


class Unmakeable(ValueError):
    """No record of a type could be made by trying. The message names the member and what refused it."""


def sample(event: type[Event], kind: str) -> Event:
    """A valid event with its sealed members in clear. kind: one of KINDS."""
    made = _valid(event, f"{event.event_type}/{kind}", kind, skip=frozenset(event.sealed_classes))
    if not isinstance(made, Event):
        raise TypeError(event.event_type)
    return made


def golden(aggregate: Aggregate, event: type[Event], kind: str, *, region: str = "route-example") -> dict[str, Any]:
    """A record to keep: key, headers and value as on the wire; `schema` as in the store; what its blobs hold, and the keys."""
    made, name = sample(event, kind), f"{aggregate.topic}/{event.event_type}/{kind}"
    stream, event_id, command = (uuid5(NAMESPACE_URL, f"{name}/{part}") for part in ("stream", "event", "command"))
    ctx = _context(event, name)
    data: dict[str, Any] = {"ctx": ctx, **orjson.loads(made.model_dump_json(exclude=event.sealed_members, exclude_none=True))}
    plain, keys = {}, {}
    for which in event.sealed_classes:
        member = getattr(made, which)
        subject = subject_of(event, which, stream, data)
        if not member or subject is None:
            continue
        plain[str(which)] = orjson.loads(member.model_dump_json(exclude_none=True))
        key = published_key(subject, which)
        keys[str(which)] = {"subject_id": str(subject), "key_id": str(key[0]), "key": b64encode(key[1]).decode()}
        data.setdefault("sealed", {})[str(which)] = _blob(key, plain[str(which)], subject, stream, event_id, event.event_type, which)
    at = BEGIN + timedelta(minutes=KINDS.index(kind))
    row = (
        0, event_id, stream, 1 + KINDS.index(kind), aggregate.name, event.event_type, aggregate.schema(event.event_type),
        orjson.dumps(data).decode(), str(command), str(command), None, at, at + timedelta(seconds=2),
    )  # fmt: skip
    record = Encoder(region, [aggregate]).encode(row)
    return {
        "topic": record.topic,
        "key": record.key.decode(),
        "headers": {header: value.decode() for header, value in record.headers},
        "value": orjson.loads(record.value),
        "stored_schema": aggregate.schema(event.event_type),
    } | ({"plain": plain, "keys": keys} if plain else {})


def published_key(subject: UUID, which: FieldClass) -> tuple[UUID, bytes]:
    """Id and key under which the kept records of a subject are sealed: known to everybody, of nobody."""
    return uuid5(subject, which), hashlib.sha256(f"published test key/{subject}/{which}".encode()).digest()


def _blob(key: tuple[UUID, bytes], plain: Any, subject: UUID, stream: UUID, event_id: UUID, name: str, which: FieldClass) -> str:
    # A nonce that follows from the event: the same record every time. Never done with a key that protects somebody.
    nonce = hashlib.sha256(f"{event_id}/{which}".encode()).digest()[:12]
    text = AESGCM(key[1]).encrypt(nonce, orjson.dumps(plain), associated_data(subject, stream, event_id, name, which))
    return b64encode(ALGORITHM + key[0].bytes + nonce + text).decode()


def _context(event: type[Event], name: str) -> dict[str, str]:
    subject = {"subject_id": str(uuid5(NAMESPACE_URL, f"{name}/subject"))} if event.sealed_classes else {}
    consent = {"basis": "CONSENT", "consent_id": str(uuid5(NAMESPACE_URL, f"{name}/consent"))} if subject else {}
    return {"centre": "RX-01", "actor": "stf-w1", "role": "caseworker", "purpose": "CASE_MANAGEMENT", **consent, **subject}


def _valid(model: type[BaseModel], name: str, kind: str, skip: frozenset[str] = frozenset()) -> BaseModel:
    """An instance of the model, found by building from its schema and mending what is refused."""
    shape = closed(model)
    tries: Counter[tuple[Any, ...]] = Counter()
    left_out: set[tuple[Any, ...]] = set()
    sealed: dict[str, Any] = {}
    if issubclass(model, Event):
        for which in model.sealed_classes:
            if kind != "minimal" or model.model_fields[which].is_required():
                sealed[which] = _valid(model.sealed_model(which), f"{name}/{which}", kind)
    refused = ""
    for n in range(TRIES):
        built = _Builder(name, kind, tries, left_out).value(shape, (), skip)
        try:
            return model.model_validate_json(orjson.dumps(built)) if not sealed else model.model_validate(_parsed(model, built) | sealed)
        except ValidationError as error:
            refused = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            for each in error.errors():
                place = tuple(each["loc"])
                tries[place] += 1
                if not place or tries[place] > len(WORDS) + 2:
                    # A rule across members: go without one optional member more.
                    optional = sorted(set(shape.get("properties", ())) - set(shape.get("required", ())) - skip)
                    left_out.add((optional[n % len(optional)],) if optional else place)
    raise Unmakeable(f"{model.__name__}: {refused}")


def _parsed(model: type[BaseModel], built: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values -> what the model takes beside sealed instances (its members are validated once more there)."""
    return {name: _Json.of(model, name, value) for name, value in built.items()}


class _Json:
    @staticmethod
    def of(model: type[BaseModel], name: str, value: Any) -> Any:
        from pydantic import TypeAdapter

        field = next(each for key, each in model.model_fields.items() if (each.alias or key) == name)
        try:
            return TypeAdapter(field.rebuild_annotation()).validate_json(orjson.dumps(value))
        except ValidationError as error:
            lines = [{**each, "loc": (name, *each["loc"]), "type": "value_error", "ctx": {"error": each["msg"]}} for each in error.errors()]
            raise ValidationError.from_exception_data(model.__name__, lines) from None  # type: ignore[arg-type]


class _Builder:
    def __init__(self, name: str, kind: str, tries: Mapping[tuple[Any, ...], int], left_out: set[tuple[Any, ...]]) -> None:
        self._name, self._kind, self._tries, self._left_out = name, kind, tries, left_out

    def value(self, shape: Mapping[str, Any], at: tuple[Any, ...], skip: frozenset[str] = frozenset()) -> Any:
        if "anyOf" in shape:
            shape = shape["anyOf"][self._tries.get(at, 0) % len(shape["anyOf"])]
        if "const" in shape:
            return shape["const"]
        if "enum" in shape:
            codes = shape["enum"]
            return codes[((-1 if self._kind == "varied" else 0) + self._tries.get(at, 0)) % len(codes)]
        match shape.get("type"):
            case "object":
                return self._object(shape, at, skip)
            case "array":
                return self._array(shape, at)
            case "integer" | "number":
                low, high = shape.get("minimum", shape.get("exclusiveMinimum", 0)), shape.get("maximum", 10**6)
                return high if self._kind == "varied" else min(max(low, 1), high)
            case "boolean":
                return bool((self._kind != "varied") ^ (self._tries.get(at, 0) % 2))
            case _:
                return self._text(shape, at)

    def _object(self, shape: Mapping[str, Any], at: tuple[Any, ...], skip: frozenset[str]) -> dict[str, Any]:
        if "properties" not in shape and isinstance(shape.get("additionalProperties"), Mapping):
            names = shape.get("propertyNames", {"type": "string", "format": "uuid"})
            if "enum" in names:  # as many codes as it needs
                some = names["enum"][: max(1, shape.get("minProperties", 1))]
                return {name: self.value(shape["additionalProperties"], (*at, name)) for name in some}
            return {self.value(names, (*at, "name")): self.value(shape["additionalProperties"], (*at, "value"))}
        needed = shape.get("required", ())
        return {
            name: self.value(each, (*at, name))
            for name, each in shape.get("properties", {}).items()
            if name not in skip and (name in needed or (self._kind != "minimal" and (*at, name) not in self._left_out))
        }

    def _array(self, shape: Mapping[str, Any], at: tuple[Any, ...]) -> list[Any]:
        if "prefixItems" in shape:
            return [self.value(each, (*at, n)) for n, each in enumerate(shape["prefixItems"])]
        least, most = shape.get("minItems", 0), shape.get("maxItems", 100)
        count = least if self._kind == "minimal" else max(least, 1 if self._kind == "full" else min(2, most))
        found: list[Any] = []
        for n in range(count):
            each = self.value(shape.get("items", {}), (*at, n))
            if each in found:  # two of a list are two different ones
                codes = shape.get("items", {}).get("enum", [])
                each = next((code for code in codes if code not in found), each)
            found.append(each)
        return found

    def _text(self, shape: Mapping[str, Any], at: tuple[Any, ...]) -> str:
        turn = self._tries.get(at, 0)
        match shape.get("format"):
            case "uuid":
                return str(uuid5(NAMESPACE_URL, f"{self._name}/{'/'.join(map(str, at))}"))
            case "date":
                return "2026-03-06" if self._kind != "varied" else "2024-02-29"
            case "date-time":
                return "2026-03-06T07:10:00Z" if self._kind != "varied" else "2026-12-31T23:59:59.999Z"
        candidates = [text for text in self._texts(shape, at) if _fits(text, shape)]
        return candidates[turn % len(candidates)] if candidates else ""

    def _texts(self, shape: Mapping[str, Any], at: tuple[Any, ...]) -> Iterator[str]:
        if pattern := shape.get("pattern"):
            yield matching(pattern, long=self._kind == "varied")
            yield matching(pattern, long=False)
        elif "maxLength" in shape and shape["maxLength"] > 10:
            told = f"An example of {str(at[-1] if at else 'text').replace('_', ' ')}"
            yield (f"{told}: ñ, Ü and 日本" if self._kind == "varied" else told)[: shape["maxLength"]]
        yield from WORDS


def _fits(text: str, shape: Mapping[str, Any]) -> bool:
    long_enough = shape.get("minLength", 0) <= len(text) <= shape.get("maxLength", 10**6)
    return long_enough and ("pattern" not in shape or re.search(shape["pattern"], text) is not None)
