"""One person's way through all four services, step by step over the public APIs, as the staff of a centre and an agency go it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.harness.people import a_consent, a_registration, new_id
from tests.harness.region import Region
from tests.harness.wait import eventually

CENTRE = "PH-ANT-01"
AGENCY = "OWWA"


def today() -> str:
    """Today where the centre is (UTC+8, no summer time)."""
    return (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()


@dataclass
class Texts:
    """Whatever on the way is told in words: names nobody, until a test says otherwise."""

    given: str = "Kliyente"
    family: str = "Halimbawa"
    nickname: str = "Ineng"
    phone: str = "+639171234567"
    email: str = "kliyente@example.org"
    address: str = "Kalye Uno 1"
    document: str = "P0000000A"
    safe: str = "call after six"
    assessment: str = "wants to work at home"
    health: str = "well"
    protection: str = "none seen"
    note: str = "came on time"
    summary: str = "found work"
    packet_reason: str = "livelihood starter"
    packet_consent: str = "name, age, sex and reason to OWWA"
    instructions: str = "bring the passport"
    answer: str = "starter kit handed over"

    def words(self) -> list[str]:
        return [str(value) for value in vars(self).values()]


@dataclass
class Journey:
    """Ids and answers of the way so far. `answers`: every command's answer, in order."""

    region: Region
    texts: Texts = field(default_factory=Texts)
    day: str = field(default_factory=today)
    client: str = ""
    case: str = ""
    entry: str = ""
    referral: str = ""
    consents: dict[str, str] = field(default_factory=dict)
    answers: list[httpx.Response] = field(default_factory=list)

    async def register(self, **more: Any) -> None:
        """At intake, with the wish for a case and consent to share with the agency."""
        told = self.texts
        self.consents = {purpose: new_id() for purpose in ("CASE_MANAGEMENT", "STATISTICS", "SHARE_FOR_SERVICE")}
        share = a_consent("SHARE_FOR_SERVICE", self.consents["SHARE_FOR_SERVICE"], self.day, recipient_org=AGENCY, language="krj")
        body = a_registration(
            centre=CENTRE, day=self.day, nationality="PHL", open_case=True, arrival=False, statistics=False,
            consent_id=self.consents["CASE_MANAGEMENT"],
            identity={
                "age_class": "ADULT",
                "names": {"given": told.given, "family": told.family, "nickname": told.nickname},
                "phones": [told.phone],
                "email": told.email,
                "address": {"lines": told.address, "permanent": True},
                "documents": [{"type": "PASSPORT", "number": told.document, "country": "PHL"}],
                "contact_safe": told.safe,
            },
        )  # fmt: skip
        body["occurred_at"] = datetime.now(UTC).isoformat()
        body["profile"] |= {"client_types": ["RETURNEE"]}
        body["consents"] += [a_consent("STATISTICS", self.consents["STATISTICS"], self.day), share]
        answer = await self._command("intake", "POST", "/v1/clients", body | more)
        self.client = answer["id"]

    async def case_opens(self) -> None:
        """Casework opens the case by itself (R1); its list shows it."""

        async def listed() -> list[dict[str, Any]]:
            async with self.region.client("casework", centre=CENTRE) as http:
                answer = await http.get("/v1/cases", params={"limit": 200})
            assert answer.status_code == 200, answer.text
            return [case for case in answer.json()["items"] if case["client_id"] == self.client]

        cases = await eventually(listed, lambda found: len(found) == 1, what="the one case of a client who asked for it")
        self.case = cases[0]["case_id"]

    async def needs(self) -> None:
        told = self.texts
        body = self.grounded() | {
            "needs": [{"need_id": new_id(), "code": "INCOME", "priority": "NORMAL"}], "case_type": "RETURN_REINTEGRATION", "minor": False,
            "risk_level": "MEDIUM", "assessment": told.assessment, "health": told.health, "protection_note": told.protection,
        }  # fmt: skip
        await self._command("casework", "POST", f"/v1/cases/{self.case}/needs", body, if_match="*")
        self.need = body["needs"][0]["need_id"]

    async def service(self) -> None:
        body = self.grounded() | {
            "service_code": "PSS", "unit": "SESSION", "qty": "1", "cost_band": "B0", "mode": "IN_PERSON", "delivered_on": self.day,
            "minutes": 50, "result": "DONE", "note": self.texts.note,
        }  # fmt: skip
        await self._command("casework", "POST", f"/v1/cases/{self.case}/services", body, if_match="*")

    async def listing(self, name: str = "Livelihood starter") -> None:
        """The directory lists the agency's service, and somebody has verified it."""
        body = {
            "centre": CENTRE, "purpose": "SHARE_FOR_SERVICE", "occurred_at": datetime.now(UTC).isoformat(),
            "organization": {"org": AGENCY, "name": "Overseas Workers Welfare Administration"},
            "service": {"name": name, "service_code": "LIV", "status": "active"},
        }  # fmt: skip
        who = {"role": "directory_steward"}
        listed = await self._command("referrals", "POST", "/v1/service-entries", body, **who)
        self.entry = listed["id"]
        check = {"purpose": "SHARE_FOR_SERVICE", "verified_on": self.day}
        await self._command(
            "referrals", "POST", f"/v1/service-entries/{self.entry}:verify", check, if_match=f'"{listed["version"]}"', **who
        )

    async def refer(self) -> None:
        """The centre sends the referral, as soon as referrals has heard of the consent."""
        told = self.texts
        body = self.grounded("SHARE_FOR_SERVICE") | {
            "centre": CENTRE, "client_id": self.client, "case_id": self.case, "direction": "OUT",
            "from_org": "ANT_PG", "to_org": AGENCY, "entry_id": self.entry, "service_code": "LIV", "priority": "NORMAL",
            "reason": "AdditionalServicesRequired",
            "channel": "ONLINE",
            "packet": {
                "name": f"{told.given} {told.family}", "age": 34, "sex": "F", "reason": told.packet_reason, "services_requested": ["LIV"],
                "consent_text": told.packet_consent, "phone": told.phone,
                "sender": {"name": "Worker One", "position": "caseworker", "contact": "desk 3"},
            },
        }  # fmt: skip
        body["confidential"] = False
        key = new_id()

        async def sent() -> httpx.Response:
            return await self._send("referrals", "POST", "/v1/referrals", body, key=key)

        # The consent and the entry reach the read models of referrals over the topics.
        answer = await eventually(sent, lambda a: a.status_code not in (404, 409), what="the consent and the entry known to referrals")
        self.referral = self._done(answer)["id"]

    async def answered(self, verb: str, **more: Any) -> None:
        """The agency's desk answers: acknowledge, accept, start, deliver."""
        await self._on_referral(verb, more, role="agency_desk", org=AGENCY)

    async def close_referral(self) -> None:
        await self._on_referral("close", {"client_told": True}, role="supervisor", centre=CENTRE)

    async def close_case(self) -> None:
        body = self.grounded() | {
            "reason": "COMPLETED", "summary": self.texts.summary,
            "outcomes": [{"need_id": self.need, "code": "INCOME", "outcome": "MET"}],
        }  # fmt: skip
        async with self.region.client("casework", centre=CENTRE) as http:
            etag = (await http.get(f"/v1/cases/{self.case}")).headers["ETag"]
        await self._command("casework", "POST", f"/v1/cases/{self.case}:close", body, if_match=etag)

    async def consent(self, purpose: str, **more: Any) -> None:
        """Given later than at the registration."""
        self.consents[purpose] = new_id()
        body = a_consent(purpose, self.consents[purpose], self.day, **more)
        await self._command("intake", "POST", f"/v1/clients/{self.client}/consents", body, if_match="*")

    async def withdraw(self, purpose: str) -> None:
        async with self.region.client("intake", centre=CENTRE) as http:
            etag = (await http.get(f"/v1/clients/{self.client}", headers={"Gabay-Purpose": "CASE_MANAGEMENT"})).headers["ETag"]
        body = {"purpose": "CASE_MANAGEMENT", "reason": "CLIENT_WISH", "effective": self.day}
        path = f"/v1/clients/{self.client}/consents/{self.consents[purpose]}:withdraw"
        await self._command("intake", "POST", path, body, if_match=etag)

    # --- one command ---

    async def refused(self, service: str, path: str, body: dict[str, Any]) -> str:
        """The code of the refusal of what may be refused; empty when it was done, or a reaction came in between."""
        etag = ""
        if path.startswith("/v1/cases/"):
            async with self.region.client(service, centre=CENTRE) as http:
                etag = (await http.get(path.rsplit("/", 1)[0])).headers["ETag"]
        answer = await self._send(service, "POST", path, body, if_match=etag)
        code = "" if answer.status_code in (200, 201) else str(answer.json()["code"])
        return "" if code == "stale-version" else code

    def grounded(self, purpose: str = "CASE_MANAGEMENT") -> dict[str, Any]:
        return {"purpose": purpose, "basis": "CONSENT", "consent_id": self.consents[purpose]}

    async def _on_referral(self, verb: str, more: dict[str, Any], **who: Any) -> None:
        async with self.region.client("referrals", **who) as http:
            etag = (await http.get(f"/v1/referrals/{self.referral}")).headers["ETag"]
        body = {"purpose": "SHARE_FOR_SERVICE", **more}
        await self._command("referrals", "POST", f"/v1/referrals/{self.referral}:{verb}", body, if_match=etag, **who)

    async def _command(self, service: str, method: str, path: str, body: dict[str, Any], **how: Any) -> dict[str, Any]:
        return self._done(await self._send(service, method, path, body, **how))

    def _done(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code in (200, 201), f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    async def _send(
        self,
        service: str,
        method: str,
        path: str,
        body: dict[str, Any],
        *,
        key: str = "",
        if_match: str = "",
        role: str = "supervisor",
        **grant: Any,
    ) -> httpx.Response:
        if role == "supervisor":
            grant.setdefault("centre", CENTRE)
        headers = {"Idempotency-Key": key or new_id()} | ({"If-Match": if_match} if if_match else {})
        async with self.region.client(service, role, **grant) as http:
            answer = await http.request(method, path, json=body, headers=headers)
        self.answers.append(answer)
        return answer


async def whole(region: Region, texts: Texts | None = None) -> Journey:
    """From the registration to the closed case."""
    way = Journey(region, texts or Texts())
    await way.register()
    await way.listing()
    await way.case_opens()
    await way.needs()
    await way.service()
    await way.refer()
    at = datetime.now(UTC)
    await way.answered("acknowledge")
    await way.answered("accept", appointment_at=(at + timedelta(days=3)).isoformat(), instructions=way.texts.instructions)
    await way.answered("deliver", result="FULL", client_confirmed=True, note=way.texts.answer)
    await way.close_referral()
    await way.close_case()
    return way
