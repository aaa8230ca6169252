"""JSON Schemas (2020-12) of what travels, made from the event models.

Published schemas are open, the relay's models are closed: a later minor may add members and codes, so a schema says
neither `additionalProperties: false` nor `enum`. Codes known today stand in `x-extensible-enum`. Nothing is referenced:
each schema stands alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from shared.eventsourcing.event import Aggregate, Event
from shared.privacy.classes import FieldClass

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$"
UUID: Final = {"type": "string", "format": "uuid"}
LARGEST_BLOB: Final = 1_000_000
TEXT: Final = 2000  # characters of a text that says no bound of its own
HOLDS: Final = {
    FieldClass.IDENTITY: "who somebody is and how to reach them",
    FieldClass.PROFILE: "coded facts that statistics count",
    FieldClass.NARRATIVE: "what is told in a case",
    FieldClass.PROTECTED: "what could endanger somebody",
    FieldClass.PACKET: "what the receiver of one referral may see",
}

CTX: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Who did it, for what purpose, and whom it concerns.",
    "properties": {
        "centre": {"type": "string", "maxLength": 32, "description": "Code of the centre that did it."},
        "actor": {"type": "string", "maxLength": 80, "description": "Staff id, `device:...`, or `system` for a reaction."},
        "role": {"type": "string", "pattern": CODE, "x-gabay-codes": "Role", "description": "Role in which they did it, or `system`."},
        "purpose": {"type": "string", "pattern": CODE, "x-gabay-codes": "Purpose", "description": "What for."},
        "basis": {
            "type": "string", "pattern": CODE, "x-gabay-codes": "LegalBasis",
            "description": "On what legal basis; present where a person is concerned.",
        },
        "consent_id": UUID | {"description": "The consent that it rests on."},
        "subject_id": UUID | {"description": "The person it concerns: whose keys seal the blobs, unless the type says otherwise."},
        "requested_by": {"type": "string", "maxLength": 80, "description": "Somebody else who asked for it, where two must agree."},
    },
    "required": ["centre", "actor", "role", "purpose"],
}  # fmt: skip


class _Generator(GenerateJsonSchema):
    def is_instance_schema(self, schema: Any) -> dict[str, Any]:
        return {"x-erased": True}  # `Erased` is no shape of the wire


def closed(model: type[BaseModel]) -> dict[str, Any]:
    """The model's own schema without references: closed, codes as enums, no null. For whoever makes records."""
    made = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    definitions = made.pop("$defs", {})
    return _plain(made, definitions)


def payload(aggregate: Aggregate, event: type[Event]) -> dict[str, Any]:
    """Schema of the value of a record of this type, as `docs/reference/schemas` has it."""
    own = opened(closed(event))
    members = {name: each for name, each in own.get("properties", {}).items() if name not in event.sealed_classes}
    properties: dict[str, Any] = {"ctx": CTX, **members}
    if event.sealed_classes:
        properties["sealed"] = _sealed(aggregate, event)
    needed = [name for name in own.get("required", ()) if name in members]
    return {
        "$schema": DIALECT,
        "$id": aggregate.ce_dataschema(event.event_type),
        "title": aggregate.ce_type(event.event_type),
        "description": inspect.getdoc(event) or "",
        "type": "object",
        "properties": properties,
        "required": ["ctx", *needed],
    }


def plaintext(aggregate: Aggregate, event: type[Event], which: FieldClass) -> dict[str, Any]:
    """Schema of what a blob of this class holds, for those who hold keys."""
    model = event.sealed_model(which)
    body = opened(closed(model))
    told = (inspect.getdoc(model) or f"What {event.event_type} seals as {which}: {HOLDS[which]}.").strip()
    body.pop("title", None)
    return {
        "$schema": DIALECT,
        "$id": f"{aggregate.ce_dataschema(event.event_type)}:sealed:{which}",
        "title": f"{aggregate.ce_type(event.event_type)}, sealed as {which}",
        **body,
        "description": told,
        "x-gabay-class": str(which),
    }


def _sealed(aggregate: Aggregate, event: type[Event]) -> dict[str, Any]:
    blobs = {}
    for which in event.sealed_classes:
        under = event.sealed_under.get(which)
        owner = "the stream itself" if under == "stream_id" else f"`{under}`" if under else "`ctx.subject_id`"
        blobs[str(which)] = {
            "type": "string",
            "contentEncoding": "base64",
            "maxLength": LARGEST_BLOB,
            "description": f"AES-256-GCM, sealed under {owner}: {HOLDS[which]}. Opens with the key alone, and never once it is gone.",
            "x-gabay-class": str(which),
            "x-gabay-plaintext": f"{aggregate.ce_dataschema(event.event_type)}:sealed:{which}",
        }
    return {"type": "object", "description": "One blob per class; a class is left out where there is nothing to seal.", "properties": blobs}


def _plain(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Without references, titles that repeat a name, and "or null": a member without a value is left out."""
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return _plain({**target, **{k: v for k, v in schema.items() if k != "$ref"}}, definitions)
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"} and "x-erased" not in each]
    rest = {k: v for k, v in schema.items() if k != "anyOf" and not (k == "default" and v is None)}
    if len(options) == 1:
        return _plain({**options[0], **rest}, definitions)
    made: dict[str, Any] = {}
    for key, value in rest.items():
        if key == "properties":
            made[key] = {name: _plain(each, definitions) for name, each in value.items()}
        elif key in ("items", "additionalProperties", "propertyNames") and isinstance(value, Mapping):
            made[key] = _plain(value, definitions)
        elif key == "prefixItems":
            made[key] = [_plain(each, definitions) for each in value]
        else:
            made[key] = value
    if options:
        made["anyOf"] = [_plain(each, definitions) for each in options]
    return made


def opened(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The published form of a closed schema: members may be added, and codes."""
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: opened(each) for name, each in value.items()}
        elif key == "additionalProperties" and value is False:
            continue
        elif key in ("items", "additionalProperties", "propertyNames") and isinstance(value, Mapping):
            made[key] = opened(value)
        elif key in ("anyOf", "prefixItems"):
            made[key] = [opened(each) for each in value]
        elif key != "title":
            made[key] = value
    codes = made.pop("enum", None) or ([made.pop("const")] if isinstance(made.get("const"), str) else None)
    if codes is not None and all(isinstance(code, str) for code in codes):
        made |= {"type": "string", "pattern": CODE, "x-extensible-enum": codes}
        if title := schema.get("title"):
            made["x-gabay-codes"] = title
    elif made.get("type") == "string" and not made.keys() & {"maxLength", "pattern", "format"}:
        made["maxLength"] = TEXT
    return made
