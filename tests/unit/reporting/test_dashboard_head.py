"""The head of the dashboard says which share of the clients allowed statistics (04), as of the last year that is public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

import pytest

from services.reporting.pages import content, routes
from services.reporting.pages.released import Released
from services.reporting.pages.shelf import Edition
from services.reporting.releases.life import State
from tests.harness.release import a_release


def an_edition(period: str, state: State = State.PUBLISHED, edition: int = 0) -> Edition:
    return Edition(f"PH-{period.replace('-', '')}.{edition}", period, edition, state, None, date(2026, 1, 1), date(2026, 1, 1), "0" * 64)


@cache
def covered(lang: str) -> Released:
    return Released.read(a_release("2025", only=("I04A",)).files[f"I04A{'' if lang == 'en' else f'.{lang}'}.json"], lang)


class Shelf:
    """Every release that is asked for has the table."""

    async def same(self, releases: Sequence[str], names: Iterable[str], lang: str) -> dict[tuple[str, str], Any]:
        return {(release, name): f"{release} {name}" for release in releases for name in names if "2024" not in release}


@pytest.mark.parametrize(
    ("period", "found"),
    [("2026-Q3", "PH-2026.0 I04A"), ("2025-02", "PH-2025.1 I04A"), ("2025", "PH-2025.0 I04A"), ("2023-Q4", None), ("2024", None)],
)
async def test_the_last_year_until_the_page_that_is_public_and_has_the_table(period: str, found: str | None) -> None:
    """An older edition that is asked for by its id shows its own."""
    public = {each.period: each for each in (an_edition("2024"), an_edition("2025", edition=1), an_edition("2026"), an_edition("2027"))}
    public["2023"] = an_edition("2023", State.WITHDRAWN)
    assert await routes._latest(Shelf(), public, an_edition(period), "I04A", "en") == found  # type: ignore[arg-type]


@pytest.mark.parametrize(("lang", "end"), [("en", "nobody else is counted."), ("fr", "nul autre n'est compté."), ("fil", "binibilang.")])
def test_it_is_said_in_each_language_with_the_released_percent(lang: str, end: str) -> None:
    percent = covered(lang).value({"MEASURE": "PCT"})
    said = content.consented(covered(lang))
    assert said is not None
    # Whole, though it is of more than a thousand clients.
    assert covered(lang).value({"MEASURE": "DEN"}) >= 1000  # type: ignore[operator]
    assert percent == int(percent or 0.5)
    assert f" {percent:.0f}" in said
    assert "2025" in said
    assert said.endswith(end)
