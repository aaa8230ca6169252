"""What an operation may answer, as the OpenAPI document tells it: statuses, headers, schemas, and the problem codes of each status."""

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from shared.errors import PROBLEMS
from shared.eventsourcing.void import voiding
from shared.http import authorise
from shared.http.operation import PUBLIC, Operation

UUID: Final = {"type": "string", "format": "uuid", "maxLength": 36}
_TEXT: Final = {"type": "string", "maxLength": 200, "pattern": "^.*$"}
_HEADER: Final[Mapping[str, Any]] = {"type": "string", "maxLength": 200, "pattern": "^[\\x20-\\x7e]*$"}
_PAGE: Final = {"type": "string", "format": "html", "maxLength": 10_000_000}
FILE: Final = {"type": "string", "format": "binary", "maxLength": 20_971_520}
_NUMBER: Final = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1_000_000_000}
_TITLES: Final = {
    200: "Done", 201: "Created", 304: "Not changed", 400: "Not readable", 401: "No valid token", 403: "Not allowed",
    404: "Not found", 406: "No such format", 408: "Too slow", 409: "A rule says no", 410: "Gone", 412: "Changed meanwhile",
    413: "Too large", 414: "Address too long", 415: "Wrong media type", 422: "Does not fit the form", 428: "Version needed",
    429: "Too many requests", 431: "Headers too large", 500: "Unforeseen", 503: "A part is away", 507: "Storage full",
}  # fmt: skip
_HERE: Final = Path(__file__).resolve().parent


def responses(op: Operation, refs: Mapping[type[BaseModel], Any]) -> dict[str, Any]:
    """The `responses` of an operation. refs: the schema of each model."""
    if op.kind == "command":
        schema: Any = {"$ref": "#/components/schemas/CommandAnswer"}
    elif op.kind == "batch":
        schema = {"$ref": "#/components/schemas/BatchAnswer"}
    elif op.media == "*/*":
        schema = dict(FILE)
    elif op.kind == "upload":
        schema = {"$ref": "#/components/schemas/UploadAnswer"}
    else:
        schema = refs[op.answer] if op.answer else {"type": "object"} if op.media == "application/json" else dict(_PAGE)
    successes = [200, 201] if op.concurrency == "creation" or op.kind == "upload" else [200]
    answers: dict[str, Any] = {str(status): _success(op, status, schema) for status in successes}
    for status, codes in sorted(problems(op).items()):
        answers[str(status)] = _problem_answer(op, status, codes)
        if status == 404 and op.media.startswith("text/html"):  # whoever reads pages is told on one
            answers["404"]["content"][op.media] = {"schema": dict(_PAGE)}
    return answers


def problems(op: Operation) -> dict[int, list[str]]:
    """Status -> problem codes: those of the protocol that can meet this operation, and those of its aggregate's rules."""
    codes = {"malformed-request", "rate-limited", "internal", "unavailable", "uri-too-long", "headers-too-large"}
    if op.action != PUBLIC:
        codes |= {"unauthenticated", "forbidden", "scope-insufficient", "device-blocked"}
        codes |= {"not-assigned"} if any(cell.startswith("A") or "+B" in cell for cell in authorise.matrix()[op.action].values()) else set()
    if op.action in authorise.STEP_UP_ACTIONS:
        codes |= {"step-up-needed"}
    centre = op.query.model_fields.get("centre") if op.query else None  # one has to name it, and may have no grant for it
    if "{" in op.path or op.action == "stats.centre" or (centre is not None and centre.is_required()):
        codes |= {"not-found"}
    if op.body is not None:
        codes |= {"malformed-json", "request-timeout", "body-too-large", "unsupported-media-type", "validation"}
    if op.kind == "upload":
        codes |= {"request-timeout", "body-too-large", "unsupported-media-type", "idempotency-key-missing", "idempotency-key-invalid"}
        codes |= {"idempotency-mismatch", "storage-full", "not-found"}
    if op.classes:
        codes |= {"purpose-needed", "audit-unavailable"}
    if op.query is not None and "cursor" in op.query.model_fields:
        codes |= {"cursor-invalid"}
    if op.path == "/v1/changes":
        codes |= {"cursor-invalid", "cursor-expired"}
    if op.kind == "batch":
        codes |= {"batch-too-large"}
    if op.kind == "command":
        codes |= {"idempotency-key-missing", "idempotency-key-invalid", "idempotency-mismatch", "idempotency-in-progress", "storage-full"}
        codes |= {"not-found", "already-exists", "concurrent-write", "date-in-future"}
    if op.concurrency in ("additive", "guarded"):
        codes |= {"precondition-required", "stale-version"}
    found: dict[int, list[str]] = {status: [] for status in op.statuses}
    for code in sorted(codes | _of_rules(op)):
        found.setdefault(PROBLEMS[code].status, []).append(code)
    return found


