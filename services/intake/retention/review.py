"""Whose time is over: reads the read model and the records. The rules stand in `rules.py`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.client.rules import birth_month
from services.intake.client.state import State
from services.intake.retention.rules import Closed, Kept, Term, due, earliest, last_day_of, term
from shared.codes import ErasureBasis
from shared.contracts.intake.person import Identity
from shared.eventsourcing.sql import Statements
from shared.region import Retention

SQL: Final = Statements("services.intake.retention")
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """A record under review. asked: somebody asked for the erasure already; held: a law forbids it."""

    client_id: UUID
    centre: str
    term: Term
    held: bool
    asked: bool


async def review(client_id: UUID, centre: str, handle: Any, rules: Retention, today: date) -> Finding | None:
    """What retention says of a record; None of one that was merged into another, is forgotten, or was never seen."""
    state: State = (await handle.load(CLIENT, client_id)).state
    if state.status != "active":
        return None
    records, birth = [client_id], _born(state)
    for record in records:
        for alias in (state if record == client_id else (await handle.load(CLIENT, record)).state).merged:
            if alias not in records:
                records.append(alias)
    row = await handle.store.pool.fetchrow(SQL.of_client, records)
    if row["last_contact"] is None:
        return None
    cases = tuple(Closed(on, protected) for on, protected in zip(row["closed"], row["protected"], strict=True))
    found = term(rules, Kept(row["last_contact"], cases, birth))
    asked = any(request.basis is ErasureBasis.RETENTION for request in state.protection.requests.values())
    return Finding(client_id, centre, found, state.protection.held(today), asked)


async def overdue(handle: Any, rules: Retention, today: date) -> AsyncIterator[Finding]:
    """Everybody whose time is over, held ones too, in the order of their ids."""
    last: UUID | None = None
    while rows := await handle.store.pool.fetch(SQL.silent, last, earliest(rules, today), PAGE):
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
