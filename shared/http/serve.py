"""Run one api: uvicorn with our protocol, one process, orderly shutdown."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from shared import telemetry
from shared.allocator import give_back
from shared.http.protocol import GabayProtocol
from shared.settings import Settings

IDLE_SECONDS: Final = 15
FINISH_SECONDS: Final = 20
LOAD_BALANCER_SECONDS: Final = 5.0


def serve(app_factory: Callable[[Settings], FastAPI], settings: Settings) -> None:
    """Serve an app until SIGTERM; blocking. Exit status 3 if it cannot start."""
    give_back()
    telemetry.setup(settings)
    app = app_factory(settings)
    Server(app, settings).run()


class Server(uvicorn.Server):
    """uvicorn, told how Gabay serves. On SIGTERM readiness goes off first, so that a load balancer looks elsewhere."""

    def __init__(self, app: FastAPI, settings: Settings, **changes: Any) -> None:
        told: dict[str, Any] = {
            "app": app,
            "host": settings.http_host,
            "port": settings.http_port,
            "http": GabayProtocol,
            "ws": "none",
            "loop": "uvloop",
            "lifespan": "on",
            "access_log": False,
            "log_config": None,
            "server_header": False,
            "proxy_headers": bool(settings.trusted_proxies),
            "forwarded_allow_ips": list(settings.trusted_proxies) or None,
            "timeout_keep_alive": IDLE_SECONDS,
            "timeout_graceful_shutdown": FINISH_SECONDS,
            "backlog": 1_024,
        }
        super().__init__(uvicorn.Config(**{**told, **changes}))
        self._app, self._production = app, settings.mode == "production"

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        runtime = getattr(self._app.state, "runtime", None)
        if runtime is None or runtime.stopping or not self._production or sig != signal.SIGTERM:
            if runtime is not None:
                runtime.stopping = True
            super().handle_exit(sig, frame)
            return
        runtime.stopping = True
        asyncio.get_running_loop().call_later(LOAD_BALANCER_SECONDS, super().handle_exit, sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            # uvicorn would raise SIGTERM once more after an orderly end, so that the exit status were 143 instead of 0.
            self._captured_signals[:] = [sig for sig in self._captured_signals if sig != signal.SIGTERM]

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        # What is loaded by now lives as long as the process: looking at it again on every full collection costs pauses.
        gc.collect()
        gc.freeze()
        # With nothing left to look at, the collector's own measure makes nearly every round a full one, over all that a
        # batch holds: 12-18 % of a batch's time.
        gc.set_threshold(20_000, 20, 50)
