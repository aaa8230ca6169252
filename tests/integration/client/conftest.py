"""Topics with whole streams on the shared broker, and the client package under its own name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.embedded.stack import Stack
from shared.messaging.broker import Broker
from shared.messaging.topics import ensure

CLIENT = Path(__file__).resolve().parents[3] / "shared" / "client"
sys.path.insert(0, str(CLIENT))


@pytest.fixture
async def broker(stack: Stack) -> Broker:
    made = Broker(stack.bootstrap)
    await ensure(made)
    return made
