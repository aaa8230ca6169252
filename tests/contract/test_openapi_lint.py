"""The OpenAPI documents read by a linter that is not ours: Spectral with its own rules and those of OWASP finds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.stack import ROOT, SERVICES
from tests.contract.test_asyncapi import run, tools

__all__ = ["tools"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOCUMENTS = [ROOT / "docs" / "reference" / "openapi" / f"{service}.json" for service in SERVICES]
SCOPES = {"gabay:read", "gabay:write", "statistics:read", "gabay:privacy", "gabay:admin"}


def lint(tools: Path, *documents: Path) -> str:
    spectral = str(tools / "node_modules" / ".bin" / "spectral")
    return run(tools, spectral, "lint", "--fail-severity", "hint", "--ruleset", ".spectral-openapi.yaml", *map(str, documents), seconds=240)


def test_spectral_and_the_rules_of_owasp_find_nothing(tools: Path) -> None:
    said = lint(tools, *DOCUMENTS)
    assert said.endswith("status 0"), said[-6_000:]


def test_they_find_what_was_planted(tools: Path, tmp_path: Path) -> None:
    broken = json.loads(DOCUMENTS[-1].read_text())
    operation = next(op for methods in broken["paths"].values() for op in methods.values() if op["x-gabay-action"] != "public")
    del operation["responses"]["401"], operation["responses"]["200"]["headers"]["RateLimit"]
    broken["components"]["schemas"]["Problem"]["properties"]["more"] = {"type": "string"}
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    said = lint(tools, tmp_path / "broken.json")
    assert "define-error-responses-401" in said
    assert "rate-limit" in said
    assert "string-limit" in said


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_scope_that_is_asked_for_is_known_and_only_what_is_public_asks_for_none(document: Path) -> None:
    told: dict[str, Any] = json.loads(document.read_text())
    for methods in told["paths"].values():
        for op in methods.values():
            asked = [scope for each in op["security"] for scope in each.get("bearer", ())]
            assert set(asked) <= SCOPES
            assert bool(asked) == (op["x-gabay-action"] != "public"), op["operationId"]
