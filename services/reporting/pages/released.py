"""A released table as pages and documents read it: out of its frozen JSON-stat file, so that nothing but published figures can
be on them. Pure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

TOTAL = "_T"
Codes = tuple[str, ...]

_FIXED = ("FREQ", "TIME_PERIOD")


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension. id: its SDMX concept (`REF_AREA`); labels: code -> words, in the order of the list, `_T` last."""

    id: str
    title: str
    labels: Mapping[str, str]

    @property
    def parts(self) -> tuple[str, ...]:
        """Codes without the total."""
        return tuple(code for code in self.labels if code != TOTAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """name: `I01B`; cells: by one code per axis, None where the figure is suppressed (Q) or cannot exist (M); impossible: the latter."""

    name: str
    release: str
    period: str
    lang: str
    title: str
    note: str
    method: str
    axes: tuple[Axis, ...]
    cells: Mapping[Codes, float | None]
    impossible: frozenset[Codes] = frozenset()

    @classmethod
    def read(cls, json_stat: bytes, lang: str) -> "Released":
        """Of the file as it was frozen; lang: the one that the file is in."""
        told = json.loads(json_stat)
        ids = [name for name in told["id"] if name not in _FIXED]
        axes = tuple(Axis(name, told["dimension"][name]["label"], dict(told["dimension"][name]["category"]["label"])) for name in ids)
        note, method = told["note"]
        every = list(product(*(axis.labels for axis in axes)))
        return cls(
            name=told["extension"]["table"], release=told["extension"]["release"], lang=lang, title=told["label"], note=note, method=method,
            period=told["dimension"]["TIME_PERIOD"]["category"]["index"][0], axes=axes,
            cells=dict(zip(every, told["value"], strict=True)),
            impossible=frozenset(every[int(place)] for place, status in told.get("status", {}).items() if status == "M"),
        )  # fmt: skip

    @property
    def indicator(self) -> str:
        """`01`"""
        return self.name[1:3]

    def axis(self, name: str) -> Axis | None:
        return next((axis for axis in self.axes if axis.id == name), None)

    def value(self, at: Mapping[str, str]) -> float | None:
        """The figure at these codes and the total of every axis that is not named; None if it is suppressed.

        Raises KeyError where there is no such cell: an axis without a total has to be named.
        """
        return self.cells[self._codes(at)]

    def possible(self, at: Mapping[str, str]) -> bool:
        """Whether there can be a figure at these codes: none for each inhabitant of no place."""
        return self._codes(at) not in self.impossible

    def _codes(self, at: Mapping[str, str]) -> Codes:
        return tuple(at.get(axis.id, TOTAL) for axis in self.axes)

    @property
    def measures(self) -> tuple[str, ...]:
        """Codes of MEASURE; one empty code where there is a single measure."""
        axis = self.axis("MEASURE")
        return axis.parts if axis else ("",)

    @property
    def percent(self) -> bool:
        """Whether a share stands beside its part and its whole."""
        return "PCT" in self.measures
