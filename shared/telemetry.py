"""Logs, traces and metrics: set up once per process, with nothing personal in any of them.

    log = telemetry.logger()
    log.warning("stream_parked", consumer=..., topic=..., stream=..., version=...)
    with telemetry.span("append", gabay_group_size=len(group)): ...
    telemetry.AUDIT_FAILURES.add(1, {"service": "intake"})

Only fields, attributes and labels that stand in the lists below leave the process; everything else is dropped, because a
library's idea of a useful attribute is a path with an id in it, a query, or the text of an exception. The SDK itself is in
`shared.otlp`, which is loaded only where there is a collector to send to. The lists as a page: docs/reference/metrics.md.
"""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from opentelemetry import metrics, trace

from shared import logs
from shared.logs import frames, log_request, logger

if TYPE_CHECKING:
    from shared.settings import Settings


__all__ = [
    "begin", "current", "enabled", "frames", "inside", "links", "log_request", "logger", "mark", "setup", "setup_logs", "span",
    "start", "traceparent", "watch_loop",
]  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Attributes of spans; `gabay.*` names are declared here and nowhere else.
SPAN_ATTRIBUTES: Final = _words(
    """
    http.request.method http.route http.response.status_code error.type db.system.name db.operation.name
    messaging.system messaging.operation.name messaging.destination.name messaging.consumer.group.name
    messaging.batch.message_count
    gabay.problem gabay.command gabay.result gabay.attempts gabay.group.size gabay.consumer gabay.event.type
    gabay.records gabay.seconds gabay.read_model
    """
)

# As keyword arguments of `span` and `mark`: `gabay_group_size`.
_ATTRIBUTE: Final = {name.replace(".", "_"): name for name in SPAN_ATTRIBUTES}
LINKS: Final = 64  # of a batch of thousands; a span with more is dropped by some collectors
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

# The current trace where no SDK runs: a Gabay-Trace and a ce_traceparent are owed in any case, a span is not.
_here: ContextVar["TraceIds | None"] = ContextVar("gabay_trace", default=None)
_enabled = False
_tracer = trace.get_tracer("gabay")
_meter = metrics.get_meter("gabay")


class TraceIds(NamedTuple):
    """A place in a trace, as hexadecimal text."""

    trace_id: str
    span_id: str
    sampled: bool = False

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


class Metric(NamedTuple):
    """One metric. name: as OpenTelemetry calls it; labels: all that it may have; built: whether this release emits it."""

    kind: Literal["histogram", "counter", "gauge"]
    name: str
    unit: str
    labels: tuple[str, ...]
    meaning: str
    built: bool

    @property
    def prometheus(self) -> str:
        """Its name in Prometheus, by OpenTelemetry's rules: dots, unit, `_total`."""
        unit = "_seconds" if self.unit == "s" else ""
        return self.name.replace(".", "_") + unit + ("_total" if self.kind == "counter" else "")


METRICS: Final[list[Metric]] = []
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MEMBERS: Final = (1, 2, 4, 8, 16, 32, 64)

# Labels of everything that this process measures about itself; `setup` fills them in.
SERVICE: Final[dict[str, str]] = {"service": ""}
PROCESS: Final[dict[str, str]] = {"process": ""}


def _declared(kind: Any, name: str, unit: str, labels: str, meaning: str, *, built: bool = True) -> None:
    METRICS.append(Metric(kind, name, unit, tuple(labels.split()), meaning, built))


def _histogram(name: str, unit: str, labels: str, meaning: str, buckets: Sequence[float] = SECONDS) -> metrics.Histogram:
    _declared("histogram", name, unit, labels, meaning)
    return _meter.create_histogram(name, unit, meaning, explicit_bucket_boundaries_advisory=list(buckets))


def _counter(name: str, labels: str, meaning: str) -> metrics.Counter:
    _declared("counter", name, "", labels, meaning)
    return _meter.create_counter(name, description=meaning)


def _gauge(name: str, unit: str, labels: str, meaning: str, *, built: bool = True) -> Any:
    _declared("gauge", name, unit, labels, meaning, built=built)
    return _meter.create_gauge(name, unit, meaning)


