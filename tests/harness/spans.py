"""Spans as a collector gets them, and the picture of those that one command left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent

KINDS: Final = {1: "INTERNAL", 2: "SERVER", 3: "CLIENT", 4: "PRODUCER", 5: "CONSUMER"}


@dataclass(frozen=True, slots=True)
class Span:
    """A span as a collector sees it. place: its trace and span id, as in a traceparent; parent: place of its parent;
    began, ended: nanoseconds of the epoch."""

    name: str
    kind: str
    place: str
    parent: str
    links: frozenset[str]
    attributes: dict[str, Any]
    service: str
    began: int
    ended: int

    @property
    def trace(self) -> str:
        return self.place[:32]


def spans_of(body: bytes) -> Iterator[Span]:
    """The spans of one export."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
        for scope in resource.scope_spans:
            for sent in scope.spans:
                yield _span(sent, service)


def _span(sent: Sent, service: str) -> Span:
    trace = sent.trace_id.hex()
    return Span(
        name=sent.name,
        kind=KINDS[sent.kind],
        place=f"{trace}-{sent.span_id.hex()}",
        parent=f"{trace}-{sent.parent_span_id.hex()}" if sent.parent_span_id else "",
        links=frozenset(f"{link.trace_id.hex()}-{link.span_id.hex()}" for link in sent.links),
        attributes={a.key: getattr(a.value, a.value.WhichOneof("value")) for a in sent.attributes},
        service=service,
        began=sent.start_time_unix_nano,
        ended=sent.end_time_unix_nano,
    )


# --- the picture ---

WIDTH, LEFT, RIGHT, ROW, TOP = 960, 300, 70, 24, 84
Row = tuple[int, Span]
"""Depth below the span that begins a trace, and the span."""


def story(spans: Sequence[Span], command: str) -> list[Row]:
    """What began with the command at this place: its request, and each batch and reaction that links to it, in time's order.

    Of what is told again to the same consumer only the first, and only what readers of the picture ask for: the relay that
    sent it, and each consumer that made something of it.
    """
    at = {span.place: span for span in spans}
    root = at[command]
    while root.parent:
        root = at[root.parent]
    roots = [root]
    for name in ("send", "process"):
        for span in sorted((each for each in spans if command in each.links and each.name.startswith(f"{name} ")), key=_began):
            batch = at[span.parent]
            if batch not in roots:
                roots.append(batch)
    return [row for each in sorted(roots, key=_began) for row in _below(spans, each, command, 0)]


def _below(spans: Sequence[Span], span: Span, command: str, depth: int) -> Iterator[Row]:
    yield depth, span
    for child in sorted((each for each in spans if each.parent == span.place), key=_began):
        # A batch serves many: of what it sent and processed only what holds this command's fact.
        if not child.links or command in child.links:
            yield from _below(spans, child, command, depth + 1)


def _began(span: Span) -> int:
    return span.began


def picture(rows: Sequence[Row], command: str, figure: Span) -> str:
    """An SVG of the rows on one axis of milliseconds, and of the question whose answer first counted the person."""
    rows = [*rows, (0, figure)]
    first = min(span.began for _, span in rows)
    last = max(span.ended for _, span in rows)
    scale = (WIDTH - LEFT - RIGHT) / (last - first)

    def x(at: int) -> float:
        return round(LEFT + (at - first) * scale, 1)

    height = TOP + ROW * len(rows) + 24
    lines = [HEAD.format(width=WIDTH, height=height, description=escape("; ".join(_said(span, first) for _, span in rows)))]
    for tick in _ticks((last - first) / 1e6):
        at = x(first + int(tick * 1e6))
        lines.append(
            f'<path class="grid" d="M{at} {TOP - 10} V{height - 16}"/><text class="small" x="{at}" y="{TOP - 16}">{tick:g} ms</text>'
        )
    middle = {span.place: TOP + ROW * n + ROW / 2 for n, (_, span) in enumerate(rows)}
    for n, (depth, span) in enumerate(rows):
        y, begin, wide = TOP + ROW * n, x(span.began), max(2.0, round((span.ended - span.began) * scale, 1))
        if command in span.links and span.place != command:
            end = x(next(each.ended for _, each in rows if each.place == command))
            lines.append(f'<path class="link" d="M{end} {middle[command]} V{y + ROW / 2} H{begin}"/>')
        service = span.service.removeprefix("gabay-")
        lines.append(f'<rect class="{service}" x="{begin}" y="{y + 5}" width="{wide}" height="{ROW - 10}" rx="3"/>')
        lines.append(f'<text x="{14 + 14 * depth}" y="{y + 17}">{escape(_label(span))}</text>')
        took = f"{(span.ended - span.began) / 1e6:.1f} ms"
        lines.append(f'<text class="small" x="{min(round(begin + wide + 5), WIDTH - 55)}" y="{y + 17}">{took}</text>')
    for n, service in enumerate(dict.fromkeys(span.service.removeprefix("gabay-") for _, span in rows)):
        lines.append(f'<rect class="{service}" x="{LEFT + 120 * n}" y="34" width="14" height="14" rx="3"/>')
        lines.append(f'<text x="{LEFT + 20 + 120 * n}" y="46">{service}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _label(span: Span) -> str:
    """A batch is one of many: whose it is says its consumer."""
    return " ".join(filter(None, (span.name, span.attributes.get("gabay.consumer") if span.name == "consume batch" else None)))


def _said(span: Span, first: int) -> str:
    return f"{span.service}: {span.name} from {(span.began - first) / 1e6:.1f} to {(span.ended - first) / 1e6:.1f} ms"


def _ticks(milliseconds: float) -> Iterable[float]:
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if milliseconds / each <= 8)
    return (float(n * step) for n in range(int(milliseconds / step) + 1))


HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d" \
font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13">
<title id="t">One registration, from its POST to the figure that counts it</title>
<desc id="d">{description}</desc>
<style>
  .ground {{ fill: #ffffff; }} text {{ fill: #16212c; }} .small {{ font-size: 11px; fill: #43525f; }}
  .bold {{ font-size: 15px; font-weight: 600; }}
  .grid {{ stroke: #d5dde5; }} .link {{ fill: none; stroke: #8a6d1b; stroke-dasharray: 4 3; }}
  .intake {{ fill: #35506b; }} .casework {{ fill: #2f6b3c; }} .referrals {{ fill: #8a6d1b; }} .reporting {{ fill: #7a3b69; }}
  @media (prefers-color-scheme: dark) {{
    .ground {{ fill: #0f161d; }} text {{ fill: #e8eef4; }} .small {{ fill: #b3c1ce; }} .grid {{ stroke: #2a3845; }}
    .link {{ stroke: #d9b75a; }}
    .intake {{ fill: #86a5c4; }} .casework {{ fill: #7cc08c; }} .referrals {{ fill: #d9b75a; }} .reporting {{ fill: #cf8fbd; }}
  }}
</style>
<rect class="ground" width="{width}" height="{height}" rx="10"/>
<text class="bold" x="14" y="26">One registration, from its POST to the figure that counts it</text>
<text class="small" x="14" y="46">dashed: linked, not a child</text>"""
