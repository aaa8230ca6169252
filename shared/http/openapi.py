"""The OpenAPI document of a service, made from its declared operations."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.errors import PROBLEMS
from shared.http.operation import PUBLIC, READ_PURPOSES, Operation

_UUID: Final = {"type": "string", "format": "uuid", "maxLength": 36}
_HEADER: Final[Mapping[str, Any]] = {"type": "string", "maxLength": 200, "pattern": "^[\\x20-\\x7e]*$"}
_TITLES: Final = {
    200: "Done", 201: "Created", 304: "Not changed", 400: "Not readable", 401: "No valid token", 403: "Not allowed",
    404: "Not found", 406: "No such format", 408: "Too slow", 409: "A rule says no", 410: "Gone", 412: "Changed meanwhile",
    413: "Too large", 415: "Wrong media type", 422: "Does not fit the form", 428: "Version needed", 429: "Too many requests",
    500: "Unforeseen", 503: "A part is away", 507: "Storage full",
}  # fmt: skip


def document(title: str, version: str, operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1 for these operations."""
    models = {model for op in operations for model in (op.body, op.answer, op.query) if model is not None}
    ordered = sorted(models, key=lambda model: model.__name__)
    names, definitions = models_json_schema([(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = dict(definitions.get("$defs", {}))
    refs = {model: names[(model, "validation")] for model in ordered}
    # A query is no schema of its own: its members become parameters, with references into the same definitions.
    asked = dict.fromkeys(op.query for op in operations if op.query is not None)
    queries = {model: schemas.pop(refs[model]["$ref"].rpartition("/")[2]) for model in asked}
    paths: dict[str, Any] = {}
    for op in operations:
        paths.setdefault(op.path, {})[op.method.lower()] = _operation(op, refs, queries[op.query] if op.query else {})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "One service of a region's case management for migrants. Rules common to all: docs/reference/http.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag, "description": f"Operations on {tag}"} for tag in sorted({op.tag for op in operations})],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _problem(), "CommandAnswer": _command_answer(), "BatchAnswer": _batch_answer()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "OIDC access token (RFC 9068)"}
            },
        },
    }


def _operation(op: Operation, refs: Mapping[type[BaseModel], Any], query: Mapping[str, Any]) -> dict[str, Any]:
    doc = (op.function.__doc__ or op.name.replace("_", " ")).strip()
    made: dict[str, Any] = {
        "operationId": re.sub(r"_(\w)", lambda m: m[1].upper(), op.name),
        "summary": doc.splitlines()[0].rstrip("."),
        "description": doc,
        "tags": [op.tag],
        "x-gabay-action": op.action,
        "parameters": _parameters(op, query),
        "responses": _responses(op, refs),
        "security": ([{}] if op.public else []) + ([] if op.action == PUBLIC else [{"bearer": [op.scope]}]),
    }
    if op.kind == "command":
        made["x-gabay-concurrency"] = op.concurrency
    if op.classes:
        made["x-gabay-classes"] = list(op.classes)
    if op.body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": refs[op.body]}}}
    return made


def _parameters(op: Operation, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    declared = re.findall(r"\{(\w+)(?::(\w+))?\}", op.declared)
    for name, (_, convertor) in zip(re.findall(r"\{(\w+)\}", op.path), declared, strict=True):
        kinds = {"uuid": _UUID, "int": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1_000_000}}
        schema = kinds.get(convertor, {"type": "string", "maxLength": 100, "pattern": "^[^/]+$"})
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if op.kind == "command":
        found.append(
            _header("Idempotency-Key", _UUID, "UUID v4 or v7; the same for every repetition of this command", required=not op.public)
        )
    if op.kind == "command" and op.concurrency in ("additive", "guarded"):
        star = "|\\*" if op.concurrency == "additive" else ""
        schema = {"type": "string", "maxLength": 12, "pattern": f'^("[1-9][0-9]{{0,8}}"{star})$'}
        found.append(_header("If-Match", schema, "The version you saw, in quotes" + (", or *" if star else ""), required=True))
    if op.classes:
        schema = {"type": "string", "enum": sorted(READ_PURPOSES)}
        found.append(_header("Gabay-Purpose", schema, "For what purpose you read; goes to the access log", required=True))
    if op.kind == "batch":
        schema = {"type": "string", "format": "date-time", "maxLength": 40}
        found.append(_header("Gabay-Device-Time", schema, "The device's clock when it sends", required=False))
    for name, schema in query.get("properties", {}).items():
        found.append({"name": name, "in": "query", "required": name in query.get("required", ()), "schema": _sent(schema)})
    return found


