"""The one runner: load, fold, decide, seal, append. Idempotency, retry and sealing live here and nowhere else.

A command's events have the ids uuid5(command id, index), so a repeated command meets its own events on the stream and
hears the first outcome again: the table `event` is the only memory of idempotency keys.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeVar, cast
from uuid import UUID

import orjson

from shared import telemetry
from shared.errors import Conflict, Mismatch, OutOfScope, Rejected, Stale, Unreadable
from shared.eventsourcing.decider import Decider, Row
from shared.eventsourcing.event import Aggregate, Context, Event, Recorded
from shared.eventsourcing.ids import derived
from shared.eventsourcing.loaded import Facts, Loaded, folded, recorded
from shared.eventsourcing.store import NewEvent, Part, Store, StoredEvent
from shared.eventsourcing.wire import from_stored, sealing_subject, subject_of, to_wire
from shared.privacy.classes import FieldClass
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.sealed import SealedItem, Sealer

S = TypeVar("S")
C = TypeVar("C")

Expected = int | Literal["*"] | None
"""The version that the caller saw, `*` for "whatever came in between", None for a command that starts its stream."""

TRIES: Final = 3

_Derived = tuple[list[tuple[int, bool]], list[tuple[str, str, bool]], list[tuple[str, int, bool]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What surrounds a command: who and why (`ctx`), when, and the ids by which it is known again.

    fingerprint: {"k": generation, "h": HMAC} of the request; same_request: compares a stored fingerprint with this
    request (default: equal). correlation_id, causation_id: default the command id. extra: told_at, via -> `meta`.
    """

    command_id: UUID
    ctx: Context
    occurred_at: datetime
    fingerprint: Mapping[str, Any] | None = None
    same_request: Callable[[Mapping[str, Any]], bool] | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


