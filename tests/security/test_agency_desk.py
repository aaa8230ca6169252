"""A partner organisation has its inbox and nothing else: every operation of every service is tried at real records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.embedded.stack import SERVICES, Stack
from shared.http.authorise import matrix
from tests.harness.journey import AGENCY, CENTRE, Journey
from tests.harness.people import new_id
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

STRANGER = "DMW"
PURPOSE = {"Gabay-Purpose": "SHARE_FOR_SERVICE"}

# What anybody with a login may ask, and that tells nothing of a person: the directory, published tables, feedback on the
# service received; and lists that hold what is one's own.
OPEN = frozenset({"public", "directory.read", "stats.released", "feedback.give"})
OWN = frozenset({("GET", "/v1/referrals"), ("POST", "/v1/receipts"), ("GET", "/v1/changes")})


@pytest.fixture(scope="module")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


@pytest.fixture(scope="module")
async def way(region: Region) -> Journey:
    """A referral to OWWA that waits for its answer, of a client with a case."""
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    await way.refer()
    await region.quiet()
    return way


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(method.upper(), path, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def able(action: str) -> bool:
    """Whether the desk of an agency has a function at all."""
    return action != "public" and matrix()[action]["agency_desk"] not in (".", "", "K")


def url(path: str, way: Journey) -> str:
    """The path with the ids of real records where there are any."""
    known = {"clients": way.client, "cases": way.case, "referrals": way.referral, "service-entries": way.entry}
    plural = path.split("/")[2].partition(":")[0]
    path = path.replace("{id}", known.get(plural) or new_id(), 1)
    return re.sub(r"\{(\w+)\}", lambda m: "1" if m[1] in ("n", "no", "plan_no") else new_id(), path)


def example(operation: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    return next((each["value"] for each in content.get("examples", {}).values()), {})


async def tried(region: Region, way: Journey, org: str, service: str) -> list[tuple[str, str, str, httpx.Response]]:
    """(method, path, action, answer) of every operation of a service, save what everybody may and what is the agency's own."""
    found = []
    async with region.client(service, "agency_desk", org=org, step_up=True) as http:
        document = (await http.get("/v1/openapi.json")).json()
        for method, path, operation in operations(document):
            action = operation["x-gabay-action"]
            if action in OPEN or (able(action) and (org == AGENCY or (method, path) in OWN)):
                continue
            headers = {**PURPOSE, "Idempotency-Key": new_id(), "If-Match": '"1"'} if method != "GET" else PURPOSE
            body = {"json": _body(document, path, operation)} if "requestBody" in operation else {}
            found.append((method, path, action, await http.request(method, url(path, way), headers=headers, **body)))
    return found


def _body(document: Mapping[str, Any], path: str, operation: Mapping[str, Any]) -> Any:
    """The example of an operation; of a batch the example of the command that it carries."""
    single = path.removesuffix(":batch")
    if single == path or single not in document["paths"]:
        return example(operation)
    return {"items": [{"key": new_id(), "body": example(document["paths"][single]["post"])}]}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("org", [AGENCY, STRANGER])
async def test_what_is_not_in_its_inbox_does_not_exist_for_an_agency(region: Region, way: Journey, org: str, service: str) -> None:
    wrong = []
    answers = await tried(region, way, org, service)
    for method, path, action, answer in answers:
        told = answer.json().get("code") if answer.headers["content-type"] == "application/problem+json" else None
        if path.endswith(":batch") and answer.status_code == 200:
            statuses = {item["status"] for item in answer.json()["items"]}
            if statuses <= {403, 404}:
                continue
        if method == "GET" and answer.status_code == 200 and answer.json().get("items") == []:
            continue  # a list of what is its own, which is nothing
        # Whoever has the function learns no more of what is others' than of what is not there.
        if (answer.status_code, told) not in ([(404, "not-found")] if able(action) else [(403, "forbidden"), (404, "not-found")]):
            wrong.append(f"{method} {path} ({action}): {answer.status_code} {answer.text[:120]}")
    assert answers or service == "reporting" or (org, service) == (AGENCY, "referrals")
    assert not wrong, "\n".join(wrong)


async def test_the_functions_of_an_agency_are_these_and_no_more() -> None:
    assert {action for action in matrix() if able(action)} == {
        "open.read", "referral.send", "referral.withdraw", "referral.close", "referral.lapse", "referral.answer", "referral.packet",
        "directory.read", "directory.write", "feedback.give", "stats.released", "receipts", "changes",
    }  # fmt: skip


async def test_the_inbox_holds_what_goes_to_the_agency_or_comes_from_it(region: Region, way: Journey) -> None:
    async with region.client("referrals", "agency_desk", org=AGENCY) as http:
        [mine] = [line for line in (await http.get("/v1/referrals?limit=200")).json()["items"] if line["referral_id"] == way.referral]
        assert (mine["from_org"], mine["to_org"], mine["state"]) == ("ANT_PG", AGENCY, "SENT")
    async with region.client("referrals", "agency_desk", org=STRANGER) as http:
        answer = await http.get("/v1/referrals?limit=200")
        assert answer.status_code == 200
        assert all(STRANGER in (line["from_org"], line["to_org"]) for line in answer.json()["items"])
        assert way.referral not in answer.text
        narrowed = await http.get(f"/v1/referrals?centre={CENTRE}&limit=200")
        assert way.referral not in narrowed.text


async def test_the_agency_reads_its_packet_on_record_and_says_what_for(region: Region, way: Journey) -> None:
    path = f"/v1/referrals/{way.referral}/packet"
    query = "select count(*) from read_audit where $1 = any (subject_id) and 'packet' = any (classes) and role = 'agency_desk'"
    before = (await region.rows("referrals", query, UUID(way.client)))[0][0]
    async with region.client("referrals", "agency_desk", org=AGENCY) as http:
        assert (await http.get(path)).json()["code"] == "purpose-needed"
        shown = (await http.get(path, headers=PURPOSE)).json()["packet"]
    assert shown["reason"] == way.texts.packet_reason
    assert "override_text" not in shown
    assert (await region.rows("referrals", query, UUID(way.client)))[0][0] == before + 1


async def test_an_agency_refers_to_the_centre_and_takes_it_back_and_for_nobody_else(region: Region, way: Journey) -> None:
    body = {
        "centre": CENTRE, "purpose": "SHARE_FOR_SERVICE", "direction": "IN", "from_org": AGENCY, "service_code": "LEG",
        "packet": {
            "name": "<given> <family>", "age": 40, "sex": "F", "reason": "unpaid wages", "services_requested": ["LEG"],
            "consent_text": "name, age, sex and reason to the centre",
            "sender": {"name": "<officer>", "position": "desk", "contact": "1348"},
        },
    }  # fmt: skip
    async with region.client("referrals", "agency_desk", org=STRANGER) as http:
        foreign = await http.post("/v1/referrals", json=body, headers={"Idempotency-Key": new_id()})
        assert (foreign.status_code, foreign.json()["code"]) == (404, "not-found")
    async with region.client("referrals", "agency_desk", org=AGENCY) as http:
        sent = await http.post("/v1/referrals", json=body, headers={"Idempotency-Key": new_id()})
        assert sent.status_code == 201, sent.text
        at = f"/v1/referrals/{sent.json()['id']}"
        # The packet is for the receiver: who sent it has it already.
        assert (await http.get(f"{at}/packet", headers=PURPOSE)).status_code == 404
        back = await http.post(f"{at}:withdraw", json={"reason": "CLIENT_WISH"}, headers={"Idempotency-Key": new_id(), "If-Match": '"1"'})
        assert back.status_code == 200, back.text
