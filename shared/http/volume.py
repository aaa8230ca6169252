"""Somebody who reads unusually many people: told to the log once an hour, for whoever watches it. Nobody is stopped."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from shared.http.unusual import tell

PERSONS: Final = 100
WINDOW_S: Final = 3_600.0
WATCHED: Final = 1_000
"""Members of staff who are watched at once; whoever read longest ago is forgotten first."""


class Volume:
    """Whom each member of staff has read within the last hour, in this process. clock: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read: OrderedDict[str, dict[UUID, float]] = OrderedDict()
        self._told: dict[str, float] = {}

    def saw(self, staff: str, subjects: Iterable[UUID]) -> bool:
        """Note a reading; returns whether it was told as unusual just now."""
        now = self._clock()
        read = self._read.pop(staff, {})
        read.update(dict.fromkeys(subjects, now))
        self._read[staff] = read
        if len(self._read) > WATCHED:
            gone, _ = self._read.popitem(last=False)
            self._told.pop(gone, None)
        if len(read) <= PERSONS:
            return False
        for each in [each for each, at in read.items() if at < now - WINDOW_S]:
            del read[each]
        if len(read) <= PERSONS or now - self._told.get(staff, -WINDOW_S) < WINDOW_S:
            return False
        self._told[staff] = now
        tell("volume", staff, len(read))
        return True
