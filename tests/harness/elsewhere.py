"""An embedded stack told as a compose file tells one, for trying `gabay test --target` where no container engine is."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from deploy.compose.secrets import main as make_secrets
from deploy.compose.target import ISSUER, NEEDED
from deploy.embedded.stack import Stack
from deploy.manifests.compose import document


def written_as_compose(stack: Stack, folder: Path) -> Path:
    """docker-compose.yml, secret files and the issuer's key below `folder`, with the ports of a stack that runs embedded."""
    (folder / "secrets").mkdir(mode=0o700, parents=True)
    for file in stack.home.secret_file("").iterdir():
        if file.is_file():
            shutil.copy2(file, folder / "secrets")
    make_secrets(folder / "secrets")
    stack.postgres.sql("postgres", f"alter role postgres password '{stack.postgres.password}'")
    told = document()
    for name in NEEDED:
        told["services"][name]["ports"] = [f"127.0.0.1:{stack.port(name)}:1"]
    told["services"]["issuer"]["volumes"].append(f"{stack.home.path / 'issuer'}:{ISSUER}")
    for service in told["services"].values():
        service.get("environment", {}).pop("GABAY_OIDC_ISSUER", None)
    told["services"]["issuer"]["environment"]["GABAY_OIDC_ISSUER"] = stack.issuer_url
    told["secrets"] = {name: {"file": f"secrets/{name}"} for name in told["secrets"]}
    (folder / "docker-compose.yml").write_text(yaml.safe_dump(told, sort_keys=False))
    return folder / "docker-compose.yml"
