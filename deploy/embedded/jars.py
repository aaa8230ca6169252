"""The jars of Kafka: resolved once into jars.lock, fetched by jgo, and trusted only when their SHA-256 is the locked one.

They lie in a cache of the user, so a second clone starts without a network: `$XDG_CACHE_HOME/gabay/jars`.
mirror.lock has what MirrorMaker 2 needs beside them: a national stack alone fetches those.
`python -m deploy.embedded.jars lock` resolves the coordinates below again and writes both.
"""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.embedded.problem import StackProblem

if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK = Path(__file__).resolve().parent / "jars.lock"
MIRROR = LOCK.with_name("mirror.lock")
KAFKA = "4.3.0"
LOG4J = "2.25.4"
COORDINATES = (
    ("org.apache.kafka", "kafka_2.13", KAFKA),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J),
    ("org.apache.logging.log4j", "log4j-core", LOG4J),
)
# Without what it depends on: the console consumer needs nothing of the 45 jars that Kafka Connect brings along.
ALONE = (("org.apache.kafka", "kafka-tools", KAFKA),)
MIRROR_COORDINATES = tuple(("org.apache.kafka", name, KAFKA) for name in ("connect-mirror", "connect-runtime", "connect-json"))


@dataclass(frozen=True, slots=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str
    packaging: str = "jar"

    def below(self, cache: Path) -> Path:
        """Where Maven's layout puts it."""
        return cache.joinpath(*self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}.{self.packaging}")


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "gabay" / "jars"


def locked(lock: Path = LOCK) -> list[Jar]:
    lines = lock.read_text().splitlines()
    return [Jar(*line.split()) for line in lines if line and not line.startswith("#")]


def class_path(*more: Path) -> str:
    """The locked jars, and those of more locks, fetched if missing, as Java wants them.

    Raises StackProblem when one can't be had or is not the one that was locked.
    """
    cache = cache_folder()
    jars = [jar for lock in (LOCK, *more) for jar in locked(lock)]
    trusted = _trusted(cache)
    missing = [jar for jar in jars if jar.sha256 not in trusted or not jar.below(cache).exists()]
    if missing:
        _fetch(missing, cache)
        _trust(cache, jars)
    return ":".join(str(jar.below(cache)) for jar in jars)


def missing() -> int:
    """How many jars the next start would have to fetch."""
    cache = cache_folder()
    return sum(not jar.below(cache).exists() for jar in locked())


def _trusted(cache: Path) -> set[str]:
    """The sums that were checked already: 45 MB are not hashed again at every start."""
    try:
        return set((cache / "checked").read_text().split())
    except OSError:
        return set()


def _trust(cache: Path, jars: list[Jar]) -> None:
    new = cache / f"checked.{os.getpid()}"
    new.write_text("\n".join(sorted(_trusted(cache) | {jar.sha256 for jar in jars})))
    new.rename(cache / "checked")


def _fetch(jars: list[Jar], cache: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda jar: _fetch_one(jar, cache), jars))


def _fetch_one(jar: Jar, cache: Path) -> None:
    from jgo.maven import MavenContext

    path = jar.below(cache)
    if path.exists() and _sum(path) == jar.sha256:
        return
    # Into a folder of our own, then renamed: of two first starts at once, or one killed half way, none leaves half a jar.
    private = cache / f"fetching.{os.getpid()}.{jar.artifact}"
    name = f"{jar.group}:{jar.artifact}:{jar.version}"
    try:
        context = MavenContext(repo_cache=private, timeout=60)
        found = context.project(jar.group, jar.artifact).at_version(jar.version).artifact(packaging=jar.packaging).resolve()
        if found is None or _sum(found) != jar.sha256:
            raise StackProblem(  # noqa: TRY301 - the finally below must still tidy up
                f"the jar {name} is not the one that jars.lock names (another SHA-256)",
                "do not use it: find out what changed it on the way (a proxy, a mirror), then ./gabay up again",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        found.replace(path)
    except StackProblem:
        raise
    except Exception as error:
        raise StackProblem(
            f"the jar {name} of Kafka could not be fetched ({type(error).__name__})",
            "the first start needs Maven's repository, later ones do not: check the network and run it again, "
            f"or copy {cache} from a machine that has it",
        ) from error
    finally:
        import shutil

        shutil.rmtree(private, ignore_errors=True)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock() -> None:
    """Resolve the coordinates anew and write jars.lock and mirror.lock."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache_folder(), timeout=60)
    jars = _resolved(context, COORDINATES)
    jars |= {f"{g} {a} {v} {_sum(context.project(g, a).at_version(v).artifact().resolve())}" for g, a, v in ALONE}
    _write(LOCK, jars)
    _write(MIRROR, _resolved(context, MIRROR_COORDINATES) - jars)


def _resolved(context: MavenContext, coordinates: tuple[tuple[str, str, str], ...]) -> set[str]:
    """Lines of a lock: these artifacts and what they depend on."""
    from jgo.maven import Dependency

    # raw: log4j's parent manages versions of kafka-clients, which would win over Kafka's own.
    ours = ("kafka", "connect")
    wanted = [Dependency(context.project(g, a).at_version(v).artifact(), raw=not a.startswith(ours)) for g, a, v in coordinates]
    inputs, transitive = context.resolver.resolve(wanted)
    return {f"{d.groupId} {d.artifactId} {d.version} {_sum(d.artifact.resolve())}" for d in inputs + transitive}


def _write(lock: Path, jars: set[str]) -> None:
    comment = [line for line in lock.read_text().splitlines() if line.startswith("#")]
    lock.write_text("\n".join([*comment, *sorted(jars)]) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] != ["lock"]:
        sys.exit("usage: python -m deploy.embedded.jars lock")
    lock()
