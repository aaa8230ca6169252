"""Every error as `application/problem+json` (RFC 9457), and nothing of the request in it.

`title` says which rule, `detail` what to do, both as fixed texts in English, French or Filipino (`wording`).

`type` is `urn:gabay:problem:<code>`; the codes, statuses and titles are those of `shared.errors.PROBLEMS`. A violation
is {loc, code, list?}: `loc` is made of model field names and indexes only, so that a value sent in the place of a member's
name does not come back either.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Final, get_args

import asyncpg
import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from shared.errors import PROBLEMS, Conflict, GabayError, InProgress, Mismatch, Rejected, Stale, Unavailable
from shared.http import wording

VIOLATIONS: Final = (
    "missing", "unknown-member", "wrong-type", "too-long", "too-short", "out-of-range", "bad-format", "unknown-code",
    "not-allowed-here",
)  # fmt: skip
CHALLENGE: Final = 'Bearer realm="gabay", error="invalid_token"'


class Problem(GabayError):
    """An answer that is a problem. members: extension members (codes, ids and field names only, never values).

    remedy: what to do, if the refusal itself says it; of a text made while running nothing is shown (`wording.fixed`).
    """

    def __init__(self, code: str, headers: Mapping[str, str] | None = None, /, *, remedy: str = "", **members: Any) -> None:
        super().__init__(code)
        self.code = code
        self.remedy = remedy
        self.status = PROBLEMS[code].status
        self.members: Mapping[str, Any] = members
        self.headers: Mapping[str, str] = headers or {}


def violation(loc: str, code: str, codes: str | None = None) -> dict[str, str]:
    """One entry of `errors[]`. loc: JSON pointer of field names and indexes; codes: path of the code list."""
    if code not in VIOLATIONS:
        raise ValueError(f"{code} is no violation code: one of {', '.join(sorted(VIOLATIONS))}")
    return {"loc": loc, "code": code} | ({"list": codes} if codes else {})


def invalid(*violations: Mapping[str, str]) -> Problem:
    """422 `validation`, for what a route finds itself: `raise invalid(violation("/identity/phones/0", "bad-format"))`."""
    return Problem("validation", errors=list(violations))


def problem_of(error: BaseException) -> Problem:
    """The problem that an exception becomes. Whatever is unforeseen is `internal`, without a word of its text."""
    match error:
        case Problem():
            return error
        case Rejected() if error.code in PROBLEMS:
            version = error.members.get("version")
            return Problem(error.code, {"ETag": f'"{version}"'} if version else {}, remedy=error.remedy, **error.members)
        case Stale():
            members = {"base_version": error.base, "current_version": error.current, **error.members}
            return Problem("stale-version", {"ETag": f'"{error.current}"'}, **members)
        case Conflict():
            return Problem("concurrent-write", {"ETag": f'"{error.version}"'}, version=error.version)
        case Mismatch():
            return Problem("idempotency-mismatch")
        case InProgress():
            return Problem("idempotency-in-progress", {"Retry-After": "1"})
        case Unavailable():
            inner = problem_of(error.__cause__) if isinstance(error.__cause__, asyncpg.PostgresError) else None
            return inner if inner and inner.code != "internal" else _away()
        case asyncpg.DiskFullError():
            return Problem("storage-full")
        case asyncpg.InsufficientPrivilegeError():
            return Problem("internal")
        case asyncpg.PostgresError() if (error.sqlstate or "")[:2] in ("08", "53", "55", "57", "40", "25"):
            return _away()
        case asyncpg.InterfaceError() | ConnectionError() | TimeoutError():
            return _away()
        case RequestValidationError():
            return Problem("malformed-request", where="query")
        case HTTPException(status_code=405):
            return Problem("method-not-allowed", dict(error.headers or {}))
        case HTTPException(status_code=404):
            return Problem("not-found")
        case _:
            return Problem("internal")


def _away() -> Problem:
    return Problem("unavailable", {"Retry-After": "2"})


def document(problem: Problem, trace: str, language: str = "en") -> dict[str, Any]:
    """The problem as a JSON object; title and detail (what to do) in the language asked for."""
    kind = PROBLEMS[problem.code]
    return {
        "type": f"urn:gabay:problem:{problem.code}",
        "title": wording.say(kind.title, language),
        "status": kind.status,
        "code": problem.code,
        "trace": trace,
        "detail": wording.say(problem.remedy if wording.fixed(problem.remedy) else kind.remedy, language),
        **problem.members,
    }


def render(problem: Problem, trace: str, language: str = "en") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a problem."""
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Language": language,
        "Vary": "Authorization, Accept-Language",
        **problem.headers,
    }
    if problem.code == "unauthenticated":
        headers.setdefault("WWW-Authenticate", CHALLENGE)
    return problem.status, headers, orjson.dumps(document(problem, trace, language), default=str)


