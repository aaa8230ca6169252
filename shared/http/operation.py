"""One operation of the API, and the way of a request through it.

Order of the checks (http chapter, section 1): size and header limits (`protocol`, `exchange`), token, rate limit, function
403, parse 400, validate 422, object 404, repetition, `If-Match` 428/412, domain rules, append.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from shared import telemetry
from shared.codes import Purpose
from shared.codes.valid import FIRST_YEAR
from shared.errors import Mismatch, OutOfScope, Rejected, Unavailable
from shared.http import authorise
from shared.http.answer import Answer, Caller
from shared.http.auth import bearer
from shared.http.bodies import CommandBody
from shared.http.body import parse
from shared.http.bounded import beyond, misspelt, widest
from shared.http.call import Call
from shared.http.exchange import Exchange
from shared.http.ids import command_id, read_if_match, read_key, request_text
from shared.http.problems import Problem, from_pydantic, invalid, problem_of, violation
from shared.http.runtime import Runtime

Kind = Literal["command", "read", "batch", "upload"]
Concurrency = Literal["creation", "additive", "guarded", "none"]
Function = Callable[..., Awaitable[Answer]]

HANDLER_SECONDS: Final = 15.0
UPLOADS: Final = asyncio.Semaphore(2)
AHEAD: Final = timedelta(minutes=5)
STEP_UP_SECONDS: Final = 900
READ_PURPOSES: Final = frozenset(Purpose) | {"OVERSIGHT", "SUBJECT_REQUEST", "DATA_QUALITY"}
PUBLIC: Final = "public"  # the action of what anybody may read: probes, code lists, this document
RELEASED: Final = "stats.released"  # without a login only where GABAY_STATISTICS_PUBLIC is on
DENIALS: Final = frozenset({"forbidden", "not-found", "not-assigned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """How one operation is declared. declared: path with converters; path: as documents name it.

    concurrency: creation (starts a stream), additive (`If-Match` may be `*`), guarded (a version), none (versions in the
    body, or no stream). classes: sealed classes that the answer may show. limit: which rate budget. public: also without
    a login. subject: the path parameter that names the person concerned. media: content type of what a read answers.
    offers: the commands that a batch takes. takes: media types of an upload; most: its bytes.
    """

    kind: Kind
    method: str
    declared: str
    path: str
    action: str
    function: Function
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    concurrency: Concurrency = "none"
    classes: tuple[str, ...] = ()
    limit: str = "read"
    scope: str = "gabay:read"
    public: bool = False
    subject: str | None = None
    tag: str = ""
    name: str = ""
    statuses: tuple[int, ...] = ()
    serve_batch: Callable[..., Awaitable[Answer]] | None = None
    media: str = "application/json"
    offers: "tuple[Operation, ...]" = ()
    takes: tuple[str, ...] = ()
    most: int = 0

    @property
    def route(self) -> str:
        """As it enters the derivation of command ids: `POST /v1/clients/{id}/consents`."""
        return f"{self.method} {self.path}"


async def serve(op: Operation, exchange: Exchange, runtime: Runtime, path: Mapping[str, Any]) -> None:
    """Take a request through an operation and send the answer. Raises what becomes a problem."""
    caller = await identify(op, exchange, runtime)
    call = Call(
        op=op, runtime=runtime, caller=caller, path=path, trace=exchange.trace, language=exchange.language,
        if_none_match=exchange.header(b"if-none-match"), accept=exchange.header(b"accept"), byte_range=exchange.header(b"range"),
    )  # fmt: skip
    try:
        check_function(op, caller, runtime)
        if op.kind == "batch":
            assert op.serve_batch is not None
            answer = await op.serve_batch(call, exchange)
        else:
            answer = await {"command": _command, "read": _read, "upload": _upload}[op.kind](call, exchange)
    except (OutOfScope, Rejected, Problem) as error:
        if error.code in DENIALS:
            await denied(call, error.code)
        raise
    await exchange.reply(answer.status, {"Content-Type": answer.content_type, **answer.headers}, encoded(answer.content))


async def identify(op: Operation, exchange: Exchange, runtime: Runtime) -> Caller:
    """Who calls, within their rate. Raises Problem `unauthenticated`, `rate-limited`, `device-blocked`."""
    authorization = exchange.header(b"authorization")
    if authorization is None and op.public and (op.action != RELEASED or runtime.statistics_public):
        exchange.limits = runtime.limiter.take("feedback" if op.kind == "command" else op.limit, exchange.client)
        return Caller(authorise.Subject())
    try:
        token = bearer(authorization)
        identity = runtime.tokens.remembered(token) or await runtime.tokens.verify(token)
    except Problem:
        runtime.limiter.take("tokens", exchange.client)
        raise
    exchange.limits = runtime.limiter.take(op.limit, identity.principal)
    subject = await runtime.grants.subject(identity)
    exchange.staff, exchange.device = subject.staff_id, subject.device
    return Caller(subject, identity, identity.principal)


def check_function(op: Operation, caller: Caller, runtime: Runtime) -> None:
    """Role, scope and strength of the login, whatever the object. Deny by default."""
    identity = caller.identity
    if identity is None or op.action == PUBLIC:
        return
    if not authorise.may(caller.subject, op.action) or (caller.device and op.kind in ("command", "upload")):
        telemetry.AUTHZ_DENIED.add(1, {"reason": "forbidden"})
        telemetry.logger().warning("sec_denied", staff=caller.staff_id, action=op.action)
        raise Problem("forbidden")
    if op.scope not in identity.scopes:
        raise Problem("scope-insufficient", scope=op.scope)
    if op.action in authorise.STEP_UP_ACTIONS:
        check_step_up(caller, runtime)


def check_step_up(caller: Caller, runtime: Runtime) -> None:
    """A strong login within 15 minutes, or 401 `step-up-needed` (RFC 9470)."""
    identity, acr = caller.identity, runtime.step_up_acr
    if identity is None or identity.acr != acr or identity.auth_time < runtime.now().timestamp() - STEP_UP_SECONDS:
        telemetry.logger().info("sec_step_up_asked", staff=caller.staff_id)
        challenge = f'Bearer realm="gabay", error="insufficient_user_authentication", acr_values="{acr}", max_age={STEP_UP_SECONDS}'
        raise Problem("step-up-needed", {"WWW-Authenticate": challenge})


async def denied(call: Call, code: str) -> None:
    """Put a refused attempt on record, with whom it was about as far as the path says."""
    subject = call.path.get(call.op.subject) if call.op.subject else None
    call.purpose = call.purpose if call.purpose in READ_PURPOSES else None
    await call.record("DENIED", [subject] if isinstance(subject, UUID) else [], call.op.classes, decision=code)


async def _command(call: Call, exchange: Exchange) -> Answer:
    op, runtime = call.op, call.runtime
    query(None, exchange.query())
    call.key = read_key(exchange.header(b"idempotency-key"))
    call.expected = read_if_match(exchange.header(b"if-match"))
    raw = await exchange.body(runtime.body_bytes)
    assert op.body is not None
    value = parse(raw, array=widest(op.body))
    body = validated(op.body, raw, value)
    prepare(call, body, value)
    call.occurred_at, call.told_at = moment(body, runtime.now())
    async with asyncio.timeout(HANDLER_SECONDS):
        return await carry_out(call, body)


def prepare(call: Call, body: BaseModel, value: Any) -> None:
    """The command's id and the text of its fingerprint."""
    op = call.op
    call.body = body
    call.command_id = command_id(call.caller.principal, op.route, call.key)
    call.request = request_text(op.route, call.path, value)


