"""Who reads more than a hundred people within an hour is told of, once an hour."""

from uuid import UUID

from shared.http.volume import PERSONS, WINDOW_S, Volume


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def people(first: int, count: int) -> list[UUID]:
    return [UUID(int=n) for n in range(first, first + count)]


def test_more_than_a_hundred_people_within_an_hour_are_told_once() -> None:
    volume = Volume(clock := Clock())
    assert not volume.saw("stf-1", people(0, PERSONS))
    assert not volume.saw("stf-1", people(0, PERSONS))  # the same people again
    assert not volume.saw("stf-2", people(500, 1))
    assert volume.saw("stf-1", people(PERSONS, 1))
    assert not volume.saw("stf-1", people(1000, 5))
    clock.now += WINDOW_S
    assert volume.saw("stf-1", people(2000, PERSONS + 1))


def test_what_was_read_longer_ago_does_not_count() -> None:
    volume = Volume(clock := Clock())
    for n in range(5):
        assert not volume.saw("stf-1", people(n * 100, PERSONS))
        clock.now += WINDOW_S + 1
