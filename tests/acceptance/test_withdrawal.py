"""A consent that is taken back ends within a second wherever somebody asks for it, and whatever rests on it stops by itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import httpx
import pytest

from tests.acceptance.test_journey import figure
from tests.harness.journey import AGENCY, CENTRE, Journey
from tests.harness.people import POINT, new_id
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WITHIN_S = 1.0
REFUSED = ("consent-missing", "consent-expired")
Place = Callable[[], Awaitable[str]]
PICTURE = b"\x89PNG\r\n\x1a\n a picture"


class Asking:
    """A person who consented to everything, and all places that ask for one of their consents: each says what it said, or nothing
    while it goes on as before."""

    def __init__(self, region: Region) -> None:
        self.region, self.way = region, Journey(region)
        self.month, self.counted, self.picture = self.way.day[:7], 0, ""

    @property
    def places(self) -> dict[str, tuple[Place, ...]]:
        """Purpose -> who asks. The last one ends what the others stand on."""
        return {
            "SHARE_FOR_SERVICE": (self.new_referral, self.packet, self.referral_withdrawn),
            "TRACING": (self.new_search, self.search_suspended),
            "CONSULAR": (self.new_request, self.request_cancelled),
            "RETURN": (self.new_return, self.return_withdrawn),
            "FOLLOW_UP_CONTACT": (self.contact_cancelled,),
            "PHOTO": (self.picture_deleted,),
            "STATISTICS": (self.true_counts, self.profile_key),
            "CASE_MANAGEMENT": (self.intake_entry, self.new_case, self.case_flagged),
        }

    async def consents(self) -> None:
        region, way = self.region, self.way
        self.counted = await figure(region, "01", self.month)
        await way.register()
        await way.listing()
        await way.case_opens()
        await way.refer()
        await way.answered("acknowledge")
        for purpose, more in (("TRACING", {}), ("CONSULAR", {"recipient_org": "CONS_HND"}), ("RETURN", {}), ("FOLLOW_UP_CONTACT", {}),
                              ("PHOTO", {})):  # fmt: skip
            await way.consent(purpose, **more)
        async with region.client("intake", centre=CENTRE) as http:
            headers = {"Idempotency-Key": new_id(), "Content-Type": "image/png"}
            attached = await http.post(f"/v1/attachments?client_id={way.client}", content=PICTURE, headers=headers)
            self.picture = attached.json()["id"]
            at = f"/v1/clients/{way.client}"
            etag = (await http.get(at, headers={"Gabay-Purpose": "CASE_MANAGEMENT"})).headers["ETag"]
            change = way.grounded() | {"reason": "NEW_FACT", "identity": {"photo_ref": self.picture}}
            amended = await http.patch(at, json=change, headers={"Idempotency-Key": new_id(), "If-Match": etag})
            assert amended.status_code == 200, amended.text
        await region.quiet()
        contact = way.grounded() | {"type": "REINTEGRATION", "due": way.day}
        assert await way.refused("casework", f"/v1/cases/{way.case}/follow-ups", contact) == ""

    # --- who asks ---

    async def new_referral(self) -> str:
        sent = next(each.request for each in self.way.answers if each.request.url.path == "/v1/referrals" and each.status_code == 201)
        return await self.way.refused("referrals", "/v1/referrals", json.loads(sent.content))

    async def packet(self) -> str:
        headers = {"Gabay-Purpose": "SHARE_FOR_SERVICE"}
        async with self.region.client("referrals", "agency_desk", org=AGENCY) as http:
            found = (await http.get(f"/v1/referrals/{self.way.referral}/packet", headers=headers)).json()["packet"]
        return "erased" if found == "erased" else ""

    async def referral_withdrawn(self) -> str:
        async with self.region.client("referrals", "agency_desk", org=AGENCY) as http:
            found = (await http.get(f"/v1/referrals/{self.way.referral}")).json()["state"]
        return "WITHDRAWN" if found == "WITHDRAWN" else ""

    async def new_search(self) -> str:
        wish = {"relation": "PARENT", "names": {"given": "Xiomara"}, "last_place": "Puerto Cortes"}
        return await self._of_case("tracings", "TRACING", wish)

    async def search_suspended(self) -> str:
        return await self._stage("tracings", "SUSPENDED")

    async def new_request(self) -> str:
        return await self._of_case("consular-requests", "CONSULAR", {"document": "PASSPORT", "mission": "HND"})

    async def request_cancelled(self) -> str:
        return await self._stage("consular_requests", "CANCELLED")

    async def new_return(self) -> str:
        return await self._of_case("returns", "RETURN", {"from_country": "KWT", "to_country": "PHL"})

    async def return_withdrawn(self) -> str:
        return await self._stage("returns", "WITHDRAWN")

    async def contact_cancelled(self) -> str:
        planned = (await self._case())["follow_ups"]
        return "CANCELLED" if all(each.get("contact") == "CANCELLED" for each in planned) else ""

    async def picture_deleted(self) -> str:
        async with self.region.client("intake", centre=CENTRE) as http:
            found = await http.get(
                f"/v1/attachments/{self.picture}?client_id={self.way.client}", headers={"Gabay-Purpose": "CASE_MANAGEMENT"}
            )
        return "gone" if found.status_code == 404 else ""

    async def true_counts(self) -> str:
        return "gone" if await figure(self.region, "01", self.month) == self.counted else ""

    async def profile_key(self) -> str:
        query = "select 1 from subject_key where subject_id = $1::uuid and class = 'profile'"
        return "" if await self.region.rows("keyring", query, self.way.client) else "gone"

    async def intake_entry(self) -> str:
        arrival = {"episode_id": new_id(), "point": POINT, "date": self.month, "group_size": 1}
        body, headers = self.way.grounded() | arrival, {"Idempotency-Key": new_id(), "If-Match": "*"}
        async with self.region.client("intake", centre=CENTRE) as http:
            answer = await http.post(f"/v1/clients/{self.way.client}/transit-arrivals", json=body, headers=headers)
        return _code(answer)

    async def new_case(self) -> str:
        """The case that runs goes on for five working days, flagged; no other is opened."""
        wish = {"centre": CENTRE, "client_id": self.way.client, "reason": "wants to learn", "minor": False, "beside_another": True}
        return await self.way.refused("casework", "/v1/cases", self.way.grounded() | wish)

    async def case_flagged(self) -> str:
        query = "select data ->> 'cause' from event where stream_id = $1::uuid and type = 'case-review-required'"
        return "flagged" if "CONSENT_WITHDRAWN" in {row[0] for row in await self.region.rows("casework", query, self.way.case)} else ""

    async def _of_case(self, what: str, purpose: str, wish: dict[str, Any]) -> str:
        return await self.way.refused("casework", f"/v1/cases/{self.way.case}/{what}", self.way.grounded(purpose) | wish)

    async def _stage(self, of: str, ended: str) -> str:
        running = (await self._case())[of]
        return ended if running and all(each["stage"] == ended for each in running) else ""

    async def _case(self) -> dict[str, Any]:
        async with self.region.client("casework", centre=CENTRE) as http:
            return dict((await http.get(f"/v1/cases/{self.way.case}")).json())


def _code(answer: httpx.Response) -> str:
    return "" if answer.status_code in (200, 201) else str(answer.json()["code"])


@pytest.mark.parametrize("people", [1, pytest.param(5, marks=pytest.mark.long)])
async def test_a_withdrawal_ends_what_rests_on_it_within_a_second(region: Region, capsys: pytest.CaptureFixture[str], people: int) -> None:
    """From intake's answer to a withdrawal until each place says so. Of one person: that each does, soon; of several: how soon."""
    took: dict[str, list[float]] = defaultdict(list)

    async def timed(place: Place, began: float) -> None:
        seen = await eventually(place, what=f"an end of the consent at: {place.__name__}", seconds=5, pause=0.01)
        took[place.__name__].append(time.monotonic() - began)
        assert place.__name__[:4] not in ("new_", "inta") or seen in REFUSED, f"{place.__name__}: {seen}"

    for _ in range(people):
        asking = Asking(region)
        await asking.consents()
        for purpose, places in asking.places.items():
            for place in places:
                assert await place() == "", f"{place.__name__} refuses before anything was withdrawn"
            await asking.way.withdraw(purpose)
            began = time.monotonic()
            await asyncio.gather(*(timed(place, began) for place in places))
    table = "\n".join(f"{place:20} {median(times):7.3f} s {max(times):7.3f} s at most" for place, times in took.items())
    with capsys.disabled():
        print(f"\nconsent withdrawn, heard after (median of {people}):\n{table}", end="")
    assert people == 1 or {place: median(times) for place, times in took.items() if median(times) >= WITHIN_S} == {}, table
