"""`gabay audit packages`: pinned packages with a known vulnerability, and the version that mends each. pip-audit looks them up."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated, Any, Final

import typer

from cli.sbom import LOCKS, ROOT

SECONDS: Final = 120
"""How long the look-up may take before it counts as not possible here."""

OPTIONS: Final = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10")


def packages(dev: Annotated[bool, typer.Option("--dev", help="also what only builds and tests")] = False) -> None:
    """Look up the pinned packages among known vulnerabilities. Exit status 1 for one that has any, with its id and what mends it.

    Where no advisory service answers nothing is judged: one line says so, and the exit status is 0.
    """
    code, lines = verdict(_asked([name for name, scope in LOCKS.items() if dev or scope == "required"]))
    print("\n".join(lines))
    raise typer.Exit(code)


def verdict(told: Any) -> tuple[int, list[str]]:
    """Exit status and what to print. told: pip-audit's report; None when it made none."""
    known = [each for each in told["dependencies"] if "vulns" in each] if told else []
    if not known:
        return 0, ["packages not audited: no advisory service answered here (run ./gabay audit packages where one does)"]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}{_others(flaw)}; {_remedy(each['name'], flaw)}"
        for each in known
        for flaw in each["vulns"]
    ]
    unknown = len(told["dependencies"]) - len(known)
    left = f", {unknown} not known to the advisory service" if unknown else ""
    return (1 if found else 0), [*found, f"{len(known)} packages audited, {len(found)} known vulnerabilities{left}"]


def _others(flaw: Any) -> str:
    return f" ({', '.join(flaw['aliases'])})" if flaw.get("aliases") else ""


def _remedy(name: str, flaw: Any) -> str:
    if not flaw.get("fix_versions"):
        return "no version mends it yet: leave the package, or write down why it cannot be reached"
    return f"take {' or '.join(flaw['fix_versions'])}: write {name}>={flaw['fix_versions'][0]} into requirements/*.in, then ./gabay lock"


def _asked(names: list[str]) -> Any:
    files = [part for name in names for part in ("--requirement", str(ROOT / "requirements" / name))]
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pip_audit", *OPTIONS, *files], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return json.loads(ran.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
