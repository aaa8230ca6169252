"""Holds and erasure over HTTP, in intake alone; the way through all services is walked in `tests/acceptance/test_forgetting.py`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from shared.privacy.classes import PROFILE
from tests.harness.people import a_consent, a_registration, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_community import MEMBER, about

WHY = {"purpose": "CASE_MANAGEMENT"}
ASK = WHY | {"erasure_basis": "SUBJECT_REQUEST"}
HOLD = WHY | {"reason": "COURT_ORDER"}


async def do(desk: Desk, client: str, what: str, body: dict[str, Any], role: str = "dpo") -> httpx.Response:
    """A command at the version that the record has now, with a strong login."""
    version = await desk.parts.pool.fetchval("select version from stream where stream_id = $1", UUID(client))
    return await desk.as_(role, strong=True).post(f"/v1/clients/{client}{what}", body, If_Match=f'"{version}"')


async def asked(desk: Desk, client: str) -> dict[str, Any]:
    answer = await do(desk, client, "/erasure", ASK, "supervisor")
    assert answer.status_code == 200, answer.text
    return WHY | {"request_id": answer.json()["request_id"]}


async def a_client(desk: Desk, **more: Any) -> tuple[str, dict[str, Any]]:
    body = a_registration(local_id=new_id(), **more)
    return (await desk.register(body))["id"], body


async def test_a_hold_stands_in_the_way_until_it_is_lifted(desk: Desk) -> None:
    client, _ = await a_client(desk)
    what = await asked(desk, client)
    placed = await do(desk, client, "/holds", HOLD)
    assert placed.status_code == 200, placed.text
    refused = await do(desk, client, ":erase", what)
    assert (refused.status_code, refused.json()["code"]) == (409, "legal-hold")
    assert await desk.keys_of(client) == {"identity", "profile"}
    assert (await do(desk, client, f"/holds/{placed.json()['hold_id']}:lift", WHY)).status_code == 200
    assert (await do(desk, client, ":erase", what)).status_code == 200
    assert await desk.keys_of(client) == set()


async def test_who_consents_again_under_a_hold_when_the_key_is_gone_can_still_be_read(desk: Desk) -> None:
    client, body = await a_client(desk)
    statistics = next(each for each in body["consents"] if each["purpose"] == "STATISTICS")
    assert (await do(desk, client, "/holds", HOLD)).status_code == 200
    ended = await do(desk, client, f"/consents/{statistics['consent_id']}:withdraw", WHY | {"reason": "CLIENT_WISH"}, "caseworker")
    assert ended.status_code == 200, ended.text
    # As the worker does when a hold is lifted beside one that has run out.
    assert await desk.parts.handle.keyring.destroy([(UUID(client), PROFILE)]) == 1
    again = await desk.add(f"/v1/clients/{client}/consents", a_consent("STATISTICS"))
    assert again.status_code == 200, again.text
    desk.parts.handle.keyring.forget_cached(UUID(client))
    read = await desk.send("GET", f"/v1/clients/{client}/events")
    assert read.status_code == 200, read.text
    profiles = [each["sealed"]["profile"] for each in read.json()["items"] if "profile" in each.get("sealed", {})]
    assert (profiles[0], profiles[-1]["sex"]) == ("erased", "F")


async def test_nobody_carries_out_what_they_asked_for(desk: Desk) -> None:
    client, _ = await a_client(desk)
    mine = await do(desk, client, "/erasure", ASK)
    refused = await do(desk, client, ":erase", WHY | {"request_id": mine.json()["request_id"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "same-person-signoff")


async def test_only_the_officer_erases_and_only_with_a_strong_login(desk: Desk) -> None:
    client, _ = await a_client(desk)
    what = await asked(desk, client)
    assert (await do(desk, client, ":erase", what, "supervisor")).status_code == 403
    weak = await desk.as_("dpo").post(f"/v1/clients/{client}:erase", what, If_Match='"5"')
    assert (weak.status_code, weak.json()["code"]) == (401, "step-up-needed")
    assert (await do(desk, client, "/erasure", ASK, "caseworker")).status_code == 403


async def test_a_repeated_erasure_has_the_outcome_of_the_first(desk: Desk) -> None:
    client, _ = await a_client(desk)
    what, key = await asked(desk, client), new_id()
    version = await desk.parts.pool.fetchval("select version from stream where stream_id = $1", UUID(client))
    officer = desk.as_("dpo", strong=True)
    first = await officer.post(f"/v1/clients/{client}:erase", what, key=key, If_Match=f'"{version}"')
    again = await officer.post(f"/v1/clients/{client}:erase", what, key=key, If_Match=f'"{version}"')
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()


async def test_afterwards_nothing_is_recorded_and_no_key_is_made_again(desk: Desk) -> None:
    client, body = await a_client(desk)
    what = await asked(desk, client)
    assert (await do(desk, client, ":erase", what)).status_code == 200
    for path, more in (("/consents", a_consent("PHOTO")), ("/consents", a_consent("STATISTICS"))):
        refused = await desk.add(f"/v1/clients/{client}{path}", more)
        assert (refused.status_code, refused.json()["code"]) == (410, "client-erased"), refused.text
    assert (await do(desk, client, "/erasure", ASK, "supervisor")).json()["code"] == "client-erased"
    assert await desk.keys_of(client) == set()
    assert body["identity"]


async def test_members_whom_nobody_else_declared_are_forgotten_too(desk: Desk) -> None:
    (client, body), (other, others) = await a_client(desk), await a_client(desk)
    home, alone, shared, registered = new_id(), new_id(), new_id(), new_id()
    for declarant, said, members in ((client, body, (alone, shared, registered)), (other, others, (shared,))):
        for member in members:
            told = await desk.add(f"/v1/households/{home}/members", about(said, declared_by=declarant, member_id=member, **MEMBER))
            assert told.status_code == 200, told.text
    await desk.register(a_registration(local_id=registered))
    assert (await do(desk, client, ":erase", await asked(desk, client))).status_code == 200
    assert await desk.keys_of(alone) == set()
    assert "identity" in await desk.keys_of(shared)
    assert "identity" in await desk.keys_of(registered)
    # Nor does anybody know the shared one, once the other is forgotten too.
    assert (await do(desk, other, ":erase", await asked(desk, other))).status_code == 200
    assert await desk.keys_of(shared) == set()
    assert "identity" in await desk.keys_of(registered)


async def test_a_merged_record_is_forgotten_with_its_survivor(desk: Desk) -> None:
    (client, _), (retired, _) = await a_client(desk), await a_client(desk)
    versions = {row[0]: row[1] for row in await desk.parts.pool.fetch("select stream_id, version from stream")}
    pair = {"survivor": {"id": client, "version": versions[UUID(client)]}, "retired": {"id": retired, "version": versions[UUID(retired)]}}
    merge = WHY | pair | {"evidence": "SAME_DOCUMENT", "requested_by": "stf-caseworker"}
    merged = await desk.as_("supervisor").post("/v1/clients:merge", merge)
    assert merged.status_code == 200, merged.text
    done = await do(desk, client, ":erase", await asked(desk, client))
    assert done.status_code == 200, done.text
    assert await desk.keys_of(client) | await desk.keys_of(retired) == set()
    assert await desk.parts.pool.fetchval("select count(*) from search where stream_id = any($1)", [UUID(client), UUID(retired)]) == 0
    told = (await desk.as_("dpo").send("GET", f"/v1/clients/{client}/erasure")).json()
    assert told["aliases"] == [retired]
    assert told["pending"] == ["intake", "casework", "referrals", "reporting"]


async def test_a_member_whose_link_was_void_is_forgotten_too(desk: Desk) -> None:
    client, body = await a_client(desk)
    home, wrong, right = new_id(), new_id(), new_id()
    for member in (wrong, right):
        linked = await desk.add(f"/v1/households/{home}/members", about(body, declared_by=client, member_id=member, **MEMBER))
        assert linked.status_code == 200, linked.text
    first = await desk.parts.pool.fetchval("select event_id from event where stream_id = $1 and version = 1", UUID(home))
    void = await desk.post(f"/v1/households/{home}/events/{first}:void", WHY | {"reason": "WRONG_PERSON"}, If_Match='"2"')
    assert void.status_code == 200, void.text
    assert await desk.keys_of(wrong) == {"identity"}
    assert (await do(desk, client, ":erase", await asked(desk, client))).status_code == 200
    # The void link sealed a name; the one beside it is found by the same row.
    assert await desk.keys_of(wrong) == await desk.keys_of(right) == set()
