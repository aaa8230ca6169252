"""S4, S5: whatever is sent, the answer is a problem that names place and rule, repeats nothing, and costs no memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from deploy.embedded.stack import SERVICES, Stack
from shared.errors import PROBLEMS
from tests.harness.forms import CANARY, Route, body_with, pointer, routes, wrong_values
from tests.harness.people import a_registration, new_id
from tests.harness.processes import memory_peak
from tests.harness.region import Region

pytestmark = pytest.mark.slow
MIB = 1 << 20
BODY = 300 * MIB
ALLOWED_GROWTH = 64 * MIB

# What a JSON reader could take in more than one way, and the reason that the answer gives.
AMBIGUOUS: tuple[tuple[str, bytes, str], ...] = (
    ("NaN", b'{"occurred_at":NaN,"x":"%s"}', "not-a-number"),
    ("-Infinity", b'{"occurred_at":-Infinity,"x":"%s"}', "not-a-number"),
    ("the same key twice", b'{"purpose":"%s","purpose":"CASE_MANAGEMENT"}', "duplicate-key"),
    ("the same key twice, once escaped", b'{"purpose":"%s","p\\u0075rpose":"CASE_MANAGEMENT"}', "duplicate-key"),
    ("the same key twice, spaced", b'{"purpose" : "%s" , "purpose" : "CASE_MANAGEMENT"}', "duplicate-key"),
    ("a lone surrogate", b'{"purpose":"%s\\ud800"}', "lone-surrogate"),
    ("a lone surrogate as a key", b'{"\\udc00%s":1}', "lone-surrogate"),
    ("NUL", b'{"purpose":"%s\\u0000"}', "nul"),
    ("NUL in a key", b'{"%s\\u0000":1}', "nul"),
    ("bad UTF-8", b'{"purpose":"%s\xff"}', "not-utf8"),
    ("a byte order mark", b'\xef\xbb\xbf{"purpose":"%s"}', "bom"),
    ("half a text", b'{"purpose":"%s', "syntax"),
    ("nothing", b"", "syntax"),
    ("two texts", b'{"purpose":"%s"}{}', "syntax"),
    ("deep nesting", b'{"purpose":' + b"[" * 17 + b'"%s"' + b"]" * 17 + b"}", "too-deep"),
    ("very deep nesting", b'{"purpose":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too-deep"),
    ("many members", b'{"purpose":"%s",' + b",".join(b'"a%d":1' % n for n in range(5_001)) + b"}", "too-many-members"),
    ("a huge number", b'{"purpose":' + b"9" * 4_000 + b',"x":"%s"}', "number-too-long"),
    ("a number beyond all bounds", b'{"purpose":1e999999,"x":"%s"}', "not-a-number number-too-long syntax"),
)


@pytest.fixture(scope="session")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


@asynccontextmanager
async def everybody(region: Region) -> AsyncIterator[dict[tuple[str, str], httpx.AsyncClient]]:
    """(service, role) -> client, made when first asked for."""

    class Clients(dict[tuple[str, str], httpx.AsyncClient]):
        async def of(self, route: Route) -> httpx.AsyncClient:
            key = (route.service, route.role)
            if key not in self:
                reach = {"org": "CASA_CAMINO"} if route.role == "agency_desk" else {}
                self[key] = await stack.enter_async_context(region.client(route.service, route.role, step_up=True, **reach))
            return self[key]

    async with AsyncExitStack() as stack:
        yield Clients()


async def all_routes(region: Region) -> list[Route]:
    found = []
    for service in SERVICES:
        async with httpx.AsyncClient(base_url=region.url(service), trust_env=False) as http:
            found += await routes(http, service)
    assert {route.service for route in found if route.concurrency} >= {"intake", "casework", "referrals"}
    return found


def headers(route: Route) -> dict[str, str]:
    """What the route asks for beside the body."""
    sent = {"Content-Type": "application/json", "Gabay-Purpose": "CASE_MANAGEMENT"}
    if route.concurrency:
        sent["Idempotency-Key"] = new_id()
    if route.concurrency in ("additive", "guarded"):
        sent["If-Match"] = '"1"'
    return sent


def faults(answer: httpx.Response, statuses: tuple[int, ...]) -> Iterator[str]:
    """What is wrong with an answer that must be a problem and repeat nothing."""
    if answer.status_code not in statuses:
        yield f"status {answer.status_code} {answer.text[:300]!r}"
        return
    if answer.headers.get("content-type") != "application/problem+json":
        yield f"content type {answer.headers.get('content-type')}"
        return
    problem = answer.json()
    if problem.get("code") not in PROBLEMS or problem.get("status") != answer.status_code or not problem.get("title"):
        yield f"no problem of ours: {problem}"
    told = answer.text + "".join(f"{name}{value}" for name, value in answer.headers.items())
    if CANARY in told or CANARY.lower() in told.lower():
        yield "the answer repeats what was sent"


async def test_ambiguous_json_is_refused_with_its_reason_on_every_route(region: Region) -> None:
    wrong = []
    async with everybody(region) as clients:
        for route in await all_routes(region):
            http = await clients.of(route)
            for what, template, reasons in AMBIGUOUS:
                if what == "many members" and route.path.endswith(":batch"):
                    continue  # a batch may have twenty times as many
                body = template.replace(b"%s", CANARY.encode())
                answer = await http.request(route.method, route.url(), content=body, headers=headers(route))
                found = list(faults(answer, (400,)))
                if not found and answer.json().get("reason") not in reasons.split():
                    found = [f"the reason given is {answer.json().get('reason')}, not {reasons}"]
                wrong += [f"{route.service} {route.name}, {what}: {each}" for each in found]
    assert not wrong, "\n".join(wrong[:40])


async def test_every_member_with_a_wrong_value_is_named_with_its_rule(region: Region) -> None:
    wrong, tried, members = [], 0, 0
    async with everybody(region) as clients:
        for route in await all_routes(region):
            if not route.concurrency:
                continue  # envelopes of batches: their items are the commands tried here
            http = await clients.of(route)
            members += len(list(route.members()))
            cases = [(at, what, value, codes) for at, schema in route.members() for what, value, codes in wrong_values(schema)]
            cases.append(((), "unknown member", {CANARY: CANARY}, frozenset({"unknown-member"})))
            for at, what, value, codes in cases:
                answer = await http.request(route.method, route.url(), json=body_with(at, value), headers=headers(route))
                tried += 1
                found = list(faults(answer, (422,))) or list(_unnamed(answer.json(), at, codes))
                wrong += [f"{route.service} {route.name}, {pointer(at) or 'the body'}, {what}: {each}" for each in found]
    print(f"{tried} wrong values in {members} members")
    assert tried > 300
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong[:40])


def _unnamed(problem: dict[str, Any], at: tuple[str | int, ...], codes: frozenset[str]) -> Iterator[str]:
    # A list that is wrong throughout is named by its elements, an object by its members.
    named = [each for each in problem.get("errors", ()) if each["loc"] == pointer(at) or each["loc"].startswith(pointer(at) + "/")]
    if not any(each["code"] in codes for each in named):
        yield f"not named as one of {sorted(codes)}: {[e for e in problem.get('errors', ()) if e['code'] != 'missing'] or problem}"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"registered_on": "2999-01-01"}, "registered_on"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"identity": {"card_code": "T-FUTURE", "birth_date": "2999-01-01", "age_class": None}}, "birth_date"),
        ({"transit_arrival": {"episode_id": new_id(), "point": "Las Manos", "date": "2999-01", "group_size": 1}}, "date"),
    ],
)
async def test_a_date_in_the_future_is_refused_and_named(region: Region, change: dict[str, Any], place: str) -> None:
    body = a_registration()
    body |= {name: body[name] | value if name == "identity" else value for name, value in change.items()}
    body["identity"] = {name: value for name, value in body["identity"].items() if value is not None}
    async with region.client("intake") as http:
        answer = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": new_id()})
    assert not list(faults(answer, (422,)))
    problem = answer.json()
    named = [*problem.get("fields", ()), *(each["loc"].rpartition("/")[2] for each in problem.get("errors", ()))]
    assert problem["code"] in ("date-in-future", "validation"), problem
    assert any(each.rpartition(".")[2].rpartition("/")[2] == place for each in named), problem
    assert "2999" not in answer.text


async def test_unreadable_headers_are_refused_and_named(region: Region) -> None:
    async with region.client("intake") as http:
        for sent, status, code in (
            ({}, 400, "idempotency-key-missing"),
            ({"Idempotency-Key": CANARY}, 400, "idempotency-key-invalid"),
            ({"Idempotency-Key": new_id(), "Content-Type": f"text/{CANARY}"}, 415, "unsupported-media-type"),
            ({"Idempotency-Key": new_id(), "Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
        ):
            answer = await http.post("/v1/clients", content=b"{}", headers={"Content-Type": "application/json"} | sent)
            assert not list(faults(answer, (status,)))
            assert answer.json()["code"] == code
        answer = await http.post(f"/v1/clients?name={CANARY}", content=b"{}", headers={"Idempotency-Key": new_id()})
        assert not list(faults(answer, (400,)))


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in endless chunks"])
@pytest.mark.parametrize("path", ["/v1/clients", "/v1/clients:batch"])
async def test_a_body_of_300_mb_costs_no_memory(region: Region, chunked: bool, path: str) -> None:
    pid = region.stack.pid("intake-api")
    assert pid
    before = memory_peak(pid)
    token = await region.token("supervisor")
    answer, sent = await _flood(region.stack.port("intake-api"), path, token, chunked, most=BODY)
    grown = memory_peak(pid) - before
    print(f"{sent / MIB:.0f} MiB taken before the end, peak +{grown / MIB:.1f} MiB, answer {answer[:40]!r}")
    assert grown <= ALLOWED_GROWTH, f"{grown / MIB:.0f} MiB more at the peak"
    # Who goes on sending after the refusal may find the connection reset before having read it.
    assert answer.startswith(b"HTTP/1.1 413 ") or not answer, answer[:200]
    # Who stops and listens is told. A batch in chunks has said nothing of its size before 8 MiB of it are there.
    enough = 9 * MIB if chunked and path.endswith(":batch") else 6 * MIB
    answer, _ = await _flood(region.stack.port("intake-api"), path, token, chunked, most=enough)
    assert answer.startswith(b"HTTP/1.1 413 "), answer[:200]
    assert b"body-too-large" in answer or b"batch-too-large" in answer
    assert region.stack.pid("intake-api") == pid, "the api did not survive"
    async with httpx.AsyncClient(base_url=region.url("intake"), trust_env=False) as http:
        assert (await http.get("/health/ready")).status_code == 200


async def _flood(port: int, path: str, token: str, chunked: bool, *, most: int) -> tuple[bytes, int]:
    """Announce 300 MiB, send up to `most` as fast as they are taken, then wait; returns the answer and how much was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {BODY}"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    writer.write((head + f"Idempotency-Key: {new_id()}\r\n{length}\r\n\r\n").encode())
    size = 64 * 1024
    block = b" " * size
    piece = b"%x\r\n%s\r\n" % (size, block) if chunked else block
    sent = 0
    answer = asyncio.create_task(reader.readuntil(b"}"))
    try:
        async with asyncio.timeout(60):
            while sent < most and not answer.done():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)  # the answer may come before the body's end: read it then
                sent += size
            return await answer, sent
    except (ConnectionError, asyncio.IncompleteReadError):
        return b"", sent
    finally:
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)
        writer.close()