def _of_rules(op: Operation) -> frozenset[str]:
    """Codes that the rules around the function raise: of a command those of its aggregate, of a read those of its own file."""
    file = Path(inspect.getsourcefile(op.function) or _HERE / "none").resolve()
    if file.parent == _HERE or op.kind == "batch":
        return frozenset()
    shared = _raised(Path(inspect.getsourcefile(voiding) or "")) if op.path.endswith(":void") else frozenset[str]()
    return shared.union(*(_raised(each) for each in (sorted(file.parent.glob("*.py")) if op.kind != "read" else [file])))


@cache
def _raised(file: Path) -> frozenset[str]:
    """Codes of `Rejected(...)` and `Problem(...)` in a module."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call) and node.args]
    made = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("Rejected", "Problem")]
    values = [first.value for first in made if isinstance(first, ast.Constant)]
    return frozenset(value for value in values if isinstance(value, str) and value in PROBLEMS)


def _success(op: Operation, status: int, schema: Any) -> dict[str, Any]:
    headers: dict[str, Any] = {"Gabay-Trace": {"schema": dict(_HEADER)}, "Gabay-Version": {"schema": dict(_HEADER)}}
    if op.limit != "none":
        headers |= {"RateLimit": {"schema": dict(_HEADER)}, "RateLimit-Policy": {"schema": dict(_HEADER)}}
    if op.kind == "command":
        headers |= {"ETag": {"schema": dict(_HEADER)}, "Idempotency-Replayed": {"schema": dict(_HEADER)}}
    elif op.path.endswith("/{id}"):
        headers |= {"ETag": {"schema": dict(_HEADER)}}
    return {"description": _TITLES[status], "headers": headers, "content": {op.media: {"schema": schema}}}


def _problem_answer(op: Operation, status: int, codes: list[str]) -> dict[str, Any]:
    headers: dict[str, Any] = {"Gabay-Trace": {"schema": dict(_HEADER)}}
    if op.limit != "none" and status < 500:  # whatever is refused once the limit was counted
        headers |= {"RateLimit": {"schema": dict(_HEADER)}, "RateLimit-Policy": {"schema": dict(_HEADER)}}
    if status in (429, 503):
        headers["Retry-After"] = {"schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400}}
    return {
        "description": _TITLES[status],
        "headers": headers,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        "x-gabay-codes": codes,
    }


def components() -> dict[str, Any]:
    """Schemas of the answers that every service gives."""
    return {"Problem": _problem(), "CommandAnswer": _command_answer(), "BatchAnswer": _batch_answer(), "UploadAnswer": _upload_answer()}


def _problem() -> dict[str, Any]:
    violation = {"type": "object", "required": ["loc", "code"], "properties": {"loc": _TEXT, "code": _TEXT, "list": _TEXT}}
    return {
        "type": "object",
        "description": "RFC 9457. Nothing of the request comes back in it.",
        "required": ["type", "title", "status", "code", "trace", "detail"],
        "properties": {
            "type": {"type": "string", "maxLength": 80, "pattern": "^urn:gabay:problem:[a-z-]+$"},
            "title": _TEXT,
            "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
            "trace": {"type": "string", "maxLength": 32, "pattern": "^[0-9a-f]{32}$"},
            "detail": {**_TEXT, "description": "What to do: a fixed text in the language asked for; nothing of the request."},
            "errors": {"type": "array", "maxItems": 50, "items": violation},
        },
    }


def _command_answer() -> dict[str, Any]:
    kind = {"type": "string", "maxLength": 120, "pattern": "^gabay\\.[a-z.-]+\\.v[0-9]+$"}
    event = {
        "type": "object",
        "required": ["event_id", "type", "version"],
        "properties": {"event_id": UUID, "type": kind, "version": _NUMBER},
    }
    return {
        "type": "object",
        "required": ["id", "version", "recorded_at", "events"],
        "properties": {
            "id": UUID,
            "version": _NUMBER,
            "recorded_at": {"type": "string", "format": "date-time", "maxLength": 24},
            "events": {"type": "array", "maxItems": 100, "items": event},
        },
    }


def _upload_answer() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "client_id", "media_type", "bytes"],
        "properties": {"id": UUID, "client_id": UUID, "media_type": _TEXT, "bytes": _NUMBER},
    }


def _batch_answer() -> dict[str, Any]:
    item = {
        "type": "object",
        "required": ["index", "key", "status"],
        "properties": {
            "index": _NUMBER,
            "key": {**UUID, "type": ["string", "null"]},
            "status": _NUMBER,
            "id": UUID,
            "version": _NUMBER,
            "replayed": {"type": "boolean"},
            "problem": {"$ref": "#/components/schemas/Problem"},
        },
    }
    skew = {"type": "integer", "format": "int64", "minimum": -400_000_000_000, "maximum": 400_000_000_000}
    items = {"type": "array", "maxItems": 500, "items": item}
    return {"type": "object", "required": ["items", "clock_skew_s"], "properties": {"items": items, "clock_skew_s": skew}}
