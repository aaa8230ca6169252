"""The corpus is the same on every machine, and has the shape of a region's load."""

import statistics
from collections import Counter

from bench.corpus import Corpus
from bench.curves import draw
from bench.sampler import Sampler, summary


def test_a_seed_gives_the_same_events_twice() -> None:
    once, again = (list(Corpus(3).stored(200)) for _ in range(2))
    assert once == again
    assert once != list(Corpus(4).stored(200))


def test_ids_rise_with_time() -> None:
    corpus = Corpus()
    made = [corpus.id7() for _ in range(5_000)]
    assert len(set(made)) == len(made)
    assert [each.int >> 80 for each in made] == sorted(each.int >> 80 for each in made)
    assert {each.version for each in made} == {7}


def test_streams_have_a_median_of_six_and_never_more_than_four_hundred_events() -> None:
    corpus = Corpus()
    lengths = [corpus.length() for _ in range(20_000)]
    assert statistics.median(lengths) == 6
    assert 45 <= sorted(lengths)[int(len(lengths) * 0.99)] <= 75
    assert max(lengths) <= 400


def test_versions_of_a_stream_have_no_gap_and_an_event_weighs_about_nine_hundred_bytes() -> None:
    stored = list(Corpus().stored(3_000))
    seen: Counter[object] = Counter()
    for stream, _, version, _ in stored:
        seen[stream] += 1
        assert version == seen[stream]
    mean = statistics.mean(len(event.data) + len(event.meta) for *_, event in stored)
    assert 800 <= mean <= 1100


def test_creations_never_repeat_an_id() -> None:
    parts = Corpus().creations(1_200, 2)
    ids = [event.event_id for part in parts for event in part.events]
    assert len(set(ids)) == 2_400
    assert len({part.stream_id for part in parts}) == 1_200


def test_a_profile_counts_a_function_alone_and_with_what_it_calls() -> None:
    text = summary("a:main;shared/x:f;b:g 3\na:main;shared/x:f 1\n")
    assert " 75.0%  75.0%  b:g" in text
    assert "100.0%  25.0%  shared/x:f" in text


def test_a_sampler_sees_the_function_that_burns_the_time() -> None:
    sampler = Sampler()
    sampler.start()
    total = 0
    while sum(sampler.stacks.values()) < 5:
        total += sum(range(1000))
    sampler.stop()
    assert "test_a_sampler_sees" in sampler.folded()


def test_a_curve_is_an_svg_with_every_line_named() -> None:
    drawing = draw("Cost", "events", "us", [("append", [(1e4, 30.0), (1e6, 40.0)])])
    assert drawing.startswith("<svg")
    assert ">append</text>" in drawing
