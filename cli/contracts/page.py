"""`docs/reference/asyncapi.html`: the AsyncAPI document for people, in one file that needs no script and no network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cli.contracts.asyncapi import document
from shared.settings import ROOT

STYLE = ROOT / "shared" / "http" / "templates" / "docs.css"
PLAIN = {"date": "day", "date-time": "instant", "uuid": "id", "boolean": "true or false", "string": "text", "integer": "whole number"}


def page() -> str:
    """The whole page."""
    return html(document())


def html(made: Mapping[str, Any]) -> str:
    """The page of an AsyncAPI document of ours."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["ticks"] = ticks
    trait = made["components"]["messageTraits"]["cloudEvent"]["headers"]
    return (
        templates.get_template("page.html").render(
            info=made["info"],
            style=Markup(STYLE.read_text(encoding="utf-8")),  # noqa: S704  # our own file
            headers=list(rows(trait)),
            channels=[_channel(made, each) for each in made["channels"].values()],
        )
        + "\n"
    )


def ticks(text: str) -> Markup:
    """`code` in words as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped before


def rows(schema: Mapping[str, Any], path: str = "") -> Iterator[dict[str, Any]]:
    """The members of an object and of what is inside them, one row each."""
    for name, each in schema.get("properties", {}).items():
        yield {
            "name": f"{path}{name}",
            "required": name in schema.get("required", ()),
            "kind": _kind(each),
            "codes": each.get("x-extensible-enum") or each.get("items", {}).get("x-extensible-enum") or [],
            "words": each.get("description", ""),
        }
        if name != "ctx":  # the same everywhere, and told once
            yield from rows(each.get("items", each), f"{path}{name}{'[]' if 'items' in each else ''}.")


def _channel(made: Mapping[str, Any], channel: Mapping[str, Any]) -> dict[str, Any]:
    names = [each["$ref"].rpartition("/")[2] for each in channel["messages"].values()]
    return {
        "address": channel["address"],
        "title": channel["title"],
        "description": channel["description"],
        "partitions": channel["bindings"]["kafka"]["partitions"],
        "messages": [_message(made, name) for name in names],
    }


def _message(made: Mapping[str, Any], name: str) -> dict[str, Any]:
    message, schema = made["components"]["messages"][name], made["components"]["schemas"][name]
    return {
        "name": name,
        "title": message["title"],
        "description": message["description"],
        "schema": message["x-gabay-schema"],
        "classes": list(schema["properties"].get("sealed", {}).get("properties", {})),
        "members": list(rows(schema)),
        "examples": [
            {"summary": each["summary"], "text": json.dumps(each["payload"], indent=1, ensure_ascii=False)} for each in message["examples"]
        ],
    }


def _kind(schema: Mapping[str, Any]) -> str:
    if "items" in schema:
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {_kind(schema['items'])}{most}"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "x-gabay-codes" in schema:
        return f"code of {schema['x-gabay-codes']}"
    if "contentEncoding" in schema:
        return "sealed blob, base64"
    kind = str(schema.get("format") or schema.get("type") or "any")
    bounds = []
    if "pattern" in schema:
        bounds.append(f"`{schema['pattern']}`")
    elif "maxLength" in schema:
        bounds.append(f"{schema.get('minLength', 0)} to {schema['maxLength']} long")
    if "minimum" in schema or "maximum" in schema:
        bounds.append(f"{schema.get('minimum', '')} to {schema.get('maximum', '')}")
    return ", ".join([PLAIN.get(kind, kind), *bounds])
