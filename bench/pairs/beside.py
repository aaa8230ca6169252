"""`telemetry` and `replay`: what goes on beside the desk may slow it by a tenth. Gabay with it, divided by Gabay without.

`telemetry`: registrations on an api that sends metrics and, as it ships, one trace in twenty; beside the same api without a
collector.
`replay`: people from the batch route to the figures while `gabay replay` sends a whole topic at its own pace, beside a
quiet stretch of the same flow.
"""

from __future__ import annotations

import asyncio
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.pairs.end_to_end import EndToEnd
from bench.pairs.http import Requests
from bench.stack import Stack
from bench.yardsticks.empty import ROOT, listening

BAR, AIM = 0.90, 0.97


class Sink(BaseHTTPRequestHandler):
    """A collector that takes everything and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""


class Telemetry(Requests):
    """A second api of the same stack, told where a collector is; both answer the same requests."""

    yardstick_name, profiled = "off", ()

    def __init__(self, connections: int) -> None:
        super().__init__("telemetry", centre_app.registrations, connections, events=3, most=4_000, bar=BAR, ambitious=AIM)

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        self.off = self.api
        sink = self._open.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Sink))
        self._open.callback(sink.shutdown)
        Thread(target=sink.serve_forever, daemon=True).start()
        port = drive.free_port()
        own = {"GABAY_HTTP_PORT": str(port), "GABAY_HEALTH_PORT": str(port), "PYTHONPATH": str(ROOT)}
        own["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{sink.server_port}"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", "serve", "intake", env={**os.environ, **stack.embedded.env("intake", "api"), **own},
        )  # fmt: skip
        self._open.push_async_callback(process.wait)
        self._open.callback(process.terminate)
        await listening(port)
        self.on = drive.Target("127.0.0.1", port, (process.pid,))

    async def yardstick(self, seconds: float) -> Sample:
        self.api = self.off
        return await Requests.subject(self, seconds)

    async def subject(self, seconds: float) -> Sample:
        self.api = self.on
        return await Requests.subject(self, seconds)


class Replay(EndToEnd):
    """The way of a person through the parts, with and without a replay beside it."""

    name, yardstick_name, bar, ambitious = "replay", "without", BAR, AIM
    profiled = ()
    longer = 2  # both cells of a pair are as long as this: five pairs end within three minutes
    CONSUMER, TOPIC = "integrator.bench", "intake.client.v1"

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        await self.yardstick(2)  # what there is to be sent again

    async def yardstick(self, seconds: float) -> Sample:
        return await EndToEnd.subject(self, seconds)

    async def subject(self, seconds: float) -> Sample:
        own = {"GABAY_HOME": str(self.stack.home), "PYTHONPATH": str(ROOT)}
        words = ("replay", self.TOPIC, "--for", self.CONSUMER, "--all", "--anew")

        async def again() -> None:
            """One replay after the other, for as long as the cell lasts."""
            while True:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "cli", *words, env={**os.environ, **own},
                    stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                try:
                    if await process.wait():
                        raise VoidRun("gabay replay failed")
                finally:
                    if process.returncode is None:
                        process.kill()
                        await process.wait()

        running = asyncio.create_task(again())
        try:
            sample = await EndToEnd.subject(self, seconds)
            if running.done():
                running.result()
            return sample
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def pairs() -> list[Pair]:
    return [Telemetry(8), Replay()]
