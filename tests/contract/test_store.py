"""What every event store promises, run on both stores: the memory store earns its keep only while it passes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.errors import InProgress, Mismatch, Unavailable
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.memory import MemoryStore
from shared.eventsourcing.store import NewEvent, Part, PostgresStore, Store, append_within

THEN = datetime(2026, 3, 2, 1, 40, tzinfo=UTC)


def an_event(number: int = 0, **changes: object) -> NewEvent:
    given = {
        "event_id": uuid4(),
        "type": "thing-happened",
        "schema": 1,
        "data": f'{{"ctx": {{"actor": "stf-w1"}}, "n": {number}}}',
        "meta": '{"command_id": "c"}',
        "occurred_at": THEN,
    }
    return NewEvent(**(given | changes))  # type: ignore[arg-type]


def a_part(stream: UUID | None = None, expected: int = 0, events: int = 1, **more: object) -> Part:
    return Part(stream or uuid4(), "thing", expected, [an_event(n) for n in range(events)], **more)  # type: ignore[arg-type]


class StoreContract:
    """Subclass it, provide `store`, add nothing."""

    async def test_what_was_appended_is_loaded_in_order(self, store: Store) -> None:
        part = a_part(events=3)
        result = await store.append(part)
        loaded = await store.load(part.stream_id)
        assert (result.kind, result.version) == ("appended", 3)
        assert [e.event_id for e in loaded] == [e.event_id for e in part.events]
        assert [e.version for e in loaded] == [1, 2, 3]
        assert [e.data["n"] for e in loaded] == [0, 1, 2]
        assert {e.occurred_at for e in loaded} == {THEN}
        assert {e.recorded_at for e in loaded} == {result.recorded_at}

    async def test_a_stream_that_does_not_exist_is_empty(self, store: Store) -> None:
        assert await store.load(uuid4()) == []

    async def test_a_second_creation_is_a_conflict(self, store: Store) -> None:
        part = a_part()
        await store.append(part)
        result = await store.append(a_part(part.stream_id))
        assert (result.kind, result.version) == ("conflict", 1)
        assert len(await store.load(part.stream_id)) == 1

    async def test_an_addition_needs_the_current_version(self, store: Store) -> None:
        part = a_part(events=2)
        await store.append(part)
        assert (await store.append(a_part(part.stream_id, expected=1))).kind == "conflict"
        assert (await store.append(a_part(part.stream_id, expected=3))).kind == "conflict"
        assert (await store.append(a_part(part.stream_id, expected=2))).version == 3

    async def test_an_addition_to_nothing_is_a_conflict(self, store: Store) -> None:
        assert (await store.append(a_part(expected=1))).kind == "conflict"

    async def test_a_stream_of_another_kind_is_a_conflict(self, store: Store) -> None:
        part = a_part()
        await store.append(part)
        other = Part(part.stream_id, "other", 1, [an_event()])
        assert (await store.append(other)).kind == "conflict"

    async def test_the_same_append_again_is_a_duplicate(self, store: Store) -> None:
        part = a_part(events=2)
        await store.append(part)
        again = await store.append(part)
        assert (again.kind, again.version) == ("duplicate", 2)
        assert len(await store.load(part.stream_id)) == 2

    async def test_an_event_that_is_stored_elsewhere_is_a_mismatch(self, store: Store) -> None:
        part = a_part()
        await store.append(part)
        with pytest.raises(Mismatch):
            await store.append(Part(uuid4(), part.kind, 0, part.events))
        other = a_part()
        await store.append(other)
        with pytest.raises(Mismatch):
            await store.append(Part(other.stream_id, part.kind, 1, part.events), a_part())
        assert len(await store.load(other.stream_id)) == 1

    async def test_of_two_writers_one_hears_conflict(self, store: Store) -> None:
        stream = uuid4()
        outcomes = await asyncio.gather(store.append(a_part(stream)), store.append(a_part(stream)))
        assert sorted(o.kind for o in outcomes) == ["appended", "conflict"]

    async def test_of_many_additions_at_one_version_one_wins(self, store: Store) -> None:
        part = a_part()
        await store.append(part)
        outcomes = await asyncio.gather(*(store.append(a_part(part.stream_id, expected=1)) for _ in range(20)))
        assert sorted(o.kind for o in outcomes) == ["appended"] + ["conflict"] * 19
        assert len(await store.load(part.stream_id)) == 2

    async def test_events_are_found_by_id(self, store: Store) -> None:
        part = a_part(events=2)
        await store.append(part)
        found = await store.find([part.events[1].event_id, uuid4()])
        assert [(e.stream_id, e.version) for e in found] == [(part.stream_id, 2)]

    async def test_streams_are_found_by_term_until_it_is_dropped(self, store: Store) -> None:
        term = uuid4().int % 2**62
        one, two = a_part(search=[(term, True)]), a_part(search=[(term, True), (term + 1, True)])
        await store.append(one)
        await store.append(two)
        assert set((await store.search([term, term + 2]))[term]) == {one.stream_id, two.stream_id}
        await store.append(a_part(one.stream_id, expected=1, search=[(term, False)]))
        assert await store.search([term, term + 1]) == {term: [two.stream_id], term + 1: [two.stream_id]}

    async def test_hits_are_bounded(self, store: Store) -> None:
        term = uuid4().int % 2**62
        await asyncio.gather(*(store.append(a_part(search=[(term, True)])) for _ in range(7)))
        assert len((await store.search([term], 5))[term]) == 5

    async def test_a_claim_is_held_by_one_stream(self, store: Store) -> None:
        key = str(uuid4())
        first = a_part(claims=[("bed", key, True)])
        assert (await store.append(first)).kind == "appended"
        lost = a_part(claims=[("bed", key, True)])
        result = await store.append(lost)
        assert (result.kind, result.rule) == ("rule", "bed")
        assert await store.load(lost.stream_id) == []
        # The holder may claim again what it holds, and once released another may have it.
        assert (await store.append(a_part(first.stream_id, expected=1, claims=[("bed", key, True)]))).kind == "appended"
        assert (await store.append(a_part(first.stream_id, expected=2, claims=[("bed", key, False)]))).kind == "appended"
        assert (await store.append(a_part(claims=[("bed", key, True)]))).kind == "appended"

    async def test_a_lost_claim_leaves_nothing_behind(self, store: Store) -> None:
        held, free, term = str(uuid4()), str(uuid4()), uuid4().int % 2**62
        await store.append(a_part(claims=[("bed", held, True)]))
        stream = a_part()
        await store.append(stream)
        wish = a_part(stream.stream_id, expected=1, claims=[("bed", free, True), ("bed", held, True)], search=[(term, True)])
        assert (await store.append(wish)).kind == "rule"
        assert len(await store.load(stream.stream_id)) == 1
        assert await store.search([term]) == {}
        assert (await store.append(a_part(claims=[("bed", free, True)]))).kind == "appended"
        assert (await store.append(a_part(stream.stream_id, expected=1))).kind == "appended"

    async def test_of_many_claims_at_once_one_wins(self, store: Store) -> None:
        key = str(uuid4())
        outcomes = await asyncio.gather(*(store.append(a_part(claims=[("bed", key, True)])) for _ in range(10)))
        assert sorted(o.kind for o in outcomes) == ["appended"] + ["rule"] * 9

    async def test_a_unit_takes_no_more_than_its_capacity(self, store: Store) -> None:
        unit = str(uuid4())
        wishes = [a_part(places=[(unit, 3, True)]) for _ in range(12)]
        outcomes = await asyncio.gather(*(store.append(wish) for wish in wishes))
        assert sorted(o.kind for o in outcomes) == ["appended"] * 3 + ["rule"] * 9
        assert {o.rule for o in outcomes if o.kind == "rule"} == {"occupancy"}
        stored = [len(await store.load(wish.stream_id)) for wish in wishes]
        assert sorted(stored) == [0] * 9 + [1] * 3

    async def test_a_place_that_is_given_up_can_be_taken_again(self, store: Store) -> None:
        one, other = str(uuid4()), str(uuid4())
        first, second = a_part(places=[(one, 1, True)]), a_part(places=[(other, 1, True)])
        await store.append(first)
        await store.append(second)
        # To another unit, which is full: nothing moves, and the place of before is kept.
        moved = a_part(first.stream_id, expected=1, places=[(other, 1, True), (one, 1, False)])
        assert (await store.append(moved)).kind == "rule"
        assert (await store.append(a_part(places=[(one, 1, True)]))).kind == "rule"
        await store.append(a_part(second.stream_id, expected=1, places=[(other, 1, False)]))
        assert (await store.append(moved)).kind == "appended"
        assert (await store.append(a_part(places=[(one, 1, True)]))).kind == "appended"

    async def test_a_unit_that_was_made_smaller_takes_nobody_until_it_has_emptied(self, store: Store) -> None:
        unit = str(uuid4())
        parts = [a_part(places=[(unit, 2, True)]) for _ in range(2)]
        for part in parts:
            await store.append(part)
        assert (await store.append(a_part(places=[(unit, 1, True)]))).kind == "rule"
        for part in parts:
            await store.append(a_part(part.stream_id, expected=1, places=[(unit, 1, False)]))
        assert (await store.append(a_part(places=[(unit, 1, True)]))).kind == "appended"
        assert (await store.append(a_part(places=[(unit, 1, True)]))).kind == "rule"
        assert (await store.append(a_part(places=[(unit, 2, True)]))).kind == "appended"

    async def test_a_lost_place_lets_go_what_was_claimed_with_it(self, store: Store) -> None:
        unit, key = str(uuid4()), str(uuid4())
        await store.append(a_part(places=[(unit, 1, True)]))
        assert (await store.append(a_part(claims=[("bed", key, True)], places=[(unit, 1, True)]))).kind == "rule"
        assert (await store.append(a_part(claims=[("bed", key, True)]))).kind == "appended"

    async def test_an_append_over_several_streams_is_stored_whole_or_not_at_all(self, store: Store) -> None:
        one, two = a_part(), a_part()
        await store.append(one)
        await store.append(two)
        result = await store.append(a_part(one.stream_id, expected=1), a_part(two.stream_id, expected=7))
        assert result.kind == "conflict"
        assert len(await store.load(one.stream_id)) == 1
        both = (a_part(one.stream_id, expected=1), a_part(two.stream_id, expected=1))
        assert (await store.append(*both)).kind == "appended"
        assert (await store.append(*both)).kind == "duplicate"
        assert [len(await store.load(p.stream_id)) for p in both] == [2, 2]

    async def test_each_member_of_a_group_hears_its_own_outcome(self, store: Store) -> None:
        """Performance chapter, trap 1: conflicts, duplicates and lost claims in one group with appends that succeed."""
        key = str(uuid4())
        old = a_part(events=2)
        await store.append(old)
        await store.append(a_part(claims=[("bed", key, True)]))
        outcomes = await asyncio.gather(
            store.append(a_part(events=3)),
            store.append(old),
            store.append(a_part(old.stream_id, expected=2)),
            store.append(a_part(old.stream_id, expected=2)),
            store.append(a_part(claims=[("bed", key, True)])),
            store.append(a_part(old.stream_id, expected=9)),
            store.append(a_part()),
        )
        assert [o.kind for o in outcomes] == [
            "appended", "duplicate", "appended", "conflict", "rule", "conflict", "appended",
        ]  # fmt: skip


class TestInMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


class TestPostgres(StoreContract):
    @pytest.fixture
    async def store(self, fresh_store: str) -> AsyncIterator[Store]:
        pool = await open_pool(fresh_store)
        yield PostgresStore(pool)
        await pool.close()

    async def test_one_bad_row_fails_only_itself(self, store: PostgresStore) -> None:
        parts = [a_part() for _ in range(5)]
        bad = Part(uuid4(), "thing", 0, [an_event(data="{not json")])
        outcomes = await asyncio.gather(*(store.append(p) for p in [*parts, bad]), return_exceptions=True)
        assert [getattr(o, "kind", None) for o in outcomes[:5]] == ["appended"] * 5
        assert isinstance(outcomes[5], asyncpg.PostgresError)

    async def test_a_fact_is_stored_once_and_never_changed(self, store: PostgresStore, fresh_store_owner: str) -> None:
        """Invariant 1: neither the application's role nor the owner can change or remove an event."""
        part = a_part()
        await store.append(part)
        for statement in ("update event set version = 9", "delete from event"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await store.pool.execute(statement)
        owner = await asyncpg.connect(fresh_store_owner)
        for statement in ("update event set version = 9", "delete from event", "truncate event"):
            with pytest.raises(asyncpg.RaiseError, match="never changed"):
                await owner.execute(statement)
        await owner.close()
        assert len(await store.load(part.stream_id)) == 1

    async def test_every_appended_event_is_in_the_outbox(self, store: PostgresStore) -> None:
        await asyncio.gather(*(store.append(a_part(events=2)) for _ in range(10)))
        missing = "select count(*) from event e where not exists (select from outbox o where o.position = e.position)"
        assert await store.pool.fetchval(missing) == 0

    async def test_moves_across_each_other_end(self, store: PostgresStore) -> None:
        """Rows of units are locked in one order, or two moves in opposite directions would wait for each other."""
        units = [str(uuid4()) for _ in range(2)]
        parts = [a_part(places=[(units[n % 2], 50, True)]) for n in range(40)]
        await asyncio.gather(*(store.append(part) for part in parts))
        moves = [
            a_part(part.stream_id, expected=1, places=[(units[(n + 1) % 2], 50, True), (units[n % 2], 50, False)])
            for n, part in enumerate(parts)
        ]
        single = [PostgresStore(store.pool, group_limit=1, flights=8) for _ in range(2)]
        outcomes = await asyncio.gather(*(single[n % 2].append(move) for n, move in enumerate(moves)))
        assert {o.kind for o in outcomes} == {"appended"}
        assert [row[0] for row in await store.pool.fetch("select taken from occupancy")] == [20, 20]

    async def test_the_database_refuses_more_than_the_capacity(self, store: PostgresStore) -> None:
        unit = str(uuid4())
        await store.append(a_part(places=[(unit, 1, True)]))
        with pytest.raises(asyncpg.CheckViolationError, match="unit_holds_no_more"):
            await store.pool.execute("update occupancy set taken = taken + 1 where unit = $1", unit)

    async def test_positions_of_a_stream_rise_with_its_versions(self, store: PostgresStore) -> None:
        """The relay sends in position order, and order is promised per stream (invariant 5)."""
        parts = [a_part(events=4) for _ in range(30)]
        await asyncio.gather(*(store.append(p) for p in parts))
        rows = await store.pool.fetch("select stream_id, array_agg(version order by position) as v from event group by 1")
        assert all(row["v"] == sorted(row["v"]) for row in rows)

    async def test_only_who_waits_for_the_same_key_or_stream_hears_that_it_is_under_way(
        self, fresh_store: str, fresh_store_owner: str
    ) -> None:
        pool, owner = await open_pool(fresh_store, lock_timeout_ms=100), await asyncpg.connect(fresh_store_owner)
        store, there, new = PostgresStore(pool), a_part(), a_part()
        await store.append(there)
        async with pool.acquire() as other, other.transaction():
            assert await append_within(other, [new, a_part(there.stream_id, 1)])
            for part in (new, a_part(there.stream_id, 1)):
                with pytest.raises(InProgress):
                    await store.append(part)
        async with owner.transaction():
            await owner.execute("lock table event in access exclusive mode")
            with pytest.raises(Unavailable) as elsewhere:
                await store.append(a_part())
            assert not isinstance(elsewhere.value, InProgress)
        await owner.close()
        await pool.close()

    async def test_a_plan_made_on_an_empty_table_does_not_live_on(self, store: PostgresStore) -> None:
        """Performance chapter, trap 20: appends planned on an empty store must keep using its indexes."""
        await store.append(a_part(search=[(1, True)], claims=[("bed", "1", True)]))
        for _ in range(12):
            await asyncio.gather(*(store.append(a_part()) for _ in range(500)))
        before = await store.pool.fetchrow("select seq_scan, seq_tup_read from pg_stat_user_tables where relname = 'stream'")
        stream = a_part()
        await store.append(stream)
        await asyncio.gather(*(store.append(a_part(stream.stream_id, expected=1)) for _ in range(20)))
        await store.pool.execute("select pg_stat_force_next_flush()")
        after = await store.pool.fetchrow("select seq_scan, seq_tup_read from pg_stat_user_tables where relname = 'stream'")
        assert after == before
