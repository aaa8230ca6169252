"""Charts for pages: drawn by a process beside this one, kept by their content, so that a page seen twice is drawn once."""

import asyncio
import hashlib
import os
import sys
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared import telemetry
from shared.settings import ROOT

KEPT: Final = 256  # charts of some 20 kB each: 5 MB
IDLE_S: Final = 120.0
DRAW_S: Final = 20.0
LONGEST: Final = 4 * 1024 * 1024

log = telemetry.logger()


class Charts:
    """Starts its process with the first chart and ends it when nobody has asked for a while. Each answer names its question."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, str] = OrderedDict()
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def svg(self, drawing: Mapping[str, Any]) -> str:
        """The chart as SVG; empty if it could not be drawn, since the table beside it says the same."""
        asked = orjson.dumps(drawing)
        key = hashlib.sha256(asked).digest()
        async with self._turn:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
            try:
                async with asyncio.timeout(DRAW_S):
                    made = await self._draw(key.hex(), drawing)
            except (TimeoutError, OSError, EOFError, ValueError) as error:
                log.warning("chart_failed", exception=type(error).__name__)
                self.close()
                return ""
            except BaseException:
                # Whoever asked went away: their answer would be taken for the next one's, a true count for a published figure.
                self.close()
                raise
            self._kept[key] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return made

    def close(self) -> None:
        """End the process; the next chart starts another."""
        if self._idle:
            self._idle.cancel()
        if self._process and self._process.returncode is None:
            self._process.kill()
        self._process = None

    async def _draw(self, key: str, drawing: Mapping[str, Any]) -> str:
        process = await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(orjson.dumps([key, drawing]) + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise EOFError
        answered, svg = orjson.loads(line)
        if answered != key:
            raise ValueError("the answer to another question")
        if self._idle:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.close)
        return str(svg)

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            # Nothing of this process's environment: its secrets are none of a drawing's business.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.reporting.pages.drawing", cwd=ROOT, limit=LONGEST,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            )  # fmt: skip
        return self._process
