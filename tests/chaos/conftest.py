"""One stack for all accidents: a damaged region is of no use to other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.embedded.stack import ROOT
from tests.harness.plantable import Plantable
from tests.harness.region import Region
from tests.harness.verdict import PROPERTY, Tell, line


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


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Say what a run found: tell("R4", what=..., seed=..., counts={...}, wrong=[...], bug=...). Fails if it is not as it must be."""

    def told(ids: str, **said: Any) -> None:
        record_property(PROPERTY, line(ids, **said))
        wrong, bug = list(said["wrong"]), said.get("bug")
        print(f"\n{ids}, {said['what']}: {said['counts']}; with {bug or 'no bug'}: {'; '.join(wrong) or 'nothing wrong'}")
        assert bool(wrong) == bool(bug), "\n".join(wrong) or f"{bug} was not noticed"

    return told
