"""`encounter`, `command`, `read_client`, `bulk`: requests to intake's api beside an empty server, and beside COPY."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.load import request
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import database, empty

API = frozenset({"issuer", "intake-api"})
Build = Callable[[Corpus, int, str], list[bytes]]


class Requests:
    """Requests of one kind to a service's api, over so many connections. events: that each stores."""

    unit, needs, profiled = "requests/s", API, ("intake-api",)
    yardstick_name, service = "N1", "intake"

    def __init__(self, name: str, build: Build, connections: int, *, events: int, most: int, bar: float, ambitious: float) -> None:
        self.name, self.build, self.connections = name, build, connections
        self.concurrency = str(connections)
        self.events, self.most = events, most
        self.bar, self.ambitious = bar, ambitious
        self._open = AsyncExitStack()
        self._before = self._acked = 0

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack, self.corpus = stack, corpus
        self.token = await stack.token("caseworker", centre_app.CENTRE)
        api = f"{self.service}-api"
        self.api = drive.Target("127.0.0.1", stack.embedded.port(api), (stack.pid(api),))
        self.empty = await self._open.enter_async_context(empty.serving())

    async def yardstick(self, seconds: float) -> Sample:
        same_size = len(self.build(self.corpus, 1, self.token)[0].partition(b"\r\n\r\n")[2])
        requests = [empty.command_request(same_size)]
        return (await drive.load(self.stack, self.empty, requests, connections=self.connections, seconds=seconds, cycle=True)).sample

    async def subject(self, seconds: float) -> Sample:
        self._before = await stored(self.stack, self.service)
        requests = await self.requests(round(self.most * (seconds + 1)))
        answered = await drive.load(self.stack, self.api, requests, connections=self.connections, seconds=seconds)
        self._acked = answered.acked
        return answered.sample

    async def requests(self, number: int) -> list[bytes]:
        """Fresh requests for a cell."""
        return self.build(self.corpus, number, self.token)

    async def check(self) -> None:
        """Stored = answered, and as many pointers wait for the relay, which does not run."""
        found = await stored(self.stack, self.service) - self._before
        if found != self._acked * self.events:
            raise VoidRun(f"{self.name}: {found} events stored, {self._acked} requests of {self.events} events answered")
        await consistent(self.stack, self.service)

    async def close(self) -> None:
        await self._open.aclose()


