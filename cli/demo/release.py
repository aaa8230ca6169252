"""What the demo publishes: its months, the quarters and years that are whole, as a statistician and a dpo would."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.errors import GabayError, Rejected

if TYPE_CHECKING:
    from services.reporting.releases.freeze import Office

BY, DPO = "stf-demo-statistician", "stf-demo-dpo"
WAIT_S, PAUSE_S = 150, 2.0
MOST_MONTHS = 13


def periods(months: Sequence[str]) -> list[str]:
    """The last months, and every quarter and year of which all months are there; the longest last."""
    known = set(months)
    quarters = sorted({f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}" for month in months})
    years = sorted({month[:4] for month in months})
    whole = [q for q in quarters if {f"{q[:4]}-{m:02d}" for m in range(int(q[6]) * 3 - 2, int(q[6]) * 3 + 1)} <= known]
    return [*months[-MOST_MONTHS:], *whole, *(y for y in years if {f"{y}-{m:02d}" for m in range(1, 13)} <= known)]


async def publish(months: Sequence[str]) -> str:
    """Freeze and publish what is not public yet; returns the period that a reader should look at first.

    Raises GabayError if the facts are not settled within some minutes: a release waits a minute for facts on their way.
    """
    from cli.process import settings_of
    from cli.statistics import embedded, keep_new
    from services.reporting.releases.ledger import Ledger
    from services.reporting.releases.life import State
    from services.reporting.releases.work import open_office

    if not settings_of("reporting", "worker").statistics_secrets:
        keep_new(embedded())  # a stack that never published anything has none
    until, wanted = datetime.now(UTC), periods(months)
    async with open_office(settings_of("reporting", "worker")) as office:
        ledger = Ledger(office.pool)
        for period in wanted:
            if not await ledger.listed([State.PUBLISHED.value], period, None, 1):
                await _frozen(office, period, until)
            # What the calendar froze before it has its place in the chain, and goes out first.
            for row in reversed(await ledger.listed([State.FROZEN.value], None, None, 100)):
                await ledger.publish(row["id"], DPO, datetime.now(UTC))
    return wanted[-1]


async def _frozen(office: Office, period: str, until: datetime) -> None:
    for _ in range(int(WAIT_S / PAUSE_S)):
        try:
            await office.freeze(period, BY, datetime.now(UTC), until)
        except Rejected as refused:
            if refused.code == "invalid-state":
                return
            if refused.code != "not-yet-known":
                raise
            await asyncio.sleep(PAUSE_S)
        else:
            return
    raise GabayError(f"{period} could not be frozen in time: ./gabay status, ./gabay parked list")