def moment(body: BaseModel, now: datetime, skew: timedelta = timedelta()) -> tuple[datetime, datetime | None]:
    """(when it happened, when the device said if its clock is off). At most 5 minutes ahead."""
    told: datetime | None = body.occurred_at if isinstance(body, CommandBody) else None
    if told is None:
        return now, None
    try:
        happened = told - skew
    except OverflowError:
        raise invalid(violation("/occurred_at", "out-of-range")) from None
    if happened.year < FIRST_YEAR:
        raise invalid(violation("/occurred_at", "out-of-range"))
    if happened > now + AHEAD:
        raise Problem("date-in-future", fields=["/occurred_at"])
    return happened, told if skew else None


async def carry_out(call: Call, body: BaseModel) -> Answer:
    """Run a command once, traced and measured where there is a collector."""
    if not telemetry.enabled():
        return await once(call, body)
    name, began = command_name(call.op.name), time.perf_counter()
    status, result = 503, "abandoned"
    labels = {"service": call.runtime.service}
    try:
        with telemetry.span(f"command {name}", gabay_command=name) as span:
            try:
                answer = await once(call, body)
                status, result = answer.status, "replayed" if answer.replayed else "done"
            except Exception as error:
                problem = problem_of(error)
                status, result = problem.status, problem.code
                raise
            finally:
                span.set_attribute("gabay.result", result)
    finally:
        telemetry.COMMAND_DURATION.record(time.perf_counter() - began, {"command": name, "status": f"{status // 100}xx"})
        if result == "idempotency-mismatch":
            telemetry.IDEMPOTENCY_MISMATCH.add(1, labels)
    if answer.replayed:
        telemetry.IDEMPOTENCY_REPLAYS.add(1, labels)
    return answer


