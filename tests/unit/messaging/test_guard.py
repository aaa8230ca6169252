"""The guard, without a database: once, in order, or a stop."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Hole
from shared.messaging.batch import Entry
from shared.messaging.guard import Sieve

KIND = "gabay.casework.paid.v1"


def entry(stream: str | None, version: int | None, kind: str = KIND, reason: Any = None) -> Entry:
    record = SimpleNamespace(topic="t", partition=0, offset=0, key=b"", headers=(), value=b"")
    return Entry(record, stream, version, kind, None, reason)


@given(st.integers(1, 30), st.randoms())
def test_repeats_and_late_repeats_change_nothing(versions: int, chance: Any) -> None:
    """A topic that promises at least once and first occurrences in order: any such sequence is applied 1, 2, 3 ..."""
    sent: list[int] = []
    for version in range(1, versions + 1):
        sent.append(version)
        sent += [chance.randint(1, version) for _ in range(chance.randint(0, 3))]
    sieve = Sieve("c", {}, set())
    assert [version for version in sent if sieve.admit(entry("s", version))] == list(range(1, versions + 1))
    assert sieve.moved == {"s": versions}
    assert sieve.repeats == len(sent) - versions


@given(st.integers(0, 5), st.integers(2, 9))
def test_any_gap_stops(have: int, jump: int) -> None:
    with pytest.raises(Hole) as told:
        Sieve("c", {"s": have}, set()).admit(entry("s", have + jump))
    assert (told.value.applied, told.value.version) == (have, have + jump)


def test_a_failed_record_takes_its_stream_with_it_and_no_other() -> None:
    sieve = Sieve("c", {}, set())
    failed = entry("s", 1)
    assert sieve.admit(failed)
    sieve.fail(failed, "projection-error", ValueError("Juan dela Cruz"))
    assert not sieve.admit(entry("s", 2))
    assert sieve.admit(entry("t", 1))
    assert [(each.version, each.reason, each.error) for each in sieve.aside] == [(1, "projection-error", "ValueError"), (2, "behind", None)]
    assert sieve.moved == {"s": 0, "t": 1}


def test_alone_a_failed_record_moves_the_guard() -> None:
    sieve = Sieve("c", {}, set(), alone=True)
    failed = entry("s", 1)
    assert sieve.admit(failed)
    sieve.fail(failed, "reaction-rejected")
    assert not sieve.admit(entry("s", 2, reason="bad-json"))
    assert sieve.admit(entry("s", 3))
    assert sieve.moved == {"s": 3}
    assert [each.reason for each in sieve.aside] == ["reaction-rejected", "bad-json"]


def test_an_undecodable_record_parks_its_stream_even_without_a_version() -> None:
    sieve = Sieve("c", {"s": 4}, set())
    assert not sieve.admit(entry("s", None, reason="bad-header"))
    assert not sieve.admit(entry("s", 9))
    assert [each.reason for each in sieve.aside] == ["bad-header", "behind"]
    assert not sieve.admit(entry(None, None, reason="key-mismatch"))
    assert not sieve.admit(entry("s", 3, reason="bad-json")), "a version that is long applied is a repeat, readable or not"
    assert (len(sieve.aside), sieve.repeats) == (3, 1)


@pytest.mark.parametrize("kind", ["gabay.intake.client-erased.v1", "gabay.casework.client-erased.v1"])
def test_an_erasure_passes_what_is_parked_and_ends_it(kind: str) -> None:
    sieve = Sieve("c", {"s": 1}, {"s"})
    assert not sieve.admit(entry("s", 3))
    assert sieve.admit(entry("s", 7, kind))
    assert sieve.admit(entry("s", 8))
    assert sieve.erased == ["s"]
    assert [each.version for each in sieve.ended] == [3]
    assert sieve.aside == []
    assert sieve.moved == {"s": 8}
