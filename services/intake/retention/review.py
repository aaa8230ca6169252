"""Whose time is over: reads the read model and the records. The rules stand in `rules.py`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from services.intake.client.rules import birth_month
from services.intake.client.state import State
from services.intake.records import of_person, under
from services.intake.retention.rules import Closed, Kept, Term, due, earliest, last_day_of, term, term_of_duplicate
from shared.codes import ErasureBasis
from shared.contracts.intake.person import Identity
from shared.eventsourcing.sql import Statements
from shared.region import Retention

SQL: Final = Statements("services.intake.retention")
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """A record under review. asked: somebody asked for the erasure already; held: a law forbids it, under any record of theirs."""

    client_id: UUID
    centre: str
    term: Term
    held: bool
    asked: bool


async def review(client_id: UUID, centre: str, handle: Any, rules: Retention, today: date) -> Finding | None:
    """What retention says of a record; None of one that is forgotten, or was never seen.

    None also of one that was merged into another and has a case: it is kept as long as that other one.
    """
    records = await under(client_id, handle)
    state = records[client_id]
    if state.status not in ("active", "retired"):
        return None
    row = await handle.store.pool.fetchrow(SQL.of_client, list(records))
    if row["last_contact"] is None:
        return None
    cases = tuple(Closed(on, protected) for on, protected in zip(row["closed"], row["protected"], strict=True))
    if state.status == "active":
        found = term(rules, Kept(row["last_contact"], cases, _born(state)))
    elif cases or row["merged_on"] is None:
        return None
    else:
        found = term_of_duplicate(rules, row["merged_on"])
    asked = any(request.basis is ErasureBasis.RETENTION for request in state.protection.requests.values())
    held = any(each.protection.held(today) for each in (await of_person(client_id, handle)).values())
    return Finding(client_id, centre, found, held, asked)


async def overdue(handle: Any, rules: Retention, today: date) -> AsyncIterator[Finding]:
    """Everybody whose time is over, held ones too, in the order of their ids."""
    last: UUID | None = None
    merged = today - timedelta(days=rules.rejected_duplicate_days)
    while rows := await handle.store.pool.fetch(SQL.silent, last, earliest(rules, today), PAGE, merged):
        for row in rows:
            found = await review(row["client_id"], row["centre"], handle, rules, today)
            if found is not None and due(found.term, today):
                yield found
        last = rows[-1]["client_id"]


def _born(state: State) -> date | None:
    if not isinstance(state.identity, Identity) or state.registered_on is None:
        return None
    month, _ = birth_month(state.identity, state.registered_on)
    return state.identity.birth_date or (last_day_of(month) if month else None)
