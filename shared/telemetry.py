"""Logs, traces and metrics: set up once per process, with nothing personal in any of them.

    log = telemetry.logger()
    log.warning("stream_parked", consumer=..., topic=..., stream=..., version=...)
    with telemetry.span("append", gabay_group_size=len(group)): ...
    telemetry.AUDIT_FAILURES.add(1, {"service": "intake"})

Only fields, attributes and labels that stand in the lists below leave the process; everything else is dropped, because a
library's idea of a useful attribute is a path with an id in it, a query, or the text of an exception.
"""

import asyncio
import atexit
import contextlib
import logging
import random
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
import structlog
from opentelemetry import metrics, trace

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from shared.settings import Settings


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Fields of a log line. Ids of streams and events may appear; of people only as stream ids; never a value somebody typed.
LOG_FIELDS: Final = _words(
    """
    ts level event service region process trace span
    method route status ms staff device problem reason rule part address port pid state seconds count size limit attempts
    consumer topic partition offset stream version command_id event_id type aggregate group lag_seconds read_model generation
    exception frames logger template where chain n head grant role centre org action granted_by confirmed_by release
    records pending since signal exit_code remedy_code revision target operator
    """
)

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
_plain_stamp: Any = None  # set where request lines may take the short way: JSON on stdout at level info
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


def setup_logs(*, level: str = "info", pretty: bool = False, to_stderr: bool = False, **constant: str) -> None:
    """structlog to stdout, and other people's loggers through the same sieve. constant: service, region, process."""
    global _plain_stamp
    stamp = _stamp(constant)
    _plain_stamp = None if pretty or to_stderr or level != "info" else stamp
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            stamp,
            _exception,
            _allow,
            structlog.dev.ConsoleRenderer(timestamp_key="ts", colors=False) if pretty else _json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: _Line(to_stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Foreign()]
    root.setLevel(max(getattr(logging, level.upper()), logging.INFO))


def logger() -> Any:
    """The logger: event name in snake case, then fields of LOG_FIELDS."""
    if not structlog.is_configured():
        # structlog's own default prints tracebacks with the values of local variables.
        setup_logs(to_stderr=True)
    return structlog.get_logger()


def log_request(**fields: Any) -> None:
    """The one line of a request: the same as `logger().info("request", ...)` at a fifth of its cost, written with a delay
    of at most 0.1 s. The caller names fields of LOG_FIELDS only.
    """
    if _plain_stamp is None:
        logger().info("request", **fields)
        return
    _later(_json(None, "", _plain_stamp(None, "info", {"event": "request", **fields})))


class _Line:
    """Where a finished line goes: the stream is looked up each time, since tests and daemons replace it."""

    __slots__ = ("_to_stderr",)

    def __init__(self, to_stderr: bool) -> None:
        self._to_stderr = to_stderr

    def msg(self, line: str | bytes) -> None:
        _flush()  # what was held back came first
        _write((line.encode() if isinstance(line, str) else line) + b"\n", sys.stderr if self._to_stderr else sys.stdout)

    debug = info = warning = warn = error = critical = exception = fatal = msg


_held: list[bytes] = []


def _later(line: bytes) -> None:
    """Hold a line back for a moment: under load one write serves many requests."""
    _held.append(line)
    if len(_held) == 1:
        try:
            asyncio.get_running_loop().call_later(0.1, _flush)
        except RuntimeError:
            _flush()
    elif len(_held) >= 500:
        _flush()


def _flush() -> None:
    if _held:
        lines = b"\n".join(_held) + b"\n"
        _held.clear()
        _write(lines, sys.stdout)


def _write(lines: bytes, stream: Any) -> None:
    try:
        stream.buffer.write(lines)
        stream.flush()
    except (ValueError, OSError, AttributeError):
        pass  # the reader of our log is gone: that must not fail a request


atexit.register(_flush)


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


def frames(error: BaseException) -> list[str]:
    """Where an exception came from, innermost last: `module:line`, no text and no values."""
    return [f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)][-12:]


def _stamp(constant: Mapping[str, str]) -> structlog.typing.Processor:
    def stamp(_: Any, level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        here = current()
        head: dict[str, Any] = {
            "ts": datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": "warning" if level == "warn" else "error" if level == "exception" else level,
            "event": line.pop("event", ""),
            **constant,
        }
        if here:
            head["trace"], head["span"] = here.trace_id, here.span_id
        head.update(line)
        return head

    return stamp


def _exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception becomes its type and frames: its text may hold what somebody typed."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["exception"] = f"{type(error).__module__}.{type(error).__qualname__}"
        line["frames"] = frames(error)
    return line


def _allow(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in line.items() if key in LOG_FIELDS}


def _json(_: Any, __: str, line: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(line, default=lambda value: type(value).__name__)


class _Foreign(logging.Handler):
    """Lines of libraries: which logger and where, and the unformatted template where we know that it holds no value."""

    KNOWN = ("uvicorn", "aiokafka", "alembic")

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
        if record.name.split(".")[0] in self.KNOWN and isinstance(record.msg, str) and record.args:
            fields["template"] = record.msg[:200]
        level = "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else "info"
        getattr(logger(), level)("library", exc_info=record.exc_info, **fields)


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
