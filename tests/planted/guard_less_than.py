"""The guard asks `version < applied` where it must ask `<=`: the latest version of a stream is applied once more."""

from shared.messaging.batch import Entry
from shared.messaging.guard import Sieve


def plant() -> None:
    admit = Sieve.admit

    def admits(self: Sieve, entry: Entry) -> bool:
        if entry.stream is not None and entry.version is not None and self.guard.get(entry.stream) == entry.version:
            self.guard[entry.stream] = entry.version - 1
        return admit(self, entry)

    Sieve.admit = admits
