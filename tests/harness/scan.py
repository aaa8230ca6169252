"""Looking for planted words everywhere a stack leaves bytes: files, topics, tables, telemetry."""

from __future__ import annotations

import base64
import mmap
import os
import re
from collections.abc import Iterable
from pathlib import Path

from deploy.embedded.postgres import DATABASES
from shared.messaging.topics import TOPICS
from tests.harness.region import Region
from tests.harness.topics import read_topics

CHUNK = 64 << 20


class Words:
    """What must not be found. Case is ignored; also as base64 (three alignments) and as UTF-16, in which a word could hide."""

    def __init__(self, words: Iterable[str]) -> None:
        forms: dict[bytes, str] = {}
        for word in words:
            if len(word) < 8:
                raise ValueError(f"{word!r} is too short to be found by")
            forms[word.lower().encode()] = word
            forms[word.lower().encode("utf-16-le")] = word
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + word.encode())
                forms[coded[4 if shift else 0 : -4].lower()] = word
        self._forms = forms
        self._pattern = re.compile(b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)), re.IGNORECASE)

    def within(self, data: bytes | mmap.mmap) -> set[str]:
        """Which of the words stand in some bytes."""
        return {self._forms[found.lower()] for found in self._pattern.findall(data)}


def in_files(folder: Path, words: Words) -> list[str]:
    """`word in file` for every file below a folder, as its bytes stand on disk."""
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            try:
                if path.is_symlink() or not path.is_file() or not path.stat().st_size:
                    continue
                with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    hits = words.within(data)
            except (FileNotFoundError, ValueError):
                continue  # gone, or emptied, while we looked
            found += [f"{word} in {path.relative_to(folder)}" for word in sorted(hits)]
    return found


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