class EventRef(NamedTuple):
    """An event as a command's answer names it. type: the `ce_type`."""

    event_id: UUID
    type: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command did. facts: the events decided now, or read back for a repeated command (sealed parts ERASED)."""

    stream_id: UUID
    version: int
    recorded_at: datetime
    events: tuple[EventRef, ...]
    facts: tuple[Event, ...]
    replayed: bool = False

    @property
    def effect(self) -> bool:
        """False when everything was already so and nothing was stored."""
        return bool(self.events)


@dataclass(frozen=True, slots=True)
class Step:
    """One stream of a command that writes several. ctx: of its facts, where it is not that of the envelope."""

    decider: Decider[Any, Any]
    stream_id: UUID
    command: Any
    expected: Expected
    ctx: Context | None = None


class Handle:
    """Runs commands of one service against its store and keyring.

    blind_key: HMAC key of blind search rows (intake alone; others never write them).
    appended: called after each append, so that a relay in the same process wakes at once.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        *,
        blind_key: bytes = b"",
        appended: Callable[[], None] = lambda: None,
    ) -> None:
        self.store, self.keyring, self.sealer = store, keyring, Sealer(keyring)
        self._blind_key, self._appended = blind_key, appended

    # Commands

    async def run(
        self,
        decider: Decider[C, S],
        stream_id: UUID,
        command: C,
        envelope: Envelope,
        expected: Expected,
        seen: Loaded[S] | None = None,
    ) -> Outcome:
        """Carry out one command on one stream. seen: the stream as this call loaded it just now; the first try decides on
        it, and the append finds out whether it is still current.

        Raises Rejected (a rule says no), OutOfScope (no such stream of this kind), Stale (`expected` is no longer
        current), Conflict (three lost races), Mismatch (the key was used with another request), Unavailable.
        """
        if expected is None:
            return await self._start(decider, stream_id, command, envelope)
        version = 0
        for attempt in range(1, TRIES + 1):
            stored = seen.stored if seen else await self.store.load(stream_id)
            if not stored or stored[0].kind != decider.aggregate.name:
                raise OutOfScope()
            # Looked up before the version is compared, so that a retry never hears that its own event made it stale.
            if replay := self._replay(decider.aggregate, stored, envelope):
                return replay
            version = stored[-1].version
            if expected != "*" and expected != version:
                raise Stale(stream_id, expected, version)
            state = seen.state if seen else await self._state(decider, stored)
            seen = None
            events = decider.decide(command, state)
            if not events:
                return _no_effect(stream_id, stored)
            part = await self._part(decider, stream_id, version, state, events, envelope, 0)
            result = await self.store.append(part)
            telemetry.mark(gabay_attempts=attempt)
            if result.kind == "appended":
                return self._done(decider.aggregate, part, events, result.recorded_at)
            if result.kind == "rule":
                raise _refused(decider, result.rule)
        raise Conflict(stream_id, version)

    async def run_many(self, steps: Sequence[Step], envelope: Envelope) -> Outcome:
        """Carry out a command that writes several existing streams: all of it or nothing.

        The outcome is that of the first stream; its `events` are those of all.
        """
        for attempt in range(1, TRIES + 1):
            parts: list[Part] = []
            facts: list[Event] = []
            refs: list[EventRef] = []
            index = 0
            for step in steps:
                stored = await self.store.load(step.stream_id)
                if not stored or stored[0].kind != step.decider.aggregate.name:
                    raise OutOfScope()
                if replay := self._replay(step.decider.aggregate, stored, envelope):
                    return await self._replay_all(replay, steps, envelope)
                version = stored[-1].version
                if step.expected not in ("*", version):
                    raise Stale(step.stream_id, cast(int, step.expected), version)
                state = await self._state(step.decider, stored)
                events = step.decider.decide(step.command, state)
                if not events:
                    continue
                own = replace(envelope, ctx=step.ctx) if step.ctx else envelope
                part = await self._part(step.decider, step.stream_id, version, state, events, own, index)
                index += len(events)
                parts.append(part)
                facts.extend(events)
                refs.extend(_refs(step.decider.aggregate, part))
            if not parts:
                return _no_effect(steps[0].stream_id, await self.store.load(steps[0].stream_id))
            result = await self.store.append(*parts)
            telemetry.mark(gabay_attempts=attempt)
            if result.kind == "appended":
                self._appended()
                first = parts[0]
                return Outcome(
                    stream_id=first.stream_id,
                    version=first.expected + len(first.events),
                    recorded_at=result.recorded_at,
                    events=tuple(refs),
                    facts=tuple(facts),
                )
            if result.kind == "rule":
                raise _refused(steps[0].decider, result.rule)
        raise Conflict(steps[0].stream_id, 0)

    async def _replay_all(self, first: Outcome, steps: Sequence[Step], envelope: Envelope) -> Outcome:
        """The outcome of a repeated command with the events of all its streams."""
        events, facts = list(first.events), list(first.facts)
        for step in steps:
            if step.stream_id != first.stream_id:
                stored = await self.store.load(step.stream_id)
                if more := self._replay(step.decider.aggregate, stored, envelope):
                    events += more.events
                    facts += more.facts
        return replace(first, events=tuple(events), facts=tuple(facts))

    async def _start(self, decider: Decider[C, S], stream_id: UUID, command: C, envelope: Envelope) -> Outcome:
        for attempt in range(1, TRIES + 1):
            try:
                events = decider.decide(command, decider.initial)
            except Rejected:
                # What was done once is not refused afterwards, though its rules have moved on: a consent ran out meanwhile.
                if replay := self._replay(decider.aggregate, await self.store.load(stream_id), envelope):
                    return replay
                raise
            part = await self._part(decider, stream_id, 0, decider.initial, events, envelope, 0)
            result = await self.store.append(part)
            telemetry.mark(gabay_attempts=attempt)
            if result.kind == "appended":
                return self._done(decider.aggregate, part, events, result.recorded_at)
            if result.kind == "rule":
                raise _refused(decider, result.rule)
            stored = await self.store.load(stream_id)
            if not stored:
                continue  # its creator rolled back meanwhile
            if replay := self._replay(decider.aggregate, stored, envelope):
                return replay
            # Another command (another principal, the same local_id) was first: the same request is the same wish.
            mine = envelope.fingerprint
            if stored[0].kind == decider.aggregate.name and mine and _same(envelope, stored[0]):
                first = [e for e in stored if e.meta.get("command_id") == stored[0].meta.get("command_id")]
                return self._read_back(decider.aggregate, first)
            raise Rejected("already-exists", "Read it, it was made before.", version=stored[-1].version)
        raise Conflict(stream_id, 0)

    # Reading

    async def load(self, decider: Decider[C, S], stream_id: UUID) -> Loaded[S]:
        """Fold a stream with the classes that the decider opens. version 0 if there is no such stream of this kind."""
        stored = await self.store.load(stream_id)
        if not stored or stored[0].kind != decider.aggregate.name:
            return Loaded(decider.state_of(()), 0, ())
        events = await self._events(decider.aggregate, stored, decider.opens)
        return Loaded(folded(decider, stored, events), stored[-1].version, Facts(stored, events), stored)

    async def read(self, aggregate: Aggregate, stream_id: UUID, opens: frozenset[FieldClass] = frozenset()) -> list[Recorded[Event]]:
        """The facts of a stream in order, the named classes opened, all others ERASED; empty if there is none."""
        stored = await self.store.load(stream_id)
        if not stored or stored[0].kind != aggregate.name:
            return []
        return recorded(stored, await self._events(aggregate, stored, opens))

    async def find_commands(self, command_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, int, datetime]]:
        """Which of these commands were carried out: command id -> (stream id, version of its first event, recorded)."""
        firsts = {derived(command_id, "0"): command_id for command_id in command_ids}
        stored = await self.store.find(list(firsts))
        return {firsts[s.event_id]: (s.stream_id, s.version, s.recorded_at) for s in stored}

    async def search(self, rows: Sequence[Row], limit: int = 200) -> dict[Row, list[UUID]]:
        """Streams by search and blind rows (at most `limit` each). Hits are candidates: the reader checks them."""
        terms = {self.term(row): row for row in rows}
        found = await self.store.search(list(terms), limit)
        return {terms[term]: streams for term, streams in found.items()}

    def term(self, row: Row) -> int:
        """The 64-bit term of a search row: a keyed hash if it is personal, so that the database holds nothing readable."""
        text = f"{row.name}\0{row.key}".encode()
        if row.kind in ("blind", "unblind"):
            if not self._blind_key:
                raise Unreadable("blind search rows need GABAY_BLIND_INDEX_KEY, which only intake has")
            digest = hmac.digest(self._blind_key, text, "sha256")
        else:
            digest = hashlib.blake2b(text, digest_size=8).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    # From events to rows

    async def _part(
        self,
        decider: Decider[Any, S],
        stream_id: UUID,
        version: int,
        state: S,
        events: Sequence[Event],
        envelope: Envelope,
        index: int,
    ) -> Part:
        aggregate, ctx = decider.aggregate, envelope.ctx
        ctx_wire = ctx.wire()
        ctx_text = orjson.dumps(ctx_wire)
        keys = await self._keys(stream_id, events, ctx, fresh=version == 0)
        meta = {
            "command_id": str(envelope.command_id),
            "correlation_id": str(envelope.correlation_id or envelope.command_id),
            "causation_id": str(envelope.causation_id or envelope.command_id),
            **envelope.extra,
        }
        if envelope.fingerprint:
            meta["fp"] = dict(envelope.fingerprint)
        if envelope.traceparent:
            meta["traceparent"] = envelope.traceparent
        meta_text = orjson.dumps(meta).decode()
        new: list[NewEvent] = []
        for n, event in enumerate(events, index):
            event_id = derived(envelope.command_id, str(n))
            data = to_wire(event, event_id, stream_id, ctx, ctx_text, keys)
            schema = aggregate.schema(event.event_type)
            new.append(NewEvent(event_id, event.event_type, schema, data, meta_text, envelope.occurred_at))
        return Part(stream_id, aggregate.name, version, new, *self._derived(decider, stream_id, state, events))

    def _derived(self, decider: Decider[Any, S], stream_id: UUID, state: S, events: Sequence[Event]) -> _Derived:
        """What is written beside new events that follow on `state`: search rows, claims, places."""
        search: dict[int, bool] = {}
        claims: dict[tuple[str, str], bool] = {}
        places: dict[str, tuple[int, bool]] = {}
        for row in decider.rows_of(stream_id, state, events):
            if row.kind in ("claim", "release"):
                claims[row.name, row.key] = row.kind == "claim"
            elif row.kind in ("take", "give"):
                places[row.key] = (row.limit, row.kind == "take")
            else:
                search[self.term(row)] = row.kind in ("search", "blind")
        held = [(*key, claim) for key, claim in claims.items()]
        room = [(unit, *wish) for unit, wish in places.items()]
        return list(search.items()), held, room

    async def regrown(self, decider: Decider[Any, Any], stream_id: UUID, since: int) -> Part:
        """The derived rows of a stored stream's facts after version `since`, in a part without events: for a recovery."""
        facts = await self.read(decider.aggregate, stream_id, decider.opens)
        state = decider.state_of(facts[:since]) if since else decider.initial
        rows = self._derived(decider, stream_id, state, [fact.event for fact in facts[since:]])
        return Part(stream_id, decider.aggregate.name, since, (), *rows)

    async def _keys(self, stream_id: UUID, events: Sequence[Event], ctx: Context, *, fresh: bool) -> dict[tuple[UUID, FieldClass], Any]:
        wanted: dict[tuple[UUID, FieldClass], UUID | None] = {}
        for event in events:
            for which in event.sealed_classes:
                if getattr(event, which):
                    wanted.setdefault((sealing_subject(event, which, stream_id, ctx), which), None)
            # A STATISTICS consent names the key that seals the profile from now on.
            if (profile_key := getattr(event, "profile_key", None)) and ctx.subject_id:
                wanted[ctx.subject_id, FieldClass.PROFILE] = profile_key
            if event.own_subject and ctx.subject_id == stream_id and (stream_id, FieldClass.PROFILE) in wanted:
                wanted[stream_id, FieldClass.PROFILE] = derived(stream_id, "profile-key")
        if not wanted:
            return {}
        needed = [Wanted(subject, which, key_id) for (subject, which), key_id in wanted.items()]
        # Only a stream that is its own subject (a client, a referral's packet) proves that no key can exist yet.
        fresh = fresh and all(subject == stream_id for subject, _ in wanted)
        return dict(await self.keyring.for_sealing(needed, fresh=fresh))

    async def _state(self, decider: Decider[Any, S], stored: Sequence[StoredEvent]) -> S:
        """What the stored facts that stand fold to."""
        return folded(decider, stored, await self._events(decider.aggregate, stored, decider.opens))

    async def _events(self, aggregate: Aggregate, stored: Sequence[StoredEvent], opens: frozenset[FieldClass]) -> list[Event]:
        opens = opens & self.keyring.classes()
        items, owners = [], []
        datas = [aggregate.upcast(s.type, s.schema, s.data) for s in stored]
        for n, (s, data) in enumerate(zip(stored, datas, strict=True)):
            for name, blob in data.get("sealed", {}).items() if opens else ():
                which = FieldClass(name)
                if which in opens:
                    subject = subject_of(aggregate.events[s.type], which, s.stream_id, data)
                    if subject:
                        items.append(SealedItem(subject, s.stream_id, s.event_id, s.type, which, blob))
                        owners.append((n, which))
        opened: dict[tuple[int, FieldClass], Any] = {}
        if items:
            for owner, plain in zip(owners, await self.sealer.open_many(items), strict=True):
                opened[owner] = plain
        return [from_stored(aggregate, s, data, n, opened) for n, (s, data) in enumerate(zip(stored, datas, strict=True))]

    # Outcomes

    def _done(self, aggregate: Aggregate, part: Part, events: Sequence[Event], recorded_at: datetime) -> Outcome:
        self._appended()
        return Outcome(
            stream_id=part.stream_id,
            version=part.expected + len(part.events),
            recorded_at=recorded_at,
            events=_refs(aggregate, part),
            facts=tuple(events),
        )

    def _replay(self, aggregate: Aggregate, stored: Sequence[StoredEvent], envelope: Envelope) -> Outcome | None:
        """The outcome of this very command, if its events are on the stream already."""
        command_id = str(envelope.command_id)
        mine = [s for s in stored if s.meta.get("command_id") == command_id]
        if not mine:
            return None
        if not _same(envelope, mine[0]):
            raise Mismatch()
        return self._read_back(aggregate, mine)

    def _read_back(self, aggregate: Aggregate, mine: Sequence[StoredEvent]) -> Outcome:
        facts = tuple(from_stored(aggregate, s, aggregate.upcast(s.type, s.schema, s.data), 0, {}) for s in mine)
        return Outcome(
            stream_id=mine[0].stream_id,
            version=mine[-1].version,
            recorded_at=mine[0].recorded_at,
            events=tuple(EventRef(s.event_id, aggregate.ce_type(s.type), s.version) for s in mine),
            facts=facts,
            replayed=True,
        )


def _refs(aggregate: Aggregate, part: Part) -> tuple[EventRef, ...]:
    return tuple(EventRef(e.event_id, aggregate.ce_type(e.type), version) for version, e in enumerate(part.events, part.expected + 1))


def _same(envelope: Envelope, stored: StoredEvent) -> bool:
    known = stored.meta.get("fp")
    if not known or not envelope.fingerprint:
        return True  # reactions and timers carry none; their command ids are derived from what caused them
    if envelope.same_request:
        return envelope.same_request(known)
    return bool(known == envelope.fingerprint)


def _no_effect(stream_id: UUID, stored: Sequence[StoredEvent]) -> Outcome:
    return Outcome(
        stream_id=stream_id,
        version=stored[-1].version if stored else 0,
        recorded_at=stored[-1].recorded_at,
        events=(),
        facts=(),
    )


def _refused(decider: Decider[Any, Any], claim: str | None) -> Rejected:
    return Rejected(dict(decider.claimed).get(claim or "", "invalid-state"), "Another record holds what this needs.")
