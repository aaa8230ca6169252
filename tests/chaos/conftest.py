"""One stack for all accidents: a damaged region is of no use to other tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.embedded.stack import ROOT
from tests.harness.plantable import Plantable
from tests.harness.region import Region


@dataclass(frozen=True, slots=True)
class Ground:
    """Where accidents happen."""

    plantable: Plantable
    region: Region


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    """A whole region, empty at first, whose parts may be killed and may run with planted bugs."""
    plantable = Plantable(ROOT / ".gabay" / "test-chaos")
    stack = plantable.start()
    yield Ground(plantable, Region(stack))
    stack.stop_sync()
