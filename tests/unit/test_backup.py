"""What a backup promises to be gone by is gone by then, and what is still needed stays."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cli.recovery import deciders, rule_names
from deploy.embedded.backup import Places, prune
from deploy.embedded.problem import StackProblem
from shared.eventsourcing.decider import no_rows
from shared.eventsourcing.ids import derived
from shared.messaging.contracts import aggregates
from shared.messaging.recover import command_of
from shared.region import load_region
from shared.settings import Settings
from tests.harness.people import new_id


def at(day: int) -> datetime:
    return datetime(2026, 3, day, 3, tzinfo=UTC)


def a_backup(places: Places, day: int, first_wal: str) -> str:
    label = at(day).strftime("%Y%m%dT%H%M%SZ")
    (places.folder / label / "server").mkdir(parents=True)
    places.keyring.mkdir(exist_ok=True)
    (places.keyring / f"{label}.sealed").touch()
    due = {"server": f"2026-03-{day + 7:02d}", "keyring": f"2026-03-{day + 7:02d}", "dumps": f"2026-03-{day + 20:02d}"}
    manifest = {"form": 1, "label": label, "first_wal": first_wal, "gone_by": due, "events": {}}
    (places.folder / label / "manifest.json").write_text(json.dumps(manifest))
    return label


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places.of(tmp_path / "all", None)
    places.wal.mkdir(parents=True)
    return places


def test_keys_go_with_their_day_and_dumps_with_theirs(places: Places) -> None:
    old = a_backup(places, 1, "000000010000000000000003")
    new = a_backup(places, 5, "000000010000000000000007")
    for number in (2, 3, 6, 7, 8):
        (places.wal / f"00000001000000000000000{number}").touch()
    assert prune(places, now=at(4)) == ["wal/000000010000000000000002"]
    gone = prune(places, now=at(8))
    assert gone == [f"{old}/server", f"{old}.sealed", "wal/000000010000000000000003", "wal/000000010000000000000006"]
    assert (places.folder / old).exists()
    assert (places.folder / new / "server").exists()
    assert prune(places, now=at(8)) == []
    assert old in prune(places, now=at(21))


def test_the_last_copy_of_the_keys_goes_too(places: Places) -> None:
    label = a_backup(places, 1, "000000010000000000000003")
    (places.wal / "000000010000000000000003.partial").touch()
    gone = prune(places, now=at(9))
    assert f"{label}.sealed" in gone
    assert not list(places.wal.iterdir())


def test_the_keyring_may_not_lie_with_what_it_opens(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "keyring"):
        with pytest.raises(StackProblem, match="inside the backup"):
            Places.of(tmp_path, folder)


def test_a_folder_without_backups_says_so(tmp_path: Path) -> None:
    with pytest.raises(StackProblem, match="no finished backup"):
        Places.of(tmp_path / "none", None).newest()


def test_the_command_of_a_recovered_event_is_found_again() -> None:
    command, stream, cause = uuid4(), UUID(new_id()), uuid4()
    assert command_of(derived(command, "3"), stream, str(command), ()) == command
    reaction = derived(cause, "R1")
    assert command_of(derived(reaction, "0"), stream, str(cause), ("R1", "R2")) == reaction
    with_item = derived(cause, f"R2:{stream}")
    assert command_of(derived(with_item, "0"), stream, str(cause), ("R1", "R2")) == with_item
    assert command_of(uuid4(), stream, str(cause), ("R1",)) == cause, "unknown: the cause, which is at least true"


@pytest.mark.parametrize("service", ["intake", "casework", "referrals", "reporting"])
def test_every_aggregate_that_is_written_has_its_decider_for_a_recovery(service: str) -> None:
    import importlib

    found = deciders(service, lambda: load_region(Settings(region="route-example").region_path))
    missing = {each.name for each in aggregates() if each.service == service} - set(found)
    assert not missing, f"no decider of {missing} is found: name it in BOUND of cli/recovery.py"
    for name, make in found.items():
        decider = make("HN-EP-01")
        assert decider.aggregate.name == name
        assert callable(decider.rows) or decider.rows is no_rows
    worker = importlib.import_module(f"services.{service}.worker")
    assert all(rule_names(worker.REACTIONS)) or worker.REACTIONS is None
