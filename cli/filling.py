"""A stack filled to a size, for what is measured at that size: people of the published tables, handed in as the demo does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import Stack

A_PERSON = 4  # events of an arrival: registered, two consents, the arrival


async def fill(stack: Stack, events: int, told: Callable[[int], None]) -> None:
    """Register people by the batch route until intake holds so many events. The last months of the table come first.

    told: hears after each batch how many there are. Raises StackProblem when the tables have too few people: about four million events.
    """
    from cli.data import published
    from cli.demo import Tokens
    from cli.demo.people import CENTRES, batches
    from cli.demo.traffic import Progress, hand_in

    have, progress, tokens = int(stack.postgres.sql("intake", "select count(*) from event")), Progress(), Tokens()

    def missing() -> int:
        return events - have - A_PERSON * (progress.answered - progress.replayed)

    def wanted() -> Iterator[tuple[str, int, bytes]]:
        for batch in batches(list(published.load().months[::-1])):
            told(events - max(0, missing()))
            if missing() <= 0:
                return
            yield batch

    await hand_in(stack.api_url("intake"), tokens.current, wanted(), progress, renew=lambda: tokens.reception(CENTRES))
    if missing() > 0:
        raise StackProblem(f"the published tables have too few people: {missing()} events short", "ask for fewer: --events")
