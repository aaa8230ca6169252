"""One command is followed from its request to what another service makes of it, and nothing about anybody is told on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from deploy.embedded.stack import PREPARED, ROOT, Stack
from shared.telemetry import METRICS, SPAN_ATTRIBUTES
from tests.harness.collector import Collector, collecting
from tests.harness.journey import CENTRE, Journey, Texts
from tests.harness.people import a_consent, new_id
from tests.harness.region import Region
from tests.harness.spans import Span, spans_of
from tests.harness.tokens import staff_id
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
TOPIC = "intake.client.v1"
PROCESSES = ("intake-api", "intake-worker", "casework-api", "casework-worker")
ALWAYS: Final = """
    gabay_http_request_duration_seconds gabay_command_duration_seconds gabay_append_group_size gabay_outbox_pending
    gabay_outbox_oldest_age_seconds gabay_relay_records_total gabay_consumer_lag_records gabay_consumer_oldest_unread_age_seconds
    gabay_consumer_last_poll_age_seconds gabay_consumer_state gabay_projection_lag_seconds gabay_duplicates_skipped_total
    gabay_parked_streams gabay_parked_oldest_age_seconds gabay_idempotency_replays_total gabay_idempotency_mismatch_total
    gabay_authz_denied_total gabay_authn_failed_total gabay_keyring_cache_hits_total gabay_event_loop_delay_seconds
    gabay_db_pool_wait_seconds
