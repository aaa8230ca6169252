"""Read Gabay's facts from Kafka: decode, find gaps, drop repeats, open what you were given keys for."""

from .fact import Fact, NotAFact, decode
from .guard import Gap, admit
from .keys import Altered, Keys
from .ledger import Ledger, SQLite
from .reader import Reader

__all__ = ["Altered", "Fact", "Gap", "Keys", "Ledger", "NotAFact", "Reader", "SQLite", "admit", "decode"]
