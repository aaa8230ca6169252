"""The OpenAPI document of a service, made from its declared operations."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.http.bodies import EXAMPLE_ID, EXAMPLE_KEY
from shared.http.bounded import bounded
from shared.http.operation import PUBLIC, READ_PURPOSES, Operation
from shared.http.responses import FILE, UUID, components, responses

_IDS: Final = {
    "cid": "Id of the consent, or of the client who is enrolled",
    "eid": "Id of the episode",
    "aid": "Id of the step",
    "fid": "Id of the follow-up",
    "tid": "Id of the transfer",
    "qid": "Id of the consular request",
    "rid": "Id of the return",
    "gid": "Id of the search",
    "n": "Number of the plan in its case",
    "list": "Name of a code list, such as `Sex`",
}


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
    for schema in schemas.values():
        schema.pop("examples", None)  # they stand beside the bodies, in the order in which they were written
    paths: dict[str, Any] = {}
    for op in operations:
        made = paths.setdefault(op.path, {})[op.method.lower()] = _operation(op, refs, queries[op.query] if op.query else {})
        if sample := _example(op):
            made["requestBody"]["content"]["application/json"]["example"] = sample
    _link(paths, operations)
    kinds = {"BatchAnswer": "batch", "UploadAnswer": "upload"}
    common = {
        name: schema for name, schema in components().items() if name not in kinds or any(op.kind == kinds[name] for op in operations)
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "One service of a region's case management for migrants. Rules common to all: docs/reference/http.md.",
            "contact": {"name": "The operator of this region's stack"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "A region's own stack, of production or local", "x-internal": False}],
        "tags": [{"name": tag, "description": f"Operations on {tag}"} for tag in sorted({op.tag for op in operations})],
        "paths": bounded(paths),
        "components": {
            "schemas": bounded({**schemas, **common}),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "OIDC access token (RFC 9068), checked as RFC8725 asks: algorithms from a list, key by `kid`.",
                }
            },
        },
    }


def _operation(op: Operation, refs: Mapping[type[BaseModel], Any], query: Mapping[str, Any]) -> dict[str, Any]:
    doc = _batch_words(op) if op.kind == "batch" else (op.function.__doc__ or op.name.replace("_", " ")).strip()
    made: dict[str, Any] = {
        "operationId": _camel(op.name),
        "summary": doc.splitlines()[0].rstrip("."),
        "description": doc,
        "tags": [op.tag],
        "x-gabay-action": op.action,
        "parameters": _parameters(op, query),
        "responses": responses(op, refs),
        "security": ([{}] if op.public else []) + ([] if op.action == PUBLIC else [{"bearer": [op.scope]}]),
    }
    if op.kind == "command":
        made["x-gabay-concurrency"] = op.concurrency
    if op.classes:
        made["x-gabay-classes"] = list(op.classes)
    if op.offers:
        made["x-gabay-offers"] = [_camel(each.name) for each in op.offers]
    if op.body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": refs[op.body]}}}
    if op.takes:
        made["requestBody"] = {"required": True, "content": {media: {"schema": dict(FILE)} for media in op.takes}}
    return made


def _link(paths: Mapping[str, Any], operations: Sequence[Operation]) -> None:
    """What may follow a creation or a look at one record: everything that is asked of a record takes its id and its version."""
    for first in (op for op in operations if op.concurrency == "creation"):
        record = first.path + "/{id}"
        about = [op for op in operations if op.path.startswith(record) and set(re.findall(r"\{(\w+)\}", op.path)) <= {"id", "event_id"}]
        paths[first.path][first.method.lower()]["responses"]["201"]["links"] = {
            _camel(op.name): _following(op, "$response.body#/id", "On what was made") for op in about
        }
        if "get" in paths.get(record, {}):
            paths[record]["get"]["responses"]["200"]["links"] = {
                _camel(op.name): _following(op, "$request.path.id", "On what was read")
                for op in about
                if op.concurrency == "guarded" and "{event_id}" not in op.path
            }


def _following(op: Operation, record: str, told: str) -> dict[str, Any]:
    given = {"path.id": record}
    if "{event_id}" in op.path:
        given["path.event_id"] = "$response.body#/events/0/event_id"
    if op.concurrency in ("additive", "guarded"):
        given["header.If-Match"] = "*" if op.concurrency == "additive" else "$response.header.ETag"
    return {"operationId": _camel(op.name), "parameters": given, "description": told}


def _parameters(op: Operation, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    declared = re.findall(r"\{(\w+)(?::(\w+))?\}", op.declared)
    for name, (_, convertor) in zip(re.findall(r"\{(\w+)\}", op.path), declared, strict=True):
        kinds = {"uuid": UUID, "int": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1_000_000}}
        schema = kinds.get(convertor, {"type": "string", "maxLength": 100, "pattern": "^[^/]+$"})
        told = _IDS.get(name, "Id of the record")
        found.append({"name": name, "in": "path", "required": True, "description": told, "schema": schema})
    if op.kind in ("command", "upload"):
        found.append(_header("Idempotency-Key", UUID, "UUID v4 or v7; the same for every repetition of this command", required=True))
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
        sent = _sent(schema)
        told = sent.pop("description", "")
        about = {"name": name, "in": "query", "required": name in query.get("required", ())} | ({"description": told} if told else {})
        found.append(about | {"schema": sent})
    return found


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda m: m[1].upper(), name)


def _batch_words(op: Operation) -> str:
    names = " or ".join(f"`{_camel(each.name)}`" for each in op.offers)
    return f"Hand in many at once, each with its own result.\nAn item is one {names}."


def _example(op: Operation) -> Any:
    """A valid body: that of the model; of a batch one item with the example of its first command."""
    if op.kind != "batch":
        extra: Any = op.body.model_config.get("json_schema_extra") if op.body else None
        return next(iter(extra.get("examples", [])), None) if isinstance(extra, Mapping) else None
    first = op.offers[0]
    body = _example(first)
    place = {} if first.concurrency == "creation" else {"path": re.sub(r"\{\w+\}", EXAMPLE_ID, first.path), "if_match": "*"}
    return {"items": [{"key": EXAMPLE_KEY, **place, "recorded_by": "stf-r1", "body": body}]} if body else None


def _sent(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Schema of a parameter: one that may be left out has no null to send, and no null as default."""
    told = {key: value for key, value in schema.items() if key != "title" and not (key == "default" and value is None)}
    options = [option for option in told.pop("anyOf", []) if option != {"type": "null"}]
    return {**told, **options[0]} if len(options) == 1 else {**told, "anyOf": options} if options else told


def _header(name: str, schema: Mapping[str, Any], description: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": dict(schema)}
