"""A8: reading figures back from pictures. What is drawn equals what is released; of a suppressed figure a picture tells nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from services.reporting.disclosure.cells import HIDDEN, TOTAL, Shown, Status
from services.reporting.exports.cube import EVERYBODY, Column
from services.reporting.exports.jsonstat import json_stat
from services.reporting.pages import charts
from services.reporting.pages.charts import View
from services.reporting.pages.drawing import PRINT, draw
from services.reporting.pages.pen import Charts
from services.reporting.pages.released import Released
from tests.unit.reporting.test_exports import a_cube

GROUPS = ("A", "B", "C", "D", "E", "F")
PATH = re.compile(r"M[-\d.]+,[-\d.]+h([-\d.]+)v")


def released(values: dict[str, float | None], total: float) -> Released:
    """One dimension and its total, as it is frozen."""
    words = {code: dict.fromkeys(("en", "fr", "fil"), f"Group {code}") for code in GROUPS} | {TOTAL: EVERYBODY}
    cells = {(code,): HIDDEN if n is None else Shown(n, Status.SHOWN) for code, n in {**values, TOTAL: total}.items()}
    column = Column("TOPIC", dict.fromkeys(("en", "fr", "fil"), "Topic"), "CL_TOPIC", words)
    return Released.read(json_stat(a_cube(columns=(column,), cells=cells), "en"), "en")


def paths(svg: str) -> list[ET.Element]:
    return list(parsed(svg).iter("{http://www.w3.org/2000/svg}path"))


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own picture


def bars(svg: str) -> tuple[list[float], list[float]]:
    """Lengths of the bars that are filled with a colour, and of those that are hatched."""
    filled, hatched = [], []
    for path in paths(svg):
        if (found := PATH.match(path.get("d") or "")) and path.get("class") != "background":
            (hatched if "hatch" in (path.get("fill") or "") else filled).append(abs(float(found[1])))
    return filled, hatched


def read_back(svg: str, values: dict[str, float | None]) -> tuple[list[float], set[float]]:
    """What a ruler says: the figures of the bars, and the different lengths of what is suppressed."""
    filled, hatched = bars(svg)
    scale = max(n for n in values.values() if n) / max(filled)
    return [round(length * scale) for length in filled], {round(length, 3) for length in hatched}


def told(svg: str) -> set[str]:
    """Every text, title and description of a picture."""
    texts = {"".join(each.itertext()) for each in parsed(svg).iter() if each.tag.rpartition("}")[2] in ("text", "title", "desc")}
    labels = {value for each in parsed(svg).iter() for name, value in each.attrib.items() if name == "aria-label"}
    return {text for text in texts | labels if text}


CASES: tuple[tuple[dict[str, float | None], float], ...] = (
    ({"A": 120, "B": 40, "C": None, "D": 0, "E": 22, "F": None}, 196),
    ({"A": 120, "B": 40, "C": None, "D": 0, "E": 22, "F": None}, 190),
)


def lengths() -> set[frozenset[float]]:
    """How the suppressed figures of two tables look that differ in nothing but what is suppressed."""
    found = set()
    for values, total in CASES:
        table = released(values, total)
        shown, hidden = read_back(charts.chart(table, View("TOPIC"), look=PRINT), values)
        assert sorted(shown, reverse=True) == [120, 40, 22]
        found.add(frozenset(hidden))
    print(found)
    return found


def test_a_ruler_on_a_chart_reads_what_was_released_and_nothing_else() -> None:
    assert len(lengths()) == 1
    assert len(next(iter(lengths()))) == 1


def test_the_text_of_a_picture_holds_released_figures_alone() -> None:
    values, total = CASES[0]
    table = released(values, total)
    svg = charts.chart(table, View("TOPIC"), look=PRINT)
    assert told(svg) == {"Group A", "Group B", "Group C", "Group E", "Group F", "120", "40", "22", "Q"}
    assert not re.search(r"\b(1[0-4]|[1-9])\b", " ".join(told(svg)))
    # Where a suppressed bar stands says nothing either: behind all others, in the order of the list.
    assert [bar["name"] for bar in charts.drawing(table, View("TOPIC"))["bars"]][-2:] == ["Group C", "Group F"]


def test_a_gap_in_a_line_does_not_give_its_size() -> None:
    pictures = set()
    for before, after in ((60, 80), (80, 60)):
        tables = [released({**CASES[0][0], "A": n}, 190) for n in (before, None, after)]
        drawn, _, said = charts.series(tables, [("Group A", {"TOPIC": "A"})], "en")
        svg = draw({**drawn, "periods": ["1", "2", "3"]}, PRINT)
        hatches = [path.get("d") for path in paths(svg) if "hatch" in (path.get("fill") or "")]
        pictures.add(tuple(hatches))
        assert re.findall(r"\d+", said.replace("2026", ""))
        # No line leads through the gap: two single points, no segment between them.
        strokes = [p.get("d") or "" for p in paths(svg) if p.get("stroke") == PRINT.first]
        assert not any("L" in d for d in strokes if d.count("M") == 1 and "," in d), strokes
    assert len(pictures) == 1


def test_a_chart_that_fills_up_to_the_total_tells_what_is_suppressed(planted: Callable[[str], None]) -> None:
    planted("charts_fill_up_to_the_total")
    assert len(lengths()) == 2


async def test_a_chart_whose_reader_went_away_is_nobody_else_s() -> None:
    """Its answer would come as the answer to the next question: true counts of staff on a page for everybody."""
    pen = Charts()
    mine, other = (charts.drawing(released({**CASES[0][0], "A": n}, 190), View("TOPIC")) for n in (777, 888))
    try:
        assert "888" in await pen.svg(other)
        gone = asyncio.create_task(pen.svg(mine))
        await asyncio.sleep(0)  # it has asked, and waits
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        third = charts.drawing(released({**CASES[0][0], "A": 999}, 190), View("TOPIC"))
        svg = await pen.svg(third)
        assert "999" in svg
        assert "777" not in svg
    finally:
        pen.close()
