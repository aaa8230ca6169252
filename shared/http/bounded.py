"""Bounds of whatever a model bounds no closer: said at every schema of the OpenAPI document, and held at every body.

No array is longer than its reader takes (`shared/http/body.py`), no text longer than a body of that many bytes could
sensibly hold, no number one that JavaScript would round. A program that writes clients from the document, or checks it, sees
them where it looks; `beyond` finds what a body, or an item of a batch, has above them, and `misspelt` the ids that it writes in
another form than theirs.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from shared.http.body import ARRAY
from shared.http.problems import field_names, violation

TEXT: Final = 8_000
NO_NUL: Final = "^[^\\u0000]*$"
INTEGER: Final = 2**53 - 1
BY_FORMAT: Final = {"uuid": 36, "date": 10, "date-time": 40, "uri": 2_000}
"""Characters of a text in a format; of a time with an offset and as many digits of a second as anybody writes."""

MOST: Final = 50  # violations that one answer names
_LONG: Final = re.compile(rb"[0-9]{16}")  # fewer digits stay below 2^53
_ODD: Final = (b'"urn:', b'"{', b"\\u")
_BARE: Final = re.compile(rb'"[0-9a-fA-F]{32}"')
"""How a text begins that may be an id in another form; each by itself, since together they cost three times as much."""
_AS_IT_IS: Final = ("example", "examples", "enum", "const", "default")


def bounded(schema: Any) -> Any:
    """The same schema with every bound said. Leaves what is narrower, and examples, as they are."""
    if isinstance(schema, list):
        return [bounded(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    told = {key: value if key in _AS_IT_IS else bounded(value) for key, value in schema.items()}
    match told.get("type"):
        case "string" if not {"enum", "const"} & told.keys():
            free = {} if {"format", "pattern"} & told.keys() else {"pattern": NO_NUL}
            return {"maxLength": BY_FORMAT.get(told.get("format", ""), TEXT)} | free | told
        case "integer":
            least = {} if "exclusiveMinimum" in told else {"minimum": -INTEGER}
            most = {} if "exclusiveMaximum" in told else {"maximum": INTEGER}
            return {"format": "int64"} | least | most | told
        case "array":
            return {"maxItems": ARRAY} | told
    return told


@cache
def widest(model: type[BaseModel]) -> int:
    """Elements of the longest array that a body of this model may hold: ARRAY, or what the model says beyond it."""
    return max([ARRAY, *_stated(model.model_json_schema())])


def _stated(schema: Any) -> Iterator[int]:
    if isinstance(schema, Mapping):
        most = schema.get("maxItems")
        yield from [most] if isinstance(most, int) else []
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from _stated(each)


def beyond(model: type[BaseModel], raw: bytes, value: Any) -> list[dict[str, str]]:
    """A violation for each text, whole number and array of a body above the bounds. raw: its bytes; value: the same, parsed."""
    if len(raw) <= TEXT and raw.count(b",") < ARRAY and not _LONG.search(raw):
        return []  # too small to hold any: nearly every body
    return list(islice(_beyond(value, "", field_names(model), widest(model)), MOST))


def _beyond(value: Any, at: str, known: frozenset[str], array: int) -> Iterator[dict[str, str]]:
    match value:
        case str() if len(value) > TEXT:
            yield violation(at, "too-long")
        case int() | float() if abs(value) > INTEGER:  # orjson makes a float of what 64 bits do not hold
            yield violation(at, "out-of-range")
        case list():
            if len(value) > array:
                yield violation(at, "too-long")
            for index, each in enumerate(value):
                yield from _beyond(each, f"{at}/{index}", known, array)
        case dict():
            for name, each in value.items():
                yield from _beyond(each, f"{at}/{name}" if name in known else at, known, array)


def misspelt(read: Any, value: Any, raw: bytes = b"") -> list[dict[str, str]]:
    """A violation for each id that is not written as the documents say (8-4-4-4-12): pydantic also reads `urn:uuid:`, braces and
    32 digits in a row. read: what it made of `value`; raw: the bytes of a body.
    """
    if raw and not any(each in raw for each in _ODD) and not _BARE.search(raw):
        return []  # nearly every body
    return list(islice(_misspelt(read, value, ""), MOST))


def _misspelt(read: Any, value: Any, at: str) -> Iterator[dict[str, str]]:
    match read, value:
        case UUID(), str() if value.lower() != str(read):
            yield violation(at, "bad-format")
        case BaseModel(), dict():
            for name, field in type(read).model_fields.items():
                written = field.alias or name
                yield from _misspelt(getattr(read, name), value.get(written), f"{at}/{written}")
        case list() | tuple(), list():
            for index, (each, told) in enumerate(zip(read, value, strict=True)):
                yield from _misspelt(each, told, f"{at}/{index}")