def language(accept: str | None) -> str:
    """The first of en, fr, fil that an Accept-Language prefers; tl reads as fil."""
    best, chosen = 0.0, wording.SOURCE
    for part in (accept or "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        name = tag.split("-")[0].lower()
        name = "fil" if name == "tl" else name
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if name in wording.LANGUAGES and weight > best:
            best, chosen = weight, name
    return chosen


# From pydantic's errors to violations

_CODES: Final = {
    "missing": "missing",
    "extra_forbidden": "unknown-member",
    "string_too_long": "too-long", "too_long": "too-long", "bytes_too_long": "too-long", "url_too_long": "too-long",
    "string_too_short": "too-short", "too_short": "too-short", "bytes_too_short": "too-short",
    "greater_than": "out-of-range", "greater_than_equal": "out-of-range", "less_than": "out-of-range",
    "less_than_equal": "out-of-range", "multiple_of": "out-of-range", "finite_number": "out-of-range",
    "decimal_max_digits": "out-of-range", "decimal_max_places": "out-of-range", "decimal_whole_digits": "out-of-range",
    "date_past": "out-of-range", "date_future": "out-of-range", "datetime_past": "out-of-range",
    "datetime_future": "out-of-range", "int_parsing_size": "out-of-range",
    "enum": "unknown-code", "literal_error": "unknown-code", "union_tag_invalid": "unknown-code",
    "union_tag_not_found": "missing",
    "is_instance_of": "wrong-type", "frozen_field": "not-allowed-here",
}  # fmt: skip


def from_pydantic(model: type[BaseModel], error: ValidationError, besides: Sequence[dict[str, str]] = ()) -> Problem:
    """422 `validation` from pydantic's errors. A validator of a model names its own code with

    `raise PydanticCustomError("not_allowed_here", "")` or `PydanticCustomError("unknown_code", "", {"list": "Psgc"})`.
    besides: what else was found, said where pydantic found nothing.
    """
    errors = error.errors(include_url=False)
    if any(each["type"] == "json_invalid" for each in errors):
        return Problem("malformed-json", reason="syntax")
    found = list(_distinct(_violation(model, each) for each in errors[:50]))
    named = {each["loc"] for each in found}
    return Problem("validation", errors=[*found, *(each for each in besides if each["loc"] not in named)])


def _violation(model: type[BaseModel], error: ErrorDetails) -> dict[str, str]:
    kind = error["type"]
    loc = error["loc"][:-1] if kind == "extra_forbidden" else error["loc"]
    known = field_names(model)
    path = [str(part) for part in loc if isinstance(part, int) or part in known]
    named = kind.replace("_", "-")
    code = _CODES.get(kind) or (named if named in VIOLATIONS else "wrong-type" if kind.endswith("_type") else "bad-format")
    if kind in ("enum", "literal_error") and not isinstance(error["input"], str):  # the value's type alone is looked at
        code = "wrong-type"
    codes = None
    if code == "unknown-code":
        listed = str(error.get("ctx", {}).get("list", "")) if named in VIOLATIONS else ""
        listed = listed or code_list(model, tuple(p for p in loc if isinstance(p, str)))
        codes = f"/v1/codes/{listed}" if re.fullmatch(r"[A-Za-z]+", listed) else None
    return violation("".join(f"/{part}" for part in path), code, codes)


def _distinct(violations: Iterable[dict[str, str]]) -> Iterable[dict[str, str]]:
    seen: set[tuple[str, ...]] = set()
    for each in violations:
        key = tuple(each.values())
        if key not in seen:
            seen.add(key)
            yield each


@cache
def field_names(model: type[BaseModel]) -> frozenset[str]:
    """All names of fields of a model and of the models inside it, as requests write them."""
    return frozenset(written for each in _models(model, {}) for written in _written(each))


def _written(model: type[BaseModel]) -> dict[str, str]:
    """Name in requests -> name of the field: `return` and `from` are fields that Python cannot call so."""
    return {(field.alias or name): name for name, field in model.model_fields.items()}


def _models(hint: Any, seen: dict[type[BaseModel], None]) -> dict[type[BaseModel], None]:
    if isinstance(hint, type) and issubclass(hint, BaseModel) and hint not in seen:
        seen[hint] = None
        for field in hint.model_fields.values():
            _models(field.annotation, seen)
    for part in get_args(hint):
        _models(part, seen)
    return seen


def code_list(model: type[BaseModel], path: tuple[str, ...]) -> str:
    """Name of the enum at a path of field names; empty where there is none."""
    hints: list[Any] = [model]
    for name in path:
        models = [m for hint in hints for m in _models_here(hint)]
        found = [m.model_fields[_written(m)[name]].annotation for m in models if name in _written(m)]
        if found:
            hints = found
    enums = [e for hint in hints for e in _enums(hint)]
    return enums[0].__name__ if enums else ""


def _models_here(hint: Any) -> list[type[BaseModel]]:
    """The models that a hint names itself, not those inside them."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [m for part in get_args(hint) for m in _models_here(part)]


def _enums(hint: Any) -> list[type[Enum]]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [hint]
    return [e for part in get_args(hint) for e in _enums(part)]