"""
"""What this story has to show; the others need a part that fails, and are held by tests of their own."""


@dataclass(repr=False)
class Told:
    """What the collector got, and what the story was about."""

    traces: list[bytes]
    metrics: list[bytes]
    words: list[str]
    trace: str
    registered: str
    opened: str
    spans: list[Span] = field(default_factory=list)

    def all(self, name: str, **attributes: Any) -> list[Span]:
        return [s for s in self.spans if s.name == name and attributes.items() <= s.attributes.items()]

    def at(self, place: str) -> Span:
        (found,) = [span for span in self.spans if span.place == place]
        return found

    def below(self, parent: Span, name: str) -> list[Span]:
        return [span for span in self.all(name) if span.parent == parent.place]


def metrics_of(bodies: list[bytes]) -> dict[str, list[dict[str, str]]]:
    """Prometheus name -> the labels of each of its series."""
    names = {metric.name: metric.prometheus for metric in METRICS}
    found: dict[str, list[dict[str, str]]] = {}
    for body in bodies:
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for metric in (each for scope in resource.scope_metrics for each in scope.metrics):
                points = getattr(metric, metric.WhichOneof("data")).data_points
                series = found.setdefault(names.get(metric.name, metric.name), [])
                series += [{a.key: a.value.string_value for a in point.attributes} for point in points]
    return found


@asynccontextmanager
async def _stack(collector: str) -> AsyncIterator[Stack]:
    """Intake and casework, whose spans and metrics go to this collector."""
    home = ROOT / ".gabay" / "test-telemetry"
    settings = {"GABAY_MODE": "test", "OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_TRACES_SAMPLER_ARG": "1"}
    stack = Stack(home, ports="free", parts=(*PREPARED, "issuer", *PROCESSES), settings=settings)
    if stack.home.take():
        stack.home.wipe(keep=("run",))
        stack.home.release()
    stack.start_sync()
    try:
        yield stack
    finally:
        stack.stop_sync()


@pytest.fixture(scope="module")
async def told() -> AsyncIterator[Told]:
    """The story: somebody is registered and gets a case; repetitions, refusals, a record twice and a broken one."""
    texts = Texts(given="Kanario", family="Telemetrica", phone="+639179998877", document="TLMTRY99", email="tlm@example.org")
    with collecting() as collector:
        async with _stack(collector.url) as stack:
            region = Region(stack)
            way = Journey(region, texts)
            await way.register()
            await way.case_opens()
            trace = way.answers[0].headers["Gabay-Trace"]
            registered = (await region.rows("intake", _PLACE, way.client))[0][0]
            opened = (await region.rows("casework", _PLACE, way.case))[0][0]
            await _asked(region, way)
            await _disturbed(region, collector)
            for part in PROCESSES:
                await stack.stop_part(part)  # which sends what is left
        bodies = collector.received
        words = [*texts.words(), way.client, way.client.replace("-", ""), way.case, *way.consents.values(), CENTRE]
        words += [staff_id("supervisor", centre=CENTRE), staff_id("statistician")]
        story = Told(bodies["/v1/traces"], bodies["/v1/metrics"], words, trace, registered[3:52], opened[3:52])
        story.spans = [span for body in story.traces for span in spans_of(body)]
        yield story


_PLACE = "select meta ->> 'traceparent' from event where stream_id = $1 and version = 1"


async def _asked(region: Region, way: Journey) -> None:
    """A read, a repetition, the same key for another wish, a foreign role, a bad token."""
    body = a_consent("FOLLOW_UP_CONTACT", day=way.day)
    async with region.client("intake", centre=CENTRE) as http:
        read = await http.get(f"/v1/clients/{way.client}", headers={"Gabay-Purpose": "CASE_MANAGEMENT"})
        assert read.status_code == 200
        sent = {"Idempotency-Key": new_id(), "If-Match": "*"}
        for changes, status in (({}, 200), ({}, 200), ({"language": "fra"}, 422)):
            answer = await http.post(f"/v1/clients/{way.client}/consents", json=body | changes, headers=sent)
            assert answer.status_code == status, answer.text
        assert (await http.get(f"/v1/clients/{way.client}", headers={"Authorization": "Bearer a.b.c"})).status_code == 401
    async with region.client("intake", "statistician") as http:
        assert (await http.post("/v1/clients", json={}, headers={"Idempotency-Key": new_id()})).status_code == 403


async def _disturbed(region: Region, collector: Collector) -> None:
    """Put a known record on the topic once more, and one that nobody can read; wait until casework tells of both."""
    record = await _first_record(region)
    producer = AIOKafkaProducer(bootstrap_servers=region.bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, record.value, key=record.key, headers=list(record.headers), partition=record.partition)
        stream = new_id().encode()
        broken = [(name, stream if value == record.key else value) for name, value in record.headers]
        await producer.send_and_wait(TOPIC, b"{", key=stream, headers=broken, partition=record.partition)
    finally:
        await producer.stop()

    async def parked() -> bool:
        return "gabay_parked_streams" in metrics_of(list(collector.received.get("/v1/metrics", ())))

    await eventually(parked, what="a worker that tells of the parked stream", seconds=60, pause=0.5)


async def _first_record(region: Region) -> Any:
    consumer = AIOKafkaConsumer(bootstrap_servers=region.bootstrap, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, p) for p in range(6)])
        return await asyncio.wait_for(consumer.getone(), 20)
    finally:
        await consumer.stop()


def test_a_request_is_one_trace_down_to_the_store(told: Told) -> None:
    (request,) = [span for span in told.all("POST /v1/clients") if span.trace == told.trace]
    assert (request.kind, request.service, request.parent) == ("SERVER", "gabay-intake", "")
    assert request.attributes["http.response.status_code"] == 201
    (command,) = told.below(request, "command RegisterClient")
    assert (command.kind, command.attributes["gabay.result"], command.attributes["gabay.attempts"]) == ("INTERNAL", "done", 1)
    (append,) = told.below(command, "append")
    assert (append.kind, append.attributes["gabay.group.size"]) == ("CLIENT", 1)
    assert {span.kind for span in told.below(command, "keyring fetch")} == {"CLIENT"}
    assert told.registered == command.place, "the event keeps its place in the trace"


def test_a_read_shows_that_it_was_recorded_first(told: Told) -> None:
    reads = told.all("GET /v1/clients/{id}", **{"http.response.status_code": 200})
    assert [span.kind for read in reads for span in told.below(read, "audit write")] == ["CLIENT"]


def test_the_relay_and_the_reaction_link_to_the_command(told: Told) -> None:
    command = told.at(told.registered)
    (send,) = [span for span in told.all(f"send {TOPIC}") if command.place in span.links]
    relayed = told.at(send.parent)
    assert (send.kind, send.service) == ("PRODUCER", "gabay-intake")
    assert (relayed.name, relayed.kind, relayed.parent) == ("relay batch", "PRODUCER", "")
    assert command.place in relayed.links
    assert relayed.trace != command.trace, "never a child of the request"
    process = told.at(told.at(told.opened).parent)
    assert command.place in process.links
    consumed = told.at(process.parent)
    assert (process.name, process.kind, process.service) == (f"process {TOPIC}", "CONSUMER", "gabay-casework")
    assert process.attributes["gabay.consumer"] == "casework.reactions"
    assert (consumed.name, consumed.kind, consumed.parent) == ("consume batch", "CONSUMER", "")
    assert process.attributes["messaging.batch.message_count"] >= 1


def test_what_a_reaction_appends_carries_its_place_on(told: Told) -> None:
    reaction = told.at(told.opened)
    assert (reaction.name, reaction.kind, reaction.service) == ("reaction R1", "INTERNAL", "gabay-casework")
    assert reaction.attributes["gabay.event.type"] == "gabay.intake.client-registered.v1"
    assert told.registered in told.at(reaction.parent).links
    assert len(told.below(reaction, "append")) == 1
    sent_on = [span for span in told.all("send casework.case.v1") if reaction.place in span.links]
    assert len(sent_on) == 1, "casework's relay links to the reaction"


def test_spans_have_declared_attributes_only(told: Told) -> None:
    assert {key for span in told.spans for key in span.attributes} <= SPAN_ATTRIBUTES


def test_metrics_have_declared_names_and_labels_only(told: Told) -> None:
    found = metrics_of(told.metrics)
    declared = {metric.prometheus: set(metric.labels) for metric in METRICS if metric.built}
    assert set(found) <= set(declared)
    for name, series in found.items():
        assert all(set(labels) == declared[name] for labels in series), f"{name}: {series}"
    assert not set(ALWAYS.split()) - set(found)


def test_metrics_say_what_happened(told: Told) -> None:
    found = metrics_of(told.metrics)
    assert {"command": "RegisterClient", "status": "2xx"} in found["gabay_command_duration_seconds"]
    assert {"consumer": "casework.reactions", "reason": "bad-json"} in found["gabay_parked_streams"]
    assert {"consumer": "casework.reactions"} in found["gabay_projection_lag_seconds"]
    assert {"reason": "forbidden"} in found["gabay_authz_denied_total"]
    assert {"process": "casework-worker"} in found["gabay_event_loop_delay_seconds"]


def test_nothing_is_told_about_anybody(told: Told) -> None:
    for body in (*told.traces, *told.metrics):
        assert not [word for word in told.words if word.encode() in body]
