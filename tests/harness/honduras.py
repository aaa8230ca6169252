"""The 895 people of June to September 2020 of the Honduran table, as records that somebody keeps by hand beside the system.

They come in another year here, because other tests register them in their own. What is done to one of them over the public
API is done to the record kept here, and the figures that must follow are counted from these records alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cli.data import published
from cli.demo.people import AGE_CLASS, CENTRES, POINTS, SEX, ids, registration
from tests.harness.people import new_id
from tests.harness.region import Region

MONTHS = ("06", "07", "08", "09")
A2 = {"ADULT": "Y_GE18", "CHILD": "Y0T17"}
TABLES = {"01 by sex": ["MONTH", "SEX", "A2"], "01 by nationality": ["MONTH", "NAT"],
          "16b by sex": ["MONTH", "SEX", "A2"], "16b by nationality": ["MONTH", "NAT"]}  # fmt: skip
Figures = dict[str, Counter[tuple[str, ...]]]


@dataclass(eq=False, slots=True)
class Record:
    """One registration. arrivals: months, one for each transit fact that stands; into: the record that it was merged into;
    gone: forgotten, or without consent to statistics."""

    id: str
    centre: str
    item: str
    management: str
    statistics: str
    month: str
    sex: str
    a2: str
    nat: str
    arrivals: list[str] = field(default_factory=list)
    into: Record | None = None
    gone: bool = False

    @property
    def person(self) -> Record:
        return self.into.person if self.into else self


def a_record(month: str, n: int, group: str, nationality: str, centre: str) -> Record:
    """Person n of a month, with the request that registers them."""
    item = registration(month, n, group, nationality, centre)
    _, client, _, management, statistics = ids(month, n, 5)
    return Record(client, centre, item, management, statistics, month, SEX[group], A2[AGE_CLASS[group]], nationality, [month])


def counted(records: Iterable[Record]) -> Figures:
    """New clients and registered transit arrivals, as one would count them on squared paper."""
    told: Figures = {name: Counter() for name in TABLES}
    first: dict[Record, str] = {}
    for record in records:
        who = record.person
        if who.gone:
            continue
        first[who] = min(record.month, first.get(who, record.month))
        for month in record.arrivals:
            told["16b by sex"][month, who.sex, who.a2] += 1
            told["16b by nationality"][month, who.nat] += 1
    for who, month in first.items():
        told["01 by sex"][month, who.sex, who.a2] += 1
        told["01 by nationality"][month, who.nat] += 1
    return told


async def figures(region: Region, year: str, **cut: str) -> Figures:
    """The same tables as `live:query` tells them. cut: known_at."""
    told: Figures = {}
    for name, by in TABLES.items():
        cells = (await region.live(name.split()[0], year, by, **cut))["cells"]
        told[name] = Counter({tuple(cell[dimension] for dimension in by): cell["n"] for cell in cells})
    return told


class Desk:
    """The centres' staff: every change goes over the public API and into the records kept by hand."""

    def __init__(self, region: Region, year: str) -> None:
        self.region = region
        self.months = tuple(f"{year}-{month}" for month in MONTHS)
        self.records: list[Record] = []
        self._untouched: list[Record] = []

    async def everybody(self) -> None:
        for month in self.months:
            people = published.load().people(f"2020{month[4:]}")
            await self.register(
                [a_record(month, n, group, nat, CENTRES[0] if n % 3 else CENTRES[1]) for n, (group, nat) in enumerate(people)]
            )

    async def register(self, these: list[Record]) -> None:
        for centre in CENTRES:
            if items := [record.item for record in these if record.centre == centre]:
                async with self.region.client("intake", "supervisor", centre=centre) as http:
                    content = f'{{"items":[{",".join(items)}]}}'
                    answer = await http.post("/v1/clients:batch", content=content, headers={"Content-Type": "application/json"})
                assert [item["status"] for item in answer.json()["items"]] == [201] * len(items), answer.text[:500]
        self.records += these
        self._untouched += these

    def somebody(self, **like: str) -> Record:
        """A record to which nothing was done yet."""
        found = next(record for record in self._untouched if all(getattr(record, name) == told for name, told in like.items()))
        self._untouched.remove(found)
        return found

    # --- changes ---

    async def correct(self, record: Record, now: dict[str, str], **sent: Any) -> None:
        """It was so from the beginning. now: what the record is in the figures after that; sent: the members of the request."""
        await self._amend(record, "CORRECTION", sent)
        for name, told in now.items():
            setattr(record, name, told)

    async def becomes(self, record: Record, **sent: Any) -> None:
        """It is so from today: no figure of an earlier day moves."""
        await self._amend(record, "NEW_FACT", sent)

    async def arrives(self, record: Record, month: str) -> None:
        body = self._ground(record) | {"episode_id": new_id(), "point": POINTS[record.centre], "date": month, "group_size": 1}
        await self._command(record, "/transit-arrivals", body)
        record.arrivals.append(month)

    async def void_arrival(self, record: Record) -> None:
        query = "select event_id from event where stream_id = $1 and type = 'transit-arrival-recorded'"
        [row] = await self.region.rows("intake", query, UUID(record.id))
        await self._command(record, f"/events/{row[0]}:void", {"reason": "ENTERED_IN_ERROR"})
        record.arrivals.pop()

    async def merge(self, survivor: Record, retired: Record) -> None:
        await self._pair("/v1/clients:merge", survivor, retired, evidence="CLIENT_CONFIRMED")
        retired.into = survivor

    async def unmerge(self, survivor: Record, retired: Record) -> None:
        await self._pair(f"/v1/clients/{retired.id}:unmerge", survivor, retired, reason="WRONG_MERGE")
        retired.into = None

    async def withdraw(self, record: Record) -> None:
        await self._command(record, f"/consents/{record.statistics}:withdraw", {"reason": "CLIENT_WISH"})
        record.gone = True

    async def erase(self, record: Record) -> None:
        """A supervisor asks, a privacy officer carries it out."""
        asked = await self._command(record, "/erasure", {"erasure_basis": "SUBJECT_REQUEST"})
        await self._command(record, ":erase", {"request_id": asked["request_id"]}, role="dpo")
        record.gone = True

    async def _amend(self, record: Record, reason: str, sent: dict[str, Any]) -> None:
        await self._command(record, "", self._ground(record) | {"reason": reason} | sent, method="PATCH")

    def _ground(self, record: Record) -> dict[str, Any]:
        return {"basis": "CONSENT", "consent_id": record.management}

    async def _version(self, record: Record) -> int:
        [row] = await self.region.rows("intake", "select version from stream where stream_id = $1", UUID(record.id))
        return int(row[0])

    async def _command(
        self, record: Record, path: str, body: dict[str, Any], method: str = "POST", role: str = "supervisor"
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": new_id(), "If-Match": f'"{await self._version(record)}"'}
        who: dict[str, Any] = {"step_up": True} if role == "dpo" else {"centre": record.centre}
        async with self.region.client("intake", role, **who) as http:
            body = {"purpose": "CASE_MANAGEMENT"} | body
            answer = await http.request(method, f"/v1/clients/{record.id}{path}", json=body, headers=headers)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        return dict(answer.json())

    async def _pair(self, path: str, survivor: Record, retired: Record, **why: str) -> None:
        both = {"survivor": survivor, "retired": retired}
        body = {name: {"id": each.id, "version": await self._version(each)} for name, each in both.items()}
        body |= {"purpose": "CASE_MANAGEMENT", "requested_by": "stf-caseworker", **why}
        async with self.region.client("intake", "supervisor", centre=survivor.centre) as http:
            answer = await http.post(path, json=body, headers={"Idempotency-Key": new_id()})
        assert answer.status_code == 200, answer.text
