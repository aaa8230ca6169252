"""Candidates for one person: found by blind rows, opened in memory, ranked, and never more than asked for."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg

from services.intake.search.ranking import PROBABLE, Match, Query, compare
from services.intake.search.terms import of_person, selective
from shared.contracts.intake.person import Identity, Person
from shared.errors import Unavailable
from shared.eventsourcing.database import TRANSIENT
from shared.eventsourcing.decider import Row
from shared.eventsourcing.group import Group
from shared.eventsourcing.sql import statements
from shared.privacy.classes import IDENTITY, Erased
from shared.privacy.sealed import SealedItem

if TYPE_CHECKING:
    from shared.eventsourcing.handle import Handle

SQL = statements(__package__)

A_TERM: Final = 200
"""Candidates looked at per term."""

ON_ARRIVAL: Final = 20
"""Candidates opened for a registration that comes without a search: those that most terms point to."""

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A client who may be the one looked for."""

    client_id: UUID
    centre: str
    identity: Identity
    match: Match

    def shown(self) -> dict[str, Any]:
        """As an answer shows it: who it is, and what speaks for it."""
        members = {"names", "birth_date", "age", "age_class", "card_code"}
        return {
            "id": self.client_id,
            "centre": self.centre,
            "score": self.match.score,
            "reasons": list(self.match.reasons),
            "identity": self.identity.model_dump(mode="json", include=members, exclude_none=True),
        }


class Finder:
    """Finds clients of the given centres. Look-ups that wait together share one query, so a batch costs few of them."""

    def __init__(self, pool: "asyncpg.Pool[Any]", handle: "Handle") -> None:
        self._pool, self._handle = pool, handle
        self._terms: Group[Sequence[Row], list[UUID]] = Group(self._look_up, limit=200, flights=2, alive=getattr(pool, "answers", None))

    async def find(self, query: Query, rows: Sequence[Row], centres: Collection[str], otherwise: Sequence[Row] = ()) -> list[Hit]:
        """Everybody whom a term points to and who fits at all, best first. otherwise: wider terms, asked for where the
        others point to nobody. Raises Unavailable."""
        pointed_to = Counter(await self._terms.submit(rows)) if rows else Counter[UUID]()
        if not pointed_to and otherwise:
            pointed_to = Counter(await self._terms.submit(otherwise))
        return await self._ranked(query, list(pointed_to), centres)

    async def duplicates(self, person: Person, centre: str, itself: UUID) -> list[UUID]:
        """Probable duplicates of somebody who is being registered, best first. Opens nothing when no term hits.

        Compared by numbers and birth date; by the name alone only where nothing else is known, since a common name
        would point to hundreds of people at every registration.
        """
        rows = selective(person) or of_person(person)
        if not rows:
            return []
        pointed_to = Counter(await self._terms.submit(rows))
        pointed_to.pop(itself, None)
        if not pointed_to:
            return []
        likeliest = [client_id for client_id, _ in pointed_to.most_common(ON_ARRIVAL)]
        ranked = await self._ranked(Query.of(person), likeliest, {centre})
        return [hit.client_id for hit in ranked if hit.match.score >= PROBABLE]

    async def probable(self, person: Person, centre: str, itself: UUID) -> list[Hit]:
        """Who a registered client may be as well, best first: by all terms, since somebody is looking at it."""
        rows = of_person(person)
        pointed_to = Counter(await self._terms.submit(rows)) if rows else Counter[UUID]()
        likeliest = [client_id for client_id, _ in pointed_to.most_common(A_TERM)]
        ranked = await self._ranked(Query.of(person), likeliest, {centre})
        return [hit for hit in ranked if hit.match.score >= PROBABLE and hit.client_id != itself][:SHOWN]

    async def survivors(self, ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """Merged records among these -> the record that goes on in their place."""
        if not ids:
            return {}
        try:
            return {row["client_id"]: row["survivor"] for row in await self._pool.fetch(SQL.survivors, list(ids))}
        except TRANSIENT as error:
            raise Unavailable("Postgres") from error

    async def _look_up(self, asked: Sequence[Sequence[Row]]) -> list[list[UUID]]:
        """One query for all; a client stands once for each of the terms that point to them."""
        found = await self._handle.search(list({row for rows in asked for row in rows}), A_TERM)
        if not found:
            return [[] for _ in asked]
        return [[client_id for row in rows for client_id in found.get(row, ())] for rows in asked]

    async def _ranked(self, query: Query, ids: Sequence[UUID], centres: Collection[str]) -> list[Hit]:
        hits = [
            Hit(client_id, centre, identity, match)
            for client_id, centre, identity in await self._identities(ids, centres)
            if (match := compare(query, identity)).score > 0
        ]
        # A merged record is found under its own names too, and stands for the record that goes on.
        moved = await self.survivors([hit.client_id for hit in hits])
        best: dict[UUID, Hit] = {}
        for hit in sorted(hits, key=lambda hit: (-hit.match.score, hit.client_id)):
            found = moved.get(hit.client_id, hit.client_id)
            best.setdefault(found, hit if found == hit.client_id else replace(hit, client_id=found))
        return list(best.values())

    async def _identities(self, ids: Sequence[UUID], centres: Collection[str]) -> list[tuple[UUID, str, Identity]]:
        if not ids:
            return []
        try:
            stored = [row for row in await self._pool.fetch(SQL.identities, list(ids)) if row["centre"] in centres]
        except TRANSIENT as error:
            raise Unavailable("Postgres") from error
        items = [SealedItem(r["stream_id"], r["stream_id"], r["event_id"], r["type"], IDENTITY, r["blob"]) for r in stored]
        opened = await self._handle.sealer.open_many(items)
        return [
            (row["stream_id"], row["centre"], Identity.model_validate_json(plain))
            for row, plain in zip(stored, opened, strict=True)
            if not isinstance(plain, Erased)
        ]
