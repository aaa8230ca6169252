"""Every table of the allow-list can stand in a document, whatever it measures."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.reporting.disclosure.cells import TOTAL, Shown, Status
from services.reporting.disclosure.gate import Passed
from services.reporting.documents.bulletin import bulletin
from services.reporting.documents.flow import flow
from services.reporting.documents.name import INDICATORS
from services.reporting.documents.pack import pack
from services.reporting.exports.jsonstat import json_stat
from services.reporting.indicators.public import of_frequency
from services.reporting.releases.render import Draft, _cube, _sheet
from tests.harness.release import LISTED, TABLE, divided, region


def files_of(period: str, frequency: str) -> tuple[Draft, dict[str, bytes]]:
    tables = of_frequency(frequency)
    divisions = {
        table.name: tuple(tuple(divided(measure, name, region(), LISTED.get(name, ())) for name in table.by) for measure in table.measures)
        for table in tables
    }
    draft = Draft(
        release=f"PH-{period.replace('-', '')}.0", period=period, grids=(), divisions=divisions, noise=TABLE, before={},
        issued=date(2026, 11, 2), frozen=datetime(2026, 10, 16, tzinfo=UTC), previous="0" * 64, region=region(),
    )  # fmt: skip
    files = {}
    for table in tables:
        rows: list[tuple[str, ...]] = [()]
        for dim in divisions[table.name][0]:
            rows = [(*row, code) for row in rows for code in (*dim.axis.codes, TOTAL)]
        cells = {(table.name, code): dict.fromkeys(rows, Shown(12, Status.SHOWN)) for code in table.codes or ("",)}
        files[f"{table.name}.json"] = json_stat(_cube(draft, table, cells, Passed({})), "en")
    return draft, files


@pytest.mark.parametrize(("period", "frequency"), [("2026-09", "M"), ("2026-Q3", "Q"), ("2026", "A")])
def test_every_released_table_can_stand_in_a_document(period: str, frequency: str) -> None:
    draft, files = files_of(period, frequency)
    sheet = _sheet(draft, files, "en")
    if frequency == "M":
        assert flow(sheet) is not None
        return
    assert bulletin(sheet).keys
    for sub_committee in INDICATORS:
        pack(sheet, sub_committee)
