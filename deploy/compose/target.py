"""A stack that runs by a compose file, as the home folder by which `Stack` and every verb know one.

What is needed from outside stands in the files themselves: published ports, secret files, the issuer's key. They are
`docker-compose.yml` and `deploy/compose/outside.yml`, which publishes PostgreSQL and Kafka to this machine, or others in their form.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.embedded.home import DEFAULT_PORTS, ELSEWHERE
from deploy.embedded.problem import StackProblem

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "docker-compose.yml", ROOT / "deploy" / "compose" / "outside.yml")
HOME = ROOT / ".gabay" / "compose"
OTHERS = ROOT / ".gabay" / "target"
"""Home of a stack that runs by other files: in HOME the issuer's key is no link, the project's own file mounts it there."""
ISSUER = "/var/lib/gabay/home/issuer"
SETTINGS = ("GABAY_REGION", "GABAY_OIDC_ISSUER")
NEEDED = ("postgres", "kafka", *(name for name in DEFAULT_PORTS if name == "issuer" or name.endswith("-api")))


def lay_out(folder: Path, files: Sequence[Path] = FILES) -> Path:
    """Make `folder` the home of the stack that runs by these files; what they name is linked, nothing is copied.

    As in `docker compose -f A -f B`, paths are relative to the first. Raises StackProblem for what the files or the disk lack.
    """
    documents = [_read(file) for file in files]
    services = [(name, each) for document in documents for name, each in (document.get("services") or {}).items()]
    ports = {name: _published(each) for name, each in services if each.get("ports")}
    if missing := [name for name in NEEDED if name not in ports]:
        raise StackProblem(f"not published to this machine: {', '.join(missing)}", "name deploy/compose/outside.yml too (-f)")
    secrets = {name: each["file"] for document in documents for name, each in (document.get("secrets") or {}).items()}
    keys = [str(volume).rpartition(f":{ISSUER}")[0] for name, each in services if name == "issuer" for volume in each.get("volumes", ())]
    base = files[0].parent
    shutil.rmtree(folder / "secrets", ignore_errors=True)
    for name in ("secrets", "run", "logs", "attachments"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, file in secrets.items():
        _link(folder / "secrets" / name, base / file, "docker compose run --rm secrets")
    for key in filter(None, keys):
        _link(folder / "issuer", base / key, f"mkdir -p {key}, then start the stack")
    (folder / "ports.json").write_text(json.dumps({"kafka-controller": 0, **ports}))
    named = {name: value for _, each in services for name, value in each.get("environment", {}).items() if name in SETTINGS}
    (folder / "run" / ELSEWHERE).write_text(json.dumps(named))
    return folder


def _read(file: Path) -> dict[str, Any]:
    """With the values of `${NAME:-default}` that compose would set."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise StackProblem(f"{file} cannot be read ({error.strerror})", "name a compose file") from error
    found = yaml.safe_load(re.sub(r"\$\{(\w+):-(.*?)\}", lambda match: os.environ.get(match[1]) or match[2], text))
    return found if isinstance(found, dict) else {}


def _published(service: dict[str, Any]) -> int:
    """127.0.0.1:8101:8101 -> 8101, the one of this machine."""
    return int(str(service["ports"][0]).split(":")[-2])


def _link(name: Path, to: Path, remedy: str) -> None:
    if not to.exists():
        raise StackProblem(f"{to} is missing", remedy)
    if name.resolve() != to.resolve():
        name.unlink(missing_ok=True)
        name.symlink_to(to.resolve())
