"""What a person reads who calls a verb wrongly, or while a part is away: a sentence and an exit status, never a trace of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.app import main

NOWHERE = "postgresql://x:y@127.0.0.1:1/x"
CLIENT = "0199a2f0-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def no_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("deploy.embedded.stack.HOME", tmp_path / "home")
    monkeypatch.setenv("GABAY_DATABASE_OWNER_URL", NOWHERE)
    monkeypatch.setenv("GABAY_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("TOKEN", "not-a-token")


def test_examples_stand_one_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parked", "release", "--help"]) == 0
    shown = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert {"gabay parked release reporting.facts.v9 STREAM --dry-run", "gabay parked release reporting.facts.v9 --all"} <= set(shown)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["access", "list"], 1, "a database does not answer"),
        (["audit", "verify"], 1, "a database does not answer"),
        (["topics", "list"], 1, "Kafka does not answer"),
        (["erase", "status", CLIENT, "--url", "http://127.0.0.1:1"], 1, "the service that was asked does not answer"),
        (["sbom", "--to", "/nowhere/x.json"], 1, "/nowhere/x.json: No such file or directory"),
        (["topics", "tail", "casework.case.v1", "--since", "yesterday"], 2, "a moment like 2026-03-01T08:00:00Z"),
        (["restore", "--from", "/nowhere", "--until", "soon"], 2, "a moment like"),
        (["releases", "freeze", "2026-07", "--by", "stf-a", "--cutoff", "soon"], 2, "a moment like"),
        (["breach", "assess", "--from", "soon", "--to", "later", "--by", "stf-a", "--actor", "stf-b"], 2, "a moment like"),
        (["releases", "verify", "--folder", "/nowhere"], 1, "There is no RELEASE/release.json in /nowhere"),
        (["logs", "-n", "0"], 2, "greater than or equal to 1"),
    ],
)
def test_it_is_told_in_a_sentence(arguments: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    assert words in " ".join(capsys.readouterr().err.split())
