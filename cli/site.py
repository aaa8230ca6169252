"""`gabay statistics site FOLDER`: the public pages as files for any web server, a stick or a mail.

The pages are those of reporting's api, asked in this process as a reader without a login asks: no second way to draw them,
and nothing that the api would not show to everybody.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.embedded.problem import StackProblem

if TYPE_CHECKING:
    import httpx

    from shared.settings import Settings

LIST = "files.json"


def site(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="a new or empty folder, or one that this wrote before")]) -> None:
    """Write the dashboard of everything that is public as files: pages in three languages, charts, tables, every download.

    Links are relative, so that it opens from any folder and without a network. Run again, it writes only what changed and
    removes what was taken back. Exit status: 0 written, 1 not written (the reason is told), 78 settings are missing.

    Example: gabay statistics site public/
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    target = Target.open(folder)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("pages and releases", total=None)

            def tell(done: int, known: int) -> None:
                bar.update(task, completed=done, total=known)

            asyncio.run(_write(target, tell))
    finally:
        target.close()
    print(f"{folder}: {len(target.kept)} files, {target.changed} written, {target.removed} removed. Open {folder / 'index.html'}")


@dataclass(slots=True)
class Target:
    """The folder. before: what an earlier run wrote; kept: what this one has so far."""

    folder: Path
    before: set[str]
    kept: set[str] = field(default_factory=set)
    changed: int = 0
    removed: int = 0

    @classmethod
    def open(cls, folder: Path) -> Target:
        """Raises StackProblem for a folder with files of somebody else."""
        known = folder / LIST
        if folder.exists() and not known.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StackProblem("FOLDER holds files that this command did not write", "name a new or an empty folder")
        return cls(folder, set(json.loads(known.read_text(encoding="utf-8"))) if known.exists() else set())

    def put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        self.kept.add(name)
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.changed += 1

    def sweep(self) -> None:
        """Remove what an earlier run wrote and is public no more."""
        for name in sorted(self.before - self.kept):
            (self.folder / name).unlink(missing_ok=True)
            self.removed += 1
        self.before = set()

    def close(self) -> None:
        """Note what is this command's, also if it stopped half-way: the next run goes on from there."""
        if known := sorted(self.before | self.kept):
            (self.folder / LIST).write_text(json.dumps(known, indent=0), encoding="utf-8")


async def write(client: httpx.AsyncClient, target: Target, tell: Any = lambda done, known: None) -> None:
    """Every page that can be reached, and every file of the releases that pages name. client: asks the api, without a login."""
    from services.reporting.pages.files import file_of_page, still
    from services.reporting.pages.words import LANGUAGES

    waiting = [f"/statistics?lang={lang}" for lang in LANGUAGES]
    seen, releases, done = set(waiting), set[str](), 0
    while waiting:
        address = waiting.pop()
        # Also the page that says what is missing: an older edition may lack a table that a newer one has.
        page = still((await _get(client, address, (200, 404, 410), "text/html")).text, address)
        target.put(file_of_page(address), page.text.encode())
        for release in sorted(page.releases - releases):
            releases.add(release)
            await _release(client, target, release)
        new = sorted(page.pages - seen)
        seen.update(new)
        waiting += new
        done += 1
        tell(done, len(seen))
    target.sweep()


async def _release(client: httpx.AsyncClient, target: Target, release: str) -> None:
    """All files of a release, out of its one; of a withdrawn one what still says that it was."""
    address, folder = f"/v1/statistics/releases/{release}", f"releases/{release}"
    told = await _get(client, address)
    target.put(f"{folder}/release.json", told.content)
    if told.json()["state"] == "WITHDRAWN":
        return
    packed = (await _get(client, f"{address}/zip")).content
    target.put(f"{folder}/{release}.zip", packed)
    for name, content in _unpacked(packed).items():
        target.put(f"{folder}/{name}", content)


def _unpacked(packed: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def _get(client: httpx.AsyncClient, address: str, good: tuple[int, ...] = (200,), media: str = "") -> httpx.Response:
    """Raises StackProblem."""
    answer = await client.get(address)
    if answer.status_code not in good or not answer.headers["content-type"].startswith(media):
        raise StackProblem(f"{address} was answered with {answer.status_code}", "run it again: a release may have been withdrawn just now")
    return answer


async def _write(target: Target, tell: Any) -> None:
    from cli.process import settings_of
    from cli.rebuild import quiet

    quiet()
    settings = settings_of("reporting", "api")
    if settings.national:
        raise StackProblem("a national stack publishes no releases", "write the pages in the stack of a region")
    async with _reader(settings) as client:
        await write(client, target, tell)


@asynccontextmanager
async def _reader(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Asks reporting's api, in this process, as everybody may where what is released is public; nobody else is kept waiting."""
    import httpx

    from services.reporting import api

    app = api.app(settings.model_copy(update={"statistics_public": True, "rate_limits": {}}))
    async with app.router.lifespan_context(app):
        app.state.runtime.parts = replace(app.state.runtime.parts, still=True)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://statistics", timeout=120) as client:
            yield client
