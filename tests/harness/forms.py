"""The command routes of a running service, read from its OpenAPI document, and wrong values for every member of their bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from shared.http.authorise import matrix
from shared.http.bounded import NO_NUL

CANARY = "kanario-Zubiri-7Q9X"
"""Stands in every wrong value: none of it may come back."""

# The statistician before the data-protection officer, who may publish a release and nothing else with it.
ROLES = ("supervisor", "directory_steward", "agency_desk", "statistician", "dpo", "reception", "caseworker")
DEPTH = 6


@dataclass(frozen=True, slots=True)
class Route:
    """One operation with a body. name: operationId; concurrency: empty for reads and batches."""

    service: str
    name: str
    method: str
    path: str
    action: str
    concurrency: str
    schema: Mapping[str, Any]
    definitions: Mapping[str, Any]

    @property
    def role(self) -> str:
        """A role that has this function."""
        cells = matrix()[self.action]
        return next(role for role in ROLES if cells[role] not in (".", "", "K"))

    def url(self) -> str:
        """The path with ids of nobody: a form is checked before the object is looked up."""
        numbers = {"{n}", "{no}"}
        return re.sub(r"\{\w+\}", lambda m: "1" if m[0] in numbers or "_no" in m[0] else "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11", self.path)

    def members(self) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
        """(path, schema) of every member of the body, those inside others too; of an array the first element."""
        yield from self._inside((), self.schema, 0)

    def _inside(
        self, at: tuple[str | int, ...], schema: Mapping[str, Any], depth: int
    ) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
        plain = self.plain(schema)
        if plain is None or depth > DEPTH:
            return
        if at:
            yield at, plain
        for name, member in plain.get("properties", {}).items():
            yield from self._inside((*at, name), member, depth + 1)
        if isinstance(plain.get("items"), Mapping):
            yield from self._inside((*at, 0), plain["items"], depth + 1)

    def plain(self, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A schema without references and without "or null"; None where there is a choice between several."""
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self.definitions[schema["$ref"].rpartition("/")[2]] | {k: v for k, v in schema.items() if k != "$ref"}
                continue
            choices = [each for each in schema["anyOf"] if each.get("type") != "null"]
            if len(choices) != 1:
                return None
            schema = choices[0] | {k: v for k, v in schema.items() if k != "anyOf"}
        return schema


async def routes(http: httpx.AsyncClient, service: str) -> list[Route]:
    """All operations of a service that take a form."""
    answer = await http.get("/v1/openapi.json")
    answer.raise_for_status()
    return routes_of(answer.json(), service)


def routes_of(document: Mapping[str, Any], service: str) -> list[Route]:
    """The same from the document itself."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:  # a file is no form
                schema = content["application/json"]["schema"]
                concurrency = operation.get("x-gabay-concurrency", "")
                found.append(
                    Route(
                        service, operation["operationId"], method.upper(), path, operation["x-gabay-action"], concurrency, schema,
                        document["components"]["schemas"],
                    )
                )  # fmt: skip
    return found


def wrong_values(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any, frozenset[str]]]:
    """(what is wrong, value, codes of the violation that name it) for a member of this schema."""
    kind = schema.get("type")
    if "enum" in schema or "const" in schema:
        yield "unknown code", CANARY, frozenset({"unknown-code"})
        yield "wrong type", [CANARY], frozenset({"wrong-type", "unknown-code"})
    elif kind == "string":
        yield "wrong type", {CANARY: CANARY}, frozenset({"wrong-type", "bad-format"})
        if longest := schema.get("maxLength"):
            yield "too long", (CANARY * (longest // len(CANARY) + 1))[: longest + 1], frozenset({"too-long", "bad-format", "unknown-code"})
        if "format" in schema or schema.get("pattern", NO_NUL) != NO_NUL:
            yield "bad format", f"{CANARY} {CANARY}", frozenset({"bad-format", "too-long", "unknown-code", "wrong-type"})
    elif kind in ("integer", "number"):
        yield "wrong type", CANARY, frozenset({"wrong-type", "bad-format"})
        if "maximum" in schema:
            yield "too large", schema["maximum"] + 1, frozenset({"out-of-range"})
        if "minimum" in schema:
            yield "too small", schema["minimum"] - 1, frozenset({"out-of-range"})
    elif kind == "boolean":
        yield "wrong type", CANARY, frozenset({"wrong-type", "bad-format"})
    elif kind == "array":
        yield "wrong type", CANARY, frozenset({"wrong-type"})
        if "maxItems" in schema and schema["maxItems"] < 100:
            yield "too many", [CANARY] * (schema["maxItems"] + 1), frozenset({"too-long", "wrong-type", "unknown-code", "bad-format"})
    elif kind == "object":
        yield "wrong type", CANARY, frozenset({"wrong-type"})
        if schema.get("additionalProperties") is False:
            yield "unknown member", {CANARY: CANARY}, frozenset({"unknown-member"})


def body_with(at: tuple[str | int, ...], value: Any) -> Any:
    """The smallest body that holds a value at a path."""
    for step in reversed(at):
        value = [value] if isinstance(step, int) else {step: value}
    return value


def pointer(at: tuple[str | int, ...]) -> str:
    return "".join(f"/{step}" for step in at)
