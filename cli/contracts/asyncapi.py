"""The AsyncAPI 3.0 document: every topic of the one table, every type of fact on it, the headers, two examples each."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from typing import Any, Final

from cli.contracts import corpus
from cli.contracts.schema import UUID, payload
from shared.eventsourcing.event import Aggregate, Event
from shared.messaging.contracts import aggregates
from shared.messaging.topics import TOPICS, Topic
from shared.settings import ROOT

INSTANT: Final = {"type": "string", "format": "date-time", "maxLength": 30}
HEADERS: Final[Mapping[str, Any]] = {
    "content-type": {"type": "string", "const": "application/json", "description": "Binary mode; the value is JSON."},
    "ce_specversion": {"type": "string", "const": "1.0", "description": "CloudEvents 1.0."},
    "ce_id": UUID | {"description": "The event's id: the same each time it comes."},
    "ce_source": {"type": "string", "pattern": "^/gabay/[a-z0-9-]+/[a-z]+$", "description": "Region and service."},
    "ce_type": {"type": "string", "pattern": r"^gabay\.[a-z]+\.[a-z-]+\.v[0-9]+$", "description": "Name and major of the fact."},
    "ce_subject": UUID | {"description": "The stream; equal to the key."},
    "ce_partitionkey": UUID | {"description": "The stream once more."},
    "ce_time": INSTANT | {"description": "When it happened, as told; days before `ce_recordedtime` where a centre was offline."},
    "ce_recordedtime": INSTANT | {"description": "When it was stored; measure lag from this."},
    "ce_sequence": {"type": "string", "pattern": "^[0-9]{10}$", "description": "Version in its stream: contiguous per `ce_subject`."},
    "ce_correlationid": {"type": "string", "maxLength": 36, "description": "First command of the chain."},
    "ce_causationid": {"type": "string", "maxLength": 36, "description": "The event that caused it, else the command."},
    "ce_dataschema": {"type": "string", "pattern": "^urn:gabay:schema:", "description": "URN of the schema of the value."},
    "ce_traceparent": {"type": "string", "maxLength": 55, "description": "Trace in which it was recorded: link to it."},
    "traceparent": {"type": "string", "maxLength": 55, "description": "Trace of the hop from the relay."},
}
REPLAYED: Final = {
    "x-replay-id": UUID | {"description": "The replay that sent this copy."},
    "x-replay-of": {"type": "string", "maxLength": 100, "description": "Topic of which it is a copy."},
}
ABOUT: Final = """Facts of a region's case management for migrants, as they are published. At least once; in order per stream, \
first occurrences contiguous in `ce_sequence`; topics keep everything from offset 0. Neither key nor headers nor open members \
name anybody: what is personal is sealed, and a blob of somebody who was forgotten opens no more.

