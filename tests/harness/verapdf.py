"""veraPDF, the reference validator of PDF/UA: fetched once as the broker's jars are, trusted only by its sum."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.embedded.jars import Jar, _fetch_one, cache_folder
from deploy.embedded.kafka import java

JAR = Jar("org.verapdf.apps", "greenfield-apps", "1.28.2", "687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6")


def refused(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """What it says of the PDF among some files, where it is not PASS."""
    paths = [folder / name for name in files if name.endswith(".pdf")]
    for path in paths:
        path.write_bytes(files[path.name])
    _fetch_one(JAR, cache_folder())
    done = subprocess.run(  # our own arguments
        [java(), "-cp", str(JAR.below(cache_folder())), "org.verapdf.apps.GreenfieldCliWrapper", "--flavour", "ua1",
         "--format", "text", *map(str, paths)], capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    said = done.stdout.splitlines()
    assert len(said) == len(paths), done.stderr
    return [line for line in said if not line.startswith("PASS")]
