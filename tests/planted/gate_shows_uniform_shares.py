"""A sensitive share is shown although it is of nobody or of everybody in its row."""

from services.reporting.disclosure import gate


def plant() -> None:
    gate.uniform_shares = lambda grids, shares: {}
