"""The api of referrals of one module's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.referrals import api
from services.referrals.worker import PROJECTIONS
from tests.integration.casework.desk import Desk, open_desk


@pytest.fixture(scope="module")
async def desk(fresh_database: Callable[[str], Any]) -> AsyncIterator[Desk]:
    async with open_desk("referrals", api, PROJECTIONS, fresh_database) as opened:
        yield opened
