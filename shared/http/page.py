"""`/docs`: the OpenAPI document as one page that needs no script and nothing from elsewhere."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.codes.label import labels
from shared.errors import PROBLEMS
from shared.http import authorise
from shared.http.bodies import EXAMPLE_CONSENT, EXAMPLE_EPISODE, EXAMPLE_ID
from shared.http.responses import UUID

Schema = Mapping[str, Any]
SHOWN_CODES: Final = 6
DEPTH: Final = 6
CELLS: Final = {
    "C": "of the own centre", "A": "assigned to the caller", "self": "assigned to the caller", "O": "on the own organisation's side",
    "R": "of the region", "W": "handed in by this device", "P": "released tables", "D": "where granted", "": "by break-glass",
}  # fmt: skip
ROLES: Final = (
    "reception", "caseworker", "supervisor", "directory_steward", "agency_desk", "statistician", "dpo", "planner", "admin",
)  # fmt: skip
"""Who appears in the `curl` lines: the first that may."""

_templates = Environment(
    loader=PackageLoader("shared.http"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the table of a body. kind, bounds: in words; list: name of its code list; inside: members of its own."""

    name: str
    required: bool
    kind: str
    bounds: str
    list: str
    codes: Sequence[str]
    sealed: Sequence[str]
    description: str
    inside: Sequence["Member"]


def page(document: Mapping[str, Any], *, base: str) -> tuple[str, str]:
    """(the page, its content security policy). base: where this service answers, for the `curl` lines."""
    _templates.filters["ticks"] = ticks
    style = Markup(_templates.get_template("docs.css").render())  # noqa: S704  # our own file
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, op in methods.items():
            groups.setdefault(op["tags"][0], []).append(_operation(document, method.upper(), path, op, base))
    batches = [op for ops in groups.values() for op in ops if op["offers"]]
    return _templates.get_template("docs.html").render(
        title=document["info"]["title"], version=document["info"]["version"], style=style, groups=groups, batches=batches, base=base,
        titles={code: kind.title for code, kind in PROBLEMS.items()},
    ), policy  # fmt: skip


def _operation(document: Mapping[str, Any], method: str, path: str, op: Mapping[str, Any], base: str) -> dict[str, Any]:
    content = op.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = content.get("example")
    words = op["description"].splitlines()[0] if "x-gabay-offers" in op else op["description"]  # what it offers stands below
    return {
        "id": op["operationId"], "method": method, "path": path, "summary": op["summary"], "description": ticks(words),
        "action": op["x-gabay-action"], "who": _who(op), "step_up": op["x-gabay-action"] in authorise.STEP_UP_ACTIONS,
        "classes": op.get("x-gabay-classes", []), "concurrency": op.get("x-gabay-concurrency", ""), "offers": op.get("x-gabay-offers", []),
        "parameters": [(each, _member(document, each["name"], each["schema"], each["required"], 0)) for each in op["parameters"]],
        "body": members(document, content["schema"]) if content else [],
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example else "",
        "curl": " \\\n  ".join(_words(method, place(document, path), op, example, base)),
        "answers": [(status, answer["description"], answer.get("x-gabay-codes", [])) for status, answer in op["responses"].items()],
    }  # fmt: skip


