"""Logs, traces and metrics: what leaves the process, and what never does."""

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from shared import logs as logs_module
from shared import telemetry
from shared.http.app import create_app
from shared.otlp import Followed, Sieve, measuring
from shared.settings import Settings
from tests.unit.http.kit import router, settings

CANARY = "Kanaryo Dela Cruz"


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    telemetry.setup_logs(level="info", service="intake", region="antique", process="api")

    def lines() -> list[dict[str, Any]]:
        logs_module._flush()
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    yield lines
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def test_a_line_says_who_when_and_where(logs: Any) -> None:
    ids = telemetry.begin()
    telemetry.logger().warning("stream_parked", consumer="c", version=3)
    (line,) = logs()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"])
    assert {**line, "ts": ""} == {
        "ts": "", "level": "warning", "event": "stream_parked", "service": "intake", "region": "antique", "process": "api",
        "trace": ids.trace_id, "span": ids.span_id, "consumer": "c", "version": 3,
    }  # fmt: skip


def test_a_field_that_nobody_declared_stays_inside(logs: Any) -> None:
    telemetry.logger().info("x", given_name=CANARY, body={"a": CANARY}, version=1)
    assert CANARY not in json.dumps(logs())


def test_an_exception_is_its_type_and_frames(logs: Any) -> None:
    try:
        int(CANARY)
    except ValueError as error:
        telemetry.logger().error("broken", exc_info=error)
        telemetry.logger().error("broken", exc_info=True)
    for line in logs():
        assert line["exception"] == "builtins.ValueError"
        assert re.fullmatch(r".*test_telemetry:\d+", line["frames"][-1])
        assert CANARY not in json.dumps(line)


def test_lines_of_libraries_carry_no_values(logs: Any) -> None:
    logging.getLogger("asyncio").error(f"Task failed: {CANARY}")
    logging.getLogger("aiokafka.consumer").warning("Heartbeat of %s failed", CANARY)
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("uvicorn.error").exception(f"Exception with {CANARY}")
    found = logs()
    assert [line["logger"] for line in found] == ["asyncio", "aiokafka.consumer", "uvicorn.error"]
    assert found[1]["template"] == "Heartbeat of %s failed"
    assert CANARY not in json.dumps(found)


def test_control_characters_are_escaped(logs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.logger().info("x", reason="a\nb\x1b[31m")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "\x1b" not in out


def test_the_line_of_a_request_takes_the_short_way_and_says_the_same(logs: Any) -> None:
    telemetry.log_request(method="GET", route="/v1/x", status=200, ms=1.5)
    telemetry.logger().info("request", method="GET", route="/v1/x", status=200, ms=1.5)
    short, long = logs()
    assert {**short, "ts": ""} == {**long, "ts": ""}


def test_a_trace_is_continued_or_begun() -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert telemetry.begin(parent).trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert re.fullmatch(r"00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00", telemetry.traceparent() or "")
    for nonsense in (None, "", CANARY, parent + "x", "00-short-1-01"):
        assert telemetry.begin(nonsense).trace_id != "4bf92f3577b34da6a3ce929d0e0e4736"


def test_without_a_collector_a_span_is_nothing() -> None:
    with telemetry.span("append", gabay_consumer="x") as span:
        assert not span.is_recording()


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Any) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def test_only_declared_attributes_leave_with_a_span() -> None:
    kept, provider = Kept(), TracerProvider()
    provider.add_span_processor(Sieve(SimpleSpanProcessor(kept)))
    attributes = {"http.route": "/v1/clients/{id}", "url.full": CANARY, "db.query.text": CANARY, "messaging.kafka.message.key": CANARY}
    with provider.get_tracer("t").start_as_current_span("GET", attributes=attributes) as span:
        span.add_event("exception", {"exception.message": CANARY})
        span.set_attribute("gabay.problem", "validation")
        span.set_attribute("gabay.name", CANARY)
    (left,) = kept.spans
    assert dict(left.attributes or {}) == {"http.route": "/v1/clients/{id}", "gabay.problem": "validation"}
    assert left.events == ()
    assert CANARY not in left.to_json()


def test_only_declared_labels_leave_with_a_metric() -> None:
    reader = InMemoryMetricReader()
    meter = measuring(reader, Resource({})).get_meter("gabay")
    meter.create_counter("gabay.audit.write_failures").add(1, {"service": "intake", "staff": CANARY})
    told = reader.get_metrics_data().to_json()
    assert '"service": "intake"' in told
    assert CANARY not in told


def test_links_are_distinct_and_those_that_are_recorded_come_first() -> None:
    quiet = [f"00-{n:032x}-{n:016x}-00" for n in range(1, 200)]
    recorded = f"00-{500:032x}-{500:016x}-01"
    found = telemetry.links([None, "", CANARY, *quiet, *quiet, recorded, recorded])
    assert len(found) == telemetry.LINKS
    assert [link.context.trace_id for link in found[:2]] == [500, 1]


@pytest.mark.parametrize(("flags", "recorded"), [("01", True), ("00", False)])
def test_a_batch_is_recorded_if_a_request_in_it_is(flags: str, recorded: bool) -> None:
    tracer = TracerProvider(sampler=Followed(0)).get_tracer("t")
    links = telemetry.links([f"00-{1:032x}-{1:016x}-{flags}"])
    assert tracer.start_span("relay batch", links=links).is_recording() is recorded


def test_every_metric_has_a_name_of_its_own_and_says_what_it_means() -> None:
    names = [metric.prometheus for metric in telemetry.METRICS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"gabay_[a-z_]+", name) for name in names)
    assert all(metric.meaning for metric in telemetry.METRICS)


def test_every_metric_that_is_said_to_be_built_is_measured_somewhere(project: Path) -> None:
    files = [file for name in ("shared", "services") for file in (project / name).rglob("*.py")]
    used = {word for file in files for word in re.findall(r"telemetry\.([A-Z_]+)\.(?:add|record|set)\(", file.read_text("utf-8"))}
    used |= set(re.findall(r"^ +([A-Z_]+)\.(?:add|record|set)\(", (project / "shared/telemetry.py").read_text("utf-8"), re.MULTILINE))
    instruments = {name: value._name for name, value in vars(telemetry).items() if name.isupper() and hasattr(value, "_name")}
    measured = {instruments[name] for name in used}
    assert measured == {metric.name for metric in telemetry.METRICS if metric.built}


async def test_an_api_that_cannot_start_says_where_and_keeps_the_words_back(logs: Any) -> None:
    @asynccontextmanager
    async def resources(_: Settings) -> AsyncIterator[Any]:
        raise ValueError("postgresql://intake_app:hunter2@db/intake")
        yield

    app = create_app(service="intake", settings=settings(), routers=[router()], resources=resources)
    with pytest.raises(ValueError, match="hunter2"):
        async with app.router.lifespan_context(app):
            pass
    (line,) = [line for line in logs() if line["event"] == "api_not_started"]
    assert (line["level"], line["exception"]) == ("error", "builtins.ValueError")
    assert line["frames"][-1].startswith(f"{__name__}:")
    assert "hunter2" not in json.dumps(line)
