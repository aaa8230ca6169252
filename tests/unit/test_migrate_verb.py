"""`gabay migrate`: one database by its name; without a name those of the stack that is meant, and no others."""

from __future__ import annotations

import pytest

from cli import process
from cli.app import main
from deploy.manifests import kubernetes


@pytest.mark.parametrize(
    ("national", "wanted"), [("no", process.TARGETS), ("yes", ("access", "reporting"))], ids=["a region", "a national stack"]
)
def test_it_migrates_what_this_stack_has(monkeypatch: pytest.MonkeyPatch, national: str, wanted: tuple[str, ...]) -> None:
    migrated: list[str] = []
    monkeypatch.setattr(process, "_migrate", lambda target, settings, check: migrated.append(target))
    monkeypatch.setenv("GABAY_DATABASE_OWNER_URL", "postgresql://x/y")
    monkeypatch.setenv("GABAY_NATIONAL", national)
    monkeypatch.setenv("GABAY_REGION", "national" if national == "yes" else "antique")
    assert main(["migrate"]) == 0
    assert tuple(migrated) == wanted


@pytest.mark.parametrize("target", process.TARGETS)
def test_a_target_is_named_as_the_job_of_a_cluster_and_the_remedies_name_it(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    migrated: list[tuple[str, bool]] = []
    monkeypatch.setattr(process, "_migrate", lambda target, settings, check: migrated.append((target, check)))
    monkeypatch.setenv("GABAY_DATABASE_OWNER_URL", "postgresql://x/y")
    job = kubernetes.migrate(target)["spec"]["template"]["spec"]["containers"][0]["args"]
    assert main(job) == main([*job, "--check"]) == 0
    assert migrated == [(target, False), (target, True)]


def test_a_target_that_is_none_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "intakes"]) == 78
    assert "one of: keyring, access, intake" in capsys.readouterr().err
