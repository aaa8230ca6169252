"""How far behind a consumer is, as its metrics say it."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared import telemetry
from shared.messaging.batch import Batch, Place
from shared.messaging.progress import Progress

_STATES: Final = ("starting", "ok", "retrying", "stopped")


def measure(labels: dict[str, str], progress: Progress, hand: Iterable[Batch], unread: int | None) -> None:
    """Tell a consumer's metrics as they are now. hand: what is read and not yet written; unread: see `unread`."""
    now = time.time()
    telemetry.CONSUMER_STATE.set(_STATES.index(progress.state), labels)
    telemetry.CONSUMER_LAST_POLL.set(progress.age(), labels)
    first = [entries[0].record for batch in hand for entries in batch.parts.values() if entries]
    oldest = min((record.timestamp / 1000 for record in first), default=now)
    telemetry.CONSUMER_OLDEST_UNREAD.set(max(0.0, now - oldest), labels)
    if unread is not None:
        telemetry.CONSUMER_LAG.set(unread, labels)
    if first:
        told = [recorded for record in first if (recorded := recorded_at(record)) is not None]
        telemetry.PROJECTION_LAG.set(max(0.0, now - min(told, default=oldest)), labels)
    elif unread == 0:
        telemetry.PROJECTION_LAG.set(0.0, labels)


def unread(kafka: AIOKafkaConsumer, following: Mapping[Place, int]) -> int | None:
    """Records between these positions and the end of the topics as far as the client knows it; None while it does not."""
    try:
        return sum(max(0, (kafka.highwater(TopicPartition(*place)) or 0) - offset) for place, offset in following.items())
    except (KafkaError, AssertionError):
        return None  # an assignment that has just gone


def recorded_at(record: Any) -> float | None:
    """When the fact of a record was appended, in seconds since 1970; None if its headers do not say."""
    with suppress(KeyError, ValueError):
        return datetime.fromisoformat(dict(record.headers)["ce_recordedtime"].decode()).timestamp()
    return None
