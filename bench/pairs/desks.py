"""`case`, `service`, `referral`: commands of casework and referrals, each under a consent in force, beside an empty server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.load import request
from bench.pair import Pair, VoidRun
from bench.pairs.http import Requests
from bench.stack import Stack
from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents as consents_of_casework
from services.referrals.consents.projection import consents as consents_of_referrals
from shared.eventsourcing.projection import Projection
from shared.messaging.models import ensure_generation

ORG, CODE = "CLINICA_SUR", "HEA"
Body = dict[str, Any]
Consented = tuple[UUID, UUID]
"""A client and a consent of theirs."""


class Commands(Requests):
    """Commands for as many clients as there are requests. What their consents were is put where the service would have put
    it on hearing of them: its worker does not run, so that the command is measured alone."""

    models: tuple[Projection, ...] = ()
    consent: Mapping[str, Any] = {}

    def __init__(self, name: str, service: str) -> None:
        super().__init__(name, _none, 8, events=1, most=3_000, bar=0.30, ambitious=0.45)
        self.service = service
        self.needs = frozenset({"issuer", f"{service}-api"})
        self.profiled = (f"{service}-api",)

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        owner = await asyncpg.connect(stack.dsn(f"{self.service}_owner", self.service))
        try:
            for model in self.models:
                await ensure_generation(owner, model)
        finally:
            await owner.close()

    async def consented(self, number: int) -> list[Consented]:
        """Clients with a consent in force each."""
        told = [(self.corpus.id7(), self.corpus.id4()) for _ in range(number)]
        columns = ("client_id", "consent_id", "version", *self.consent)
        rows = [(client, consent, 2, *self.consent.values()) for client, consent in told]
        async with self.stack.superuser(self.service) as connection:
            await connection.copy_records_to_table("consent", schema_name=self.models[0].schema, columns=columns, records=rows)
        return told

    def posted(self, path: str, body: Body, **headers: str) -> bytes:
        return request("POST", path, centre_app.headers(self.token, str(self.corpus.id7())) | headers, orjson.dumps(body))

    async def done(self, requests: list[bytes]) -> None:
        """Carry out what a cell needs before it begins."""
        answered = await drive.load(self.stack, self.api, requests, connections=4, seconds=60, warmup=0)
        if answered.acked != len(requests):
            raise VoidRun(f"{self.name}: {answered.by_status} while preparing")


def _none(corpus: Corpus, number: int, token: str) -> list[bytes]:
    """A body as large as those of these commands, for the yardstick."""
    return [request("POST", "/", {}, b"x" * 500)]


def _ground(purpose: str, consented: Consented) -> Body:
    client, consent = map(str, consented)
    around = {"centre": centre_app.CENTRE, "occurred_at": f"{centre_app.DAY}T15:00:00Z", "purpose": purpose, "basis": "CONSENT"}
    return around | {"client_id": client, "consent_id": consent}


def _case(corpus: Corpus, consented: Consented) -> Body:
    """A case opened: two sealed blobs, keys of their own, search rows, the claim of the one open case."""
    told = {"local_id": str(corpus.id7()), "reason": "looks for work and for a place to stay with two children", "minor": False}
    return _ground("CASE_MANAGEMENT", consented) | told


class Cases(Commands):
    """Cases opened."""

    models = (consents_of_casework, caseload)
    consent = {"purpose": "CASE_MANAGEMENT"}  # noqa: RUF012  # read only

    def __init__(self) -> None:
        super().__init__("case", "casework")

    async def requests(self, number: int) -> list[bytes]:
        return [self.posted("/v1/cases", _case(self.corpus, each)) for each in await self.consented(number)]


class Services(Commands):
    """Services recorded in open cases, two hundred of them in turn: the stream is loaded and folded first."""

    models = (consents_of_casework, caseload)
    consent = {"purpose": "CASE_MANAGEMENT"}  # noqa: RUF012  # read only
    CASES = 200

    def __init__(self) -> None:
        super().__init__("service", "casework")
        self.most = 2_000

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        self.token = await stack.token("supervisor", centre_app.CENTRE)

    async def requests(self, number: int) -> list[bytes]:
        people = await self.consented(max(self.CASES, number // 20))  # streams stay as short as they are in life
        cases = [_case(self.corpus, each) for each in people]
        await self.done([self.posted("/v1/cases", case) for case in cases])
        self._before += len(cases)
        told = {
            "service_code": "LEG", "unit": "SESSION", "qty": "1", "cost_band": "B0", "mode": "IN_PERSON", "delivered_on": centre_app.DAY,
            "minutes": 50, "result": "DONE", "note": "what was talked about and what is to be done next",
        }  # fmt: skip
        names = ("purpose", "basis", "consent_id", "occurred_at")
        bodies = [(case["local_id"], {name: case[name] for name in names} | told) for case in cases]
        return [
            self.posted(f"/v1/cases/{case}/services", body, **{"if-match": "*"})
            for case, body in (bodies[n % len(bodies)] for n in range(number))
        ]


class Referrals(Commands):
    """Referrals sent to another organisation: agreement and entry looked up, the packet sealed under a key of its own."""

    models = (consents_of_referrals,)
    consent = {"recipient_org": ORG, "withheld": ""}  # noqa: RUF012  # read only

    def __init__(self) -> None:
        super().__init__("referral", "referrals")

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        worker, self.token = self.token, await stack.token("directory_steward")
        self.entry = str(corpus.id7())
        listing = {
            "local_id": self.entry, "centre": centre_app.CENTRE, "organization": {"org": ORG, "name": "Clinic"},
            "service": {"name": "Consultation", "service_code": CODE, "status": "active"},
            "contacts": [{"name": "Desk", "phone": "a number"}], "languages": ["spa"],
        }  # fmt: skip
        await self.done([self.posted("/v1/service-entries", listing)])
        checked = {"verified_on": centre_app.DAY, "occurred_at": f"{centre_app.DAY}T12:00:00Z"}
        await self.done([self.posted(f"/v1/service-entries/{self.entry}:verify", checked, **{"if-match": '"1"'})])
        self.token = worker

    async def requests(self, number: int) -> list[bytes]:
        packet = {
            "name": "a name of two words", "age": 34, "sex": "F", "reason": "needs to see a doctor for something old",
            "services_requested": [CODE], "consent_text": "name, age, sex and reason to the clinic",
            "sender": {"name": "a worker", "position": "caseworker", "contact": "a number"},
        }  # fmt: skip
        told = {"to_org": ORG, "entry_id": self.entry, "service_code": CODE, "packet": packet}
        people = await self.consented(number)
        return [
            self.posted("/v1/referrals", _ground("SHARE_FOR_SERVICE", each) | told | {"local_id": str(self.corpus.id7())})
            for each in people
        ]


def pairs() -> list[Pair]:
    return [Cases(), Services(), Referrals()]
