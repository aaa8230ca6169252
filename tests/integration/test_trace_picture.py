"""docs/images/trace.svg from the spans of a run: ./gabay test tests/integration/test_trace_picture.py --pictures"""

from __future__ import annotations

import pytest

from deploy.embedded.stack import APIS, PREPARED, ROOT, WORKERS, Stack
from tests.harness.collector import collecting
from tests.harness.journey import CENTRE, Journey
from tests.harness.region import Region
from tests.harness.spans import picture, spans_of, story
from tests.harness.wait import eventually

pytestmark = [pytest.mark.pictures, pytest.mark.timeout(300)]
PLACE = "select meta ->> 'traceparent' from event where stream_id = $1 and version = 1"


async def test_the_picture_of_a_registration_up_to_its_figure() -> None:
    with collecting() as collector:
        settings = {"GABAY_MODE": "test", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_SAMPLER_ARG": "1"}
        stack = Stack(ROOT / ".gabay" / "test-trace", ports="free", parts=(*PREPARED, "issuer", *APIS, *WORKERS), settings=settings)
        if stack.home.take():
            stack.home.wipe(keep=("run",))
            stack.home.release()
        stack.start_sync()
        try:
            region = Region(stack)
            await Journey(region).register()  # everything has been asked for once: no first time in the picture
            await region.quiet()
            way = Journey(region)
            month = {"CENTRE": [CENTRE]}
            await way.register()

            async def counted() -> int:
                return sum(cell["n"] for cell in (await region.live("01", way.day[:7], ["CENTRE"], where=month))["cells"])

            await eventually(counted, lambda n: n == 2, what="the second person in the figure", pause=0.01)
            await way.case_opens()
            command = (await region.rows("intake", PLACE, way.client))[0][0][3:52]
            await region.quiet()
            for part in (*APIS, *WORKERS):
                await stack.stop_part(part)  # which sends what is left
        finally:
            stack.stop_sync()
        spans = [span for body in collector.received["/v1/traces"] for span in spans_of(body)]
    rows = story(spans, command)
    assert {span.service for _, span in rows} >= {"gabay-intake", "gabay-casework", "gabay-reporting"}
    asked = [span for span in spans if span.name == "POST /v1/statistics/live:query"]
    (ROOT / "docs/images/trace.svg").write_text(picture(rows, command, max(asked, key=lambda span: span.began)), encoding="utf-8")
