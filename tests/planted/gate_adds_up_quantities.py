"""Sums are published as they are, whoever brought most of them."""

from services.reporting.disclosure import derived
from services.reporting.disclosure.cells import Shown, Status


def plant() -> None:
    derived.quantity = lambda parts, contributors=None: Shown(sum(parts), Status.SHOWN)
