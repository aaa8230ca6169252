"""The attacker holds every published figure, the code, the threshold, D and V. Not the seed.

Each attack is run twice: against the gate as it is, where it must fail, and with a bug of `tests/planted/` in the gate's
place, where it must succeed, or it proves nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from services.reporting.disclosure import audit, derived, gate, protect, repair, sensitive, zeros
from services.reporting.pages import charts, drawing

GATE: tuple[ModuleType, ...] = (audit, derived, gate, protect, repair, sensitive, zeros, charts, drawing)


@pytest.fixture
def planted() -> Iterator[Callable[[str], None]]:
    """Puts a bug into the gate until the end of the test."""
    as_it_is = [(module, dict(vars(module))) for module in GATE]

    def plant(name: str) -> None:
        importlib.import_module(f"tests.planted.{name}").plant()

    yield plant
    for module, before in as_it_is:
        vars(module).clear()
        vars(module).update(before)
