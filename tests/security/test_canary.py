"""S6: what somebody told about a person stands nowhere that can be read: no file, topic, table, log, span, answer or address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from deploy.embedded.stack import ROOT
from tests.harness.collector import Collector, collecting
from tests.harness.forms import routes
from tests.harness.journey import CENTRE, Journey, Texts, whole
from tests.harness.people import a_registration, new_id
from tests.harness.plantable import Plantable
from tests.harness.region import Region
from tests.harness.scan import Words, everywhere

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PLAIN = "Tindahan ng Kabuhayan 4471"
"""Name of a listed service: open on purpose. A scan that does not find it could not find anything."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A region whose telemetry goes to us."""

    plantable: Plantable
    region: Region
    collector: Collector


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    """A whole region of its own, with spans of every request and its temporary files below its home."""
    home = ROOT / ".gabay" / "test-canary"
    temporary = home / "run" / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    with collecting() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_SAMPLER_ARG": "1", "TMPDIR": str(temporary)}
        plantable = Plantable(home, settings)
        stack = plantable.start()
        yield Watched(plantable, Region(stack), collector)
        stack.stop_sync()


def canaries(mark: str) -> Texts:
    """Words that stand in nobody's dictionary, a set of them for each test."""
    told = Texts(**{name: f"Zubiri{mark}{name.capitalize()}Quokka" for name in vars(Texts())})
    told.phone = f"+63917{int.from_bytes(mark.encode()) % 10**7:07d}"
    told.email = f"zubiri{mark.lower()}quokka@example.org"
    told.document = f"ZUBIRI{mark.upper()}QUOKKA"
    return told


async def tell_everything(region: Region, texts: Texts) -> list[httpx.Response]:
    """The whole way of one person with these words, and every word refused once on every route; all answers but the reads."""
    way = await whole(region, texts)
    answers = way.answers + await _refused(region, texts)
    await _search(region, texts)
    await way.withdraw("STATISTICS")
    await region.quiet()
    return answers


async def _refused(region: Region, texts: Texts) -> list[httpx.Response]:
    """The words in the wrong places: as codes, member names, ids, broken JSON, queries, headers."""
    answers = []
    words = texts.words()
    for service in ("intake", "casework", "referrals", "reporting"):
        async with region.client(
            service, "statistician" if service == "reporting" else "supervisor", centre=None if service == "reporting" else CENTRE
        ) as http:
            for route in await routes(http, service):
                sent = {"Idempotency-Key": new_id(), "If-Match": '"1"', "Gabay-Purpose": "CASE_MANAGEMENT"}
                bodies = [
                    dict.fromkeys((*list(route.plain(route.schema).get("properties", ())), *words), words[0]),
                    {"identity": {"names": words, "phones": words}, "packet": words, "purpose": words[1]},
                ]
                for body in bodies:
                    answers.append(await http.request(route.method, route.url(), json=body, headers=sent))
                broken = ('{"note": "' + '", "'.join(words)).encode()
                answers.append(
                    await http.request(route.method, route.url(), content=broken, headers=sent | {"Content-Type": "application/json"})
                )
            answers.append(await http.get("/v1/codes/" + words[0]))
            answers.append(await http.get("/v1/nothing", params={"name": words[0], "phone": texts.phone}))
            answers.append(await http.get("/health/live", headers={"X-Name": words[0], "traceparent": words[1]}))
            answers.append(await http.get("/v1/openapi.json", headers={"Authorization": f"Bearer {words[0]}.{words[1]}.{words[2]}"}))
    stale = a_registration(
        centre=CENTRE, consent_id=new_id(), identity={"names": {"given": texts.given, "family": texts.family}, "age_class": "ADULT"}
    )
    stale["consents"] = []  # refused by a rule, not by the form
    async with region.client("intake", centre=CENTRE) as http:
        answers.append(await http.post("/v1/clients", json=stale, headers={"Idempotency-Key": new_id()}))
    return [answer for answer in answers if answer.status_code >= 400]


async def _search(region: Region, texts: Texts) -> None:
    """Searching by name, phone and document finds the person: what is sealed can still be found by who may."""
    async with region.client("intake", centre=CENTRE) as http:
        for wanted in ({"name": f"{texts.given} {texts.family}"}, {"phone": texts.phone}, {"document": texts.document}):
            answer = await http.post("/v1/clients/search", json=wanted, headers={"Gabay-Purpose": "CASE_MANAGEMENT"})
            assert answer.status_code == 200, f"search by {next(iter(wanted))}: {answer.status_code}"
            assert texts.family in answer.text, f"nobody was found by {next(iter(wanted))}"


async def found_of(watched: Watched, texts: Texts, answers: list[httpx.Response]) -> list[str]:
    """Where the words stand although they must not."""
    words = Words(texts.words())
    found = await everywhere(watched.region, words)
    for path, bodies in list(watched.collector.received.items()):
        found += [f"{word} in telemetry {path}" for body in bodies for word in sorted(words.within(body))]
    for answer in answers:
        told = answer.content + b"\n".join(name + b": " + value for name, value in answer.headers.raw)
        place = f"answer {answer.status_code} to {answer.request.method} {answer.request.url.path}"
        found += [f"{word} in {place}" for word in sorted(words.within(told))]
    return sorted(set(found))


async def test_what_was_told_about_a_person_can_be_read_nowhere(watched: Watched) -> None:
    texts = canaries("Ka")
    answers = await tell_everything(watched.region, texts)
    found = await found_of(watched, texts, answers)
    assert {path for path, bodies in watched.collector.received.items() if bodies} >= {"/v1/traces"}, (
        "no span arrived: nothing was looked at"
    )
    assert not found, f"{len(found)} places:\n" + "\n".join(found[:40])


async def test_the_scan_sees_what_is_open_on_purpose(watched: Watched) -> None:
    way = Journey(watched.region)
    await way.listing(PLAIN)
    await watched.region.quiet()
    found = await everywhere(watched.region, Words([PLAIN]))
    for place in ("postgres/", "pg_wal/", "of referrals.service-entry.v1", "table referrals: "):
        assert any(place in each for each in found), f"nothing found in {place}: {found}"


@pytest.mark.parametrize(
    ("mark", "bug", "place"),
    [
        ("Li", "exception_text_logged", "logs/intake-api.log"),
        ("Mo", "name_in_an_open_field", "of intake.client.v1"),
    ],
)
async def test_the_scan_finds_a_planted_leak(watched: Watched, mark: str, bug: str, place: str) -> None:
    texts = canaries(mark)
    async with watched.plantable.planted(bug, "intake-api"):
        way = Journey(watched.region, texts)
        await way.register()
        await _refused(watched.region, texts)
        await watched.region.quiet()
    found = await found_of(watched, texts, [])
    assert any(place in each for each in found), f"{bug} was not noticed in {place}: {found}"
