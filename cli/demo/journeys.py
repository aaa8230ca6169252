"""What a centre does for some of the people: a case, needs, services, a referral to a clinic and its answer.

Ids, keys and dates follow from the year and the person's number, so a second run in the same year repeats the first.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import httpx

from cli.demo.people import ids
from cli.demo.traffic import AGAIN, Refused

CENTRE = "HN-EP-01"
AGENCY = "CLINICA_SUR"
MANY = 24
GIVEN = ("Ana", "Yulimar", "José", "Mirlande", "Luis", "Rosa", "Jean", "Carmen", "Pedro", "Daniela", "Wilson", "Sofía")
FAMILY = ("Rivas", "Joseph", "Paredes", "Mendoza", "Quispe", "Zambrano", "Pierre", "Castillo")
NATIONALITY = ("VEN", "HTI", "CUB", "ECU", "COL")


@dataclass(slots=True)
class Done:
    """How much help was given, by kind: what the figures must show."""

    counts: Counter[str] = field(default_factory=Counter)
    people: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """The APIs, and tokens of those who act: the centre's supervisor and the clinic's officer."""

    urls: Mapping[str, str]
    supervisor: str
    worker: str
    officer: str

    def app(self, service: str, token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.urls[service], headers={"Authorization": f"Bearer {token}"}, timeout=30)


class Centre:
    """Plays the journeys of a year, several at once."""

    def __init__(self, desk: Desk, year: int) -> None:
        self.desk, self.year = desk, year
        self.intake = desk.app("intake", desk.supervisor)
        self.casework = desk.app("casework", desk.supervisor)
        self.referrals = desk.app("referrals", desk.supervisor)
        self.clinic = desk.app("referrals", desk.officer)
        self.done = Done()

    @property
    def month(self) -> str:
        """Everything happens in the December before: never in the future, and within the terms of a consent."""
        return f"{self.year - 1}-12"

    async def play(self, many: int = MANY) -> Done:
        """Raises Refused when a service refuses what it should take, or does not react in time."""
        try:
            entry = await self._directory()
            turn = asyncio.Semaphore(6)

            async def one(n: int) -> None:
                async with turn:
                    await self._journey(n, entry)

            async with asyncio.TaskGroup() as group:
                for n in range(many):
                    group.create_task(one(n))
        finally:
            for app in (self.intake, self.casework, self.referrals, self.clinic):
                await app.aclose()
        return self.done

    async def _directory(self) -> str:
        """The clinic lists its service and says today that it holds: an entry is referable for ninety days."""
        key, entry = ids(self.month, 900_000, 2)
        body = {
            "local_id": entry, "centre": CENTRE,
            "organization": {"org": AGENCY, "name": "Clínica del Sur (example)"},
            "service": {"name": "Health check", "service_code": "HEA", "status": "active"},
            "contacts": [{"name": "Reception", "phone": "+504 0000 0000"}], "languages": ["spa"],
        }  # fmt: skip
        listed = await self._send(self.clinic, "/v1/service-entries", body, key)
        key = str(uuid5(UUID(entry), datetime.now(UTC).date().isoformat()))
        # A key of an app is of version 4 or 7; one a day is enough.
        key = f"{key[:14]}4{key[15:]}"
        # Verified on an earlier day, the entry has moved on: its tag says how far.
        seen = await self.clinic.get(f"/v1/service-entries/{entry}")
        version = int(seen.headers.get("ETag", f'"{listed["version"]}"').strip('"'))
        await self._send(self.clinic, f"/v1/service-entries/{entry}:verify", {"centre": CENTRE}, key, version)
        return entry

    async def _journey(self, n: int, entry: str) -> None:
        made = ids(self.month, n, 16)
        client, management, _, sharing, need = made[:5]
        keys = iter(made[5:])
        day = date(self.year - 1, 12, 1 + n % 20)
        ground = {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": management}
        told = {**ground, "occurred_at": f"{day}T15:00:00Z"}
        registered = await self._send(self.intake, "/v1/clients", {**told, **self._person(n, made, day)}, next(keys))
        # The fact travels; casework opens the case that was asked for (reaction R1), under an id that follows from it.
        case = uuid5(UUID(registered["events"][0]["event_id"]), "R1")
        await self._until(self.casework, f"/v1/cases/{case}")
        at = f"/v1/cases/{case}"
        await self._send(self.casework, f"{at}:assign", {**ground, "worker": self.desk.worker}, next(keys), 1)
        needs = {
            **ground, "needs": [{"need_id": need, "code": "HEALTH", "priority": "NORMAL"}],
            "case_type": "TRANSIT_ASSISTANCE", "risk_level": "LOW", "assessment": "Tired after the crossing; asks for a check-up.",
            "minor": False,
        }  # fmt: skip
        await self._send(self.casework, f"{at}/needs", needs, next(keys), "*")
        last: dict[str, Any] = {}
        for code, unit in (("INF", "SESSION"), ("FNF", "ITEM"))[: 1 + n % 2]:
            service = {
                **ground, "service_code": code, "unit": unit, "qty": "1", "cost_band": "B1", "mode": "IN_PERSON",
                "delivered_on": day.isoformat(), "result": "DONE",
            }  # fmt: skip
            last = await self._send(self.casework, f"{at}/services", service, next(keys), "*")
            self.done.counts["services"] += 1
        if n % 2:
            await self._referral(n, client, sharing, case, entry, keys)
        if n % 3 == 0:
            closing = {
                **ground, "closed_on": day.isoformat(), "reason": "COMPLETED", "summary": "Went on in good health.",
                "outcomes": [{"need_id": need, "code": "HEALTH", "outcome": "MET"}],
            }  # fmt: skip
            await self._close(at, closing, next(keys), last["version"])
            self.done.counts["closed"] += 1
        self.done.counts["cases"] += 1
        self.done.people += 1

    async def _close(self, at: str, body: Mapping[str, Any], key: str, version: int) -> None:
        """Close at the version that stands: the timeline of a referral may have moved it meanwhile."""
        seen = await self.casework.get(at)
        version = int(seen.headers.get("ETag", f'"{version}"').strip('"'))
        await self._send(self.casework, f"{at}:close", body, key, version)

    def _person(self, n: int, made: list[str], day: date) -> dict[str, Any]:
        client, management, statistics, sharing = made[:4]
        country = NATIONALITY[n % len(NATIONALITY)]
        consent = {
            "given_by": "SELF", "form": "EXPLICIT", "method": "WRITTEN", "language": "spa", "interpreter": False,
            "notice_version": "2026-1", "assent": "NOT_NEEDED", "valid_from": day.isoformat(),
            "informed": dict.fromkeys(
                ("purpose", "uses", "research_use", "right_to_request", "storage_period", "how_to_withdraw"), True
            ),
        }  # fmt: skip
        return {
            "local_id": client, "registered_on": day.isoformat(), "channel": "WALK_IN", "open_case": True,
            "case_request": {"priority": "NORMAL", "confidential": False, "sub_committee": "PSS"},
            "identity": {
                "names": {"given": GIVEN[n % len(GIVEN)], "family": f"{FAMILY[n % len(FAMILY)]} {FAMILY[(n + 3) % len(FAMILY)]}"},
                "birth_date": f"{1975 + n % 30}-{n % 12 + 1:02d}-14", "languages": ["spa"], "interpreter": False,
            },
            "profile": {
                "client_types": ["TRANSIT"], "sex": "F" if n % 2 else "M", "nationality": [country],
                "residence_country": country,
            },
            "consents": [
                {"consent_id": management, "purpose": "CASE_MANAGEMENT", **consent},
                {"consent_id": statistics, "purpose": "STATISTICS", **consent},
                {"consent_id": sharing, "purpose": "SHARE_FOR_SERVICE", "recipient_org": AGENCY, **consent},
            ],
        }  # fmt: skip

    async def _referral(self, n: int, client: str, sharing: str, case: UUID, entry: str, keys: Any) -> None:
        share = {"centre": CENTRE, "purpose": "SHARE_FOR_SERVICE", "basis": "CONSENT", "consent_id": sharing}
        name = f"{GIVEN[n % len(GIVEN)]} {FAMILY[n % len(FAMILY)]}"
        body = {
            **share, "client_id": client, "case_id": str(case), "to_org": AGENCY, "entry_id": entry, "service_code": "HEA",
            "packet": {
                "name": name, "age": 30, "sex": "F", "reason": "A check-up after a hard crossing.", "services_requested": ["HEA"],
                "consent_text": "name, age, sex, reason to Clínica del Sur",
                "sender": {"name": "The supervisor", "position": "supervisor", "contact": "+504 0000 0001"},
            },
        }  # fmt: skip
        sent = await self._send(self.referrals, "/v1/referrals", body, next(keys))
        at, version = f"/v1/referrals/{sent['id']}", sent["version"]
        self.done.counts["sent"] += 1
        # The desk answers for its own organisation, on the ground on which the referral was sent.
        answer = {k: v for k, v in share.items() if k != "centre"} | {"centre": CENTRE}

        async def desk(verb: str, app: httpx.AsyncClient, **more: Any) -> None:
            nonlocal version
            done = await self._send(app, f"{at}:{verb}", {**answer, **more}, next(keys), version)
            version = done["version"]

        await desk("acknowledge", self.clinic)
        if n % 8 == 7:
            await desk("decline", self.clinic, reason="NO_CAPACITY")
        else:
            await desk("accept", self.clinic)
            self.done.counts["accepted"] += 1
            await desk("deliver", self.clinic, result="FULL", client_confirmed=True)
            self.done.counts["delivered"] += 1
        await desk("close", self.referrals, client_told=True)

    async def _send(
        self, app: httpx.AsyncClient, path: str, body: Mapping[str, Any], key: str, if_match: int | str | None = None
    ) -> dict[str, Any]:
        """Post until there is an answer. What another service must hear of first (a consent) may take a moment."""
        headers = {"Idempotency-Key": key}
        if if_match is not None:
            headers["If-Match"] = if_match if if_match == "*" else f'"{if_match}"'
        told = "no answer"
        for attempt in range(60):
            try:
                answer = await app.post(path, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.25)
                continue
            if answer.status_code < 300:
                content: dict[str, Any] = answer.json()
                return content
            told = answer.text[:600]
            code = answer.json().get("code")
            travelling = code in ("consent-missing", "entry-stale") or (code == "not-found" and attempt < 40)
            if not travelling and answer.status_code not in AGAIN:
                break
            await asyncio.sleep(0.25)
        raise Refused(f"{path.split('/')[2]}: {told}")

    async def _until(self, app: httpx.AsyncClient, path: str) -> None:
        for _ in range(120):
            try:
                if (await app.get(path)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.25)
        raise Refused(f"{path} did not appear within 30 s: ./gabay status, ./gabay parked list")
