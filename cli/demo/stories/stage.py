"""Where a story is played: people with tokens, the four APIs, and an ear on every topic.

A step is said in words, sent over HTTP, and ends when the facts that it left are on their topics. What a service did by
itself is awaited by name (`happens`), so that a story never goes on before its world has moved.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from cli.demo.traffic import AGAIN, Refused

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

SOON_S = 15.0
TRAVELLING = frozenset({"consent-missing", "entry-stale", "not-found"})
"""What a service answers while a fact that it needs is still on its way to it."""

INFORMED = dict.fromkeys(("purpose", "uses", "research_use", "right_to_request", "storage_period", "how_to_withdraw"), True)


class Teller(Protocol):
    """Who shows the story: a terminal, or a test that keeps it."""

    def step(self, who: str, text: str) -> None: ...

    def fact(self, fact: "Seen", cause: str) -> None: ...

    def refused(self, code: str, title: str) -> None: ...

    def read(self, role: str, status: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. role: for the reader."""

    role: str
    staff: str
    token: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact as its topic brought it; sealed parts stay sealed."""

    topic: str
    stream: str
    version: int
    type: str
    event_id: str
    causation_id: str
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """`gabay.casework.case-opened.v1` -> case-opened."""
        return self.type.split(".")[2]

    @property
    def service(self) -> str:
        return self.type.split(".")[1]


@dataclass
class Stage:
    """urls: of the APIs; mint: (role, centre, org) -> (staff id, token); bootstrap: of the broker."""

    urls: Mapping[str, str]
    mint: Callable[[str, str | None, str | None], Awaitable[tuple[str, str]]]
    bootstrap: str
    teller: Teller
    centre: str = "PH-ANT-01"
    day: date = field(default_factory=lambda: datetime.now(ZoneInfo("Asia/Manila")).date())
    facts: list[Seen] = field(default_factory=list)
    """Every fact of this story's streams, in the order in which it was heard."""

    async def __aenter__(self) -> Self:
        self._apps = {name: httpx.AsyncClient(base_url=url, timeout=30) for name, url in self.urls.items()}
        self._subjects: set[str] = set()
        self._kept: set[str] = set()
        self._heard: dict[str, Seen] = {}
        self._told = asyncio.Condition()
        self._ear = await self._listen()
        self._listening = asyncio.create_task(self._hear())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._ear.stop()
        for app in self._apps.values():
            await app.aclose()

    # -- who and when -------------------------------------------------------------------------------------------------

    def at(self, centre: str, zone: str) -> None:
        """Play at another centre; today is today there."""
        self.centre, self.day = centre, datetime.now(ZoneInfo(zone)).date()

    async def person(self, role: str, *, centre: str | None = None, org: str | None = None) -> Person:
        """A member of staff with one role, at the story's centre unless an organisation or another centre is named."""
        anywhere = role in ("directory_steward", "dpo", "statistician")
        staff, token = await self.mint(role, None if org or anywhere else centre or self.centre, org)
        return Person(role, staff, token)

    @staticmethod
    def id() -> str:
        """An id as a centre app draws it."""
        return str(uuid4())

    def in_days(self, days: int) -> str:
        return (self.day + timedelta(days=days)).isoformat()

    @property
    def today(self) -> str:
        return self.day.isoformat()

    def consent(self, purpose: str, consent_id: str, **more: Any) -> dict[str, Any]:
        """A written consent of an adult, in force from today."""
        return {
            "consent_id": consent_id, "purpose": purpose, "given_by": "SELF", "form": "EXPLICIT", "method": "WRITTEN", "language": "krj",
            "interpreter": False, "notice_version": "2026-1", "assent": "NOT_NEEDED", "valid_from": self.today, "informed": INFORMED,
            **more,
        }  # fmt: skip

    # -- what people do -----------------------------------------------------------------------------------------------

    async def say(self, who: Person, text: str) -> None:
        """Tell the next step before it is done."""
        self.teller.step(who.role.replace("_", " "), text)

    async def send(
        self, who: Person, service: str, path: str, body: Mapping[str, Any], *, version: int | str | None = None, method: str = "POST"
    ) -> dict[str, Any]:
        """Carry out a command and wait until its facts are on the topic. version: of the object, `*` for any.

        Repeats what is refused only because a fact is still on its way. Raises Refused for every other refusal.
        """
        answer = await self._until_taken(who, service, path, body, version, method)
        told: dict[str, Any] = answer.json()
        # Who is in the body may be named by id: what concerns them belongs to this story too.
        for name in ("client_id", "local_id"):
            if name in body:
                self._follow(str(body[name]))
        self._follow(str(told["id"]))
        for event in told.get("events", ()):
            await self.heard(event["event_id"])
        return told

    async def _until_taken(
        self, who: Person, service: str, path: str, body: Mapping[str, Any], version: int | str | None, method: str
    ) -> httpx.Response:
        key = self.id()
        until = time.monotonic() + SOON_S
        while True:
            answer = await self._request(who, service, path, body, version, method, key)
            if answer.status_code < 300:
                return answer
            known = answer.json().get("code", "")
            if (known not in TRAVELLING and answer.status_code not in AGAIN) or time.monotonic() > until:
                raise Refused(f"{method} {path}: {answer.text[:600]}")
            await asyncio.sleep(0.1)

    async def refused(
        self, who: Person, service: str, path: str, body: Mapping[str, Any], code: str, *, version: int | str | None = None
    ) -> None:
        """Try what must not be done. Raises Refused if it is done, or refused for another reason."""
        answer = await self._request(who, service, path, body, version, "POST", self.id())
        if answer.status_code < 400 or answer.json().get("code") != code:
            raise Refused(f"POST {path}: expected {code}, got {answer.status_code} {answer.text[:300]}")
        self.teller.refused(code, answer.json().get("title", ""))

    async def read(self, who: Person, service: str, path: str, *, purpose: str = "CASE_MANAGEMENT") -> httpx.Response:
        """Read something, with the purpose for which it is read."""
        headers = {"Authorization": f"Bearer {who.token}", "Gabay-Purpose": purpose}
        return await self._apps[service].get(path, headers=headers)

    async def sees(self, who: Person, service: str, path: str, status: int, *, purpose: str = "CASE_MANAGEMENT") -> None:
        """Whether somebody may read something. Raises Refused if the answer has another status."""
        answer = await self.read(who, service, path, purpose=purpose)
        if answer.status_code != status:
            raise Refused(f"GET {path} as {who.role}: expected {status}, got {answer.status_code} {answer.text[:300]}")
        self.teller.read(who.role, status)

    async def until_erased(self, who: Person, service: str, path: str, member: str, *, purpose: str = "CASE_MANAGEMENT") -> None:
        """Wait until what somebody could read reads as `erased`. Raises Refused after 15 s."""
        until = time.monotonic() + SOON_S
        while (answer := await self.read(who, service, path, purpose=purpose)).json().get(member) != "erased":
            if time.monotonic() > until:
                raise Refused(f"GET {path} still shows {member} after {SOON_S:.0f} s")
            await asyncio.sleep(0.05)
        self.teller.read(who.role, 410 if answer.status_code == 200 else answer.status_code)

    async def version(self, who: Person, service: str, path: str) -> int:
        """The version of an object as it stands."""
        answer = await self.read(who, service, path)
        if answer.status_code != 200:
            raise Refused(f"GET {path}: {answer.text[:300]}")
        return int(answer.headers["ETag"].strip('"'))

    async def _request(
        self, who: Person, service: str, path: str, body: Mapping[str, Any], version: int | str | None, method: str, key: str
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": key}
        if version is not None:
            headers["If-Match"] = "*" if version == "*" else f'"{version}"'
        return await self._apps[service].request(method, path, json=body, headers=headers)

    # -- what is heard ------------------------------------------------------------------------------------------------

    async def happens(self, name: str, **fields: Any) -> Seen:
        """Wait until this story has left a fact of this name with these open fields. Raises Refused after 15 s."""

        def found() -> Seen | None:
            return next((f for f in self.facts if f.name == name and all(f.data.get(k) == v for k, v in fields.items())), None)

        async with self._told:
            try:
                await asyncio.wait_for(self._told.wait_for(lambda: found() is not None), SOON_S)
            except TimeoutError:
                raise Refused(f"no {name} within {SOON_S:.0f} s: ./gabay status, ./gabay parked list") from None
        fact = found()
        assert fact is not None
        self._follow(fact.stream)
        return fact

    async def heard(self, event_id: str) -> None:
        """Wait until a fact is on its topic. Raises Refused after 15 s."""
        async with self._told:
            try:
                await asyncio.wait_for(self._told.wait_for(lambda: event_id in self._heard), SOON_S)
            except TimeoutError:
                raise Refused(f"a fact did not reach its topic within {SOON_S:.0f} s: ./gabay status") from None

    def left(self, *names: str) -> Sequence[str]:
        """Names of the facts of this story, of these services (all without)."""
        return [fact.name for fact in self.facts if not names or fact.service in names]

    def _follow(self, stream: str) -> None:
        """A stream or a person belongs to the story; what was heard of it before does too."""
        if stream in self._subjects:
            return
        self._subjects.add(stream)
        for fact in list(self._heard.values()):
            self._keep(fact)

    def _keep(self, fact: Seen) -> None:
        if fact.event_id in self._kept:
            return
        ctx = fact.data.get("ctx", {})
        if not {fact.stream, ctx.get("subject_id"), fact.data.get("client_id")} & self._subjects:
            return
        self._kept.add(fact.event_id)
        self._subjects.add(fact.stream)
        self.facts.append(fact)
        because = self._heard.get(fact.causation_id)
        self.teller.fact(fact, because.name if because else "")

    async def _listen(self) -> "AIOKafkaConsumer":
        from aiokafka import AIOKafkaConsumer

        ear = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, isolation_level="read_committed", auto_offset_reset="latest")
        await ear.start()
        topics = {t for t in await ear.topics() if t.split(".")[0] in ("intake", "casework", "referrals")}
        ear.subscribe(sorted(topics))
        # From now on: the position of each partition is fixed before the story begins.
        while not ear.assignment():
            await ear.getmany(timeout_ms=50)
        await ear.seek_to_end()
        for partition in ear.assignment():
            await ear.position(partition)
        return ear

    async def _hear(self) -> None:
        from shared.messaging.cloudevents import Undecodable, decode

        async for record in self._ear:
            try:
                told = decode(record)
            except Undecodable:
                continue
            fact = Seen(told.topic, told.stream, told.version, told.type, told.event_id, told.causation_id, told.data)
            async with self._told:
                self._heard[fact.event_id] = fact
                self._keep(fact)
                self._told.notify_all()
