"""A broker with TLS, SCRAM and access control, and a principal's way to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.embedded.stack import ROOT, Stack


@pytest.fixture(scope="session")
def secure_stack() -> Iterator[Stack]:
    """Kafka alone, secured as `gabay up --secure` does, with its topics, users and lists."""
    home = ROOT / ".gabay" / "test-secure"
    stack = Stack(home, ports="free", parts=("kafka", "topics"), settings={"GABAY_MODE": "test"}, secure=True)
    if stack.home.take():
        stack.home.wipe(keep=("run",))
        stack.home.release()
    stack.start_sync()
    yield stack
    stack.stop_sync()
