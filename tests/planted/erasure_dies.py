"""Not a bug but an accident, planted where it hurts: each process dies the first time it comes to a step of an erasure.

The api after the fact is stored and before the keys are gone; a worker when it has heard, when it has purged, and when it has
said so. What it left is a file in the temporary folder of the stack, so that the next life goes on.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.intake.client import forgetting_routes
from shared.messaging import forgetting
from shared.privacy.keyring import Keyring


def once(step: str) -> None:
    """End this process as SIGKILL would, unless an earlier life of this part did so here."""
    part = f"{os.environ.get('GABAY_SERVICE')}-{os.environ.get('GABAY_PROCESS')}"
    mark = Path(os.environ.get("GABAY_HOME", tempfile.gettempdir())) / f"died-{part}-{step}"
    if not mark.exists():
        mark.touch()
        os._exit(137)


def before(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    async def dying(*arguments: Any, **named: Any) -> Any:
        once(step)
        return await function(*arguments, **named)

    return dying


def after(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    async def dying(*arguments: Any, **named: Any) -> Any:
        done = await function(*arguments, **named)
        once(step)
        return done

    return dying


def plant() -> None:
    forgetting_routes.destroy = before("keys", forgetting_routes.destroy)
    forgetting.purge = after("purged", forgetting.purge)
    Keyring.bar = after("barred", Keyring.bar)  # type: ignore[method-assign]
    Keyring.acknowledge = after("acknowledged", Keyring.acknowledge)  # type: ignore[method-assign]
