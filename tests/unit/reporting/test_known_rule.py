"""What counted as known at an instant is written twice, for figures and for releases; here the two are held equal."""

import re

from services.reporting.figures.read import SQL as FIGURES
from services.reporting.releases.count import SQL as RELEASES


def rule(statement: str, instant: str) -> str:
    """From the facts that were known to the first of each item; the instant's parameter named, comments and layout away."""
    text = re.sub(r"--[^\n]*", "", statement).partition("with described as (")[2]
    text = re.split(r"\), asked as \(|select coalesce\(d\.d1", text)[0].rstrip()
    text = text.replace("where not $19::boolean and ", "where ").replace("), fact as (", "), f as (").removesuffix(")")
    return " ".join(text.replace(instant, "INSTANT").split())


def test_a_figure_as_of_a_day_and_a_release_of_that_day_know_the_same_facts() -> None:
    figures, releases = rule(FIGURES.as_of, "$25"), rule(RELEASES.count, "$7")
    assert "distinct on (own" in figures
    assert figures == releases
