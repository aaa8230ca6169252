"""`gabay migrate` without a target: the databases of the stack that is meant, and no others."""

from __future__ import annotations

import pytest

from cli import process


@pytest.mark.parametrize(
    ("national", "wanted"), [("no", process.TARGETS), ("yes", ("access", "reporting"))], ids=["a region", "a national stack"]
)
def test_it_migrates_what_this_stack_has(monkeypatch: pytest.MonkeyPatch, national: str, wanted: tuple[str, ...]) -> None:
    migrated: list[str] = []
    monkeypatch.setattr(process, "_migrate", lambda target, settings, check: migrated.append(target))
    monkeypatch.setenv("GABAY_DATABASE_OWNER_URL", "postgresql://x/y")
    monkeypatch.setenv("GABAY_NATIONAL", national)
    monkeypatch.setenv("GABAY_REGION", "national" if national == "yes" else "antique")
    process.migrate()
    assert tuple(migrated) == wanted
