"""Casework's api of one module's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.casework import api
from services.casework.worker import PROJECTIONS
from tests.integration.casework.desk import Desk, open_desk


@pytest.fixture(scope="module")
async def desk(fresh_database: Callable[[str], Any]) -> AsyncIterator[Desk]:
    async with open_desk("casework", api, PROJECTIONS, fresh_database) as opened:
        yield opened


@pytest.fixture(scope="module")
async def route_desk(fresh_database: Callable[[str], Any]) -> AsyncIterator[Desk]:
    """At a route centre, which has a shelter."""
    async with open_desk("casework", api, PROJECTIONS, fresh_database, region="route-example") as opened:
        yield opened.as_("stf-e1")
