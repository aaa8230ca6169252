"""The guard: a repeat is passed over, a gap is a loss and stops the reader."""

from __future__ import annotations

from .fact import Fact


class Gap(RuntimeError):
    """A version of a stream is missing. Nothing was written of the batch that it was found in: read again after a replay."""

    def __init__(self, fact: Fact, last: int, topic: str, consumer: str) -> None:
        self.stream, self.last, self.found, self.topic = fact.stream, last, fact.version, topic
        super().__init__(
            f"stream {fact.stream} of {topic}: version {last} was the last, and {fact.version} came. Ask the operator for: "
            f"gabay replay {topic} --for {consumer} --stream {fact.stream} --from-version {last + 1}"
        )


def admit(fact: Fact, last: int, *, topic: str = "the topic", consumer: str = "integrator.NAME") -> bool:
    """Whether a fact is new, given the last version seen of its stream (0: none). Raises Gap when versions are missing."""
    if fact.version <= last:
        return False
    if fact.version > last + 1:
        raise Gap(fact, last, topic, consumer)
    return True
