"""What a loop says about itself, for health and the watchdog."""

import time
from dataclasses import dataclass, field
from typing import Literal

State = Literal["starting", "ok", "retrying", "stopped"]


@dataclass(slots=True)
class Progress:
    """One loop: judged by its completed passes, not by what they found, because quiet topics are normal.

    passed: last completed poll or relay pass; committed: last commit; waiting_since: when records were read that are
    not yet committed (None: nothing is waiting). Times of the monotonic clock. assigned: partitions, or None if the
    loop has no assignment of its own. unassigned_since: when it began to wait for one.
    """

    name: str
    state: State = "starting"
    passed: float = field(default_factory=time.monotonic)
    committed: float = field(default_factory=time.monotonic)
    waiting_since: float | None = None
    unassigned_since: float | None = None
    records: int = 0

    def completed(self) -> None:
        """A pass came to its end, whatever it found."""
        self.passed = time.monotonic()

    def wrote(self, records: int) -> None:
        """What was read is committed."""
        self.committed = time.monotonic()
        self.waiting_since = None
        self.records += records
        self.state = "ok"

    def age(self) -> float:
        """Seconds since the last completed pass."""
        return time.monotonic() - self.passed
