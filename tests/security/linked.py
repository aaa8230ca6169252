"""What stateful runs of Schemathesis add (`SCHEMATHESIS_HOOKS`): bodies that get somewhere, and the right person for each step.

A body drawn from a schema names people that nobody registered: it is refused, and no link is ever followed. So every other
body is the documented example, about records that exist, with a fresh id and at times one member drawn from the schema.
The environment tells: KNOWN, what examples name -> what exists; TOKENS, row of the matrix -> bearer token.
"""

from __future__ import annotations

import json
import os
from functools import partial
from typing import Any

import schemathesis
from hypothesis import strategies as st

from tests.security.generated import nothing_comes_back, nothing_passes_without_its_headers

__all__ = ["nothing_comes_back", "nothing_passes_without_its_headers"]

KNOWN: dict[str, list[str]] = json.loads(os.environ.get("KNOWN", "{}"))
TOKENS: dict[str, str] = json.loads(os.environ.get("TOKENS", "{}"))


@schemathesis.hook
def flatmap_body(context: Any, body: Any) -> st.SearchStrategy[Any]:
    """The body as it was drawn, or one that gets somewhere."""
    content = context.operation.definition.raw.get("requestBody", {}).get("content", {})
    sample = content.get("application/json", {}).get("example")
    return st.just(body) if sample is None else st.one_of(admissible(sample, body), st.just(body))


@st.composite
def admissible(draw: st.DrawFn, sample: dict[str, Any], drawn: Any) -> dict[str, Any]:
    text = json.dumps(sample)
    for example, records in KNOWN.items():
        if example in text:
            text = text.replace(example, draw(st.sampled_from(records)))
    told = json.loads(text)
    if "local_id" in told:
        told["local_id"] = str(draw(st.uuids(version=4)))
    if isinstance(drawn, dict) and drawn and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(drawn)))
        told[name] = drawn[name]
    return told


@schemathesis.hook
def flatmap_headers(context: Any, headers: Any) -> st.SearchStrategy[Any]:
    """Keys of the versions that are taken: the schema can't say so."""
    if not headers or "Idempotency-Key" not in headers:
        return st.just(headers)
    return st.uuids(version=4).map(lambda key: {**headers, "Idempotency-Key": str(key)})


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """An agency answers, a steward lists: the caller changes with the row of the matrix."""
    if token := TOKENS.get(case.operation.definition.raw.get("x-gabay-action", "")):
        kwargs["auth"] = partial(signed, token)


def signed(token: str, request: Any) -> Any:
    request.headers["Authorization"] = f"Bearer {token}"
    return request
