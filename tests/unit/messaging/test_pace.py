"""How large the batches of a consumer become: small for a desk, large in an import, and never more than memory allows."""

from typing import Any, cast

import pytest

from shared.messaging.broker import Broker
from shared.messaging.consume import Consumer


class Sink:
    name, topics, reader = "casework.ledger.v1", ("intake.client.v1",), None


def consumer(**options: Any) -> Consumer:
    return Consumer(cast(Any, Sink()), dsn="", broker=Broker("127.0.0.1:1"), **options)


def polled(one: Consumer, *, seconds: float, every: float, records: int) -> float:
    """Polls that find so much; returns the pause behind the last of them."""
    began = one._since or 1.0
    for number in range(1, round(seconds / every) + 1):
        now = began + number * every
        one._pace(now, records)
    return one._not_before - now


def test_a_desk_is_not_kept_waiting() -> None:
    assert polled(consumer(), seconds=3, every=0.03, records=20) == pytest.approx(Consumer.PACE_S)


def test_one_burst_at_a_desk_is_no_import() -> None:
    assert polled(consumer(), seconds=0.06, every=0.03, records=120) == pytest.approx(Consumer.PACE_S)


def test_in_an_import_batches_are_left_to_grow_and_shrink_again_behind_it() -> None:
    one = consumer()
    assert polled(one, seconds=3, every=0.03, records=90) == pytest.approx(Consumer.BULK_PACE_S)
    assert polled(one, seconds=3, every=0.25, records=40) == pytest.approx(Consumer.PACE_S)


def test_who_is_behind_does_not_pause() -> None:
    one = consumer()
    one._pace(1.0, one._max)
    assert one._not_before == 0


@pytest.mark.parametrize("sharing", [1, 2, 8])
async def test_all_consumers_of_a_process_share_what_it_may_hold(sharing: int) -> None:
    """Decoded and undecoded: seven consumers held 200 MB between them when each took what one may have."""
    one = consumer(sharing=sharing)
    assert one._max * (3 if sharing == 1 else 2) * sharing <= Consumer.IN_HAND
    fetcher = Broker("127.0.0.1:1").consumer(group=None, partitions=6, sharing=sharing)
    assert fetcher._fetch_max_bytes * sharing <= 16 << 20
    assert fetcher._max_partition_fetch_bytes * 6 * sharing <= 16 << 20
