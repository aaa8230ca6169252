"""The quarter that `freeze` counts is told as the projection tells it."""

import re
from importlib.resources import files

import pytest

from bench import quarter
from bench.corpus import Corpus
from services.reporting.facts import zones


@pytest.mark.parametrize(("name", "file"), [("person", "tables_people.sql"), ("fact", "tables_take.sql")])
def test_a_row_of_the_quarter_has_every_field_that_the_statement_reads(name: str, file: str) -> None:
    """A field was added to people, and `freeze` could not be measured any more."""
    there = quarter.region()
    zones.follow(lambda: there.centres)
    rows = [row[0] for op, row in quarter.Quarter(Corpus(1), [each.code for each in there.centres]).people(20) if op == name]
    text = (files("services.reporting.facts") / file).read_text()
    said = re.search(rf"create type said_of_{name} as \((.*?)\);", text, re.DOTALL)
    assert said
    assert {row.count(",") for row in rows} == {said[1].count(",")}
