"""The floors are checked for every aggregate, also for one that was added without a thought of them."""

import tomllib
from pathlib import Path


def test_every_aggregate_is_listed_in_the_layers_contract(project: Path) -> None:
    contracts = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    listed = next(set(contract["containers"]) for contract in contracts if contract["type"] == "layers")
    found = {".".join(file.parent.relative_to(project).parts) for file in project.glob("services/*/*/decisions.py")}
    assert found <= listed, f"add to [tool.importlinter] containers: {sorted(found - listed)}"
