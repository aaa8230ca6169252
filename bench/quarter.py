"""A quarter in four provinces as facts of reporting: people who allowed statistics, and all that the tables of a quarter count of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bench.corpus import Corpus
from bench.stack import Stack
from services.reporting.facts import zones
from services.reporting.facts.projection import facts
from services.reporting.facts.row import fact, person
from shared.codes.label import labels
from shared.eventsourcing.projection import Fact, Op
from shared.messaging.write import folder
from shared.region import Region, load_region
from shared.settings import ROOT

PERIOD, FIRST, DAYS = "2023-Q1", date(2023, 1, 1), 83  # a week is left for what takes days
PROVINCES = {"masbate": 8, "antique": 4, "agusan-del-sur": 2, "maguindanao-del-norte": 1}
A_STATEMENT = 5_000
AGES = ("Y0T4", "Y5T11", "Y15T17", "Y18T24", "Y25T29", "Y30T34", "Y35T39", "Y40T44", "Y45T59", "Y_GE60", "_U")
TYPES = ("PROSPECTIVE", "RETURNING", "FAMILY_LEFT", "TRANSIT")


def region() -> Region:
    """The four provinces as one region, whose centres have the shelter of the example on the route."""
    folder = ROOT / "deploy" / "regions"
    units = load_region(folder / "route-example.toml").centres[0].units
    found = [load_region(folder / f"{name}.toml") for name in PROVINCES]
    centres = [each.centres[0].model_copy(update={"units": units}) for each in found]
    return found[0].model_copy(update={"centres": centres})


class Quarter:
    """Draws from one seed. `facts` counts what was made beside people."""

    def __init__(self, corpus: Corpus, centres: list[str]) -> None:
        self.corpus, self.draw, self.centres, self.facts = corpus, corpus.draw, centres, 0

    def people(self, n: int) -> Iterator[Op]:
        for _ in range(n):
            yield from self._person()

    def _person(self) -> Iterator[Op]:
        """About seventeen facts, which is what a person brings in a year (performance chapter, section 1)."""
        draw, self.stream = self.draw, str(self.corpus.id7())
        self.centre = draw.choices(self.centres, list(PROVINCES.values()))[0]
        self.at = datetime.combine(FIRST + timedelta(days=draw.randrange(DAYS)), time(1), UTC)
        area = draw.choices(("0504100000", "0600600000", "1600300000", "1908700000", "0702200000"), (8, 4, 2, 1, 1))[0]
        described = (
            draw.choices(("F", "M", "X", "_U"), (55, 42, 1, 2))[0], None, draw.choice(AGES), area, "PHL",
            f"L{draw.choice((1, 2, 3, 6))}", str(draw.randrange(1, 10)), " ".join(sorted(draw.sample(TYPES, draw.choice((1, 1, 2))))),
            f"{area[:5]}{draw.randint(1, 8):02d}000",
        )  # fmt: skip
        yield person("REGISTERED", self._fact(1), described, day=self.at.date().isoformat(), centre=self.centre, channel="OFFICE")
        yield person("GIVEN", self._fact(2), (None,) * 9, consent=self._id())
        for _ in range(2):
            topics = " ".join(sorted(draw.sample(list(labels("Topic")), 2)))
            yield self._of("encounter", c1=draw.choice(list(labels("EncounterChannel"))), c2=topics)
            yield self._of("service", c1=draw.choice(list(labels("ServiceCode"))), c2="PSS", c3="DIRECT", c6="_Z", qty=1)
        yield self._of("departure", own=True, item=self._id(), c1="SAU", c2="LAND", c3="DIRECT", c4="YES", c5="AGENCY")
        yield self._of("return", own=True, item=self._id(), c1="SAU", c2="CONTRACT_END", c3="NO")
        if draw.random() < 0.5:
            yield self._of("screening", own=True, c1="LOW", c2="NO", c3="")
        if draw.random() < 0.2:
            yield self._of("transit", own=True, item=self._id(), c1="Las Manos", c2="BUS", c6="_U")
        yield from self._case()
        if draw.random() < 0.2:
            yield from self._stay()
        if draw.random() < 0.5:
            yield from self._referral()
        yield from self._said()

    def _case(self) -> Iterator[Op]:
        stream = self._id()
        yield self._of("case", stream=stream, c1="OPENED", c3="RETURN_REINTEGRATION", qty=1)
        if self.draw.random() < 0.6:
            yield self._of("case", stream=stream, version=2, after=5, c1="CLOSED", qty=-1)

    def _stay(self) -> Iterator[Op]:
        stream, nights = self._id(), self.draw.randint(1, 6)
        yield self._of("stay", stream=stream, c1="WOMEN", c2=f"{self.draw.uniform(3, 6):.1f}")
        yield self._of("stay-end", stream=stream, version=2, after=nights, qty=nights)

    def _referral(self) -> Iterator[Op]:
        stream, priority = self._id(), self.draw.choice(list(labels("Priority")))
        codes: dict[str, Any] = {"c1": "LEG", "c2": "OUT", "c3": "DMW", "c5": priority}
        yield self._of("referral", stream=stream, c4="PSS", c6="_Z", due=self._when(1), **codes)
        for part, (what, days) in enumerate({"DUE_ACK": 1, "DUE_SERVICE": 5, "LAPSE_ACK": 3}.items(), 1):
            told = codes | {"c4": what}
            yield self._of("promise", stream=stream, part=part, after=days, due=self._when(days), **told)
        for version, (answer, least, most) in enumerate((("ACKNOWLEDGED", 0, 2), ("DELIVERED", 2, 6)), 2):
            day = self.draw.randint(least, most)
            yield self._of("answer", stream=stream, version=version, of=None, after=day, c1=answer, done=self._when(day))

    def _said(self) -> Iterator[Op]:
        """Of nobody: what was counted at the road, forms, complaints."""
        if self.draw.random() < 0.2:
            told: dict[str, Any] = {"sex": self.draw.choice("FM"), "age": "Y_GE18", "nat": "VEN", "qty": self.draw.randint(1, 9)}
            yield self._of("group", of=None, c1="Las Manos", c2=self.draw.choice(list(labels("TransportMode"))), **told)
        if self.draw.random() < 0.5:
            yield self._of("feedback", of=None, c1=self.draw.choice("12345"), c2="LEG", qty=f"{self.draw.uniform(1, 5):.4f}")
        if self.draw.random() < 0.05:
            stream = self._id()
            yield self._of("complaint", stream=stream, of=None, after=5, c1="LEG", due=self._when(5))
            yield self._of("complaint-step", stream=stream, version=2, of=None, after=self.draw.randint(1, 6), c1="RESOLVED")

    def _of(
        self, kind: str, *, stream: str = "", version: int = 1, own: bool = False, after: int = 0, of: str | None = "client", **told: Any
    ) -> Op:
        """own: in the person's own stream; of: None for what names nobody; after: days from the first talk."""
        self.facts += 1
        day = (self.at + timedelta(days=after)).date().isoformat()
        where = self._fact(3, self.stream) if own else self._fact(version, stream or self._id())
        return fact(kind, where, day, client=self.stream if of else None, **told)

    def _fact(self, version: int, stream: str = "") -> Fact:
        at = self._when(0)
        return Fact("", 0, 0, stream or self.stream, version, "", self._id(), at, at, "", {"ctx": {"centre": self.centre}})

    def _when(self, days: int) -> str:
        return (self.at + timedelta(days=days)).isoformat()

    def _id(self) -> str:
        return str(self.corpus.id7())


async def fill(stack: Stack, corpus: Corpus, people: int, there: Region) -> int:
    """Put a quarter of so many people into the facts, through the statements of the projection. How many facts there are."""
    zones.follow(lambda: there.centres)
    quarter = Quarter(corpus, [each.code for each in there.centres])
    statements = {name: (folder(facts) / f"{name}.sql").read_text() for name in ("person", "fact")}
    async with stack.superuser("reporting") as connection:
        await connection.execute(f'set search_path = "{facts.schema}", public')
        for first in range(0, people, A_STATEMENT // 20):
            rows: dict[str, list[str]] = {"person": [], "fact": []}
            for name, row in quarter.people(min(A_STATEMENT // 20, people - first)):
                rows[name].append(row[0])
            for name, texts in rows.items():
                await connection.execute(statements[name], texts)
        await connection.execute("vacuum analyze")
    return quarter.facts
