"""A4: two editions of one release laid over each other: what changed, and by how few?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from services.reporting.disclosure.gate import passed
from services.reporting.disclosure.protect import Kept
from tests.attack.published import TABLE
from tests.harness.population import Person, people, year

NEVER = 1 << 30


def corrected(person: Person) -> Person:
    return replace(person, codes=person.codes | {"SEX": ("M",) if person.codes["SEX"] == ("F",) else ("F",)})


def fewest_behind_a_change(seed: int) -> int:
    """The smallest change of a true count between two editions that a published cell gives away."""
    everybody = people(3000, seed)
    first, second = year(everybody), year([corrected(p) for p in everybody[:40]] + everybody[47:] + people(25, seed + 1))
    names = {grid.table for grid in first}
    old = passed(first, TABLE, names).shown
    before = {
        (grid.table, ""): {codes: (Kept(grid[codes], cell),) for codes, cell in old[grid.table, ""].items()} for grid in first
    }  # fmt: skip
    new = passed(second, TABLE, names, before).shown
    moved = NEVER
    for was, now in zip(first, second, strict=True):
        for codes, cell in new[now.table, ""].items():
            if cell != old[was.table, ""][codes]:
                moved = min(moved, abs(now[codes].n - was[codes].n))
                print(now.table, *codes, old[was.table, ""][codes].value, "->", cell.value)
    return moved


def test_whatever_changed_rests_on_ten_or_more() -> None:
    found = fewest_behind_a_change(7)
    assert found >= 10
    assert found < NEVER, "nothing changed: this proves nothing"


def test_without_the_keep_rule_a_change_gives_few_away(planted: Callable[[str], None]) -> None:
    planted("gate_forgets_the_last_edition")
    assert fewest_behind_a_change(7) < 10
