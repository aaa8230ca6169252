"""A process as docker-compose.yml runs it, where there is no container engine: with namespaces of Linux and nothing else.

What it sees is what the image would hold, read-only, and the paths that the file makes writable. It runs as the image's user,
without a capability and without a way to get one.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.embedded.stack import Stack
from shared.settings import ROOT

USER = 10001
COPIED = ("services", "shared", "cli", "deploy", "pyproject.toml", "docs/reference")
"""What the Dockerfile takes from the source tree; a unit test compares."""

ENTER = r"""
set -eu
root=$1; secrets=$2; writable=$3; python=$4; copied=$5; shift 5
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
show() { # $1 of the machine, read-only, as $2
    if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; touch "$root$2"; fi
    mount --bind "$1" "$root$2"; mount -o remount,bind,ro "$root$2"
}
for each in bin sbin lib lib64; do
    if [ -L "/$each" ]; then cp -P "/$each" "$root/$each"; elif [ -d "/$each" ]; then show "/$each" "/$each"; fi
done
show /usr /usr; show /etc /etc; show "$python" "$python"; show "$PWD/.venv" /opt/venv
for each in $copied; do show "$PWD/$each" "/opt/gabay/$each"; done
install -D -m 755 deploy/compose/gabay "$root/opt/bin/gabay"
for each in proc dev; do mkdir "$root/$each"; mount --rbind "/$each" "$root/$each"; done
mkdir "$root/run"; cp -r "$secrets" "$root/run/secrets"
chown -R "$owner:$owner" "$root/run/secrets"; chmod -R go= "$root/run/secrets"
for each in $writable; do mkdir -p "$root$each"; mount -t tmpfs -o "uid=$owner,gid=$owner,mode=700" tmpfs "$root$each"; done
mount -o remount,ro "$root"
exec chroot "$root" setpriv --reuid "$owner" --regid "$owner" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
    sh -c 'cd /opt/gabay && exec "$@"' sh "$@"
"""


def compose(name: str) -> dict[str, Any]:
    """A service of docker-compose.yml, as compose reads it where nothing is set."""
    text = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", (ROOT / "docker-compose.yml").read_text())
    found: dict[str, Any] = yaml.safe_load(text)["services"][name]
    return found


def why_not() -> str:
    """What keeps this machine from it; empty: nothing."""
    if missing := [each for each in ("unshare", "setpriv", "mount", "chroot") if not shutil.which(each)]:
        return f"no {', '.join(missing)} on this machine"
    if os.geteuid() != 0:
        return "to enter another root as another user takes root"
    done = subprocess.run(["unshare", "--mount", "mount", "--make-rprivate", "/"], capture_output=True, text=True, check=False)
    return f"no mount namespaces here ({done.stderr.strip()[-100:]})" if done.returncode else ""


def writable(name: str) -> list[str]:
    """Paths that the file lets a service write to."""
    service = compose(name)
    volumes = [volume.split(":") for volume in service.get("volumes", ())]
    return [*(path.split(":")[0] for path in service["tmpfs"]), *(parts[1] for parts in volumes if parts[-1] != "ro")]


def start(name: str, stack: Stack, folder: Path, ports: Mapping[str, str], *words: str) -> subprocess.Popen[bytes]:
    """Run a service of the file on the databases, the broker and the issuer of a stack. words: instead of its command.

    folder: for its root and its secrets. ports: variables of this run in the place of the file's.
    """
    service = compose(name)
    told = service["environment"]
    secrets, root = folder / "secrets", folder / "root"
    secrets.mkdir(parents=True)
    root.mkdir()
    known = stack.env(told["GABAY_SERVICE"], told["GABAY_PROCESS"])
    for variable, place in told.items():
        if str(place).startswith("/run/secrets/"):
            plain = variable.removesuffix("_FILE")
            value = known[plain] if plain in known else Path(known[variable]).read_text()
            (secrets / Path(place).name).write_text(_by_tcp(value, stack))
    own = {"GABAY_HTTP_HOST": "127.0.0.1", "GABAY_KAFKA_BOOTSTRAP": stack.bootstrap, "GABAY_OIDC_ISSUER": stack.issuer_url, **ports}
    image = {
        "PATH": "/opt/bin:/opt/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONPATH": "/opt/gabay",
        "PYTHONDONTWRITEBYTECODE": "1",
        "owner": str(USER),
    }
    variables = {variable: str(value) for variable, value in {**told, **own}.items() if value} | image
    command = words or ("gabay", *service["command"])
    places = (str(root), str(secrets), " ".join(writable(name)), sys.base_prefix, shlex.join(COPIED))
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", ENTER, "sh", *places, *command], cwd=ROOT, env=variables, stdout=log, stderr=log
        )


def _by_tcp(value: str, stack: Stack) -> str:
    """The address of a database as a container reaches it: the sockets lie in the stack's own folder."""
    found = re.fullmatch(r"postgresql://(\w+)@/(\w+)\?host=.*", value)
    return stack.postgres.tcp_dsn(found[1], found[2]) if found else value
