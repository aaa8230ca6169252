"""A national stack's side of the roll-up: what it shows, what it sets aside, who is late, what the mirror may copy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.mirror import properties, topics
from services.reporting.national import pages
from services.reporting.national.board import board
from services.reporting.national.projection import NotAsFrozen, following, mirrored, published, rollups, withdrawn
from services.reporting.national.status import Standing, Told, overdue, standing
from shared.contracts.reporting.rollup import stream_of
from shared.errors import Hole
from shared.eventsourcing.projection import Fact
from shared.messaging import topics as table
from shared.messaging.guard import Sieve
from shared.region import RegionFileError
from shared.region_national import National, load_national
from shared.settings import ROOT, Misconfigured, Settings
from tests.unit.messaging.test_guard import entry

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
NAMES = {"en": "Antique", "fr": "Antique", "fil": "Antique"}


def national(**changes: Any) -> National:
    source = {"region": "antique", "names": NAMES, "kafka": "kafka.example:9093", "release_key": PUBLIC, "since": "2026-01"} | changes
    other = {"region": "masbate", "names": NAMES | {"en": "Masbate"}, "kafka": "kafka.example:9093", "since": "2026-01"}
    whole = {"kind": "national", "region": "national", "names": NAMES, "languages": ["fil"], "regions": [source, other]}
    return National.model_validate_json(json.dumps(whole))


def json_stat(areas: tuple[str, ...] = ("0600600000",), values: tuple[int | None, ...] = (62, None, 70), **more: Any) -> str:
    labels = {**{code: f"Place {code}" for code in areas}, **({"_T": "Total"} if len(areas) > 1 else {})}
    dimension = {
        "FREQ": {"label": "Frequency", "category": {"index": ["Q"], "label": {"Q": "Quarterly"}}},
        "REF_AREA": {"label": "Province", "category": {"index": list(labels), "label": labels}},
        "SEX": {"label": "Sex", "category": {"index": ["F", "M", "_T"], "label": {"F": "Female", "M": "Male", "_T": "Total"}}},
        "TIME_PERIOD": {"label": "Period", "category": {"index": ["2026-Q3"], "label": {"2026-Q3": "2026-Q3"}}},
    }
    return json.dumps({
        "label": "New clients", "id": list(dimension), "dimension": dimension, "value": list(values), "note": ["A note.", "How."],
        "extension": {"table": "I01B", "release": "antique-2026Q3.0"}, **more,
    })  # fmt: skip


def fact(kind: str = "table-published", *, region: str = "antique", version: int = 1, **changes: Any) -> Fact:
    data = changes.pop("data", json_stat())
    told: dict[str, Any] = {"release": f"{region}-2026Q3.0", "table": "I01B", "period": "2026-Q3", "edition": 0}
    if kind == "table-published":
        manifest = json.dumps(
            {
                "release": told["release"],
                "period": "2026-Q3",
                "edition": 0,
                "files": {"I01B.json": hashlib.sha256(data.encode()).hexdigest()},
            }
        )
        told |= {"manifest": manifest, "chain": hashlib.sha256(manifest.encode()).hexdigest(), "data": data}
        told["signature"] = base64.b64encode(KEY.sign(manifest.encode())).decode()
    else:
        told |= {"chain": "0" * 64, "withdrawn": True}
    topic = changes.pop("topic", mirrored(region))
    stream = str(stream_of(region, "I01B", "2026-Q3"))
    at = "2026-11-02T02:00:00.000Z"
    return Fact(topic, 0, 0, stream, version, f"gabay.reporting.{kind}.v1", "e", at, at, f"/gabay/{region}/reporting", told | changes)


@pytest.fixture(autouse=True)
def _followed() -> None:
    assert following(national()).topics == ("antique.reporting.rollup.v1", "masbate.reporting.rollup.v1")


def test_a_table_that_is_as_its_region_froze_it_is_shown() -> None:
    name, row = published(fact())
    assert name == "stand"
    assert row[:8] == ("antique", "I01B", "2026-Q3", "PUBLISHED", "antique-2026Q3.0", 0, fact().data["chain"], json_stat())


@pytest.mark.parametrize(
    "changes",
    [
        {"data": "touched", "manifest": fact().data["manifest"], "chain": fact().data["chain"]},
        {"chain": "1" * 64},
        {"edition": 1},
        {"release": "antique-2026Q2.0"},
        {"signature": base64.b64encode(bytes(64)).decode()},
        {"topic": mirrored("masbate")},
        {"table": "I01C"},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_a_table_that_was_touched_or_is_not_of_its_region_is_set_aside(changes: dict[str, Any]) -> None:
    with pytest.raises((NotAsFrozen, KeyError)):
        published(fact(**changes))


def test_a_region_without_a_known_key_is_checked_by_its_sums_alone() -> None:
    assert published(fact(region="masbate", signature=base64.b64encode(bytes(64)).decode()))[1][0] == "masbate"


def test_a_withdrawal_leaves_no_figures() -> None:
    assert withdrawn(fact("table-withdrawn", version=2))[1][3:8] == ("WITHDRAWN", "antique-2026Q3.0", 0, "0" * 64, None)
    assert withdrawn(fact("table-withdrawn", version=2, withdrawn=False))[1][3] == "DROPPED"


def test_on_a_compacted_topic_a_missing_version_is_no_hole() -> None:
    assert rollups.compacted
    assert Sieve("c", {"s": 1}, set(), compacted=True).admit(entry("s", 4))
    assert not Sieve("c", {"s": 4}, set(), compacted=True).admit(entry("s", 4))
    with pytest.raises(Hole):
        Sieve("c", {"s": 1}, set()).admit(entry("s", 4))


def told(state: str = "PUBLISHED", name: str = "I01B", region: str = "antique", **changes: Any) -> Told:
    return Told(region, name, state, "antique-2026Q3.0", changes.get("data", json_stat()) if state == "PUBLISHED" else None)


PUBLICATION = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("table", "others", "today", "expected"),
    [
        (told(), [told()], PUBLICATION, Standing.HERE),
        (told("WITHDRAWN"), [told("WITHDRAWN")], PUBLICATION, Standing.WITHDRAWN),
        (told("DROPPED"), [told("DROPPED"), told(name="I02A")], PUBLICATION, Standing.WITHHELD),
        (None, [told(name="I02A")], PUBLICATION, Standing.WITHHELD),
        (None, [], PUBLICATION, Standing.NOT_YET),
        (None, [], date(2026, 11, 3), Standing.LATE),
    ],
)
def test_how_a_region_stands_is_named(table: Told | None, others: list[Told], today: date, expected: Standing) -> None:
    assert standing(national().regions[0], "2026-Q3", table, others, today) is expected


def test_nothing_is_missed_of_a_time_before_the_region_released() -> None:
    assert standing(national().regions[0], "2025-Q4", None, [], date(2026, 11, 3)) is Standing.BEFORE


def test_a_region_is_late_from_the_end_of_the_day_of_publication_on() -> None:
    source = national(since="2026-10").regions[0]
    # The monthly release of October is published on 20 November, Manila.
    assert overdue(source, {}, datetime(2026, 11, 20, 15, 59, tzinfo=UTC), "Asia/Manila") == 0
    assert overdue(source, {}, datetime(2026, 11, 20, 17, tzinfo=UTC), "Asia/Manila") == 3600
    assert overdue(source, {"2026-10": True}, datetime(2026, 11, 20, 17, tzinfo=UTC), "Asia/Manila") == 0


def test_regions_stand_side_by_side_and_are_not_added_up() -> None:
    made = board(national().regions, "I01B", "2026-Q3", [told()], "en", date(2026, 11, 3))
    assert [(column.title, column.standing) for column in made.columns] == [("Antique", Standing.HERE), ("Masbate", Standing.LATE)]
    assert made.columns[0].figures == {("F",): "62", ("M",): "", ("_T",): "70"}
    assert [codes for codes, _ in made.rows] == [("F",), ("M",), ("_T",)]
    assert made.heads == ["Sex"]


def test_a_region_of_several_provinces_has_a_column_for_each_and_its_own_total() -> None:
    two = told(data=json_stat(("0600600000", "0504100000"), (1, 2, 3, 4, 5, 6, 7, 8, 9)))
    made = board(national().regions[:1], "I01B", "2026-Q3", [two], "en", PUBLICATION)
    assert [column.title for column in made.columns] == ["Place 0600600000", "Place 0504100000", "Antique: Total"]
    assert made.columns[2].figures["_T",] == "9"


@pytest.mark.parametrize("theme", ["", "dark"])
@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
def test_the_page_has_the_look_of_all_public_pages(lang: str, theme: str) -> None:
    made = board(national().regions, "I01B", "2026-Q3", [told()], lang, date(2026, 11, 3))
    shown = pages.Shown(made, "I01B", "2026-Q3", [("I01B", "New clients")], [("2026-Q3", "Q3")])
    text = pages.page(national(), shown, lang, theme).decode()
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in pages.LOOK.policy
    assert style == (ROOT / "services/reporting/pages/templates/style.css").read_text(encoding="utf-8")
    assert text.count('<td class="q"><abbr title=') == 1
    assert (f'data-theme="{theme}"' in text) == bool(theme)
    assert set(re.findall(r'href="(/statistics[^"?]*)', text)) == {pages.PLACE}, "a national stack has no other page"
    assert "table=I01B&amp;period=2026-Q3" in text, "the switches keep what was asked for"


def test_a_figure_that_cannot_be_and_a_row_that_a_region_lacks_are_not_called_suppressed() -> None:
    other = json_stat(values=(5, None, 9), status={"1": "M"}).replace('"X"', '"F"')
    here = told(data=json_stat(("0600600000",), (62, None, 70)).replace('"M"', '"X"'))
    made = board(national().regions, "I01B", "2026-Q3", [here, told(region="masbate", data=other)], "en", date(2026, 11, 3))
    shown = pages.Shown(made, "I01B", "2026-Q3", [("I01B", "New clients")], [("2026-Q3", "Q3")])
    text = pages.page(national(), shown, "en", "").decode()
    rows = {
        row: re.findall(r"<td[^>]*>(?:<abbr[^>]*>)?([^<]*)", cells)
        for row, cells in re.findall(r'<tr data-row="(\w+)">(.*?)</tr>', text, re.S)
    }
    assert rows == {"F": ["62", "5"], "X": ["Q", "–"], "_T": ["70", "9"], "M": ["–", "–"]}


def test_the_mirror_copies_what_its_principal_may_read_and_nothing_else() -> None:
    assert topics() == ("reporting.rollup.v1",)
    text = properties({"bootstrap.servers": "n:1"}, {"antique": {"bootstrap.servers": "a:1"}}, replication=3)
    lines = dict(line.split(" = ", 1) if " = " in line else (line.removesuffix(" ="), "") for line in text.splitlines())
    assert lines["clusters"] == "antique, national"
    assert lines["antique->national.topics"] == r"reporting\\.rollup\\.v1"
    assert lines["national->antique.enabled"] == "false"
    assert [value for name, value in lines.items() if name.endswith(".topics")] == [r"reporting\\.rollup\\.v1"]


def test_both_sides_call_the_mirrored_topic_the_same() -> None:
    topic = table.mirrored("antique")
    assert (topic.name, topic.settings()["cleanup.policy"]) == (mirrored("antique"), "compact")


def test_the_national_region_file_of_the_project_can_be_used() -> None:
    assert len(load_national(ROOT / "deploy" / "regions" / "national.toml").regions) == 5


def test_a_region_named_twice_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "regions" / "national.toml").read_text(encoding="utf-8")
    file = tmp_path / "n.toml"
    file.write_text(text.replace('"antique"', '"masbate"'), encoding="utf-8")
    with pytest.raises(RegionFileError, match="twice"):
        load_national(file)


def test_a_national_process_needs_no_key_and_refuses_one() -> None:
    plain = {"GABAY_NATIONAL": "yes", "GABAY_DATABASE_URL": "postgresql://x/y"}
    assert Settings.load("reporting", "worker", plain).national
    with pytest.raises(Misconfigured, match="GABAY_KEK_PROFILE is set on a national stack"):
        Settings.load("reporting", "worker", plain | {"GABAY_KEK_PROFILE": f"1:{base64.b64encode(bytes(32)).decode()}"})


class Rows:
    """What the page asks of the database."""

    async def fetch(self, query: str, *_: Any) -> list[dict[str, Any]]:
        if query == pages.SQL.periods:
            return [{"period": "2026-Q3", "names": ["I01B"]}]
        return [{"region": "antique", "name": "I01B", "state": "PUBLISHED", "release": "antique-2026Q3.0", "data": json_stat()}]


@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
async def test_the_page_names_who_is_there_and_who_is_not(lang: str) -> None:
    parts = pages.NationalParts(Rows(), national())
    call = SimpleNamespace(query=pages.Wanted(lang=lang), language="en", parts=parts)
    (operation,) = (each for each in pages.router.operations if each.path == "/statistics/national")
    answer = await pages.show_national_statistics(call)
    text = answer.content.decode()
    assert operation.public
    assert f'<html lang="{lang}">' in text
    assert 'data-region="antique" data-standing="here"' in text
    assert 'data-region="masbate" data-standing="' in text
    assert "<td>62</td><td>–</td>" in text
    assert re.search(r'<td class="q"><abbr title="[^"]+">Q</abbr></td><td>–</td>', text)
    assert "antique-2026Q3.0" in text
    assert "<script" not in text
