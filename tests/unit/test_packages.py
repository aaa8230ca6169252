"""What the audit of packages says: a known vulnerability fails with its id and remedy, a missing advisory service does not."""

import subprocess
from typing import Any

import pytest

from cli import packages
from cli.packages import verdict

GOOD: dict[str, Any] = {"name": "orjson", "version": "3.11.0", "vulns": []}
SKIPPED = {"name": "gabay-only", "skip_reason": "not found"}


def flawed(*fixed_in: str) -> dict[str, Any]:
    flaw = {"id": "PYSEC-2026-7", "aliases": ["CVE-2026-1"], "fix_versions": list(fixed_in), "description": "x"}
    return {"name": "leaky", "version": "1.0", "vulns": [flaw]}


def test_a_known_vulnerability_fails_with_its_id_and_remedy() -> None:
    code, lines = verdict({"dependencies": [GOOD, flawed("1.1", "2.0")]})
    assert code == 1
    assert lines[0] == "leaky 1.0: PYSEC-2026-7 (CVE-2026-1); take 1.1 or 2.0: write leaky>=1.1 into requirements/*.in, then ./gabay lock"
    assert lines[1] == "2 packages audited, 1 known vulnerabilities"


def test_one_that_no_version_mends_fails_too() -> None:
    code, lines = verdict({"dependencies": [flawed()]})
    assert code == 1
    assert "no version mends it yet" in lines[0]


def test_none_is_said_with_what_was_not_looked_up() -> None:
    assert verdict({"dependencies": [GOOD, SKIPPED]}) == (
        0,
        ["1 packages audited, 0 known vulnerabilities, 1 not known to the advisory service"],
    )


@pytest.mark.parametrize("told", [None, {"dependencies": []}, {"dependencies": [SKIPPED]}])
def test_without_an_advisory_service_nothing_fails_and_one_line_says_so(told: Any) -> None:
    code, lines = verdict(told)
    assert (code, len(lines)) == (0, 1)
    assert "not audited" in lines[0]


def test_a_look_up_that_takes_too_long_or_breaks_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any, **__: Any) -> Any:
        raise subprocess.TimeoutExpired("pip-audit", 1)

    monkeypatch.setattr(subprocess, "run", slow)
    assert packages._asked(["runtime.txt"]) is None
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", "no route to host"))
    assert packages._asked(["runtime.txt"]) is None
