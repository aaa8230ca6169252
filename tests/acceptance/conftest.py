"""The one whole stack of a test run, as a region."""

from __future__ import annotations

import pytest

from deploy.embedded.stack import Stack
from tests.harness.region import Region


@pytest.fixture(scope="session")
def region(whole_stack: Stack) -> Region:
    """Four services, their workers, Postgres, Kafka and the issuer."""
    return Region(whole_stack)
