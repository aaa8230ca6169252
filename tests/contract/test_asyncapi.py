"""The AsyncAPI document as its own parser and Spectral read it: programs that other people wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cli.contracts.asyncapi import document
from shared.messaging.contracts import aggregates

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "asyncapi"
DOCUMENT = ROOT / "docs" / "reference" / "asyncapi.json"
PAGE = ROOT / "docs" / "reference" / "asyncapi.html"


@pytest.fixture(scope="module")
def tools() -> Path:
    """A folder with the locked packages. Skips where there is no Node.js, or the packages can't be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("no node and npm on this machine: the AsyncAPI parser and Spectral did not run")
    folder = ROOT / ".gabay" / "asyncapi"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_text()
    mark = folder / "installed"
    for name in ("package.json", "package-lock.json", "check.mjs", ".spectral.yaml", ".spectral-openapi.yaml"):
        shutil.copy(HERE / name, folder / name)
    if not mark.exists() or mark.read_text() != lock:
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install the AsyncAPI parser and Spectral: they did not run ({done.stderr.strip()[-200:]})")
        mark.write_text(lock)
    return folder


def run(folder: Path, *command: str, seconds: float = 60) -> str:
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False, env=environment)
    return f"{done.stdout}\nstatus {done.returncode}"


def test_the_parser_of_asyncapi_reads_every_channel_and_finds_nothing(tools: Path) -> None:
    said = run(tools, "node", "check.mjs", str(DOCUMENT))
    assert "FINDING" not in said, said
    assert f"read {len(aggregates())} channels, {len(aggregates())} operations" in said


def test_spectral_finds_nothing(tools: Path) -> None:
    spectral = str(tools / "node_modules" / ".bin" / "spectral")
    said = run(tools, spectral, "lint", "--fail-severity", "hint", "--ruleset", ".spectral.yaml", str(DOCUMENT))
    assert said.endswith("status 0"), said


def test_both_find_what_was_planted(tools: Path, tmp_path: Path) -> None:
    broken = json.loads(DOCUMENT.read_text())
    next(iter(broken["operations"].values()))["action"] = "publish"
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    spectral = str(tools / "node_modules" / ".bin" / "spectral")
    for command in (["node", "check.mjs"], [spectral, "lint", "--fail-severity", "hint", "--ruleset", ".spectral.yaml"]):
        said = run(tools, *command, str(tmp_path / "broken.json"))
        assert re.search(r"asyncapi.*document-resolved.*\baction\b", said), said
        assert ("FINDING" in said) or not said.endswith("status 0")


def messages() -> Iterator[Any]:
    made = document()
    for name, message in made["components"]["messages"].items():
        yield pytest.param(message, made["components"]["schemas"][name], made["components"]["messageTraits"]["cloudEvent"], id=name)


@pytest.mark.parametrize(("message", "schema", "trait"), list(messages()))
def test_every_type_has_two_examples_that_are_valid(message: dict[str, Any], schema: dict[str, Any], trait: dict[str, Any]) -> None:
    assert [each["name"] for each in message["examples"]] == ["minimal", "full"], "./gabay contracts release"
    for example in message["examples"]:
        assert not errors(schema, example["payload"])
        assert not errors(trait["headers"], example["headers"])
        assert example["headers"]["ce_type"] == message["name"]


def errors(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value)]


def test_an_example_that_is_not_valid_is_found() -> None:
    each = next(messages()).values
    assert errors(each[1], {**each[0]["examples"][0]["payload"], "ctx": {}})


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "<script" not in text
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    assert not [aggregate.topic for aggregate in aggregates() if f'id="{aggregate.topic}"' not in text]
