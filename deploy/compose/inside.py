"""What a verb in the container `cli` knows of a process: the secrets that docker-compose.yml shows it, by their files."""

from __future__ import annotations

from pathlib import Path

from deploy.manifests.table import PROCESSES

SECRETS = Path("/run/secrets")


def environment(service: str | None, process: str) -> dict[str, str]:
    """`GABAY_..._FILE` of each secret that this process has in a container of its own, where it is here too; elsewhere nothing."""
    named = {f"{each.service} {each.kind}": each.secrets() for each in PROCESSES}.get(f"{service} {process}", {})
    if process == "migrate":
        named = {"GABAY_DATABASE_OWNER_URL_FILE": f"{service}-owner-url"}
    return {variable: str(SECRETS / name) for variable, name in named.items() if (SECRETS / name).exists()}
