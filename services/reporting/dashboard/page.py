"""What a page shows, before it has a form: key figures, and figures with the table that belongs beside each chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """value, change: as written in the reader's language. rising: None where nothing can be compared."""

    name: str
    value: str
    change: str
    rising: bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """columns: heads, that of the rows first; rows: each begins with its head; foot: the totals."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: Sequence[str] = ()


@dataclass(slots=True)
class Figure:
    """One chart and its table. finding: one sentence that says what the chart shows; drawing: for `Charts`."""

    id: str
    title: str
    finding: str
    table: Table
    drawing: Mapping[str, Any] | None = None
    note: str = ""
    wide: bool = False
    """the table needs the whole width: it stands below its chart"""
    svg: str = ""


@dataclass(slots=True)
class Page:
    keys: list[KeyFigure] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
