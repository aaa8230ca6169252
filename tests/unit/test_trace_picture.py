"""Which spans the picture of a registration shows, and that each can be read in it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.harness.spans import Span, picture, story


def a_span(name: str, place: str, parent: str = "", links: str = "", service: str = "intake", began: int = 0) -> Span:
    return Span(name, "INTERNAL", place, parent, frozenset(links.split()), {}, f"gabay-{service}", began * 10**6, (began + 3) * 10**6)


SPANS = [
    a_span("POST /v1/clients", "r"),
    a_span("command RegisterClient", "c", "r", began=1),
    a_span("relay batch", "b", links="c other", began=5),
    a_span("send intake.client.v1", "s", "b", links="c", began=6),
    a_span("send intake.encounter.v1", "t", "b", links="other", began=6),
    a_span("consume batch", "k", service="casework", began=12),
    a_span("process intake.client.v1", "p", "k", links="c", service="casework", began=13),
    a_span("reaction R1", "x", "p", service="casework", began=14),
    a_span("consume batch", "z", links="other", service="reporting", began=15),
]


def test_it_follows_the_links_of_the_command_and_leaves_out_what_travelled_beside_it() -> None:
    assert [(depth, span.place) for depth, span in story(SPANS, "c")] == [
        (0, "r"), (1, "c"), (0, "b"), (1, "s"), (0, "k"), (1, "p"), (2, "x"),
    ]  # fmt: skip


def test_each_span_is_a_bar_with_its_name_and_its_time() -> None:
    drawn = ET.fromstring(picture(story(SPANS, "c"), "c", a_span("POST /v1/statistics/live:query", "q", service="reporting", began=30)))  # noqa: S314 - ours
    words = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [words.count(name) for name in ("reaction R1", "POST /v1/statistics/live:query", "send intake.encounter.v1")] == [1, 1, 0]
    assert words.count("3.0 ms") == 8
    assert len([each for each in drawn.iter() if each.get("class") == "link"]) == 3
