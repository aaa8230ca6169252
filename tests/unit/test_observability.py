"""Alerts, runbooks and dashboards say only what exists: metrics of the table, verbs of the command line, pages that are there."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
import yaml

from cli.app import ALL
from shared import telemetry
from shared.settings import ROOT

FOLDER = ROOT / "deploy" / "observability"
RUNBOOKS = ROOT / "deploy" / "runbooks"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "rules/gabay.yml").read_text())["groups"] for rule in group["rules"]
]
HEADINGS = ["What it means", "Who is affected", "Look", "Mend", "Verify", "Prevent"]
# Of the programs beside ours: node exporter, Strimzi's JMX exporter, CloudNativePG, cert-manager.
FOREIGN = ("node_", "kafka_", "cnpg_", "certmanager_", "ALERTS")
SITUATIONS = (
    "broker-down", "disk-full", "region-split", "keyring-lost", "device-leaked", "erasure-request", "stuck-projection", "kafka-lost",
    "suspected-breach", "upgrade",
)  # fmt: skip
UsageError: Any = typer.BadParameter.__base__
PROMTOOL = shutil.which("promtool")
with_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool (Debian: prometheus) is not on this machine")


def metrics() -> set[str]:
    """Names as Prometheus knows them."""
    page = (ROOT / "docs/reference/metrics.md").read_text()
    return set(re.findall(r"^\| `(gabay_\w+)`", page, re.M))


def named(expression: str) -> set[str]:
    """Metrics that an expression asks for."""
    return set(re.findall(r"\b(gabay_\w+|(?:node|kafka|cnpg|certmanager)_\w+)", re.sub(r'"[^"]*"', "", expression)))


def known(metric: str) -> bool:
    return metric.startswith(FOREIGN) or re.sub(r"_(bucket|count|sum)$", "", metric) in metrics()


def promtool(*words: str | Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None
    return subprocess.run([PROMTOOL, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_an_alert_asks_for_what_is_measured_and_links_its_runbook(rule: dict[str, Any]) -> None:
    assert all(known(metric) for metric in named(rule["expr"])), named(rule["expr"])
    assert rule["labels"]["severity"] in ("warn", "page", "none")
    assert (ROOT / rule["annotations"]["runbook_url"]).exists()
    assert rule["annotations"]["runbook_url"] == f"deploy/runbooks/{rule['alert']}.md"
    assert rule["annotations"]["summary"].endswith(".")
    assert "for" in rule


@with_promtool
def test_the_rules_are_sound_and_do_what_their_tests_say() -> None:
    for words in (("check", "rules", FOLDER / "rules/gabay.yml"), ("test", "rules", FOLDER / "tests/gabay_test.yml")):
        told = promtool(*words)
        assert told.returncode == 0, told.stdout + told.stderr
    assert promtool("check", "config", "--syntax-only", FOLDER / "prometheus.yml").returncode == 0


@with_promtool
def test_an_alert_that_never_fires_would_be_noticed(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "tests", tmp_path / "tests")
    (tmp_path / "rules").mkdir()
    text = (FOLDER / "rules/gabay.yml").read_text()
    (tmp_path / "rules/gabay.yml").write_text(
        text.replace("gabay_outbox_oldest_age_seconds > 600", "gabay_outbox_oldest_age_seconds > 6e9")
    )
    assert promtool("test", "rules", tmp_path / "tests/gabay_test.yml").returncode != 0


@with_promtool
def test_an_alert_that_fires_at_night_would_be_noticed(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "tests", tmp_path / "tests")
    (tmp_path / "rules").mkdir()
    text = (FOLDER / "rules/gabay.yml").read_text()
    (tmp_path / "rules/gabay.yml").write_text(
        text.replace("gabay_consumer_last_poll_age_seconds > 180", "gabay_consumer_last_poll_age_seconds > 0.1")
    )
    assert promtool("test", "rules", tmp_path / "tests/gabay_test.yml").returncode != 0


def test_every_alert_is_tested_for_firing_and_for_a_quiet_night() -> None:
    tests = yaml.safe_load((FOLDER / "tests/gabay_test.yml").read_text())["tests"]
    fires = {
        (check["alertname"], alert["exp_labels"]["severity"])
        for each in tests
        for check in each["alert_rule_test"]
        for alert in check["exp_alerts"]
    }
    quiet = {check["alertname"] for each in tests for check in each["alert_rule_test"] if not check["exp_alerts"]}
    assert fires == {(rule["alert"], rule["labels"]["severity"]) for rule in RULES}
    assert quiet == {rule["alert"] for rule in RULES} - {"WatchdogHeartbeat"}


def test_every_situation_has_a_runbook() -> None:
    assert {file.stem for file in RUNBOOKS.glob("*.md")} == {*SITUATIONS, *(rule["alert"] for rule in RULES)}


@pytest.mark.parametrize("file", sorted(RUNBOOKS.glob("*.md")), ids=lambda file: file.stem)
def test_a_runbook_has_its_headings_and_names_verbs_and_pages_that_exist(file: Path) -> None:
    text = file.read_text()
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    sections = re.split(r"^## .+$", text, flags=re.M)[1:]
    assert all(section.strip() for section in sections)
    for verb in re.findall(r"(?:^|`)(?:\./)?gabay ([a-z]+)", text, re.M):
        assert verb in ALL, verb
    for link in re.findall(r"\]\(([^)#]+\.md)", text):
        assert (file.parent / link).exists(), link
    for metric in named(text) - {"gabay_backup"}:  # the name of a replication slot
        assert known(metric), metric


COMMAND = re.compile(r"(?:^|`)(?:\./)?gabay ([^`\n|#]+)", re.M)
COMMANDS = sorted({found.strip() for file in RUNBOOKS.glob("*.md") for found in COMMAND.findall(file.read_text()) if " " in found.strip()})


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_of_a_runbook_is_one_that_the_command_line_takes(words: str) -> None:
    filled = re.sub(r"<[a-z]+>", "antique", words).replace("...", "2026-03-01T08:00:00Z")
    verb, *rest = shlex.split(re.sub(r"\b(CLIENT|GRANT|STREAM|ID)\b", str(UUID(int=0)), filled))
    understood(verb, rest)


@pytest.mark.parametrize("words", ["parked unpark X Y", "logs kafka --follow-for-ever", "releases publish"])
def test_a_command_that_the_command_line_does_not_take_is_noticed(words: str) -> None:
    verb, *rest = words.split()
    with pytest.raises(UsageError):
        understood(verb, rest)


def understood(verb: str, words: list[str]) -> None:
    """Read the words of a command as the command line does, and run nothing. Raises UsageError."""
    module, _, name = ALL[verb].partition(":")
    target = getattr(importlib.import_module(module), name)
    if not isinstance(target, typer.Typer):
        target, function = typer.Typer(add_completion=False), target
        target.command(context_settings=getattr(function, "context_settings", None))(function)
    command: Any = typer.main.get_command(target)
    while hasattr(command, "commands") and words:
        if words[0] not in command.commands:
            raise typer.BadParameter(f"there is no {words[0]}")
        command, words = command.commands[words[0]], words[1:]
    if not hasattr(command, "commands"):  # a group named alone is one to read about
        command.make_context(verb, words)


@pytest.mark.parametrize("file", sorted((FOLDER / "dashboards").glob("*.json")), ids=lambda file: file.stem)
def test_a_panel_says_what_it_shows_and_in_which_unit(file: Path) -> None:
    board = json.loads(file.read_text())
    assert board["uid"].startswith("gabay-")
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        for target in panel["targets"]:
            assert all(known(metric) for metric in named(target["expr"])), target["expr"]


def test_every_metric_that_is_sent_is_shown_or_watched() -> None:
    shown = " ".join(file.read_text() for file in (FOLDER / "dashboards").glob("*.json")) + str(RULES)
    unseen = {metric for metric in metrics() if metric not in shown}
    assert unseen <= {"gabay_consumer_oldest_unread_age_seconds", "gabay_keyring_cache_hits_total"}, unseen


def test_the_collector_lets_no_more_pass_than_the_processes() -> None:
    collector = yaml.safe_load((FOLDER / "otelcol.yaml").read_text())
    redaction = collector["processors"]["redaction/attributes"]
    assert redaction["allow_all_keys"] is False
    passed = {each for each in redaction["allowed_keys"] if not each.startswith("service.")}
    assert passed == set(telemetry.SPAN_ATTRIBUTES)
    for pipeline in collector["service"]["pipelines"].values():
        assert set(pipeline["receivers"]) <= set(collector["receivers"])
        assert set(pipeline["processors"]) <= set(collector["processors"])
        assert set(pipeline["exporters"]) <= set(collector["exporters"])
    assert "redaction/attributes" in collector["service"]["pipelines"]["traces"]["processors"]


def test_alerts_are_sent_to_receivers_that_exist() -> None:
    config = yaml.safe_load((FOLDER / "alertmanager.yml").read_text())
    named_receivers = {each["name"] for each in config["receivers"]}
    routes = [config["route"], *config["route"]["routes"]]
    assert {route["receiver"] for route in routes} <= named_receivers
