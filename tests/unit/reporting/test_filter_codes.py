"""Which codes a filter of true counts may name: a code that cannot be is refused, and every code that is published can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.reporting.figures.words import is_code
from services.reporting.indicators.declaration import COMMON, NAT
from services.reporting.indicators.public import TABLES
from services.reporting.indicators.published import PublicTable
from services.reporting.releases.axes import LISTED, divided
from shared.codes.label import labels
from shared.region import load_region

REGION = load_region(Path(__file__).parents[3] / "deploy" / "regions" / "route-example.toml")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_code_of_a_published_table_can_be_asked_for(table: PublicTable) -> None:
    for measure in table.measures:
        for name in table.by:
            axis = divided(measure, name, REGION, tuple(labels(LISTED[name])) if name in LISTED else ()).axis
            assert [code for code in axis.codes if not is_code(measure.dimensions[name], code)] == [], name


def test_a_code_of_another_list_is_none() -> None:
    assert not is_code(NAT, "VE")
    assert not is_code(COMMON["SEX"], "FEMALE")
    assert not is_code(COMMON["A2"], "Y18T24")
    assert is_code(COMMON["AREA"], "_F")
