"""MirrorMaker 2 of an embedded national stack: one process at the national side that reads the regions' brokers."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.embedded import jars
from deploy.embedded.child import spawn
from deploy.embedded.kafka import HERE, java, plain_environment
from deploy.embedded.problem import StackProblem
from deploy.mirror import TARGET, properties, scram

ROOT = HERE.parents[1]

if TYPE_CHECKING:
    from deploy.embedded.stack import Stack


class Mirror:
    """One MirrorMaker: what it copies from where. regions: name -> client settings of the region's broker.

    allowed: another allow-list than the table's (tests).
    """

    def __init__(self, home: Path, national: str, regions: Mapping[str, Mapping[str, str]], allowed: str = "") -> None:
        self.home, self.log = home, home / "logs" / "mirror.log"
        self.file = home / "run" / "mm2.properties"
        self._text = properties({"bootstrap.servers": national}, regions, replication=1, allowed=allowed)

    def prepare(self) -> None:
        """Fetch the jars and write the configuration, which may hold a password. Raises StackProblem."""
        jars.class_path(jars.MIRROR)
        self.file.touch(mode=0o600)
        self.file.write_text(self._text)

    def start(self) -> subprocess.Popen[bytes]:
        command = [java(), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        command += [f"-Dlog4j2.configurationFile=file:{HERE / 'log4j2.properties'}", "-cp", jars.class_path(jars.MIRROR)]
        command += ["org.apache.kafka.connect.mirror.MirrorMaker", str(self.file), "--clusters", TARGET]
        return spawn(command, env=plain_environment(), log=self.log, cwd=self.home)


def sources(told: Iterable[str], own: Path, region: str) -> dict[str, dict[str, str]]:
    """Region -> how its broker is reached. told: `NAME=HOST:PORT` without security, or `NAME=HOME` of an embedded stack.

    Without any: the stack of this clone (own, region). Raises StackProblem when one cannot be understood or found.
    """
    from deploy.embedded.stack import Stack

    found = {}
    for each in tuple(told) or (f"{region}={own}",):
        name, _, where = each.partition("=")
        if re.fullmatch(r"[a-z][a-z0-9-]{1,31}", name) is None or not where:
            raise StackProblem(f"{each} names no region", "--from antique=127.0.0.1:9092, or --from antique=HOME of its embedded stack")
        if re.fullmatch(r"[A-Za-z0-9.-]+:[0-9]+", where):
            found[name] = {"bootstrap.servers": where}
        else:
            found[name] = client_of(Stack.attach(Path(where)))
    return found


def region_file(home: Path, regions: Iterable[str]) -> Path:
    """Write the region file of a national stack on a laptop: the regions that it was given, named as their own files do."""
    from shared.region import load_region

    lines = ['kind = "national"', 'region = "national"', 'languages = ["fil", "eng"]', _names("National roll-up")]
    for name in regions:
        file = ROOT / "deploy" / "regions" / f"{name}.toml"
        names = load_region(file).names.en if file.exists() else name
        lines += ["", "[[regions]]", f'region = "{name}"', _names(names), 'kafka = "127.0.0.1:9092"']
    path = home / "national.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _names(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return f"names = {{ en = {quoted}, fr = {quoted}, fil = {quoted} }}"


def client_of(region: Stack) -> dict[str, str]:
    """How the mirror reaches the broker of an embedded region."""
    if region.secure is None:
        return {"bootstrap.servers": region.bootstrap}
    return scram(region.bootstrap, region.secure.password("mm2-national"), str(region.secure.ca))