Deduplicate on (`ce_subject`, `ce_sequence`). A hole in `ce_sequence` is a loss: stop, and ask for a replay. Ignore types, \
members and codes that you do not know: a later minor may add them, and nothing else ever changes under one major."""


def document() -> dict[str, Any]:
    """The whole document; nothing in it refers outside."""
    known = {aggregate.topic: aggregate for aggregate in aggregates()}
    made: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "id": "urn:gabay:contracts",
        "info": _info(),
        "servers": _servers(),
        "defaultContentType": "application/json",
        "channels": {},
        "operations": {},
        "components": {
            "messages": {},
            "schemas": {},
            "messageTraits": {"cloudEvent": _trait()},
            "correlationIds": {"chain": {"description": "First command of the chain.", "location": "$message.header#/ce_correlationid"}},
            "securitySchemes": {
                "scram": {"type": "scramSha512", "description": "A principal per integrator; its topics are those of the agreement."}
            },
        },
    }
    for topic in (each for each in TOPICS if each.name in known):
        aggregate = known[topic.name]
        made["channels"][topic.name] = _channel(topic, aggregate)
        made["operations"][f"publish.{topic.name}"] = {
            "action": "send",
            "title": f"Facts of one {aggregate.name.replace('-', ' ')}",
            "summary": f"What happened to each {aggregate.name.replace('-', ' ')}.",
            "description": "We send, you receive: every fact that was stored, in order per stream.",
            "channel": {"$ref": f"#/channels/{topic.name}"},
            "bindings": {"kafka": {"clientId": {"type": "string"}, "bindingVersion": "0.5.0"}},
            "tags": [{"name": aggregate.service}],
        }
        for event in aggregate.events.values():
            name = aggregate.ce_type(event.event_type)
            made["components"]["messages"].setdefault(name, _message(aggregate, event))
            made["components"]["schemas"].setdefault(name, _shape(aggregate, event))
    return made


def _info() -> dict[str, Any]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "title": "Gabay: facts of a region",
        "version": project["version"],
        "description": ABOUT,
        "contact": {"name": "The operator of your region", "url": "https://gabay.example/contact", "email": "integrators@gabay.example"},
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [
            {"name": service, "description": f"Facts that {service} owns"} for service in ("casework", "intake", "referrals", "reporting")
        ],
    }


def _servers() -> dict[str, Any]:
    secure = {"protocol": "kafka-secure", "security": [{"$ref": "#/components/securitySchemes/scram"}]}
    bindings = {"bindings": {"kafka": {"bindingVersion": "0.5.0"}}}
    return {
        "production": {
            "host": "kafka.{region}.example:9093",
            "description": "A region's cluster: TLS, SCRAM-SHA-512. You get address, CA file and principal with your agreement.",
            "variables": {"region": {"description": "The region.", "default": "antique"}},
            **secure, **bindings,
        },
        "secure": {
            "host": "127.0.0.1:{port}",
            "description": "A laptop with `./gabay up --secure`: the same protocol.",
            "variables": {"port": {"description": "See `./gabay status`.", "default": "9093"}},
            **secure, **bindings,
        },
        "laptop": {
            "host": "127.0.0.1:{port}",
            "protocol": "kafka",
            "description": "A laptop with `./gabay up`: no security.",
            "variables": {"port": {"description": "See `./gabay status`.", "default": "9092"}},
            **bindings,
        },
    }  # fmt: skip


def _channel(topic: Topic, aggregate: Aggregate) -> dict[str, Any]:
    settings = topic.settings(replication=3)
    config = {
        "cleanup.policy": settings["cleanup.policy"].split(","),
        "retention.ms": int(settings["retention.ms"]),
        "max.message.bytes": int(settings["max.message.bytes"]),
    }
    return {
        "address": topic.name,
        "title": f"{aggregate.name.replace('-', ' ').capitalize()} facts of {aggregate.service}",
        "description": f"Sealed classes: {', '.join(topic.sealed) or 'none'}. The key is the stream's id.",
        "messages": {aggregate.ce_type(name): {"$ref": f"#/components/messages/{aggregate.ce_type(name)}"} for name in aggregate.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": 3,
                "topicConfiguration": config,
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(aggregate: Aggregate, event: type[Event]) -> dict[str, Any]:
    name = aggregate.ce_type(event.event_type)
    told = inspect.getdoc(event) or ""
    return {
        "name": name,
        "title": event.__name__,
        "summary": told.splitlines()[0] if told else name,
        "description": told,
        "contentType": "application/json",
        "correlationId": {"$ref": "#/components/correlationIds/chain"},
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "tags": [{"name": aggregate.service}, *({"name": str(which)} for which in event.sealed_classes)],
        "bindings": {"kafka": {"key": UUID | {"description": "The stream."}, "bindingVersion": "0.5.0"}},
        "examples": [*_examples(aggregate, event)],
        "x-gabay-schema": aggregate.ce_dataschema(event.event_type),
    }


def _shape(aggregate: Aggregate, event: type[Event]) -> dict[str, Any]:
    """The published schema without its address: in here it is one of many."""
    schema = copy.deepcopy(payload(aggregate, event))
    del schema["$schema"], schema["$id"]
    return schema


def _examples(aggregate: Aggregate, event: type[Event]) -> list[dict[str, Any]]:
    folder = corpus.GOLDEN / aggregate.service / event.event_type / f"{event.schema_major}.{event.schema_minor}"
    found = []
    for kind, summary in (("minimal", "Only what is always there"), ("full", "Every member")):
        if (path := folder / f"{kind}.json").exists():
            record = corpus.read(path)
            found.append({"name": kind, "summary": summary, "headers": record["headers"], "payload": record["value"]})
    return found


def _trait() -> dict[str, Any]:
    optional = ("ce_traceparent", "traceparent")
    return {
        "headers": {
            "type": "object",
            "description": "CloudEvents 1.0, binary mode, in this order. Copies on request carry `x-replay-id` and `x-replay-of` besides.",
            "properties": {**HEADERS, **REPLAYED},
            "required": [name for name in HEADERS if name not in optional],
        }
    }
