"""Looking for planted words everywhere a stack leaves bytes: files, topics, tables, telemetry."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from pathlib import Path

from deploy.embedded.postgres import DATABASES
from shared.messaging.topics import TOPICS
from tests.harness.region import Region
from tests.harness.topics import read_topics


class Words:
    """What must not be found. Case is ignored; also as base64 (three alignments) and as UTF-16, in which a word could hide.

    Words of one set begin alike, so that a few beginnings are searched for in hundreds of megabytes, not every word.
    """

    BEGINNING = 8

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({word.lstrip("+") for word in words})
        if short := [word for word in self._words if len(word) < self.BEGINNING]:
            raise ValueError(f"too short to be found by: {short}")
        forms = set()
        for word in self._words:
            start = word if word.isdigit() else word[: self.BEGINNING]
            forms |= {start.lower().encode(), start.lower().encode("utf-16-le")}
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + start.encode())
                forms.add(coded[4 if shift else 0 : -4].lower())
        self._forms = sorted(forms)

    def within(self, data: bytes) -> set[str]:
        """Which of the words stand in some bytes; a hidden one is named by its code."""
        low = data.lower()
        hits = [form for form in self._forms if form in low]
        found = {word for word in self._words if hits and word.lower().encode() in low}
        return found or {form.decode(errors="replace") for form in hits}


def in_files(folder: Path, words: Words) -> list[str]:
    """`word in file` for every file below a folder, as its bytes stand on disk."""
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            try:
                if path.is_symlink() or not path.is_file() or not path.stat().st_size:
                    continue
                hits = words.within(_written(path))
            except FileNotFoundError:
                continue  # gone, or emptied, while we looked
            found += [f"{word} in {path.relative_to(folder)}" for word in sorted(hits)]
    return found


def _written(path: Path) -> bytes:
    """What was ever written of a file: Kafka's index files are gigabytes of holes."""
    data, at = b"", 0
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        while at < end:
            try:
                begin = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                break  # nothing but a hole from here on
            at = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
            data += os.pread(file.fileno(), at - begin, begin)
    return data


async def in_topics(region: Region, words: Words) -> list[str]:
    """`word in topic` for keys, headers and values as a consumer gets them: segments on disk are compressed."""
    found: set[str] = set()
    for each in await read_topics(region.bootstrap, [topic.name for topic in TOPICS if not topic.name.startswith("replay.")]):
        headers = b"\n".join(name.encode() + b"=" + value for name, value in each.raw.headers)
        hits = words.within(b"\n".join((each.key or b"", headers, each.value or b"")))
        found |= {f"{word} in {each.headers.get('ce_type')} of {each.topic}" for word in hits}
    return sorted(found)


async def in_tables(region: Region, words: Words) -> list[str]:
    """`word in table` for every row of every table as text: long values are compressed in the files."""
    found = []
    for database in DATABASES:
        tables = await region.rows(
            database,
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
        )
        for (table,) in tables:
            for (text,) in await region.rows(database, f"select string_agg(t::text, E'\\n') from {table} t"):
                found += [f"{word} in table {database}: {table}" for word in sorted(words.within((text or "").encode()))]
    return found


async def everywhere(region: Region, words: Words) -> list[str]:
    """Flush, then look through the stack's whole home, all topics and all tables."""
    await region.rows("postgres", "checkpoint")
    return in_files(region.stack.home.path, words) + await in_topics(region, words) + await in_tables(region, words)
