"""What is written twice in the statements of reporting, held equal here."""

import re

import pytest

from services.reporting.figures.read import SQL as FIGURES
from services.reporting.releases.count import SQL as RELEASES


def rule(statement: str) -> str:
    """From the facts that were known to the first of each item; comments and layout away."""
    text = re.sub(r"--[^\n]*", "", statement).partition("with described as (")[2]
    text = re.split(r"\), asked as \(|\), g as \(", text)[0].rstrip()
    text = text.replace("where not $19::boolean and ", "where ").replace("), fact as (", "), stirred as (").removesuffix(")")
    text = text.replace("facts.stirred_then", "facts.known_then")  # figures sort only those of whom something has changed
    return " ".join(text.split())


def test_a_figure_as_of_a_day_and_a_release_of_that_day_know_the_same_facts() -> None:
    figures, releases = rule(FIGURES.as_of), rule(RELEASES.count)
    assert "distinct on (own" in figures
    assert figures == releases


def test_both_parts_of_an_answer_as_of_a_day_are_grouped_alike() -> None:
    steady, stirred = FIGURES.as_of.partition("), g as (")[2].partition(")\nselect")[0].split("union all")
    assert re.sub("--[^\n]*", "", steady).split() == stirred.replace("from stirred f", "from facts.steady_then f").split()


@pytest.mark.parametrize("table", ["cell_person", "cell_code"])
def test_a_roll_up_is_asked_alike_whoever_says_the_reach(table: str) -> None:
    narrow, wide = FIGURES.__getattr__(table), FIGURES.__getattr__(f"wide_{table}")
    assert re.sub(r"\(select within_reach\(\$\d+\)\) and ", "", narrow) == wide != narrow
