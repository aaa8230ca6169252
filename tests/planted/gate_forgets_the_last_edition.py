"""A revision replaces every figure, however little its count has moved."""

from services.reporting.disclosure import gate, protect


def plant() -> None:
    protect.stays = gate.stays = lambda count, old: None