# fmt: off
HTTP_DURATION = _histogram("gabay.http.request.duration", "s", "route method status", "a request, head to answer; status as `2xx`")
COMMAND_DURATION = _histogram("gabay.command.duration", "s", "command status", "one command, also as an item of a batch")
APPEND_CONFLICTS = _counter("gabay.append.conflicts", "service", "appends that lost a race for their version (they are tried again)")
APPEND_GROUP_SIZE = _histogram("gabay.append.group_size", "", "service", "appends that shared one commit", MEMBERS)
OUTBOX_PENDING = _gauge("gabay.outbox.pending", "", "service", "events that wait for their topic, counted up to 100,000")
OUTBOX_OLDEST_AGE = _gauge("gabay.outbox.oldest_age", "s", "service", "since when the oldest of them waits; 0 when none does")
RELAY_RECORDS = _counter("gabay.relay.records", "service", "events that a broker has acknowledged")
RELAY_RESETS = _counter("gabay.relay.producer_resets", "service", "times that the relay began anew with another producer, after an error")
CONSUMER_LAG = _gauge("gabay.consumer.lag_records", "", "consumer", "records on the topics that are not applied yet")
CONSUMER_OLDEST_UNREAD = _gauge("gabay.consumer.oldest_unread_age", "s", "consumer", "age of the oldest record fetched and not applied")
CONSUMER_LAST_POLL = _gauge("gabay.consumer.last_poll_age", "s", "consumer", "since the last completed poll, whatever it found")
CONSUMER_STATE = _gauge("gabay.consumer.state", "", "consumer", "0 starting, 1 ok, 2 retrying, 3 stopped")
PROJECTION_LAG = _gauge("gabay.projection.lag", "s", "consumer", "age, by `ce_recordedtime`, of the oldest fact not applied; 0: caught up")
STREAM_HOLES = _counter("gabay.stream.holes", "consumer", "times that a version was missing on a topic and the consumer stopped")
DUPLICATES_SKIPPED = _counter("gabay.duplicates.skipped", "consumer", "records that had been applied before")
PARKED_STREAMS = _gauge("gabay.parked.streams", "", "consumer reason", "streams that stand aside until an operator releases them")
PARKED_OLDEST_AGE = _gauge("gabay.parked.oldest_age", "s", "consumer reason", "since when the oldest of them does")
IDEMPOTENCY_REPLAYS = _counter("gabay.idempotency.replays", "service", "repeated commands that were given their first answer")
IDEMPOTENCY_MISMATCH = _counter("gabay.idempotency.mismatch", "service", "keys that came again with another request")
AUDIT_FAILURES = _counter("gabay.audit.write_failures", "service", "rows of the access log that could not be written: nothing was shown")
AUDIT_CHAIN_BROKEN = _gauge("gabay.audit.chain_broken", "", "service", "chains of the access log that were tampered with", built=False)
AUTHZ_DENIED = _counter("gabay.authz.denied", "reason", "attempts that the matrix refuses, by code of the problem")
AUTHN_FAILED = _counter("gabay.authn.failed", "reason", "tokens refused, by what was wrong with them")
READS_UNUSUAL = _counter("gabay.reads.unusual", "reason", "readings to look at: of many people, of strangers, exports out of hours")
BREAKGLASS_OPEN = _gauge("gabay.breakglass.open", "", "region", "emergency accesses in force")
BREAKGLASS_UNREVIEWED_AGE = _gauge("gabay.breakglass.unreviewed_oldest_age", "s", "region", "oldest one without a review")
KEYRING_FAILURES = _counter("gabay.keyring.failures", "class", "trips to the keyring that failed")
KEYRING_CACHE_HITS = _counter("gabay.keyring.cache_hits", "class", "keys that were at hand without a trip")
ERASURE_PENDING_AGE = _gauge("gabay.erasure.pending_oldest_age", "s", "region", "erased, and not yet acknowledged here")
RIGHTS_OVERDUE_AGE = _gauge("gabay.rights.overdue_oldest_age", "s", "region", "since when a person waits too long for an answer")
REFERRAL_TIMER_LAG = _gauge("gabay.referral.timer_lag", "s", "timer", "by how much the timers of referrals are late", built=False)
ROLLUP_OVERDUE = _gauge("gabay.rollup.overdue", "s", "region", "release due by the calendar that has not come (national)")
SURGE_ALERTS = _gauge("gabay.surge.alerts", "", "metric level", "surges and silences that go on; advisory")
LIVE_SKIPPED = _counter("gabay.live.skipped_records", "topic", "records that the live board passed over, because they were no facts")
WEBHOOK_DELIVERED = _counter("gabay.webhook.delivered", "integrator endpoint", "facts that their receiver has taken")
WEBHOOK_RETRIED = _counter("gabay.webhook.retried", "integrator endpoint", "deliveries that failed and are tried again")
WEBHOOK_PARKED = _gauge("gabay.webhook.parked", "", "integrator endpoint", "1 while nothing is tried until an operator releases it, else 0")
WEBHOOK_OLDEST_AGE = _gauge("gabay.webhook.oldest_age", "s", "integrator endpoint", "since when the oldest fact waits; 0: none does")
BACKUP_AGE = _gauge("gabay.backup.last_verified_age", "s", "store", "since the last drill that passed", built=False)
LOOP_DELAY = _histogram("gabay.event_loop.delay", "s", "process", "how late the event loop wakes, measured twice a second")
POOL_WAIT = _histogram("gabay.db.pool_wait", "s", "process", "wait for a connection to a database")
# fmt: on


