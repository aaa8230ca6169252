"""A sensitive row is shown although everybody in it is of one category."""

from services.reporting.disclosure import gate


def plant() -> None:
    gate.hide_uniform_rows = lambda grid, shown: set()
