"""Make the secret files that docker-compose.yml names, where they are missing: python -m deploy.compose.secrets FOLDER.

For development: every value begins with `dev-`, and production refuses it. Gabay refuses a secret that others than its owner may
read, so its processes run as whoever made these files (GABAY_UID). PostgreSQL's user is another: its password alone may be
read by all, in a folder that is closed.
"""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path

from deploy.embedded.home import KEK_FILES, _new_key
from deploy.manifests.table import TARGETS
from services.reporting.releases.secrets import draw, dump
from shared.settings import SERVICES


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    password = _made(folder / "postgres-password", secrets.token_hex(24), mode=0o444)
    for name in KEK_FILES:
        _made(folder / name, f"1:{_new_key()}")
    _made(folder / "fingerprint-keys", f"{time.gmtime().tm_year}:{_new_key()}")
    for name in ("cursor-key", "blind-index-key", "release-key"):
        _made(folder / name, _new_key())
    if not (folder / "statistics-secrets").exists():
        _made(folder / "statistics-secrets", dump([draw(time.gmtime().tm_year, ())]))
    for target in TARGETS:
        _address(folder, f"{target}-owner", f"{target}_owner", target, password)
    for service in SERVICES:
        for role, database in (("app", service), ("worker", service), ("keyring", "keyring"), ("access", "access")):
            _address(folder, f"{service}-{role}", f"{service}_{role}", database, password)
    print(f"{len(list(folder.glob('*[!.]')))} secret files in {folder}")


def _address(folder: Path, name: str, role: str, database: str, password: str) -> None:
    _made(folder / f"{name}-url", f"postgresql://{role}:dev-{role}-{password}@postgres:5432/{database}")


def _made(file: Path, value: str, mode: int = 0o400) -> str:
    if not file.exists():
        file.touch(0o600)
        file.write_text(value + "\n")
        file.chmod(mode)
    return file.read_text().strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
