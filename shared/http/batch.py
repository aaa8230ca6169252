"""Batches: many commands of the offline app in one request, each with its own result (http chapter, section 5).

Interactive before bulk: one batch at a time in a process, its items read in chunks of 20 with a pause after each, so that
a desk never waits for the whole of a sync (performance chapter, rule 20 and trap 22).
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.routing import compile_path

from shared import telemetry
from shared.eventsourcing.event import instant
from shared.http import authorise
from shared.http.answer import Answer, Caller
from shared.http.bodies import Items, ReceiptsBody
from shared.http.body import MEMBERS_OF_A_BATCH, parse
from shared.http.call import Call
from shared.http.exchange import Exchange
from shared.http.ids import IfMatch, command_id, public_path, read_key
from shared.http.operation import DENIALS, Operation, carry_out, denied, moment, prepare, validated
from shared.http.problems import Problem, document, invalid, problem_of, violation

BATCH_BYTES: Final = 8 * 1024 * 1024
CHUNK: Final = 20
CHUNKS_IN_FLIGHT: Final = 7
DEADLINE: Final = 60.0
TURN: Final = 20.0
SKEW: Final = 120.0

_ITEM: Final = frozenset({"key", "path", "if_match", "recorded_by", "body"})
_STAFF: Final = re.compile(r"[a-z0-9-]{3,64}")


@dataclass(frozen=True, slots=True)
class Offer:
    """The commands that one batch route takes."""

    creation: Operation | None
    additive: tuple[tuple[re.Pattern[str], Mapping[str, Any], Operation], ...]

    def find(self, path: Any) -> tuple[Operation, Mapping[str, Any]]:
        """The command of an item and its path parameters."""
        if path is None:
            if self.creation is None:
                raise invalid(violation("/path", "missing"))
            return self.creation, {}
        for pattern, convertors, op in self.additive if isinstance(path, str) else ():
            if found := pattern.match(path):
                return op, {name: convertors[name].convert(text) for name, text in found.groupdict().items()}
        raise invalid(violation("/path", "not-allowed-here"))


def batch_operation(path: str, creation: Operation | None, additive: Sequence[Operation], tag: str, action: str | None = None) -> Operation:
    """The operation of a `:batch` route."""
    counted = [replace(op, action=action) if action else op for op in ([creation] if creation else []) + list(additive)]
    if not counted or (creation and creation.concurrency != "creation"):
        raise ValueError(f"{path}: a batch offers one creation, additive commands, or both")
    offered = []
    for op in counted[1 if creation else 0 :]:
        pattern, _, convertors = compile_path(op.declared)
        offered.append((pattern, convertors, op))
    offer = Offer(counted[0] if creation else None, tuple(offered))

    async def serve_batch(call: Call, exchange: Exchange) -> Answer:
        return await _serve(offer, call, exchange)

    words = re.split(r"[^a-zA-Z]+", public_path(path).removeprefix("/v1/"))
    return Operation(
        kind="batch", method="POST", declared=path, path=public_path(path), action=counted[0].action, function=serve_batch,
        body=Items, limit="batch", scope="gabay:write", tag=tag, name="_".join(filter(None, words)), serve_batch=serve_batch,
        offers=tuple(counted),
    )  # fmt: skip


async def _serve(offer: Offer, call: Call, exchange: Exchange) -> Answer:
    if exchange.query():
        raise Problem("malformed-request", where="query")
    runtime = call.runtime
    items = _items(parse(await exchange.body(BATCH_BYTES, "batch-too-large"), members=MEMBERS_OF_A_BATCH, array=100_000))
    if len(items) > runtime.batch_items:
        raise Problem("batch-too-large", limit=runtime.batch_items)
    seconds = _skew(exchange.header(b"gabay-device-time"), runtime.now())
    shift = timedelta(seconds=seconds) if abs(seconds) > SKEW else timedelta()
    try:
        async with asyncio.timeout(TURN):
            await runtime.batch_turn.acquire()
    except TimeoutError:
        raise Problem("unavailable", {"Retry-After": "5"}) from None
    try:
        results = await _Batch(offer, call, items, shift).run()
    finally:
        runtime.batch_turn.release()
    return Answer({"items": results, "clock_skew_s": round(seconds)})


def _items(value: Any) -> list[Any]:
    if not isinstance(value, dict):
        raise invalid(violation("", "wrong-type"))
    if set(value) - {"items"}:
        raise invalid(violation("", "unknown-member"))
    if "items" not in value:
        raise invalid(violation("/items", "missing"))
    items = value["items"]
    if not isinstance(items, list):
        raise invalid(violation("/items", "wrong-type"))
    if not items:
        raise invalid(violation("/items", "too-short"))
    return items


def _skew(told: str | None, now: datetime) -> float:
    """Seconds by which the device's clock is ahead of ours."""
    if told is None:
        return 0.0
    try:
        device = datetime.fromisoformat(told)
        return (device - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        raise Problem("malformed-request", where="gabay-device-time") from None


class _Batch:
    """One batch under way."""

    def __init__(self, offer: Offer, call: Call, items: list[Any], shift: timedelta) -> None:
        self._offer, self._call, self._items, self._shift = offer, call, items, shift
        self._results: list[dict[str, Any] | None] = [None] * len(items)
        self._last: dict[UUID, asyncio.Future[None]] = {}
        self._next = 0
        self._reading = asyncio.Lock()
        self._deadline = asyncio.get_running_loop().time() + DEADLINE

    async def run(self) -> list[dict[str, Any] | None]:
        workers = min(CHUNKS_IN_FLIGHT, -(-len(self._items) // CHUNK))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._chunks())
        return self._results

    async def _chunks(self) -> None:
        while self._next < len(self._items):
            async with self._reading:  # in order: an item must find the one before it on its stream already placed
                chunk = range(self._next, min(self._next + CHUNK, len(self._items)))
                self._next = chunk.stop
                prepared = [(index, await self._prepared(index)) for index in chunk]
                ready = [(index, call, *self._place(call)) for index, call in prepared if call is not None]
            await asyncio.sleep(0)  # whoever waits at a desk goes first
            await asyncio.gather(*(self._carry_out(*each) for each in ready))

    def _place(self, call: Call) -> tuple["asyncio.Future[None] | None", "asyncio.Future[None]"]:
        """What this item waits for (the one before it on its stream), and what the next one waits for."""
        stream = call.new_id() if call.op.concurrency == "creation" else next(iter(call.path.values()))
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        before, self._last[stream] = self._last.get(stream), mine
        return before, mine

    async def _prepared(self, index: int) -> Call | None:
        """An item read and checked; None if it already has its result."""
        item, self._items[index] = self._items[index], None  # its memory is needed no longer once it is read
        key = None
        try:
            key = _key(item)
            op, path = self._offer.find(item.get("path"))
            return await self._item_call(op, path, key, item)
        except Exception as error:
            self._refuse(index, key, error)
            return None

    async def _item_call(self, op: Operation, path: Mapping[str, Any], key: str, item: dict[str, Any]) -> Call:
        outer = self._call
        if not isinstance(value := item.get("body"), dict):
            raise invalid(violation("/body", "missing" if value is None else "wrong-type"))
        assert op.body is not None
        if any(
            path.get(name) != told for name, told in outer.path.items()
        ):  # `/v1/training-sessions/{id}/outcomes:batch` is of one session
            raise invalid(violation("/path", "not-allowed-here"))
        call = replace(outer, op=op, path=path, key=key, expected=_if_match(item.get("if_match")), batched=True)
        recorded_by = item.get("recorded_by")
        device = outer.caller.device
        if device is None:
            if recorded_by is not None:
                raise invalid(violation("/recorded_by", "not-allowed-here"))
            if not authorise.may(outer.caller.subject, op.action):
                telemetry.AUTHZ_DENIED.add(1, {"reason": "forbidden"})
                await denied(call, "forbidden")
                raise Problem("forbidden")
        body = validated(op.body, orjson.dumps(value), value)
        prepare(call, body, value)
        call.occurred_at, call.told_at = moment(body, call.runtime.now(), self._shift)
        if device is not None:
            await self._by_device(call, device, recorded_by)
        return call

    async def _by_device(self, call: Call, device: str, recorded_by: Any) -> None:
        """The person who took it down acts; the device must be of that centre, and they must have had a role there."""
        if recorded_by is None:
            raise invalid(violation("/recorded_by", "missing"))
        if not isinstance(recorded_by, str) or not _STAFF.fullmatch(recorded_by):
            raise invalid(violation("/recorded_by", "bad-format"))
        outer = self._call.caller
        assert call.occurred_at is not None
        allowed = authorise.may(outer.subject, call.op.action) and call.op.concurrency in ("creation", "additive")
        person = await call.runtime.grants.held(recorded_by, call.occurred_at)
        grants = tuple(g for g in person.grants if g.centre in outer.subject.centres)
        subject = authorise.Subject(recorded_by, grants, device=device)
        call.caller, call.via = Caller(subject, outer.identity, outer.principal), device
        if not allowed or not authorise.may(subject, call.op.action):
            telemetry.AUTHZ_DENIED.add(1, {"reason": "forbidden"})
            await denied(call, "forbidden")
            raise Problem("forbidden")

    async def _carry_out(self, index: int, call: Call, before: "asyncio.Future[None] | None", mine: "asyncio.Future[None]") -> None:
        try:
            if before is not None:
                await before
            answer = await self._in_time(call)
            self._results[index] = {
                "index": index, "key": call.key, "status": answer.status, "id": answer.id, "version": answer.version,
                "replayed": answer.replayed, **answer.extra,
            }  # fmt: skip
        except Exception as error:
            if getattr(error, "code", None) in DENIALS:
                try:
                    await denied(call, getattr(error, "code", ""))
                except Problem as unaudited:
                    error = unaudited
            self._refuse(index, call.key, error)
        finally:
            mine.set_result(None)

    async def _in_time(self, call: Call) -> Answer:
        if asyncio.get_running_loop().time() > self._deadline or call.runtime.stopping:
            raise Problem("not-attempted")
        return await carry_out(call, call.body)

    def _refuse(self, index: int, key: str | None, error: Exception) -> None:
        problem = problem_of(error)
        if problem.code == "internal":
            telemetry.logger().error("batch_item_failed", exc_info=error)
        shown = document(problem, self._call.trace, self._call.language)
        self._results[index] = {"index": index, "key": key, "status": problem.status, "problem": shown}


def _key(item: Any) -> str:
    """The key of an item that is one."""
    if not isinstance(item, dict):
        raise invalid(violation("", "wrong-type"))
    if set(item) - _ITEM:
        raise invalid(violation("", "unknown-member"))
    key = item.get("key")
    return read_key(key if isinstance(key, str) else None if key is None else "")


def _if_match(value: Any) -> IfMatch:
    if value is None:
        return None
    if value == "*":
        return "*"
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000_000:
        return value
    raise invalid(violation("/if_match", "bad-format"))


async def receipts(call: Call, body: ReceiptsBody) -> Answer:
    """Which commands of these keys were carried out: what an app asks first that lost answers."""
    ids = {str(key): command_id(call.caller.principal, body.route, str(key)) for key in body.keys}
    found = await call.parts.handle.find_commands(list(ids.values()))
    items: list[dict[str, Any]] = []
    for key, wanted in ids.items():
        done = found.get(wanted)
        item: dict[str, Any] = {"key": key, "done": done is not None}
        if done:
            item |= {"id": done[0], "version": done[1], "recorded_at": instant(done[2])}
        items.append(item)
    return Answer({"items": items})
