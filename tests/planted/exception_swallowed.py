"""A record that cannot be applied is passed over: nothing is parked, guard and offset move on."""

from shared.messaging.guard import Sieve


def plant() -> None:
    Sieve.fail = lambda self, entry, reason, error=None: None
    Sieve._undecodable = lambda self, entry: None
