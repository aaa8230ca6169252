"""The one runner on a real store and a real keyring: idempotency, sealing, erasure, races."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4, uuid5

import orjson
import pytest

from shared.errors import Mismatch, OutOfScope, Rejected, Stale, Unreadable
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.decider import Decider, Row
from shared.eventsourcing.event import Aggregate, Context, Event, Sealed
from shared.eventsourcing.handle import Envelope, Handle, Step
from shared.eventsourcing.store import PostgresStore
from shared.privacy.classes import ERASED, IDENTITY, PROFILE, Erased
from shared.privacy.kek import FileKeks
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.sealed import SealedItem


class Who(Sealed):
    name: str


class Opened(Event, type="opened"):
    note: str
    profile_key: UUID | None = None
    identity: Annotated[Who | Erased, IDENTITY]
    profile: Annotated[Who | Erased | None, PROFILE] = None


class Added(Event, type="added"):
    n: int
    profile: Annotated[Who | Erased | None, PROFILE] = None


THING = Aggregate("intake", "thing", Opened, Added)


@dataclass(frozen=True)
class State:
    name: str | Erased = ""
    total: int = 0


@dataclass(frozen=True)
class Open:
    name: str
    profile_key: UUID | None = None
    claim: str = ""


@dataclass(frozen=True)
class Add:
    n: int


def decide(command: Open | Add, state: State) -> list[Event]:
    match command:
        case Open():
            who = Who(name=command.name)
            profile = who if command.profile_key else None
            return [Opened(note=command.claim, profile_key=command.profile_key, identity=who, profile=profile)]
        case Add(n=0):
            return []
        case Add(n=n) if n < 0:
            raise Rejected("invalid-state", "Only more.")
        case Add(n=n):
            return [Added(n=n, profile=Who(name="x"))]


def evolve(state: State, event: Event) -> State:
    match event:
        case Opened(identity=who):
            return replace(state, name=who.name if who else ERASED)
        case Added(n=n):
            return replace(state, total=state.total + n)
    return state


def rows(stream_id: UUID, state: State, event: Event) -> list[Row]:
    match event:
        case Opened(identity=Who(name=name), note=note):
            return [Row("blind", "name", name), *([Row("claim", "bed", note)] if note else [])]
    return []


THINGS = Decider(
    aggregate=THING, initial=State(), decide=decide, evolve=evolve, rows=rows, opens=frozenset({IDENTITY}),
    claimed=(("bed", "unit-full"),),
)  # fmt: skip


@pytest.fixture
async def handle(fresh_store: str, fresh_keyring: str) -> AsyncIterator[Handle]:
    pool, keys = await open_pool(fresh_store), await open_pool(fresh_keyring)
    keks = FileKeks({IDENTITY: [(2, b"i" * 32), (1, b"j" * 32)], PROFILE: [(1, b"p" * 32)]})
    yield Handle(PostgresStore(pool), Keyring(keys, keks), blind_key=b"b" * 32)
    await pool.close()
    await keys.close()


def an_envelope(subject: UUID, request: str = "r", **more: object) -> Envelope:
    ctx = Context(centre="PH-ANT-01", actor="stf-1", role="caseworker", purpose="CASE_MANAGEMENT", subject_id=subject)
    given = {"command_id": uuid4(), "ctx": ctx, "occurred_at": datetime.now(UTC), "fingerprint": {"k": 1, "h": request}}
    return Envelope(**(given | more))  # type: ignore[arg-type]


async def test_a_repeated_command_has_the_outcome_of_the_first(handle: Handle) -> None:
    """Invariant 7, for a creation and for an addition."""
    stream = uuid4()
    creation, addition = an_envelope(stream), an_envelope(stream)
    first = await handle.run(THINGS, stream, Open("Ana"), creation, None)
    again = await handle.run(THINGS, stream, Open("Ana"), creation, None)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.version, again.events, again.recorded_at) == (first.version, first.events, first.recorded_at)
    assert first.events[0].event_id == uuid5(creation.command_id, "0")
    added = await handle.run(THINGS, stream, Add(3), addition, 1)
    repeated = await handle.run(THINGS, stream, Add(3), addition, 1)  # not Stale: its own event moved the version
    assert (added.version, repeated.version, repeated.replayed) == (2, 2, True)
    assert (await handle.load(THINGS, stream)).state == State("Ana", 3)


async def test_a_hundred_posts_of_one_key_store_one_fact(handle: Handle) -> None:
    stream, envelope = uuid4(), None
    envelope = an_envelope(stream)
    outcomes = await asyncio.gather(*(handle.run(THINGS, stream, Open("Ana"), envelope, None) for _ in range(100)))
    assert len({(o.version, o.events) for o in outcomes}) == 1
    assert sum(not o.replayed for o in outcomes) == 1
    assert len(await handle.store.load(stream)) == 1


async def test_a_key_used_for_another_request_is_a_mismatch(handle: Handle) -> None:
    stream = uuid4()
    envelope = an_envelope(stream)
    await handle.run(THINGS, stream, Open("Ana"), envelope, None)
    with pytest.raises(Mismatch):
        await handle.run(THINGS, stream, Open("Eva"), replace(envelope, fingerprint={"k": 1, "h": "other"}), None)


async def test_a_key_used_for_another_record_is_a_mismatch(handle: Handle) -> None:
    envelope = an_envelope(uuid4())
    await handle.run(THINGS, uuid4(), Open("Ana"), envelope, None)
    with pytest.raises(Mismatch):
        await handle.run(THINGS, uuid4(), Open("Ana"), envelope, None)
    other = uuid4()
    await handle.run(THINGS, other, Open("Eva"), an_envelope(other), None)
    with pytest.raises(Mismatch):
        await handle.run(THINGS, other, Add(1), envelope, "*")


async def test_an_id_that_exists_is_not_made_again(handle: Handle) -> None:
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream, "a"), None)
    with pytest.raises(Rejected, match="already-exists"):
        await handle.run(THINGS, stream, Open("Eva"), an_envelope(stream, "b"), None)
    same_wish = await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream, "a"), None)
    assert same_wish.replayed


async def test_a_stale_version_is_refused_and_a_star_is_not(handle: Handle) -> None:
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    await handle.run(THINGS, stream, Add(1), an_envelope(stream), 1)
    with pytest.raises(Stale) as stale:
        await handle.run(THINGS, stream, Add(1), an_envelope(stream), 1)
    assert (stale.value.base, stale.value.current) == (1, 2)
    assert (await handle.run(THINGS, stream, Add(1), an_envelope(stream), "*")).version == 3


async def test_racing_additions_all_arrive(handle: Handle) -> None:
    """Invariant 2: the version decides, the loser loads again and decides again."""
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    await asyncio.gather(*(handle.run(THINGS, stream, Add(1), an_envelope(stream), "*") for _ in range(3)))
    assert (await handle.load(THINGS, stream)).state.total == 3


async def test_what_was_seen_before_the_command_may_be_old(handle: Handle) -> None:
    """The first try decides on the stream as the call had it: whoever was faster is seen by the second, and a repetition
    of the command finds itself."""
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    seen, mine = await handle.load(THINGS, stream), an_envelope(stream)
    await handle.run(THINGS, stream, Add(1), an_envelope(stream), 1)
    with pytest.raises(Stale) as stale:
        await handle.run(THINGS, stream, Add(2), an_envelope(stream), 1, seen)
    assert (stale.value.base, stale.value.current) == (1, 2)
    first = await handle.run(THINGS, stream, Add(2), mine, "*", seen)
    again = await handle.run(THINGS, stream, Add(2), mine, "*", seen)
    assert (first.version, again.version, again.replayed) == (3, 3, True)
    assert (await handle.load(THINGS, stream)).state.total == 3


async def test_a_cancelled_statement_gives_its_connection_back(fresh_store: str) -> None:
    pool = await open_pool(fresh_store, minimum=1, maximum=1)
    for lost in ("select pg_sleep(60)", "select 1"):
        waiting = asyncio.create_task(pool.fetch(lost))
        await asyncio.sleep(0)  # it has the connection, or is about to
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with pool.acquire() as connection:
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                1 / 0  # noqa: B018
    assert [await pool.fetchval("select $1::int", n) for n in range(3)] == [0, 1, 2]
    assert pool.get_idle_size() == 1
    await pool.close()


async def test_a_command_that_changes_nothing_stores_nothing(handle: Handle) -> None:
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    outcome = await handle.run(THINGS, stream, Add(0), an_envelope(stream), 1)
    assert (outcome.effect, outcome.version) == (False, 1)


async def test_what_does_not_exist_is_out_of_scope(handle: Handle) -> None:
    with pytest.raises(OutOfScope):
        await handle.run(THINGS, uuid4(), Add(1), an_envelope(uuid4()), "*")


async def test_a_lost_claim_is_the_problem_that_the_decider_names(handle: Handle) -> None:
    one, two = uuid4(), uuid4()
    await handle.run(THINGS, one, Open("Ana", claim="b1"), an_envelope(one), None)
    with pytest.raises(Rejected, match="unit-full"):
        await handle.run(THINGS, two, Open("Eva", claim="b1"), an_envelope(two), None)


async def test_personal_data_leaves_only_sealed(handle: Handle) -> None:
    """Invariant 8: neither the stored event nor a search row holds a readable name."""
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Kanarienvogel", profile_key=uuid4()), an_envelope(stream), None)
    [stored] = await handle.store.load(stream)
    assert set(stored.data["sealed"]) == {"identity", "profile"}
    text = orjson.dumps(stored.data) + b"".join(base64.b64decode(b) for b in stored.data["sealed"].values())
    assert b"Kanarienvogel" not in text
    assert await handle.search([Row("blind", "name", "Kanarienvogel")]) == {Row("blind", "name", "Kanarienvogel"): [stream]}


async def test_a_profile_is_sealed_only_under_the_key_that_a_consent_names(handle: Handle) -> None:
    stream, key = uuid4(), uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    await handle.run(THINGS, stream, Add(1), an_envelope(stream), "*")
    assert "sealed" not in (await handle.store.load(stream))[1].data
    other = uuid4()
    await handle.run(THINGS, other, Open("Eva", profile_key=key), an_envelope(other), None)
    await handle.run(THINGS, other, Add(1), an_envelope(other), "*")
    blob = (await handle.store.load(other))[1].data["sealed"]["profile"]
    assert base64.b64decode(blob)[1:17] == key.bytes
    # The consent ends: its key is destroyed, the fact reads as erased, and no new profile is sealed.
    await handle.keyring.destroy([(other, PROFILE)], key_ids=[key])
    facts = await handle.read(THING, other, frozenset({PROFILE}))
    assert [f.event.profile for f in facts] == [ERASED, ERASED]
    await handle.run(THINGS, other, Add(1), an_envelope(other), "*")
    assert "sealed" not in (await handle.store.load(other))[2].data


async def test_a_leftover_profile_key_gives_way_to_the_one_a_new_consent_names(handle: Handle) -> None:
    subject, old, new = uuid4(), uuid4(), uuid4()
    await handle.keyring.for_sealing([Wanted(subject, PROFILE, old)], fresh=False)
    keys = await handle.keyring.for_sealing([Wanted(subject, PROFILE, new)], fresh=False)
    assert keys[subject, PROFILE].key_id == new
    assert (await handle.keyring.for_opening([(subject, PROFILE)]))[subject, PROFILE].key_id == new


async def test_a_forgotten_subject_still_folds_and_gets_no_new_key(handle: Handle) -> None:
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    await handle.keyring.bar(stream)
    loaded = await handle.load(THINGS, stream)
    assert (loaded.state.name, loaded.version) == (ERASED, 1)
    assert (await handle.run(THINGS, stream, Add(2), an_envelope(stream), 1)).version == 2
    assert await handle.keyring.for_sealing([Wanted(stream, IDENTITY)], fresh=True) == {}


async def test_two_writers_of_one_subject_share_one_key(handle: Handle) -> None:
    subject = uuid4()
    found = await asyncio.gather(*(handle.keyring.for_sealing([Wanted(subject, IDENTITY)], fresh=True) for _ in range(20)))
    assert len({f[subject, IDENTITY].key_id for f in found}) == 1


async def test_a_blob_opens_only_where_it_belongs(handle: Handle) -> None:
    """Security test S8: moved to another subject, stream, event, type or class it is refused, not erased."""
    stream = uuid4()
    await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    [stored] = await handle.store.load(stream)
    item = SealedItem(stream, stream, stored.event_id, "opened", IDENTITY, stored.data["sealed"]["identity"])
    assert await handle.sealer.open_many([item]) == [b'{"name":"Ana"}']
    for moved in (
        item._replace(stream=uuid4()),
        item._replace(event_id=uuid4()),
        item._replace(event_type="added"),
        item._replace(blob=base64.b64encode(base64.b64decode(item.blob)[:-1] + b"\0").decode()),
    ):
        with pytest.raises(Unreadable):
            await handle.sealer.open_many([moved])


async def test_two_streams_are_written_together_or_not_at_all(handle: Handle) -> None:
    one, two = uuid4(), uuid4()
    for stream in (one, two):
        await handle.run(THINGS, stream, Open("Ana"), an_envelope(stream), None)
    envelope = an_envelope(one)
    steps = [Step(THINGS, one, Add(1), 1), Step(THINGS, two, Add(2), 1)]
    outcome = await handle.run_many(steps, envelope)
    assert (outcome.version, len(outcome.events)) == (2, 2)
    assert (await handle.run_many(steps, envelope)).replayed
    with pytest.raises(Stale):
        await handle.run_many([Step(THINGS, one, Add(1), 2), Step(THINGS, two, Add(2), 9)], an_envelope(one))
    assert (await handle.load(THINGS, one)).version == 2


async def test_a_command_is_found_by_its_id(handle: Handle) -> None:
    stream, envelope = uuid4(), None
    envelope = an_envelope(stream)
    await handle.run(THINGS, stream, Open("Ana"), envelope, None)
    found = await handle.find_commands([envelope.command_id, uuid4()])
    assert [(k, v[0], v[1]) for k, v in found.items()] == [(envelope.command_id, stream, 1)]
