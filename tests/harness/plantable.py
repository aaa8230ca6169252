"""A stack whose processes can be restarted with a planted bug, and without it again."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.embedded.stack import APIS, LIVE, PARTS, WORKERS, Stack


class Plantable:
    """Makes the stack at `home`; one stack serves many bugs, one after the other, because its start is what costs."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self._folder = home / "run"
        commands = {
            part: [
                sys.executable, "-m", "tests.harness", *_words(part), "--plants", str(self._file(part)),
                "--settings", str(self._settings(part)),
            ]
            for part in (*APIS, *WORKERS, LIVE)
        }  # fmt: skip
        self.stack = Stack(home, ports="free", parts=PARTS, settings={"GABAY_MODE": "test", **(settings or {})}, commands=commands)

    def start(self) -> Stack:
        """Begin with nothing at this home. Ends what a killed run has left there."""
        if not self.stack.home.take():
            raise RuntimeError(f"another test run uses {self.stack.home.path}")
        self.stack.home.wipe(keep=("run",))
        self.stack.home.release()
        for part in (*APIS, *WORKERS, LIVE):
            self._file(part).unlink(missing_ok=True)
            self._settings(part).unlink(missing_ok=True)
        return self.stack.start_sync()

    @asynccontextmanager
    async def planted(self, name: str | None, *parts: str) -> AsyncIterator[None]:
        """These parts run with the bug inside the block; None: as they are."""
        if name is None:
            yield
            return
        for part in parts:
            self._file(part).write_text(name)
            await self.stack.restart(part)
        try:
            yield
        finally:
            for part in parts:
                self._file(part).unlink()
                await self.stack.restart(part)

    @asynccontextmanager
    async def given(self, settings: Mapping[str, str], part: str) -> AsyncIterator[None]:
        """A part runs with other variables inside the block."""
        self._settings(part).write_text(json.dumps(dict(settings)))
        await self.stack.restart(part)
        try:
            yield
        finally:
            self._settings(part).unlink()
            await self.stack.restart(part)

    def _file(self, part: str) -> Path:
        return self._folder / f"plant-{part}"

    def _settings(self, part: str) -> Path:
        return self._folder / f"settings-{part}.json"


def _words(part: str) -> tuple[str, str]:
    service, _, process = part.partition("-")
    return {"api": "serve", "worker": "work", "live": "live"}[process], service
