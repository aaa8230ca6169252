"""Consent over HTTP: given later, refused, withdrawn; and what becomes of the profile key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.intake import look_ups
from services.intake.client.decisions import CLIENT
from services.intake.look_ups import destroy_profile_key
from services.intake.reactions import keys_to_destroy, reactions
from shared.eventsourcing.projection import Fact
from tests.harness.people import a_consent, a_registration, new_id
from tests.integration import deaths
from tests.integration.intake.conftest import Desk


async def withdraw(desk: Desk, client_id: str, consent_id: str) -> Fact:
    """Withdraw a consent; gives the fact as it would arrive from the topic."""
    shown = await desk.read(client_id)
    path = f"/v1/clients/{client_id}/consents/{consent_id}:withdraw"
    answer = await desk.post(path, {"purpose": "CASE_MANAGEMENT", "reason": "CLIENT_WISH"}, If_Match=f'"{shown["version"]}"')
    assert answer.status_code == 200, answer.text
    stored = await desk.parts.handle.store.load(UUID(client_id))
    last = stored[-1]
    return Fact(
        topic="intake.client.v1", partition=0, offset=0, stream=client_id, version=last.version,
        type="gabay.intake.consent-withdrawn.v1", event_id=str(last.event_id), occurred_at="", recorded_at="", source="", data=last.data,
    )  # fmt: skip


async def test_a_withdrawn_consent_to_statistics_destroys_the_profile_key(desk: Desk) -> None:
    body = a_registration(local_id=new_id())
    made = await desk.register(body)
    assert await desk.keys_of(made["id"]) == {"identity", "profile"}
    fact = await withdraw(desk, made["id"], body["consents"][1]["consent_id"])
    for _ in range(2):  # the fact may arrive again
        await destroy_profile_key(fact, desk.parts.handle)
    assert await desk.keys_of(made["id"]) == {"identity"}
    history = (await desk.send("GET", f"/v1/clients/{made['id']}/events")).json()["items"]
    assert history[0]["sealed"]["profile"] == "erased"
    assert history[0]["sealed"]["identity"]["card_code"]
    assert (await desk.read(made["id"]))["statistics"] is False


async def test_consent_given_again_brings_a_new_key_and_the_whole_profile(desk: Desk) -> None:
    body = a_registration(local_id=new_id())
    made = await desk.register(body)
    fact = await withdraw(desk, made["id"], body["consents"][1]["consent_id"])
    again = a_consent("STATISTICS")
    answer = await desk.add(f"/v1/clients/{made['id']}/consents", again)
    assert [event["type"].split(".")[2] for event in answer.json()["events"]] == ["consent-given", "client-profile-amended"]
    await destroy_profile_key(fact, desk.parts.handle)  # late: the new key stays
    assert await desk.keys_of(made["id"]) == {"identity", "profile"}
    history = (await desk.send("GET", f"/v1/clients/{made['id']}/events")).json()["items"]
    assert history[0]["sealed"]["profile"] == "erased"
    assert history[-1]["sealed"]["profile"]["sex"] == "F"


async def test_r10_the_profile_key_is_gone_wherever_the_worker_stops(desk: Desk) -> None:
    async def fact() -> Fact:
        body = a_registration(local_id=new_id())
        made = await desk.register(body)
        told = await withdraw(desk, made["id"], body["consents"][1]["consent_id"])
        assert await desk.keys_of(told.stream) == {"identity", "profile"}
        return replace(told, topic=f"tests.{told.event_id}", version=1)  # its own, so that each worker begins there

    await deaths.survived(desk, reactions(look_ups), fact, lambda told: desk.keys_of(told.stream), {"identity"})  # type: ignore[arg-type]


async def test_a_key_that_another_consent_names_stays(desk: Desk) -> None:
    body = a_registration(local_id=new_id())
    made = await desk.register(body)
    renewed = a_consent("STATISTICS")
    assert (await desk.add(f"/v1/clients/{made['id']}/consents", renewed)).status_code == 200
    state = (await desk.parts.handle.load(CLIENT, UUID(made["id"]))).state
    assert keys_to_destroy(state, date(2026, 3, 2)) == []
    fact = await withdraw(desk, made["id"], renewed["consent_id"])
    await destroy_profile_key(fact, desk.parts.handle)
    assert await desk.keys_of(made["id"]) == {"identity"}


async def test_without_consent_to_statistics_there_is_no_profile_key(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id(), statistics=False))
    assert await desk.keys_of(made["id"]) == {"identity"}
    given = await desk.add(f"/v1/clients/{made['id']}/consents", a_consent("STATISTICS"))
    assert given.status_code == 200, given.text
    assert await desk.keys_of(made["id"]) == {"identity", "profile"}


async def test_a_no_is_kept_and_changes_nothing(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id()))
    no = {"purpose": "PHOTO", "refused": True, "language": "spa", "notice_version": "2026-1"}
    answer = await desk.add(f"/v1/clients/{made['id']}/consents", no)
    assert [event["type"].split(".")[2] for event in answer.json()["events"]] == ["consent-refused"], answer.text


async def test_the_same_consent_is_done_already(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id()))
    path, consent = f"/v1/clients/{made['id']}/consents", a_consent("PHOTO")
    assert (await desk.add(path, consent)).json()["version"] == 5
    again = await desk.add(path, consent)
    assert (again.headers["Gabay-Effect"], again.json()["version"]) == ("none", 5)
    other = await desk.add(path, consent | {"language": "eng"})
    assert (other.status_code, other.json()["code"]) == (409, "already-exists")