def _sent(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Schema of a parameter: one that may be left out has no null to send, and no null as default."""
    told = {key: value for key, value in schema.items() if key != "title" and not (key == "default" and value is None)}
    options = [option for option in told.pop("anyOf", []) if option != {"type": "null"}]
    return {**told, **options[0]} if len(options) == 1 else {**told, "anyOf": options} if options else told


def _header(name: str, schema: Mapping[str, Any], description: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": dict(schema)}


def _responses(op: Operation, refs: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    success = 201 if op.concurrency == "creation" else 200
    if op.kind == "command":
        schema: Any = {"$ref": "#/components/schemas/CommandAnswer"}
    elif op.kind == "batch":
        schema = {"$ref": "#/components/schemas/BatchAnswer"}
    else:
        schema = refs[op.answer] if op.answer else {"type": "object"}
    statuses = {400, 429, 500, 503, *op.statuses}
    if op.action != PUBLIC:
        statuses |= {401, 403}
    if "{" in op.path:
        statuses |= {404}
    if op.body is not None:
        statuses |= {408, 413, 415, 422}
    if op.kind == "command":
        statuses |= {404, 409, 507} | ({412, 428} if op.concurrency in ("additive", "guarded") else set())
    successes = {success, 200} if op.concurrency == "creation" else {success}
    answers: dict[str, Any] = {str(each): _answer(op, each, schema) for each in sorted(successes)}
    for status in sorted(statuses):
        answers[str(status)] = _problem_answer(status)
    return answers


def _answer(op: Operation, status: int, schema: Any) -> dict[str, Any]:
    headers: dict[str, Any] = {"Gabay-Trace": {"schema": dict(_HEADER)}, "Gabay-Version": {"schema": dict(_HEADER)}}
    if op.limit != "none":
        headers |= {"RateLimit": {"schema": dict(_HEADER)}, "RateLimit-Policy": {"schema": dict(_HEADER)}}
    if op.kind == "command":
        headers |= {"ETag": {"schema": dict(_HEADER)}, "Idempotency-Replayed": {"schema": dict(_HEADER)}}
    return {"description": _TITLES[status], "headers": headers, "content": {"application/json": {"schema": schema}}}


def _problem_answer(status: int) -> dict[str, Any]:
    headers: dict[str, Any] = {"Gabay-Trace": {"schema": dict(_HEADER)}}
    if status in (429, 503):
        headers["Retry-After"] = {"schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400}}
    return {
        "description": _TITLES[status],
        "headers": headers,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string", "maxLength": 200, "pattern": "^.*$"}
    return {
        "type": "object",
        "description": "RFC 9457. Nothing of the request comes back in it.",
        "required": ["type", "title", "status", "code", "trace"],
        "properties": {
            "type": {"type": "string", "maxLength": 80, "pattern": "^urn:gabay:problem:[a-z-]+$"},
            "title": text,
            "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
            "trace": {"type": "string", "maxLength": 32, "pattern": "^[0-9a-f]{32}$"},
            "errors": {
                "type": "array",
                "maxItems": 50,
                "items": {"type": "object", "required": ["loc", "code"], "properties": {"loc": text, "code": text, "list": text}},
            },
        },
    }


def _command_answer() -> dict[str, Any]:
    version = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1_000_000_000}
    kind = {"type": "string", "maxLength": 120, "pattern": "^gabay\\.[a-z.-]+\\.v[0-9]+$"}
    event = {
        "type": "object",
        "required": ["event_id", "type", "version"],
        "properties": {"event_id": _UUID, "type": kind, "version": version},
    }
    return {
        "type": "object",
        "required": ["id", "version", "recorded_at", "events"],
        "properties": {
            "id": _UUID,
            "version": version,
            "recorded_at": {"type": "string", "format": "date-time", "maxLength": 24},
            "events": {"type": "array", "maxItems": 100, "items": event},
        },
    }


def _batch_answer() -> dict[str, Any]:
    number = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1_000_000_000}
    item = {
        "type": "object",
        "required": ["index", "key", "status"],
        "properties": {
            "index": number,
            "key": {**_UUID, "type": ["string", "null"]},
            "status": number,
            "id": _UUID,
            "version": number,
            "replayed": {"type": "boolean"},
            "problem": {"$ref": "#/components/schemas/Problem"},
        },
    }
    skew = {"type": "integer", "format": "int64", "minimum": -10_000_000_000, "maximum": 10_000_000_000}
    items = {"type": "array", "maxItems": 500, "items": item}
    return {"type": "object", "required": ["items", "clock_skew_s"], "properties": {"items": items, "clock_skew_s": skew}}


def page(made: Mapping[str, Any]) -> str:
    """The document as a page that needs no script and nothing from elsewhere."""
    lines = []
    for path, methods in made["paths"].items():
        for method, op in methods.items():
            facts = [f"action <code>{html.escape(op['x-gabay-action'])}</code>"]
            facts += [f"{name[8:]} {html.escape(str(op[name]))}" for name in ("x-gabay-concurrency", "x-gabay-classes") if name in op]
            statuses = ", ".join(op["responses"])
            lines.append(
                f"<h2 id='{html.escape(op['operationId'])}'><code>{method.upper()} {html.escape(path)}</code></h2>"
                f"<p>{html.escape(op['description'])}</p><p>{'; '.join(facts)}; answers {statuses}</p>"
            )
    title = html.escape(made["info"]["title"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title} {made['info']['version']}</h1>"
        f"<p><a href='/v1/openapi.json'>OpenAPI document</a></p>{''.join(lines)}</html>"
    )