def setup(settings: "Settings") -> None:
    """Logs to stdout; traces and metrics by OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set, else off at almost no cost."""
    setup_logs(
        level=settings.log_level,
        pretty=settings.log_format == "pretty",
        service=settings.service or "",
        region=settings.region,
        process=settings.process or "",
    )
    SERVICE["service"] = settings.service or ""
    PROCESS["process"] = "-".join(filter(None, (settings.service, settings.process)))
    if settings.otel_endpoint:
        _export(settings)


def setup_logs(*, level: str = "info", pretty: bool = False, **constant: str) -> None:
    """Only the logs, each line with its trace. constant: service, region, process."""
    logs.setup_logs(here=current, level=level, pretty=pretty, to_stderr=False, **constant)


def begin(incoming: str | None = None) -> TraceIds:
    """Start the trace of one request or pass; continues `incoming` (a traceparent) if it is one."""
    found = _TRACEPARENT.fullmatch(incoming) if incoming else None
    ids = TraceIds(found[1] if found else f"{random.getrandbits(128):032x}", f"{random.getrandbits(64):016x}")
    _here.set(ids)
    return ids


def current() -> TraceIds | None:
    """Where we are: the SDK's span if one is open, else the ids that `begin` made."""
    if _enabled:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            return TraceIds(f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags.sampled)
    return _here.get()


def traceparent() -> str | None:
    """The value of `ce_traceparent` for what is decided now."""
    here = current()
    return here.traceparent if here else None


@contextlib.contextmanager
def _current(open_span: trace.Span) -> Iterator[trace.Span]:
    with trace.use_span(open_span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield open_span
        except BaseException as error:
            open_span.set_attribute("error.type", type(error).__name__)
            raise


_NO_SPAN: Final = contextlib.nullcontext(trace.INVALID_SPAN)


def span(
    name: str,
    kind: trace.SpanKind = trace.SpanKind.INTERNAL,
    *,
    parent: str | None = None,
    traces: Iterable[str | None] = (),
    **attributes: Any,
) -> contextlib.AbstractContextManager[trace.Span]:
    """A span for the length of the block, or nothing at all where no collector is configured.

    parent: a traceparent to continue; traces: traceparents to link to. Attribute names with `_` for `.` (gabay_consumer).
    """
    if not _enabled:
        return _NO_SPAN
    return _current(start(name, kind, parent=parent, traces=traces, **attributes))


def start(
    name: str, kind: trace.SpanKind, *, parent: str | None = None, traces: Iterable[str | None] = (), **attributes: Any
) -> trace.Span:
    """A span below the current one that does not become the current one; the caller ends it."""
    if not _enabled:
        return trace.INVALID_SPAN
    context = None
    if parent and (remote := _place(parent)):
        context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    named = {_ATTRIBUTE[key]: value for key, value in attributes.items()}
    return _tracer.start_span(name, context=context, kind=kind, attributes=named, links=links(traces))


def inside(open_span: trace.Span | None) -> contextlib.AbstractContextManager[Any]:
    """Let what follows be below this span; it is not ended here."""
    if not _enabled or open_span is None:
        return _NO_SPAN
    return trace.use_span(open_span, end_on_exit=False, record_exception=False, set_status_on_exception=False)


def mark(**attributes: Any) -> None:
    """Attributes of the current span."""
    if _enabled:
        trace.get_current_span().set_attributes({_ATTRIBUTE[key]: value for key, value in attributes.items()})


def links(traceparents: Iterable[str | None]) -> list[trace.Link]:
    """At most 64 links to the traces in which things began, those that are being recorded first.

    Links, never parents: a batch serves many requests, and all of them are long over.
    """
    distinct = dict.fromkeys(filter(None, traceparents))
    recorded_first = sorted(distinct, key=lambda each: each[-1] not in "13579bdf")
    return [trace.Link(place) for place in islice(filter(None, map(_place, recorded_first)), LINKS)]


def _place(traceparent: str) -> trace.SpanContext | None:
    found = _TRACEPARENT.fullmatch(traceparent)
    if not found:
        return None
    return trace.SpanContext(int(found[1], 16), int(found[2], 16), True, trace.TraceFlags(int(found[3], 16)))


def enabled() -> bool:
    """Whether spans are recorded."""
    return _enabled


async def watch_loop(every: float = 0.5) -> None:
    """Measure how late the event loop is, for ever: what blocks it for 30 ms makes every desk wait 30 ms."""
    while True:
        due = time.perf_counter() + every
        await asyncio.sleep(every)
        LOOP_DELAY.record(max(0.0, time.perf_counter() - due), PROCESS)


def _export(settings: "Settings") -> None:
    """Send from now on. The import costs 0.2 s, so it waits for a collector to send to."""
    global _enabled
    from shared.otlp import export

    export(settings)
    _enabled = True
