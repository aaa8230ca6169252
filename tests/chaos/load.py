"""Centre apps that register people without pause and repeat, under the same key, whatever got no answer."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.harness.people import a_registration, new_id
from tests.harness.region import Region

AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 507})
"""Answers after which the same key is sent again (http.md section 3); 409 while the first try is still running."""

NATIONALITIES = ("HND", "VEN", "CUB", "HTI")


@dataclass(frozen=True, slots=True)
class Registration:
    """One request, fixed before it is first sent. cell: (sex, nationality), where reporting counts the person."""

    key: str
    body: dict[str, Any]
    cell: tuple[str, str]


@dataclass(slots=True)
class Answered:
    """What was sent and what came back. unknown: tries that ended without an answer, or with one of `AGAIN`."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    refused: list[str] = field(default_factory=list)

    def cells(self) -> Counter[tuple[str, str]]:
        return Counter(self.registrations[key].cell for key in self.answers)

    def streams(self) -> set[str]:
        return {answer["id"] for answer in self.answers.values()}

    def with_case(self) -> set[str]:
        return {answer["id"] for key, answer in self.answers.items() if self.registrations[key].body["open_case"]}


class Load:
    """`apps` at once, `rate` registrations a second together, all dated into one month that nobody else uses.

    Every second one leaves the stream's id to the service; one in ten asks for a case.
    """

    def __init__(self, region: Region, *, month: str, seed: int, apps: int = 8, rate: float = 40) -> None:
        self.region, self.month = region, month
        self.done = Answered()
        self._draw = random.Random(f"{seed} {month}")
        self._apps, self._pause = apps, apps / rate
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Load:
        token = await self.region.token("supervisor")
        # Short: a frozen server must not keep an app from trying again.
        self._http = httpx.AsyncClient(
            base_url=self.region.url("intake"), timeout=5, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self._tasks = [asyncio.create_task(self._app()) for _ in range(self._apps)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take no new person; go on until every one begun is answered."""
        self._ending.set()
        try:
            async with asyncio.timeout(90):
                await asyncio.gather(*self._tasks)
        except TimeoutError:
            left = len(self.done.registrations) - len(self.done.answers)
            raise AssertionError(f"{left} registrations were still without an answer 90 s after the load ended") from None
        finally:
            for task in self._tasks:
                task.cancel()
            await self._http.aclose()

    @property
    def answered(self) -> int:
        return len(self.done.answers)

    def begun(self) -> Registration:
        """The next person."""
        draw, n = self._draw, len(self.done.registrations)
        cell = (draw.choice("FM"), draw.choice(NATIONALITIES))
        day, own_id = f"{self.month}-{n % 28 + 1:02d}", new_id() if n % 2 else None
        body = a_registration(day=day, sex=cell[0], nationality=cell[1], open_case=n % 10 == 0, local_id=own_id)
        made = self.done.registrations[key] = Registration(key := new_id(), body, cell)
        return made

    async def _app(self) -> None:
        while not self._ending.is_set():
            await self._hand_in(self.begun())
            try:
                async with asyncio.timeout(self._pause):  # the rate, not a wait for anything
                    await self._ending.wait()
            except TimeoutError:
                pass

    async def _hand_in(self, each: Registration) -> None:
        body = json.dumps(each.body).encode()
        headers = {"Idempotency-Key": each.key, "Content-Type": "application/json"}
        while True:
            try:
                answer = await self._http.post("/v1/clients", content=body, headers=headers)
            except httpx.TransportError as error:
                self.done.unknown[type(error).__name__] += 1
                await asyncio.sleep(0.1)
                continue
            if answer.status_code in (200, 201):
                self.done.answers[each.key] = answer.json()
                self.done.replayed += answer.headers.get("Idempotency-Replayed") == "true"
                return
            if answer.status_code not in AGAIN:
                self.done.refused.append(f"{answer.status_code} {answer.text[:500]}")
                return
            self.done.unknown[str(answer.status_code)] += 1
            await asyncio.sleep(0.1)

    async def repeat(self, many: int) -> list[str]:
        """Send some of the answered registrations again; what is wrong with the answers."""
        wrong = []
        token = await self.region.token("supervisor")
        async with httpx.AsyncClient(
            base_url=self.region.url("intake"), timeout=15, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        ) as http:
            keys = sorted(self.done.answers)
            for key in self._draw.sample(keys, min(many, len(keys))):
                again = await http.post("/v1/clients", json=self.done.registrations[key].body, headers={"Idempotency-Key": key})
                if again.headers.get("Idempotency-Replayed") != "true":
                    wrong.append(f"a repeated key was not known any more ({again.status_code})")
                elif _essence(again.json()) != _essence(self.done.answers[key]):
                    wrong.append("a repeated key got another answer")
        return wrong


def _essence(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer.get(name) for name in ("id", "version", "recorded_at", "events")}
