"""Calendar, life, chain, negotiation and secrets of releases (statistics chapter, sections 8, 9 and 12)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.reporting.indicators.catalogue import INDICATORS
from services.reporting.indicators.public import TABLES, of_frequency
from services.reporting.releases import calendar, manifest, secrets
from services.reporting.releases.calendar import Name
from services.reporting.releases.formats import chosen, file_name, part
from services.reporting.releases.life import NEXT, State, check_signer, move
from services.reporting.releases.manifest import FIRST, Link, canonical, digest, downloaded, faults
from shared.errors import Rejected
from shared.http.problems import Problem

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


# --- calendar ---


@pytest.mark.parametrize(
    ("period", "cut", "public"),
    [
        ("2026-07", "2026-08-15T16:00:00+00:00", "2026-08-20"),
        ("2026-Q3", "2026-10-15T16:00:00+00:00", "2026-11-02"),
        ("2026", "2027-01-15T16:00:00+00:00", "2027-03-15"),
    ],
)
def test_a_release_is_cut_off_and_published_by_the_calendar(period: str, cut: str, public: str) -> None:
    from datetime import UTC

    assert calendar.cutoff(period, "Asia/Manila").astimezone(UTC).isoformat() == cut
    assert calendar.publication(period).isoformat() == public


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-08-16", ("2026-07", "2026-Q2", "2025")),
        ("2026-08-15", ("2026-06", "2026-Q2", "2025")),
        ("2026-01-16", ("2025-12", "2025-Q4", "2025")),
        ("2026-01-15", ("2025-11", "2025-Q3", "2024")),
        ("2026-03-05", ("2026-01", "2025-Q4", "2025")),
    ],
)
def test_on_day_sixteen_a_period_is_due(today: str, expected: tuple[str, ...]) -> None:
    assert calendar.due(date.fromisoformat(today)) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PH-2026Q3.0", Name("PH", "2026-Q3", 0)),
        ("route-example-202607.12", Name("route-example", "2026-07", 12)),
        ("PH-2026.1", Name("PH", "2026", 1)),
    ],
)
def test_a_release_is_called_by_region_period_and_edition(text: str, name: Name) -> None:
    assert calendar.parse(text) == name
    assert str(name) == text


@pytest.mark.parametrize("text", ["PH-2026Q5.0", "PH-202613.0", "2026Q1.0", "PH-2026Q1", "PH-2026Q1.0;drop", ""])
def test_what_is_no_release_is_unknown(text: str) -> None:
    with pytest.raises(Rejected, match="unknown-release"):
        calendar.parse(text)


# --- life ---


@pytest.mark.parametrize("now", list(State))
@pytest.mark.parametrize("then", list(State))
def test_a_release_moves_forward_only(now: State, then: State) -> None:
    if then in NEXT[now]:
        assert move(now, then) is then
    else:
        with pytest.raises(Rejected) as refused:
            move(now, then)
        assert refused.value.members == {"state": now.value, "allowed": sorted(state.value for state in NEXT[now])}


def test_nobody_publishes_what_they_froze() -> None:
    check_signer("stf-1", "stf-2")
    with pytest.raises(Rejected, match="same-person-signoff"):
        check_signer("stf-1", "stf-1")


# --- chain ---


def link(release: str, previous: str, files: dict[str, bytes], **changes: object) -> Link:
    content = {"release": release, "previous": previous, "files": {name: digest(each) for name, each in files.items()}} | changes
    made = canonical(content)
    return Link(release, made, KEY.sign(made), manifest.public_key(KEY), dict(files))


def test_a_chain_holds_until_something_is_touched() -> None:
    first = link("A-2026.0", FIRST, {"x.csv": b"1"})
    second = link("A-2027.0", digest(first.manifest), {"x.csv": b"2"})
    assert faults([first, second]) == []
    assert faults([first, second], [manifest.public_key(KEY)]) == []
    assert "names another release" in faults([second])[0]
    assert "x.csv was changed" in faults([but(first, files={"x.csv": b"9"})])[0]
    assert "signature does not fit" in faults([but(first, signature=bytes(64))])[0]
    assert "not in canonical form" in faults([but(first, manifest=first.manifest.replace(b":", b": ", 1))])[0]
    assert "stands in no manifest" in faults([but(first, files={"x.csv": b"1", "y.csv": b""})])[0]
    assert "not ours" in faults([first], [bytes(32)])[0]


def but(first: Link, **changes: object) -> Link:
    return replace(first, **changes)  # type: ignore[arg-type]


def test_downloads_verify_without_us(tmp_path: Path) -> None:
    first = link("A-2026.0", FIRST, {"x.csv": b"1"})
    second = link("A-2027.0", digest(first.manifest), {"x.csv": b"2"})
    for each in (first, second):
        folder = tmp_path / each.release
        folder.mkdir()
        told = {
            "release": each.release,
            **{name: base64.b64encode(getattr(each, of)).decode() for name, of in
               (("manifest_base64", "manifest"), ("signature", "signature"), ("public_key", "public_key"))},
        }  # fmt: skip
        (folder / "release.json").write_text(json.dumps(told))
        (folder / "x.csv").write_bytes(each.files["x.csv"] or b"")
    assert faults(downloaded(tmp_path)) == []
    (tmp_path / "A-2027.0" / "x.csv").write_bytes(b"3")
    assert faults(downloaded(tmp_path)) == ["A-2027.0: x.csv was changed"]


# --- negotiation ---


@pytest.mark.parametrize(
    ("asked", "accept", "lang", "name"),
    [
        (None, None, "en", "T.csv"), (None, "*/*", "fr", "T.csv"), (None, "text/html,*/*;q=0.1", "en", "T.csv"),
        (None, "application/json", "fil", "T.fil.json"), ("json-stat", "text/csv", "en", "T.json"), ("hxl", None, "fr", "T.fr.hxl.csv"),
        (None, "text/csv;q=0.5, application/json", "en", "T.json"),
        (None, "application/vnd.sdmx.data+csv;version=2.0.0", "fr", "T.sdmx.csv"),
        ("xlsx", None, "fil", "T.fil.xlsx"), (None, "text/csv;q=0, application/json;q=0.2", "en", "T.json"),
    ],
)  # fmt: skip
def test_a_format_is_negotiated(asked: str | None, accept: str | None, lang: str, name: str) -> None:
    assert file_name("T", chosen(asked, accept), lang) == name


@pytest.mark.parametrize(("asked", "accept"), [("pdf", None), (None, "image/png"), ("", None), (None, "text/csv;q=x")])
def test_other_formats_are_refused_with_the_list(asked: str | None, accept: str | None) -> None:
    with pytest.raises(Problem) as refused:
        chosen(asked, accept)
    assert refused.value.status == 406
    assert [each["format"] for each in refused.value.members["formats"]] == ["csv", "json-stat", "sdmx-csv", "xlsx", "hxl"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", (0, 9)), ("bytes=90-", (90, 99)), ("bytes=-5", (95, 99)), ("bytes=90-200", (90, 99)), ("bytes=-500", (0, 99)),
        (None, None), ("bytes=200-", None), ("bytes=5-2", None), ("bytes=0-1,3-4", None), ("lines=1-2", None), ("bytes=-", None),
    ],
)  # fmt: skip
def test_a_range_is_one_part_or_the_whole(header: str | None, expected: tuple[int, int] | None) -> None:
    assert part(header, 100) == expected


# --- secrets ---


def test_secrets_come_back_as_they_were_drawn() -> None:
    first = secrets.draw(2026, ())
    second = secrets.draw(2026, (first.id,))
    assert (first.id, second.id) == ("s-2026-1", "s-2026-2")
    found = secrets.load(secrets.dump([second, first]))
    assert list(found) == ["s-2026-2", "s-2026-1"]
    assert found[first.id].seed == first.seed
    assert len(first.seed) == 32
    assert all(found[first.id].table.noise(n, key) == first.table.noise(n, key) for n in range(12) for key in range(0, 2**31, 2**27))
    assert first.table.bound in (5, 6, 7)
    assert 2.6 <= first.table.variance <= 4.0


def test_a_table_that_was_changed_is_refused() -> None:
    told = json.loads(secrets.dump([secrets.draw(2026, ())]))
    told[0]["rows"]["3"][1][0] += 1
    with pytest.raises(secrets.SecretsError, match="cannot be read"):
        secrets.load(json.dumps(told))
    with pytest.raises(secrets.SecretsError, match="statistics secrets new"):
        secrets.load("")


# --- the allow-list ---


def test_public_tables_are_of_built_indicators_and_narrow_enough() -> None:
    for name, table in TABLES.items():
        assert name.startswith(f"I{table.indicator:02d}")
        assert f"{table.indicator:02d}" in INDICATORS
        assert INDICATORS[f"{table.indicator:02d}"].klass != "I"
        assert len(table.by) <= 4
        assert not {"CENTRE", "A11"} & set(table.by)
        if table.klass == "S":
            assert table.frequency == "A"
            assert set(table.by) <= {"SITE", "AREA", "SEX", "A2", "LEVEL", "CAUSE", "DOC", "DOCUMENT"}
    assert sorted(each.name for f in "MQA" for each in of_frequency(f)) == sorted(TABLES)  # type: ignore[arg-type]
