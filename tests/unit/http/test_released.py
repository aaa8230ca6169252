"""What was published needs no login where GABAY_STATISTICS_PUBLIC is on, and one where it is off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.reporting.api import ROUTERS
from shared.http.answer import Caller
from shared.http.operation import RELEASED, Operation, identify
from shared.http.problems import Problem


async def nothing(call: Any) -> Any:
    raise AssertionError("not asked")


def operation(action: str) -> Operation:
    return Operation(kind="read", method="GET", declared="/x", path="/x", action=action, function=nothing, public=True)


def asked() -> Any:
    return SimpleNamespace(header=lambda name: None, client="127.0.0.1", limits={})


def runtime(*, public: bool) -> Any:
    return SimpleNamespace(statistics_public=public, limiter=SimpleNamespace(take=lambda *_: {}), tokens=None, grants=None)


async def test_released_tables_are_open_where_the_region_says_so() -> None:
    caller = await identify(operation(RELEASED), asked(), runtime(public=True))
    assert caller.principal == Caller(caller.subject).principal == "public"


async def test_released_tables_want_a_token_elsewhere() -> None:
    with pytest.raises(Problem) as refused:
        await identify(operation(RELEASED), asked(), runtime(public=False))
    assert refused.value.status == 401


async def test_probes_are_open_in_either_case() -> None:
    assert (await identify(operation("public"), asked(), runtime(public=False))).principal == "public"


def test_what_the_chapter_lists_as_public_is_declared_so() -> None:
    reads = {op.path: op for router in ROUTERS for op in router.operations if op.method == "GET" and op.action == RELEASED}
    assert {"/v1/statistics/tables", "/v1/statistics/tables/{table}", "/v1/statistics/releases", "/statistics"} <= reads.keys()
    assert [path for path, op in reads.items() if not op.public] == []
