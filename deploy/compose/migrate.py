"""Migrate every database of a compose stack, each as its owner: python -m deploy.compose.migrate"""

from __future__ import annotations

import os
from pathlib import Path

from cli.process import TARGETS, _migrate
from shared.settings import Settings


def main(folder: Path = Path("/run/secrets")) -> None:
    shared = {name: value for name, value in os.environ.items() if name.startswith(("GABAY_MODE", "GABAY_REGION", "GABAY_LOG"))}
    for target in TARGETS:
        owner = {"GABAY_DATABASE_OWNER_URL_FILE": str(folder / f"{target}-owner-url")}
        _migrate(target, Settings.load(target, "migrate", shared | owner), check=False)


if __name__ == "__main__":
    main()