@cache
def command_name(function: str) -> str:
    """`register_client` -> `RegisterClient`, as the command is called in the events' documentation."""
    return "".join(word.capitalize() for word in function.split("_"))


async def once(call: Call, body: BaseModel) -> Answer:
    """Run a command; the same request that arrives while it runs waits and shares its answer."""
    inflight, key = call.runtime.inflight, call.command_id
    assert key is not None
    while running := inflight.get(key):
        request, future = running
        if request == call.request:
            answer: Answer = await asyncio.shield(future)
            return replace(answer, headers={**answer.headers, "Idempotency-Replayed": "true"}, replayed=True)
        try:
            await asyncio.shield(future)
        except Exception:  # noqa: S112  # the first was refused and stored nothing: this one is decided afresh
            continue
        raise Mismatch("This key belongs to another request.")
    future = asyncio.get_running_loop().create_future()
    inflight[key] = (call.request, future)
    try:
        answer = await call.op.function(call, body)
    except BaseException as error:
        # Those who wait hear of a time-out or a cancelled task as "away": repeat with the same key.
        future.set_exception(error if isinstance(error, Exception) else Unavailable("The first request"))
        future.exception()  # retrieved, or asyncio complains where nobody waited
        raise
    finally:
        del inflight[key]
    future.set_result(answer)
    return answer


async def _read(call: Call, exchange: Exchange) -> Answer:
    op = call.op
    call.purpose = exchange.header(b"gabay-purpose")
    if op.classes:
        if call.purpose is None:
            raise Problem("purpose-needed")
        if call.purpose not in READ_PURPOSES:
            raise Problem("malformed-request", where="gabay-purpose")
    call.query = query(op.query, exchange.query())
    if op.body is not None:
        raw = await exchange.body(call.runtime.body_bytes)
        call.body = validated(op.body, raw, parse(raw, array=widest(op.body)))
    async with asyncio.timeout(HANDLER_SECONDS):
        answer = await (op.function(call) if op.body is None else op.function(call, call.body))
    if op.classes and not call.shown:
        raise RuntimeError(f"{op.name} shows {', '.join(op.classes)} without a row in the access log: answer by call.show")
    return answer


async def _upload(call: Call, exchange: Exchange) -> Answer:
    """Bytes as they are. Few at a time: each is held whole."""
    op = call.op
    call.query = query(op.query, exchange.query())
    call.key = read_key(exchange.header(b"idempotency-key"))
    call.command_id = command_id(call.caller.principal, op.route, call.key)
    if UPLOADS.locked():
        raise Problem("unavailable", {"Retry-After": "2"})
    async with UPLOADS:
        content = await exchange.body(op.most, media=op.takes)
        async with asyncio.timeout(HANDLER_SECONDS):
            return await op.function(call, content)


def query(model: type[BaseModel] | None, parameters: Mapping[str, str]) -> Any:
    """The query's parameters as their model. Unknown or unreadable ones are 400, not 422: they are not a form."""
    if model is None:
        if parameters:
            raise Problem("malformed-request", where="query")
        return None
    try:
        found = model.model_validate(parameters, strict=False)
    except ValidationError as error:
        name = error.errors(include_input=False, include_url=False)[0]["loc"][:1]
        raise Problem("malformed-request", where=str(name[0]) if name and name[0] in model.model_fields else "query") from None
    for odd in misspelt(found, parameters):
        raise Problem("malformed-request", where=odd["loc"][1:])
    return found


def validated(model: type[BaseModel], raw: bytes, value: Any) -> BaseModel:
    """A body as its model, nothing converted all the way down, nothing but what the documents say (`bounded`).

    From bytes: strict models refuse every UUID and time of a parsed object (trap 21). strict here: the strictness of a
    model does not reach the models inside it, and those are the contracts' own, lenient to read what was stored.
    """
    above = beyond(model, raw, value)
    try:
        body = model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        if raw[:1] not in b"{ \t\r\n":
            raise invalid(violation("", "wrong-type")) from None
        raise from_pydantic(model, error, above) from None
    if above := [*above, *misspelt(body, value, raw)]:
        raise invalid(*above)
    return body


def encoded(content: Any) -> Any:
    """JSON bytes; bytes and iterators of bytes as they are."""
    if isinstance(content, bytes) or hasattr(content, "__aiter__"):
        return content
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
