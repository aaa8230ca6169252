"""Logs, traces and metrics: set up once per process, with nothing personal in any of them.

    log = telemetry.logger()
    log.warning("stream_parked", consumer=..., topic=..., stream=..., version=...)
    with telemetry.span("append", gabay_group_size=len(group)): ...
    telemetry.AUDIT_FAILURES.add(1, {"service": "intake"})

Only fields, attributes and labels that stand in the lists below leave the process; everything else is dropped, because a
library's idea of a useful attribute is a path with an id in it, a query, or the text of an exception.
"""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opentelemetry import metrics, trace

from shared import logs
from shared.logs import frames, log_request, logger

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from shared.settings import Settings


__all__ = ["begin", "current", "enabled", "frames", "log_request", "logger", "setup", "setup_logs", "span", "traceparent", "watch_loop"]


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


# Metrics. OTel names; the Prometheus names of the operations chapter follow by its rules (dots, unit, `_total`).
HTTP_DURATION = _meter.create_histogram("gabay.http.request.duration", "s")
COMMAND_DURATION = _meter.create_histogram("gabay.command.duration", "s")
APPEND_CONFLICTS = _meter.create_counter("gabay.append.conflicts")
APPEND_GROUP_SIZE = _meter.create_histogram("gabay.append.group_size")
OUTBOX_PENDING = _meter.create_gauge("gabay.outbox.pending")
OUTBOX_OLDEST_AGE = _meter.create_gauge("gabay.outbox.oldest_age", "s")
RELAY_RECORDS = _meter.create_counter("gabay.relay.records")
RELAY_RESETS = _meter.create_counter("gabay.relay.producer_resets")
CONSUMER_LAG = _meter.create_gauge("gabay.consumer.lag_records")
CONSUMER_OLDEST_UNREAD = _meter.create_gauge("gabay.consumer.oldest_unread_age", "s")
CONSUMER_LAST_POLL = _meter.create_gauge("gabay.consumer.last_poll_age", "s")
CONSUMER_STATE = _meter.create_gauge("gabay.consumer.state")
PROJECTION_LAG = _meter.create_gauge("gabay.projection.lag", "s")
STREAM_HOLES = _meter.create_counter("gabay.stream.holes")
DUPLICATES_SKIPPED = _meter.create_counter("gabay.duplicates.skipped")
PARKED_STREAMS = _meter.create_gauge("gabay.parked.streams")
PARKED_OLDEST_AGE = _meter.create_gauge("gabay.parked.oldest_age", "s")
IDEMPOTENCY_REPLAYS = _meter.create_counter("gabay.idempotency.replays")
IDEMPOTENCY_MISMATCH = _meter.create_counter("gabay.idempotency.mismatch")
AUDIT_FAILURES = _meter.create_counter("gabay.audit.write_failures")
AUDIT_CHAIN_BROKEN = _meter.create_gauge("gabay.audit.chain_broken")
AUTHZ_DENIED = _meter.create_counter("gabay.authz.denied")
AUTHN_FAILED = _meter.create_counter("gabay.authn.failed")
BREAKGLASS_OPEN = _meter.create_gauge("gabay.breakglass.open")
BREAKGLASS_UNREVIEWED_AGE = _meter.create_gauge("gabay.breakglass.unreviewed_oldest_age", "s")
KEYRING_FAILURES = _meter.create_counter("gabay.keyring.failures")
KEYRING_CACHE_HITS = _meter.create_counter("gabay.keyring.cache_hits")
ERASURE_PENDING_AGE = _meter.create_gauge("gabay.erasure.pending_oldest_age", "s")
REFERRAL_TIMER_LAG = _meter.create_gauge("gabay.referral.timer_lag", "s")
ROLLUP_OVERDUE = _meter.create_gauge("gabay.rollup.overdue", "s")
BACKUP_AGE = _meter.create_gauge("gabay.backup.last_verified_age", "s")
LOOP_DELAY = _meter.create_gauge("gabay.event_loop.delay", "s")
POOL_WAIT = _meter.create_histogram("gabay.db.pool_wait", "s")


def setup(settings: "Settings") -> None:
    """Logs to stdout; traces and metrics by OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set, else off at almost no cost."""
    setup_logs(
        level=settings.log_level,
        pretty=settings.log_format == "pretty",
        service=settings.service or "",
        region=settings.region,
        process=settings.process or "",
    )
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
def _real_span(name: str, kind: trace.SpanKind, attributes: Mapping[str, Any], parent: str | None) -> Iterator[trace.Span]:
    context = None
    if parent and (found := _TRACEPARENT.fullmatch(parent)):
        remote = trace.SpanContext(int(found[1], 16), int(found[2], 16), True, trace.TraceFlags(int(found[3], 16)))
        context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    with _tracer.start_as_current_span(
        name, context=context, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as open_span:
        yield open_span


_NO_SPAN: Final = contextlib.nullcontext(trace.INVALID_SPAN)


def span(
    name: str, kind: trace.SpanKind = trace.SpanKind.INTERNAL, *, parent: str | None = None, **attributes: Any
) -> contextlib.AbstractContextManager[trace.Span]:
    """A span, or nothing at all where no collector is configured. Attribute names with `_` for `.` (gabay_consumer)."""
    if not _enabled:
        return _NO_SPAN
    return _real_span(name, kind, {key.replace("_", ".", 1): value for key, value in attributes.items()}, parent)


def enabled() -> bool:
    """Whether spans are recorded."""
    return _enabled


async def watch_loop(every: float = 0.5) -> None:
    """Measure how late the event loop is, for ever: what blocks it for 30 ms makes every desk wait 30 ms."""
    while True:
        due = time.perf_counter() + every
        await asyncio.sleep(every)
        LOOP_DELAY.set(max(0.0, time.perf_counter() - due))


def _export(settings: "Settings") -> None:
    """Traces and metrics by OTLP over HTTP. The imports cost 0.2 s, so they wait for a collector to send to."""
    global _enabled
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    base = settings.otel_endpoint.rstrip("/")
    resource = Resource({"service.name": f"gabay-{settings.service or settings.process}", "gabay.region": settings.region})
    tracers = TracerProvider(sampler=ParentBasedTraceIdRatio(settings.otel_sampler_arg), resource=resource)
    sieve: Any = Sieve(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
    tracers.add_span_processor(sieve)
    trace.set_tracer_provider(tracers)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"), export_interval_millis=15_000)
    metrics.set_meter_provider(MeterProvider([reader], resource=resource))
    _enabled = True


class Sieve:
    """A SpanProcessor that hands spans on with the attributes of SPAN_ATTRIBUTES only, and without events.

    By its shape: the base class would load the SDK into every process.
    """

    def __init__(self, then: Any) -> None:
        self._then = then

    def on_start(self, span: "Span", parent_context: Any = None) -> None:
        self._then.on_start(span, parent_context)

    def _on_ending(self, span: "Span") -> None:
        self._then._on_ending(span)

    def on_end(self, span: "ReadableSpan") -> None:
        # The SDK offers no way to take an attribute off a finished span: its private fields are replaced, and a test
        # (test_telemetry) fails should a release of the SDK rename them.
        span._attributes = {k: v for k, v in (span._attributes or {}).items() if k in SPAN_ATTRIBUTES}
        span._events = ()
        self._then.on_end(span)

    def shutdown(self) -> None:
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return bool(self._then.force_flush(timeout_millis))
