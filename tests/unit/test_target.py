"""The home folder that is made of a compose file: what it must publish, and what is missing on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from deploy.compose.secrets import main as make_secrets
from deploy.compose.target import FILES, lay_out
from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import Stack


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The two files of the project beside secrets of their own."""
    make_secrets(tmp_path / "deploy" / "compose" / "secrets")
    (tmp_path / ".gabay" / "compose" / "issuer").mkdir(parents=True)
    names = [tmp_path / "docker-compose.yml", tmp_path / "outside.yml"]
    for name, file in zip(names, FILES, strict=True):
        name.write_text(file.read_text())
    return names


def test_the_files_of_the_project_publish_what_is_needed(files: list[Path], tmp_path: Path) -> None:
    stack = Stack.attach(lay_out(tmp_path / "home", files))
    assert (stack.bootstrap, stack.api_url("casework")) == ("127.0.0.1:9094", "http://127.0.0.1:8102")
    assert stack.issuer_url == "http://issuer:8100", "what tokens must name"
    assert "@127.0.0.1:15432/" in stack.dsn("intake_app", "intake")
    own = next((tmp_path / "deploy/compose/secrets").glob("intake-app-url")).read_text().strip()
    assert stack.dsn("intake_app", "intake") == own.replace("postgres:5432", "127.0.0.1:15432")
    assert Path(stack.env("intake", "api")["GABAY_KEK_PROFILE_FILE"]).resolve().parent == tmp_path / "deploy/compose/secrets"


def test_without_the_second_file_it_says_what_nobody_publishes(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(StackProblem, match="postgres, kafka"):
        lay_out(tmp_path / "home", files[:1])


def test_a_secret_that_was_never_made_is_named(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "deploy/compose/secrets/kek-profile").unlink()
    with pytest.raises(StackProblem, match="kek-profile is missing"):
        lay_out(tmp_path / "home", files)


def test_the_second_file_adds_to_services_of_the_first(files: list[Path]) -> None:
    first, second = (yaml.safe_load(file.read_text()) for file in files)
    assert set(second["services"]) <= set(first["services"])
    assert all(port.startswith("127.0.0.1:") for each in second["services"].values() for port in each.get("ports", ()))
