"""One command followed over Kafka: the spans of a topic inside a batch, linked to the traces that its events began in."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry.trace import Span, SpanKind

from shared import telemetry
from shared.messaging.batch import Batch


class Sends:
    """The `send <topic>` spans of one relay batch, from its first record to its acknowledgement."""

    def __init__(self) -> None:
        self._spans: dict[str, Span] = {}
        self._headers: dict[str, tuple[str, bytes]] = {}
        self._traces: dict[str, list[str | None]] = {}

    def header(self, topic: str, trace: str | None) -> tuple[str, bytes]:
        """The `traceparent` header of a record, whose event began in `trace`."""
        if topic not in self._spans:
            span = self._spans[topic] = telemetry.start(
                f"send {topic}", SpanKind.PRODUCER, messaging_system="kafka", messaging_operation_name="send",
                messaging_destination_name=topic,
            )  # fmt: skip
            with telemetry.inside(span):
                self._headers[topic] = ("traceparent", (telemetry.traceparent() or "").encode())
            self._traces[topic] = []
        self._traces[topic].append(trace)
        return self._headers[topic]

    def handed_over(self) -> None:
        """All records are with the producer: what they come from is known."""
        for topic, span in self._spans.items():
            span.set_attribute("messaging.batch.message_count", len(self._traces[topic]))
            for link in telemetry.links(self._traces.pop(topic)):
                span.add_link(link.context)

    def end(self) -> None:
        for span in self._spans.values():
            span.end()


def consuming(batch: Batch, consumer: str) -> AbstractContextManager[None]:
    """`consume batch` and, inside it, one `process <topic>` for each topic, all open until the batch is written."""
    return _consuming(batch, consumer) if telemetry.enabled() else _NOTHING


_NOTHING: Final = nullcontext()


@contextmanager
def _consuming(batch: Batch, consumer: str) -> Iterator[None]:
    facts: dict[str, list[str | None]] = {}
    counts: dict[str, int] = {}
    for (topic, _), entries in batch.parts.items():
        counts[topic] = counts.get(topic, 0) + len(entries)
        facts.setdefault(topic, []).extend(entry.fact.traceparent for entry in entries if entry.fact)
    common = {"messaging_system": "kafka", "gabay_consumer": consumer, "messaging_consumer_group_name": consumer}
    with telemetry.span(
        "consume batch", SpanKind.CONSUMER, traces=_all(facts.values()), messaging_batch_message_count=batch.records, **common
    ):
        batch.spans = {
            topic: telemetry.start(
                f"process {topic}", SpanKind.CONSUMER, traces=facts[topic], messaging_destination_name=topic,
                messaging_operation_name="process", messaging_batch_message_count=count, **common,
            )
            for topic, count in counts.items()
        }  # fmt: skip
        try:
            yield
        finally:
            for span in batch.spans.values():
                span.end()


def _all(lists: Iterable[list[str | None]]) -> Iterator[str | None]:
    for each in lists:
        yield from each
