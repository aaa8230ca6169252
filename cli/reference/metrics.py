"""docs/reference/metrics.md: every span, attribute and metric that leaves a process, and nothing else does."""

from __future__ import annotations

from cli.reference.table import made_from, table
from shared.telemetry import LINKS, METRICS, SPAN_ATTRIBUTES

INTRO = """# Traces and metrics

Every process sends them by OTLP over HTTP where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and costs next to nothing where it
is not. `OTEL_TRACES_SAMPLER_ARG` is the share of requests that are traced. Metrics go out every 15 seconds and at the end of
a process, under the names of the last column; a Prometheus behind a collector knows them by those of the first.

Nothing about a person leaves a process this way: no name, no id of a person, stream, centre or member of staff. Attributes
and labels that do not stand on this page are dropped inside the process. Text of exceptions is never sent.

## How one command is followed

A request is one trace: `POST /v1/clients` > `command RegisterClient` > `keyring fetch`, `append`. The event keeps its place
in it (`meta`, and `ce_traceparent` on the topic). What happens later is linked to that place, not part of that trace, because
one batch serves many requests and all of them are long over. A reaction is a place like a request: its events carry it on.
A batch with a linked trace that is recorded is recorded too, whatever the share.

![One registration: the request at intake, its relay, casework's reaction, reporting's reading, the figure](../images/trace.svg)

The picture is drawn from the spans of a run: `./gabay test tests/integration/test_trace_picture.py --pictures`.

"""
SPANS = (
    ("`POST /v1/clients` and so on", "SERVER", "the request: method, route, status, `gabay.problem`"),
    ("`command RegisterClient`", "INTERNAL", "one command, also as an item of a batch: `gabay.command`, `gabay.result`, `gabay.attempts`"),
    ("`append`", "CLIENT", "events into the store: `gabay.group.size`, the appends that shared the commit"),
    ("`keyring fetch`", "CLIENT", "a trip for keys that were not at hand, or are made"),
    ("`audit write`", "CLIENT", "the row of the access log, before the answer"),
    ("`relay batch`", "PRODUCER", "one transaction of the relay; a trace of its own, with links"),
    ("`send intake.client.v1`", "PRODUCER", "its records of one topic, until acknowledged; with links; in their `traceparent`"),
    ("`consume batch`", "CONSUMER", "one transaction of a consumer: `gabay.consumer`; with links"),
    ("`process intake.client.v1`", "CONSUMER", "its records of one topic; with links"),
    ("`reaction R1`", "INTERNAL", "one reaction to one record: `gabay.event.type`; what it appends carries its place"),
    ("`rebuild caseload`", "INTERNAL", "`gabay.read_model`, `gabay.records`, `gabay.seconds`"),
)


def page() -> str:
    """The whole page."""
    text = made_from("`shared/telemetry.py`") + INTRO + "## Spans\n\n" + table(("Span", "Kind", "What, and with which attributes"), SPANS)
    text += f"\nA span has at most {LINKS} links, to traces that are recorded first. Attributes that may leave a process:\n\n"
    text += "\n".join(f"- `{name}`" for name in sorted(SPAN_ATTRIBUTES)) + "\n\n## Metrics\n\n"
    text += table(
        ("Metric", "Kind", "Labels", "Meaning", "OpenTelemetry"),
        [
            (
                f"`{metric.prometheus}`",
                metric.kind,
                " ".join(f"`{label}`" for label in metric.labels),
                metric.meaning + ("" if metric.built else " *(not sent yet: comes with its part)*"),
                f"`{metric.name}`",
            )
            for metric in METRICS
        ],
    )
    return text + (
        "\n`service`, `consumer`, `process` and `read_model` are names of parts, `route` is the path as declared (`/v1/clients/{id}`), "
        "`reason` and `status` are codes, `class` is a class of sealed fields.\n"
    )
