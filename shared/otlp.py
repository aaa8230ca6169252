"""The OpenTelemetry SDK: what samples, sieves and sends. Loaded only where OTEL_EXPORTER_OTLP_ENDPOINT is set.

Whatever would leave the process passes a list of `shared.telemetry` here: attributes of spans, labels of metrics. Events
of spans, and the examples that the SDK attaches to metrics, never leave it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased

from shared.telemetry import METRICS, SPAN_ATTRIBUTES

if TYPE_CHECKING:
    from shared.settings import Settings

EVERY_MS = 15_000
# A collector that is away must not keep a process from ending: a worker has 15 s for that, and two exports to try.
TIMEOUT_S = 3


def export(settings: "Settings") -> None:
    """Send traces and metrics of this process by OTLP over HTTP."""
    base = settings.otel_endpoint.rstrip("/")
    # Nothing of the host: no name, no process id, no command line.
    resource = Resource({"service.name": f"gabay-{settings.service or settings.process}", "gabay.region": settings.region})
    tracers = TracerProvider(sampler=ParentBased(Followed(settings.otel_sampler_arg)), resource=resource)
    tracers.add_span_processor(Sieve(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=TIMEOUT_S))))
    trace.set_tracer_provider(tracers)
    exporter = OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=TIMEOUT_S)
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=EVERY_MS, export_timeout_millis=TIMEOUT_S * 1000)
    metrics.set_meter_provider(measuring(reader, resource))


def measuring(reader: MetricReader, resource: Resource) -> MeterProvider:
    """Metrics with their declared labels and no others."""
    views = [View(instrument_name=metric.name, attribute_keys=set(metric.labels)) for metric in METRICS]
    return MeterProvider([reader], resource=resource, views=views, exemplar_filter=AlwaysOffExemplarFilter())


class Followed(Sampler):
    """Traces a share of all requests, and every batch in which one of them travels on."""

    def __init__(self, share: float) -> None:
        self._share = TraceIdRatioBased(share)

    def should_sample(
        self,
        parent_context: Any,
        trace_id: int,
        name: str,
        kind: Any = None,
        attributes: Any = None,
        links: Sequence[trace.Link] | None = None,
        trace_state: Any = None,
    ) -> SamplingResult:
        if any(link.context.trace_flags.sampled for link in links or ()):
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return self._share.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"Followed({self._share.get_description()})"


class Sieve(SpanProcessor):
    """Hands spans on with the attributes of SPAN_ATTRIBUTES only, and without events."""

    def __init__(self, then: SpanProcessor) -> None:
        self._then = then

    def on_start(self, span: Span, parent_context: Any = None) -> None:
        self._then.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        # The SDK offers no way to take an attribute off a finished span: its private fields are replaced, and a test
        # (test_telemetry) fails should a release of the SDK rename them.
        span._attributes = {k: v for k, v in (span._attributes or {}).items() if k in SPAN_ATTRIBUTES}
        span._events = ()
        self._then.on_end(span)

    def shutdown(self) -> None:
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return bool(self._then.force_flush(timeout_millis))
