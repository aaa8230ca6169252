"""Checks that Schemathesis runs beside its own (`SCHEMATHESIS_HOOKS`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import missing_required_header

WORD = re.compile(r"[A-Za-z0-9_./{}:-]*")  # codes, ids and paths may stand in a problem for reasons of their own
SHORTEST = 4


def told(value: Any) -> Iterator[str]:
    """Every text of a value, names of members too."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from told(member)
    elif isinstance(value, list):
        for member in value:
            yield from told(member)
    elif isinstance(value, str):
        yield value


@schemathesis.check
def nothing_comes_back(ctx: Any, response: Any, case: Any) -> None:
    """No text of the body, query or headers stands in a problem."""
    if response.status_code < 400:
        return
    answer = response.text
    for part in (case.body, dict(case.query or {})):
        for text in told(part):
            assert len(text) < SHORTEST or WORD.fullmatch(text) or text not in answer, "the problem repeats a part of the request"


@schemathesis.check
def nothing_passes_without_its_headers(ctx: Any, response: Any, case: Any) -> None:
    """Without a token 401, without another required header a refusal; who tries it often is told to slow down first."""
    if response.status_code != 429:
        missing_required_header(ctx, response, case)