def _who(op: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """[(reach, roles)] from the matrix; empty: anybody."""
    found: dict[str, list[str]] = {}
    action = op["x-gabay-action"]
    for role, cell in authorise.matrix().get(action, {}).items():
        command = "x-gabay-concurrency" in op
        if cell in (".", "K") or (role == "device" and command and "C" not in cell) or role == "system":
            continue
        if cell.islower() and cell != "self" and not action.endswith("." + cell):
            continue
        reach = CELLS.get(cell.removesuffix("+B"), "")
        reach += ", or by break-glass" if cell.endswith("+B") and cell != "+B" else ""
        found.setdefault(reach, []).append("device (in a batch only)" if role == "device" and command else role)
    return list(found.items())


# --- members ---


def members(document: Mapping[str, Any], schema: Schema, depth: int = 0) -> list[Member]:
    """The members of an object, those inside them too."""
    plain = _resolved(document, schema)
    required = plain.get("required", ())
    return [_member(document, name, each, name in required, depth) for name, each in plain.get("properties", {}).items()]


def _member(document: Mapping[str, Any], name: str, schema: Schema, required: bool, depth: int) -> Member:
    plain = _resolved(document, schema)
    inner, kind, bounds = _kind(document, plain)
    codes = [str(code) for code in inner.get("enum", ())]
    listed = str(inner.get("title", "")) if codes and _is_list(str(inner.get("title", ""))) else ""
    if "default" in plain and plain["default"] not in (None, [], {}, ""):
        bounds = ", ".join(filter(None, [bounds, f"left out: {json.dumps(plain['default'])}"]))
    return Member(
        name=name, required=required, kind=kind, bounds=bounds, list=listed,
        codes=codes if len(codes) <= SHOWN_CODES or not listed else [f"{len(codes)} codes"],
        sealed=plain.get("x-gabay-classes", ()), description=ticks(plain.get("description", "")),
        inside=members(document, inner, depth + 1) if depth < DEPTH and "properties" in inner else (),
    )  # fmt: skip


def _resolved(document: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Without references and without "or null"; what stands beside them wins."""
    plain = dict(schema)
    while True:
        if ref := plain.pop("$ref", None):
            target = document["components"]["schemas"][ref.rpartition("/")[2]]
            title = target.get("title")
            plain = {**target, **plain, **({"title": title} if title else {})}
        elif len(some := [each for each in plain.get("anyOf", ()) if each.get("type") != "null"]) == 1:
            beside = {key: value for key, value in plain.items() if key not in ("anyOf", "title")}
            plain = {**some[0], **beside}
        else:
            return plain


def _kind(document: Mapping[str, Any], plain: Schema) -> tuple[Schema, str, str]:
    """(the schema that has members or codes, the type in words, the bounds in words)."""
    if "anyOf" in plain:
        options = [_kind(document, _resolved(document, each)) for each in plain["anyOf"] if each.get("type") != "null"]
        return {}, " or ".join(dict.fromkeys(kind for _, kind, _ in options)), ""
    match plain.get("type"):
        case "array":
            inner, kind, bounds = _kind(document, _resolved(document, plain.get("items", {})))
            count = _range(plain, "minItems", "maxItems")
            return inner, f"list of {kind}", ", ".join(filter(None, [count, bounds and f"each {bounds}"]))
        case "string" if "enum" in plain:
            return plain, "code", ""
        case "string":
            named = {"uuid": "UUID", "date": "date", "date-time": "time with offset"}.get(plain.get("format", ""))
            if named:
                return plain, named, ""
            length = _range(plain, "minLength", "maxLength")
            both = [f"{length} characters" if length else "", f"pattern {plain['pattern']}" if "pattern" in plain else ""]
            return plain, "text", ", ".join(filter(None, both))
        case "integer" | "number" as kind:
            return plain, "whole number" if kind == "integer" else "number", _range(plain, "minimum", "maximum")
        case "boolean":
            return plain, "true or false", ""
        case "null":
            return plain, "nothing", ""
        case _:
            return plain, "object", ""


def _range(schema: Schema, least: str, most: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f"{low}–{high}" if low != high else str(low)
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else ""


def _is_list(name: str) -> bool:
    try:
        return bool(labels(name))
    except KeyError:
        return False


def ticks(text: str) -> Markup:
    """Text with `code` as a page shows it; everything else escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped before


# --- the command line ---


def place(document: Mapping[str, Any], path: str) -> str:
    """A path with the ids of the examples: those of a creation are the ids of what comes after it."""
    creation = document["paths"].get(path.partition("/{")[0], {}).get("post", {}).get("requestBody", {}).get("content", {})
    made = creation.get("application/json", {}).get("example", {}).get("local_id", EXAMPLE_ID)
    ids = {"id": made, "cid": EXAMPLE_CONSENT, "eid": EXAMPLE_EPISODE, "list": "Sex"}
    return re.sub(r"\{(\w+)\}", lambda m: str(ids.get(m[1], EXAMPLE_ID)), path)


def _words(method: str, place: str, op: Mapping[str, Any], example: Any, base: str) -> Iterator[str]:
    wanted = {each["name"]: each for each in op["parameters"] if each["in"] == "header" and each["required"]}
    verb = "" if method == "GET" or (method == "POST" and example) else f" -X {method}"
    asked = [each["name"] for each in op["parameters"] if each["in"] == "query" and each["required"] and each["schema"] == UUID]
    yield f"curl -sS{verb} '{base}{place}{'?' if asked else ''}{'&'.join(f'{name}={EXAMPLE_ID}' for name in asked)}'"
    if op["x-gabay-action"] != "public":
        yield f'-H "Authorization: Bearer $({_token(op, example)})"'
    if "Idempotency-Key" in wanted or op.get("x-gabay-concurrency"):
        yield '-H "Idempotency-Key: $(uuidgen)"'
    if "If-Match" in wanted:
        yield "-H 'If-Match: *'" if op["x-gabay-concurrency"] == "additive" else "-H 'If-Match: \"1\"'"
    if "Gabay-Purpose" in wanted:
        yield "-H 'Gabay-Purpose: CASE_MANAGEMENT'"
    if example:
        yield "-H 'Content-Type: application/json'"
        text = json.dumps(example, ensure_ascii=False)
        yield "-d '" + text.replace("'", "'\\''") + "'"
    elif "requestBody" in op and "application/json" not in op["requestBody"]["content"]:
        yield f"-H 'Content-Type: {next(iter(op['requestBody']['content']))}'"
        yield "--data-binary @scan.pdf"


def _token(op: Mapping[str, Any], example: Any) -> str:
    """`gabay token` for somebody who may."""
    row = authorise.matrix()[op["x-gabay-action"]]
    centre = example.get("centre", "PH-ANT-01") if isinstance(example, Mapping) else "PH-ANT-01"
    if op.get("x-gabay-offers") and row["device"] == "C":
        return f"./gabay token --device tablet-7 --centre {centre}"
    may = [role for role in ROLES if row[role] not in (".", "", "K", "+B")]
    role = min(may, key=lambda each: row[each] not in ("C", "R", "P"))
    where = f" --centre {centre}" if row[role] in ("C", "A", "A+B", "self", "D") else " --org OWWA" if row[role] == "O" else ""
    where = f" --centre {centre}" if row[role] in ("O", "P") and role in ("reception", "caseworker", "supervisor") else where
    strong = " --step-up" if op["x-gabay-action"] in authorise.STEP_UP_ACTIONS else ""
    return f"./gabay token --role {role}{where}{strong}"
