"""Reactions behind the consumer loop: a fact of a topic becomes commands of this service.

Each command goes out in an append of its own, under an id that follows from the event; guard and offsets are written when
all commands of the batch are done. What is repeated after a crash has the outcome of the first. No transaction is open
while commands run, and a zombie owner that runs them again changes nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from shared import telemetry
from shared.errors import Conflict, Rejected
from shared.eventsourcing.handle import Envelope, Handle
from shared.eventsourcing.reaction import Reactions, Rule, Wish
from shared.messaging import guard
from shared.messaging.batch import Batch, Entry, Place, Reader
from shared.messaging.contracts import Contract, contracts
from shared.messaging.failures import judge
from shared.messaging.opening import Opener, Opens

__all__ = ["Reacting", "Reactions", "Wish"]

log = telemetry.logger()


class Reacting:
    """What the consumer loop calls for the reactions of one service."""

    def __init__(
        self,
        reactions: Reactions,
        handle: Handle,
        *,
        sealer: Opens | None = None,
        known: Mapping[str, Contract] | None = None,
    ) -> None:
        known = contracts() if known is None else known
        self.reactions, self.handle = reactions, handle
        self.name = reactions.consumer
        self.topics = reactions.topics or tuple(sorted({topic for ce_type in reactions.rules for topic in _topics(known, ce_type)}))
        self.reader = Reader(reactions.rules)
        self._opener = Opener(sealer or handle.sealer, reactions.opens, known) if reactions.opens else None

    async def open(self, batch: Batch) -> None:
        """Open what the reactions need. Raises Unavailable."""
        if self._opener:
            await self._opener.open(batch)

    async def write(
        self, connection: guard.Connection, batch: Batch, expected: Mapping[Place, int], *, careful: bool = False
    ) -> guard.Sieve:
        """Carry out the commands of a batch, then write guard and offsets. A failed record parks alone."""
        decided = await guard.sieve(connection, self.name, batch.parts.values(), alone=True)
        for (topic, _), entries in batch.parts.items():
            with telemetry.inside(batch.spans.get(topic)):
                await self._all(connection, decided, entries)
        async with connection.transaction():
            await guard.lock(connection, self.name, batch, expected)
            await guard.store(connection, decided, batch.following)
        return decided

    async def _all(self, connection: guard.Connection, decided: guard.Sieve, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if decided.admit(entry) and entry.fact is not None:
                try:
                    await self.apply(connection, entry)
                except Exception as error:
                    if judge(error) != "poison":
                        raise
                    decided.fail(entry, "reaction-rejected", error)

    async def apply(self, connection: guard.Connection, entry: Entry) -> None:
        """Run every reaction to one record. Raises Rejected if a command is refused for more than being late."""
        fact = entry.fact
        assert fact is not None
        for rule in self.reactions.rules[entry.type]:
            with telemetry.span(f"reaction {rule.name}", gabay_event_type=fact.type):
                found = await rule.look_up(fact, self.handle) if rule.look_up else None
                for wish in _wishes(rule.react(fact, found)):
                    await self._carry_out(rule, entry, wish)

    async def _carry_out(self, rule: Rule, entry: Entry, wish: Wish) -> None:
        fact = entry.fact
        assert fact is not None
        command_id = rule.command_id(fact.event_id, wish.item)
        # The cause's time: the same in every repetition, so that a repeated command is the same command.
        envelope = Envelope(
            command_id=command_id,
            ctx=wish.ctx,
            occurred_at=datetime.fromisoformat(fact.recorded_at),
            correlation_id=UUID(fact.correlation_id) if fact.correlation_id else None,
            causation_id=UUID(fact.event_id),
            traceparent=telemetry.traceparent() or fact.traceparent or None,
        )
        stream_id = wish.stream_id or command_id
        expected = None if wish.stream_id is None else wish.expected
        try:
            await self.handle.run(wish.decider, stream_id, wish.command, envelope, expected)
        except Conflict:
            raise  # others are faster just now: the batch comes again
        except Rejected as error:
            if error.code not in rule.dropped:
                raise
            log.info(
                "reaction_dropped",
                consumer=self.name,
                rule=rule.name,
                problem=error.code,
                event_id=fact.event_id,
                type=fact.type,
            )


def _wishes(found: Wish | Iterable[Wish] | None) -> Iterable[Wish]:
    if found is None:
        return ()
    return (found,) if isinstance(found, Wish) else found


def _topics(known: Mapping[str, Contract], ce_type: str) -> list[str]:
    if ce_type not in known:
        raise LookupError(f"no contract names {ce_type}: correct the reaction, or name its topics")
    return known[ce_type].topics
