"""Links from the spans of a batch to the traces in which its events were recorded."""

from collections.abc import Iterable
from itertools import islice

from opentelemetry.trace import Span, SpanContext, TraceFlags

from shared import telemetry

MOST = 64  # of a batch of thousands; a span with more is dropped by some collectors


def link_all(span: Span, traceparents: Iterable[str | None]) -> None:
    """Link a batch's span to `ce_traceparent`s, at most 64: link, never continue, for the request is long over."""
    if not telemetry.enabled():
        return
    for parent in islice(filter(None, traceparents), MOST):
        parts = parent.split("-")
        if len(parts) == 4 and len(parts[1]) == 32 and len(parts[2]) == 16:
            try:
                context = SpanContext(int(parts[1], 16), int(parts[2], 16), True, TraceFlags(int(parts[3], 16)))
            except ValueError:
                continue
            span.add_link(context)