class Bulk(Requests):
    """Batches of arrivals, one after the other, as a centre app syncs; counted in events."""

    unit, yardstick_name = "events/s", "J"

    def __init__(self, items: int) -> None:
        def build(corpus: Corpus, number: int, token: str) -> list[bytes]:
            return centre_app.batches(corpus, number, items, token)

        # Two connections: the api takes one batch at a time, and the next one waits at its door.
        super().__init__("bulk", build, 2, events=4, most=0, bar=0.15, ambitious=0.25)
        self.items = items
        self.concurrency = str(items)

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        self.rows = database.rows(list(corpus.stored(50_000)))

    async def yardstick(self, seconds: float) -> Sample:
        return await database.copy(self.stack, self.rows, seconds)

    async def subject(self, seconds: float) -> Sample:
        seconds = max(seconds, 3)  # a batch of 500 is a good part of a second
        self._before = await stored(self.stack)
        requests = self.build(self.corpus, round(PEOPLE_A_SECOND * (seconds + 1)) // self.items + 2, self.token)
        answered = await drive.load(
            self.stack, self.api, requests, connections=2, seconds=seconds, counted='"status":201', per_request=self.items,
        )  # fmt: skip
        self._acked = answered.acked
        return in_events(answered.sample, self.events)


PEOPLE_A_SECOND = 8_000


def in_events(sample: Sample, events: int) -> Sample:
    """The same cell counted in events."""
    sample.ops *= events
    sample.cpu_us = {party: us / events for party, us in sample.cpu_us.items()}
    return sample


class ReadClient(Requests):
    """Clients of twenty events, read in turn: fold, open, record the reading, answer."""

    yardstick_name = "N2"
    CLIENTS, EVENTS = 100, 20

    def __init__(self) -> None:
        super().__init__("read_client", _nothing, 8, events=0, most=0, bar=0.15, ambitious=0.25)

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        people = [centre_app.registration(corpus) for _ in range(self.CLIENTS)]
        items: list[dict[str, object]] = [{"key": str(corpus.id7()), "body": body} for body in people]
        await self._post(items)
        for _ in range(self.EVENTS - 3):
            await self._post([self._consent(corpus, str(body["local_id"])) for body in people])
        told = centre_app.headers(self.token) | {"gabay-purpose": "CASE_MANAGEMENT"}
        self.reads = [request("GET", f"/v1/clients/{body['local_id']}", told) for body in people]
        self.size = await self._answer_size(str(people[0]["local_id"]))

    def _consent(self, corpus: Corpus, client: str) -> dict[str, object]:
        answer = centre_app.consent(str(corpus.id7()), "FOLLOW_UP_CONTACT", valid_to="2027-03-01")
        around = {"centre": centre_app.CENTRE, "occurred_at": f"{centre_app.DAY}T15:00:00Z", "purpose": "CASE_MANAGEMENT"}
        return {"key": str(corpus.id7()), "path": f"/v1/clients/{client}/consents", "if_match": "*", "body": around | answer}

    async def _post(self, items: Sequence[dict[str, object]]) -> None:
        requests = [centre_app.batch(items, self.token)]
        await drive.load(
            self.stack, self.api, requests, connections=1, seconds=60, warmup=0, counted='"status":20', per_request=len(items),
        )  # fmt: skip

    async def _answer_size(self, client: str) -> int:
        import httpx

        told = centre_app.headers(self.token) | {"gabay-purpose": "CASE_MANAGEMENT"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.api.port}") as http:
            answer = await http.get(f"/v1/clients/{client}", headers=told)
        if answer.status_code != 200 or answer.headers["etag"] != f'"{self.EVENTS}"':
            raise VoidRun(f"read_client: {answer.status_code}, version {answer.headers.get('etag')}: {answer.text[:300]}")
        return len(answer.content)

    async def yardstick(self, seconds: float) -> Sample:
        requests = [empty.read_request(self.size)]
        return (await drive.load(self.stack, self.empty, requests, connections=8, seconds=seconds, cycle=True)).sample

    async def subject(self, seconds: float) -> Sample:
        self._before = await readings(self.stack)
        answered = await drive.load(self.stack, self.api, self.reads, connections=8, seconds=seconds, cycle=True)
        self._acked = answered.acked
        return answered.sample

    async def check(self) -> None:
        found = await readings(self.stack) - self._before
        if found != self._acked:
            raise VoidRun(f"read_client: {found} readings on record, {self._acked} answers given")


def _nothing(corpus: Corpus, number: int, token: str) -> list[bytes]:
    return []


async def stored(stack: Stack, service: str = "intake") -> int:
    async with stack.superuser(service) as connection:
        return int(await connection.fetchval("select count(*) from event"))


async def readings(stack: Stack) -> int:
    async with stack.superuser("intake") as connection:
        return int(await connection.fetchval("select count(*) from read_audit"))


async def consistent(stack: Stack, service: str = "intake") -> None:
    """Every stream has as many events as its version says, and every event a pointer or its record."""
    async with stack.superuser(service) as connection:
        gaps = await connection.fetchval(
            "select count(*) from stream s join (select stream_id, count(*) n, max(version) v from event group by 1) e "
            "using (stream_id) where s.version <> e.v or e.n <> e.v"
        )
    if gaps:
        raise VoidRun(f"{gaps} streams have a gap")


def pairs() -> list[Pair]:
    made: list[Pair] = []
    for c in (8, 64):
        made.append(Requests("encounter", centre_app.encounters, c, events=1, most=6_000, bar=0.45, ambitious=0.60))
    for c in (8, 64):
        made.append(Requests("command", centre_app.registrations, c, events=3, most=4_000, bar=0.30, ambitious=0.45))
    return [*made, ReadClient(), Bulk(100), Bulk(500)]
