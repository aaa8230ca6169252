"""The watchdog takes a quiet topic for a stuck loop, because it looks at what was committed and not at polls."""

from shared.messaging import watchdog
from shared.messaging.progress import Progress


def plant() -> None:
    def stuck(loop: Progress, *, poll_s: float, commit_s: float, assignment_s: float) -> str | None:
        return "no commit" if watchdog.time.monotonic() - loop.committed > commit_s else None

    watchdog.stuck = stuck
