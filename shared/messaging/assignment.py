"""Which partitions a consumer has, where it goes on in them, and the gate before its polls.

aiokafka fetches for a new assignment while the rebalance listener still runs, from positions that are not ours. So the
listener shuts the gate, takes back the poll that is under way, and the gate opens after the last `seek`. Reading and
seeking happen in a task of their own: while a listener runs, aiokafka sends no heartbeats, and a slow database would cost
the membership.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from shared.messaging.batch import Place
from shared.messaging.failures import Backoff, judge
from shared.messaging.positions import positions
from shared.messaging.progress import Progress


class Owner(Protocol):
    """The consumer, as far as its assignment needs it."""

    name: str
    progress: Progress
    stopping: asyncio.Event

    async def database(self) -> Any: ...

    def close(self) -> None: ...

    def retrying(self, error: BaseException) -> None: ...


class Assignment:
    """What a consumer holds of its topics.

    following: the next offset of each partition. epoch: counts assignments; what was read in an earlier one is no longer
    ours. writing: held by whoever uses the owner's connection. poll: the one under way. error: what the next read raises.
    """

    REVOKE_S = 30.0

    def __init__(self, owner: Owner) -> None:
        self.gate = asyncio.Event()
        self.writing = asyncio.Lock()
        self.epoch = 0
        self.following: dict[Place, int] = {}
        self.poll: asyncio.Task[Any] | None = None
        self.placing: asyncio.Task[None] | None = None
        self.error: BaseException | None = None
        self._owner = owner

    def interrupt(self) -> None:
        """Take back the poll under way."""
        if self.poll:
            self.poll.cancel()

    def shut(self) -> None:
        """Close the gate and take back the poll under way."""
        self.gate.clear()
        self.epoch += 1
        self.interrupt()

    def place_soon(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition]) -> None:
        """Read where these partitions go on, seek, open the gate: in a task."""
        self.placing = asyncio.create_task(self._place(kafka, partitions, self.epoch))

    async def revoked(self) -> None:
        """Partitions go elsewhere: finish the running transaction first, or roll it back."""
        self.shut()
        if self.placing:
            self.placing.cancel()
        self._owner.progress.unassigned_since = time.monotonic()
        try:
            async with asyncio.timeout(self.REVOKE_S), self.writing:
                pass
        except TimeoutError:
            self._owner.close()

    def assigned(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition]) -> None:
        """Partitions came."""
        self._owner.progress.unassigned_since = None
        self.following = {}
        self.place_soon(kafka, partitions)

    async def _place(self, kafka: AIOKafkaConsumer, partitions: set[TopicPartition], epoch: int) -> None:
        owner, backoff = self._owner, Backoff(0.05, 5.0)
        connection = None
        while epoch == self.epoch:
            try:
                async with self.writing:
                    following = {}
                    if partitions:
                        connection = await owner.database()
                        following = await positions(connection, owner.name, kafka, partitions)
            except Exception as error:
                if judge(error, connection) == "transient":
                    owner.close()
                    owner.retrying(error)
                    await backoff.wait(owner.stopping)
                    continue
                self.error = error  # raised by the loop: an exception inside a listener would only be logged
            else:
                if epoch != self.epoch:
                    return
                for tp, offset in following.items():
                    kafka.seek(tp, offset)
                self.following = {(tp.topic, tp.partition): offset for tp, offset in following.items()}
            self.gate.set()
            return


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Tells an assignment what the group decides."""

    def __init__(self, assignment: Assignment, kafka: AIOKafkaConsumer) -> None:
        self._assignment, self._kafka = assignment, kafka

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._assignment.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._assignment.assigned(self._kafka, set(assigned))