async def test_one_key_posted_a_hundred_times_at_once_is_one_fact_with_a_hundred_equal_answers(region: Region) -> None:
    key, body = new_id(), a_registration()
    async with region.client("intake") as http:

        async def post() -> httpx.Response:
            for _ in range(50):
                answer = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": key})
                if answer.status_code not in (409, 503):  # "still running elsewhere" and "too many connections" say: again
                    return answer
            raise AssertionError(f"no outcome after 50 tries: {answer.status_code} {answer.text}")

        answers = await asyncio.gather(*(post() for _ in range(100)))
        assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers if answer.status_code != 201][:3]
        assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
        assert len({answer.headers["ETag"] for answer in answers}) == 1
        stored = await region.rows("intake", "select count(*) from event where meta ->> 'command_id' = (select meta ->> 'command_id' "
                                   "from event where stream_id = $1::uuid and version = 1)", answers[0].json()["id"])  # fmt: skip
        assert stored[0][0] == len(answers[0].json()["events"])

        other = await http.post("/v1/clients", json=body | {"channel": "PHONE"}, headers={"Idempotency-Key": key})
        assert not list(faults(other, (422,)))
        assert other.json()["code"] == "idempotency-mismatch"


async def test_two_bodies_under_one_key_at_once_give_one_fact_and_one_refusal(region: Region) -> None:
    key = new_id()
    bodies = [a_registration(sex="F"), a_registration(sex="M")]
    async with region.client("intake") as http:
        answers = await asyncio.gather(*(http.post("/v1/clients", json=body, headers={"Idempotency-Key": key}) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
