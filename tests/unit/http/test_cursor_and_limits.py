"""Cursors that cannot be forged, limits that open again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.cursor import Cursors, SearchTokens, query_digest
from shared.http.limits import Limiter
from shared.http.problems import Problem

CURSORS = Cursors(b"k" * 32)


def code_of(error: pytest.ExceptionInfo[Problem]) -> str:
    return error.value.code


def test_a_cursor_gives_its_position_back() -> None:
    cursor = CURSORS.write(["2026-03-02T01:40:07.412Z", "x"], bound_to="list|filter|me")
    assert CURSORS.read(cursor, bound_to="list|filter|me") == ["2026-03-02T01:40:07.412Z", "x"]


def test_a_cursor_of_another_filter_or_caller_does_not_read() -> None:
    with pytest.raises(Problem) as error:
        CURSORS.read(CURSORS.write([1], bound_to="one"), bound_to="another")
    assert code_of(error) == "cursor-invalid"


def test_a_cursor_of_another_installation_does_not_read() -> None:
    with pytest.raises(Problem):
        CURSORS.read(Cursors(b"o" * 32).write([1], bound_to="one"), bound_to="one")


def test_a_cursor_of_an_earlier_read_model_says_list_from_the_start() -> None:
    with pytest.raises(Problem) as error:
        CURSORS.read(CURSORS.write([1], bound_to="one"), bound_to="one", generation=2)
    assert code_of(error) == "cursor-expired"


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_sent_as_cursor_fails_as_cursor(text: str) -> None:
    with pytest.raises(Problem) as error:
        CURSORS.read(text, bound_to="one")
    assert code_of(error) == "cursor-invalid"


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_flipped_bit_is_noticed(place: int, bit: int) -> None:
    cursor = CURSORS.write([1, "a"], bound_to="one").encode()
    place %= len(cursor)
    forged = cursor[:place] + bytes([cursor[place] ^ bit]) + cursor[place + 1 :]
    try:
        read: object = CURSORS.read(forged.decode("latin-1"), bound_to="one")
    except Problem as problem:
        read = problem.code
    assert read in ("cursor-invalid", [1, "a"])  # the last character has bits that mean nothing


def test_a_search_token_counts_for_a_quarter_of_an_hour_and_its_maker() -> None:
    tokens = SearchTokens(b"k" * 32)
    token = tokens.write(principal="me", query="maria|1991", hits=2, now=1_000)
    assert tokens.read(token, principal="me", now=1_900) == (2, query_digest("maria|1991"))
    assert tokens.read(token, principal="me", now=1_901) is None
    assert tokens.read(token, principal="another", now=1_000) is None
    assert tokens.read(token, principal="me", now=900) is None
    assert tokens.read("nonsense", principal="me", now=1_000) is None


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_window_moves() -> None:
    clock = Clock()
    limiter = Limiter({"write": "3/minute"}, clock=clock)
    for left in (2, 1, 0):
        assert limiter.take("write", "me") == {"RateLimit-Policy": '"write";q=3;w=60', "RateLimit": f'"write";r={left};t=60'}
    clock.now += 30
    with pytest.raises(Problem) as error:
        limiter.take("write", "me")
    assert code_of(error) == "rate-limited"
    assert error.value.headers["Retry-After"] == "30"
    limiter.take("write", "another")
    clock.now += 30
    limiter.take("write", "me")


def test_a_refused_request_takes_nothing_from_the_budget() -> None:
    clock = Clock()
    limiter = Limiter({"search": "2/minute;3/hour"}, clock=clock)
    limiter.take("search", "me")
    limiter.take("search", "me")
    for _ in range(5):
        with pytest.raises(Problem):
            limiter.take("search", "me")
    clock.now += 61
    limiter.take("search", "me")
    with pytest.raises(Problem) as error:
        limiter.take("search", "me")
    assert error.value.headers["Retry-After"] == str(3_600 - 61)


def test_what_has_no_limit_says_nothing() -> None:
    assert Limiter({}).take("none", "me") == {}


def test_the_memory_of_a_limiter_is_bounded() -> None:
    limiter = Limiter({"read": "5/minute"})
    for n in range(12_000):
        limiter.take("read", str(n))
    assert len(limiter._hits) <= 10_000
