"""A referral over HTTP: sent under consent and agreement to a verified entry, answered by the receiver, closed by the sender."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referrals import look_ups
from services.referrals.board.projection import board
from services.referrals.consents.projection import consents
from services.referrals.directory.projection import directory
from services.referrals.reactions import UnderConsent
from shared.contracts.referrals.referral import REFERRAL
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.eventsourcing.projection import Fact
from shared.region import Region
from tests.integration.casework.desk import CENTRE, Desk, consent_given, consent_withdrawn, intake_told

SHARE = "SHARE_FOR_SERVICE"
AT = "2026-03-06T02:00:00.000Z"


def a_listing(org: str = "OWWA", code: str = "LIV") -> dict[str, Any]:
    return {
        "centre": CENTRE, "organization": {"org": org, "name": "Regional office"},
        "service": {"name": "Livelihood grant", "service_code": code, "status": "active"},
        "contacts": [{"name": "Desk", "phone": "<hotline>"}], "languages": ["fil"],
    }  # fmt: skip


async def an_entry(desk: Desk, org: str = "OWWA", code: str = "LIV", *, verified: bool = True) -> str:
    steward = desk.as_("stf-d1")
    made = await steward.post("/v1/service-entries", a_listing(org, code))
    if verified:
        await steward.post(f"/v1/service-entries/{made['id']}:verify", {}, If_Match='"1"')
    return str(made["id"])


def a_packet(**changes: Any) -> dict[str, Any]:
    return {
        "name": "<given> <family>", "age": 34, "sex": "F", "reason": "wants to open a shop", "services_requested": ["LIV"],
        "consent_text": "name, age, sex, reason to OWWA",
        "sender": {"name": "<worker>", "position": "caseworker", "contact": "<phone>"}, **changes,
    }  # fmt: skip


async def a_referral(desk: Desk, *, consented: bool = True, **changes: Any) -> dict[str, Any]:
    """The body of a referral to OWWA that may be sent."""
    client, consent = uuid4(), uuid4()
    if consented:
        await desk.told(consents, consent_given(client, consent, SHARE, recipient_org=changes.get("to_org", "OWWA")))
    entry = changes.pop("entry_id", None) or await an_entry(desk)
    return {
        "centre": CENTRE, "purpose": SHARE, "basis": "CONSENT", "consent_id": str(consent), "client_id": str(client),
        "to_org": "OWWA", "entry_id": entry, "service_code": "LIV", "packet": a_packet(), **changes,
    }  # fmt: skip


async def test_a_referral_from_sending_to_closure(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    path, agency = f"/v1/referrals/{sent['id']}", desk.as_("stf-o1")
    accepted = await agency.post(f"{path}:accept", {"instructions": "bring the passport"}, If_Match='"1"')
    assert [event["type"].split(".")[2] for event in accepted["events"]] == ["referral-acknowledged", "referral-accepted"]
    await agency.post(f"{path}:start", {}, If_Match='"3"')
    await agency.post(f"{path}:deliver", {"result": "FULL", "client_confirmed": True}, If_Match='"4"')
    problem = await agency.refused(f"{path}:decline", {"reason": "NO_CAPACITY"}, 409, "invalid-state", If_Match='"5"')
    assert (problem["state"], problem["allowed"]) == ("DELIVERED", ["Close"])
    await desk.post(f"{path}:close", {"client_told": True}, If_Match='"5"')
    shown = await desk.get(path)
    assert (shown["state"], shown["version"], shown["to_org"], shown["agreement_id"]) == ("CLOSED", 6, "OWWA", "ANT-OWWA-1")
    assert len((await agency.get(f"{path}/events"))["items"]) == 6


async def test_only_the_receiver_answers_and_only_the_sender_closes(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    path = f"/v1/referrals/{sent['id']}"
    for stranger in ("stf-w1", "stf-o2", "stf-s1"):
        await desk.as_(stranger).refused(f"{path}:acknowledge", {}, 404, "not-found", If_Match='"1"')
    await desk.as_("stf-o1").post(f"{path}:decline", {"reason": "NO_CAPACITY"}, If_Match='"1"')
    await desk.as_("stf-o1").refused(f"{path}:close", {"client_told": True}, 404, "not-found", If_Match='"2"')
    await desk.as_("stf-w2").refused(f"{path}:close", {"client_told": True}, 403, "not-assigned", If_Match='"2"')
    await desk.as_("stf-s1").post(f"{path}:close", {"client_told": True}, If_Match='"2"')


async def test_without_consent_nothing_is_shared(desk: Desk) -> None:
    await desk.refused("/v1/referrals", await a_referral(desk, consented=False), 409, "consent-missing")
    body = await a_referral(desk)
    client, consent = UUID(body["client_id"]), UUID(body["consent_id"])
    await desk.told(consents, consent_withdrawn(client, consent, SHARE, "2020-02-01"))
    await desk.refused("/v1/referrals", body, 409, "consent-expired")


async def test_a_consent_for_one_organisation_is_none_for_another(desk: Desk) -> None:
    body = await a_referral(desk)
    entry = await an_entry(desk, "DMW", "LEG")
    await desk.refused("/v1/referrals", body | {"to_org": "DMW", "entry_id": entry, "service_code": "LEG"}, 409, "consent-missing")


async def test_a_supervisor_sends_without_consent_with_a_strong_login(desk: Desk) -> None:
    body = await a_referral(desk, consented=False, override={"reason": "VITAL_INTEREST", "text": "unconscious"})
    body |= {"basis": "VITAL_INTEREST", "consent_id": None}
    await desk.refused("/v1/referrals", body, 409, "approval-needed")
    asked = body | {"requested_by": "stf-w1"}
    await desk.as_("stf-s1").refused("/v1/referrals", asked, 401, "step-up-needed")
    await desk.as_("stf-s1", strong=True).post("/v1/referrals", asked)


async def test_an_agreement_must_be_in_force(desk: Desk) -> None:
    entry = await an_entry(desk, "OWWA", "HEA")
    await desk.refused("/v1/referrals", await a_referral(desk, entry_id=entry, service_code="HEA"), 409, "agreement-missing")


async def test_an_entry_that_nobody_verified_is_not_referable(desk: Desk) -> None:
    entry = await an_entry(desk, verified=False)
    await desk.refused("/v1/referrals", await a_referral(desk, entry_id=entry), 409, "entry-stale")


async def test_what_the_packet_lacks_or_must_not_hold_is_named_and_not_repeated(desk: Desk) -> None:
    body = await a_referral(desk, packet=a_packet(age=None, phone="<phone>"))
    problem = await desk.refused("/v1/referrals", body, 422, "packet-incomplete")
    assert problem["fields"] == ["/packet/age"]
    client, consent = uuid4(), uuid4()
    await desk.told(consents, consent_given(client, consent, SHARE, recipient_org="OWWA", withheld=[{"item": "PHONE", "from_org": "OWWA"}]))
    body |= {"client_id": str(client), "consent_id": str(consent), "packet": a_packet(phone="<phone>")}
    problem = await desk.refused("/v1/referrals", body, 409, "withheld-item")
    assert (problem["purpose"], problem["items"]) == (SHARE, ["PHONE"])


async def test_a_contact_block_keeps_a_client_from_bodies_of_other_states(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # As if OWWA were a consulate: Antique has none.
    monkeypatch.setattr(Region, "barred_by_contact_block", lambda region, org, centre: org == "OWWA")
    body = await a_referral(desk)
    client, consent = UUID(body["client_id"]), uuid4()
    await desk.told(consents, consent_given(client, consent, SHARE, recipient_org="DMW"))
    inland = body | {"to_org": "DMW", "entry_id": await an_entry(desk, "DMW"), "consent_id": str(consent)}
    signed = body | {
        "override": {"reason": "VITAL_INTEREST", "text": "unconscious"}, "requested_by": "stf-w1", "priority": "EMERGENCY",
        "basis": "VITAL_INTEREST", "consent_id": None,
    }  # fmt: skip
    await desk.told(consents, block(client, UUID(int=1), 2, True))
    await desk.refused("/v1/referrals", body, 409, "protection-block")
    await desk.as_("stf-s1", strong=True).refused("/v1/referrals", signed, 409, "protection-block")
    await desk.post("/v1/referrals", inland)
    await desk.told(consents, block(client, UUID(int=1), 3, False))
    await desk.post("/v1/referrals", body)
    await desk.told(consents, last := block(client, UUID(int=2), 4, True))
    await desk.refused("/v1/referrals", body, 409, "protection-block")
    voided = {"event_id": last.event_id, "event_type": "protection-assessed"}
    await desk.told(consents, Fact("t", 0, 0, last.stream, 5, "gabay.casework.entry-voided.v1", str(uuid4()), AT, AT, "", voided))
    await desk.post("/v1/referrals", body)


async def test_a_contact_block_of_a_record_that_was_merged_holds_for_the_one_that_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Region, "barred_by_contact_block", lambda region, org, centre: org == "OWWA")
    body = await a_referral(desk)
    last, middle = uuid4(), uuid4()
    await desk.told(consents, block(last, UUID(int=3), 2, True))
    await desk.told(consents, intake_told("client-retired", last, 3, survivor_id=str(middle)))
    await desk.post("/v1/referrals", body)
    await desk.told(consents, intake_told("client-retired", middle, 3, survivor_id=body["client_id"]))
    await desk.refused("/v1/referrals", body, 409, "protection-block")


def block(client: UUID, assessment: UUID, version: int, blocked: bool) -> Fact:
    """A protection assessment as casework tells it."""
    data = {"ctx": {"centre": CENTRE, "subject_id": str(client)}, "assessment_id": str(assessment), "contact_block": blocked}
    kind = "gabay.casework.protection-assessed.v1"
    return Fact("casework.case.v1", 0, 0, str(uuid4()), version, kind, str(uuid4()), AT, AT, "", data)


async def test_a_referral_that_follows_another_names_one_of_the_same_person(desk: Desk) -> None:
    body = await a_referral(desk)
    first = await desk.post("/v1/referrals", body)
    await desk.as_("stf-o1").post(f"/v1/referrals/{first['id']}:decline", {"reason": "NO_CAPACITY", "redirect_to": "DMW"}, If_Match='"1"')
    await desk.post("/v1/referrals", body | {"previous_referral_id": first["id"]})
    other = await a_referral(desk)
    for stranger in (first["id"], str(uuid4())):
        problem = await desk.refused("/v1/referrals", other | {"previous_referral_id": stranger}, 422, "validation")
        assert problem["errors"] == [{"loc": "/previous_referral_id", "code": "not-allowed-here"}]


async def test_who_may_help_instead_is_somebody_whom_the_region_knows(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    path = f"/v1/referrals/{sent['id']}:decline"
    for strange in ("NOBODY_KNOWN", "OWWA"):
        body = {"reason": "OUTSIDE_MANDATE", "redirect_to": strange}
        problem = await desk.as_("stf-o1").refused(path, body, 422, "validation", If_Match='"1"')
        assert problem["errors"] == [{"loc": "/redirect_to", "code": "not-allowed-here"}]


async def test_the_last_answer_may_turn_out_never_to_have_been_given(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    path, agency = f"/v1/referrals/{sent['id']}", desk.as_("stf-o1")
    accepted = await agency.post(f"{path}:accept", {}, If_Match='"1"')
    delivered = await agency.post(f"{path}:deliver", {"result": "FULL"}, If_Match='"3"')
    event, earlier = delivered["events"][0]["event_id"], accepted["events"][1]["event_id"]
    void = {"purpose": SHARE, "reason": "WRONG_PERSON"}
    for stranger, status in (("stf-o2", 404), ("stf-w1", 404), ("stf-s1", 404), ("stf-r1", 403)):
        answer = await desk.as_(stranger).send("POST", f"{path}/events/{event}:void", void, If_Match='"4"')
        assert answer.status_code == status, answer.text
    problem = await agency.refused(f"{path}/events/{earlier}:void", void, 409, "not-voidable", If_Match='"4"')
    assert problem["rule"] == "last"
    await agency.post(f"{path}/events/{event}:void", void, If_Match='"4"')
    shown = await agency.get(path)
    assert (shown["state"], shown["version"], "Deliver" in shown["allowed"]) == ("ACCEPTED", 5, True)
    assert [item.get("void", False) for item in (await agency.get(f"{path}/events"))["items"]] == [False, False, False, True, False]
    await agency.post(f"{path}:deliver", {"result": "PARTIAL"}, If_Match='"5"')
    await desk.catch_up(board, REFERRAL)
    await desk.catch_up(board, REFERRAL)
    line = next(line for line in (await agency.get("/v1/referrals?limit=200"))["items"] if line["referral_id"] == sent["id"])
    assert (line["state"], line["delivered"]) == ("DELIVERED", "PARTIAL")
    stored = "select data ->> 'event_type' from event where type = 'entry-voided' and stream_id = $1"
    assert await desk.parts.pool.fetchval(stored, UUID(sent["id"])) == "referral-service-delivered"


async def test_a_voided_answer_leaves_the_board(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    path, agency = f"/v1/referrals/{sent['id']}", desk.as_("stf-o1")
    seen = await agency.post(f"{path}:acknowledge", {}, If_Match='"1"')
    await agency.post(
        f"{path}/events/{seen['events'][0]['event_id']}:void", {"purpose": SHARE, "reason": "ENTERED_IN_ERROR"}, If_Match='"2"'
    )
    await desk.catch_up(board, REFERRAL)
    line = next(line for line in (await agency.get("/v1/referrals?limit=200"))["items"] if line["referral_id"] == sent["id"])
    assert (line["state"], line["acknowledged_at"], line["ack_on_time"]) == ("SENT", None, None)


async def test_the_receiver_goes_on_only_while_the_consent_is_in_force(desk: Desk) -> None:
    body = await a_referral(desk)
    sent = await desk.post("/v1/referrals", body)
    path, agency = f"/v1/referrals/{sent['id']}", desk.as_("stf-o1")
    client, consent, newer = UUID(body["client_id"]), UUID(body["consent_id"]), uuid4()
    await desk.told(consents, consent_given(client, newer, SHARE, recipient_org="OWWA", replaces=str(consent), valid_to="2099-01-01"))
    await agency.post(f"{path}:acknowledge", {}, If_Match='"1"')
    assert (await agency.get(f"{path}/packet"))["packet"] != "erased"
    # Known here already; the withdrawal of the referral is still on its way.
    await desk.told(consents, consent_withdrawn(client, newer, SHARE, "2026-03-06"))
    problem = await agency.refused(f"{path}:accept", {}, 409, "consent-expired", If_Match='"2"')
    assert problem["purpose"] == SHARE
    assert (await agency.get(f"{path}/packet"))["packet"] == "erased"
    await agency.post(f"{path}:decline", {"reason": "CLIENT_DECLINED"}, If_Match='"2"')


async def test_a_consent_that_ran_out_by_date_permits_nothing_more(desk: Desk) -> None:
    body = await a_referral(desk)
    client, consent = UUID(body["client_id"]), UUID(body["consent_id"])
    sent = await desk.post("/v1/referrals", body)
    newer = uuid4()
    await desk.told(consents, consent_given(client, newer, SHARE, recipient_org="OWWA", replaces=str(consent), valid_to="2026-03-01"))
    await desk.as_("stf-o1").refused(f"/v1/referrals/{sent['id']}:accept", {}, 409, "consent-expired", If_Match='"1"')


async def test_a_referral_sent_while_its_consent_ended_is_found(desk: Desk) -> None:
    body = await a_referral(desk)
    sent = await desk.post("/v1/referrals", body)
    data = {"ctx": {"centre": CENTRE}, "client_id": body["client_id"], "consent_id": body["consent_id"]}
    told = Fact("t", 0, 0, sent["id"], 1, "gabay.referrals.referral-sent.v1", str(uuid4()), AT, AT, "", data)
    assert await look_ups.without_consent(told, desk.parts.handle) == []
    client, consent, newer = UUID(body["client_id"]), UUID(body["consent_id"]), uuid4()
    await desk.told(consents, consent_given(client, newer, SHARE, recipient_org="OWWA", replaces=str(consent)))
    assert await look_ups.without_consent(told, desk.parts.handle) == []
    await desk.told(consents, consent_withdrawn(client, newer, SHARE, "2026-03-06"))
    assert await look_ups.without_consent(told, desk.parts.handle) == [UnderConsent(UUID(sent["id"]), CENTRE)]


async def test_the_packet_opens_for_the_receiver_alone_and_on_record(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", body := await a_referral(desk))
    path = f"/v1/referrals/{sent['id']}/packet"
    assert (await desk.as_("stf-o1").get(path))["packet"]["reason"] == "wants to open a shop"
    await desk.as_("stf-o2").get(path, 404)
    await desk.as_("stf-s1").get(path, 404)
    rows = await desk.parts.pool.fetch("select actor, classes, action from read_audit where $1 = any(subject_id)", UUID(body["client_id"]))
    assert ("stf-o1", ["packet"], "READ") in [tuple(row) for row in rows]


async def test_a_withdrawn_packet_no_longer_opens(desk: Desk) -> None:
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    path = f"/v1/referrals/{sent['id']}"
    await desk.post(f"{path}:withdraw", {"reason": "CLIENT_WISH"}, If_Match='"1"')
    assert (await desk.as_("stf-o1").get(f"{path}/packet"))["packet"] == "erased"
    told = Fact("t", 0, 0, sent["id"], 2, "gabay.referrals.referral-withdrawn.v1", str(uuid4()), AT, AT, "", {"reason": "CLIENT_WISH"})
    await look_ups.packet_key(told, desk.parts.handle)
    await look_ups.packet_key(told, desk.parts.handle)
    assert (await desk.get(path))["state"] == "WITHDRAWN"


async def test_the_sender_of_a_confidential_referral_sees_its_state_and_not_its_receiver(desk: Desk) -> None:
    client, consent = uuid4(), uuid4()
    await desk.told(consents, consent_given(client, consent, SHARE))
    hidden = {"confidential": True, "packet": a_packet(name=None, case_code="A-17")}
    body = await a_referral(desk, **hidden) | {"client_id": str(client), "consent_id": str(consent)}
    sent = await desk.post("/v1/referrals", body)
    shown = await desk.get(f"/v1/referrals/{sent['id']}")
    assert (shown["service_code"], shown.get("to_org"), shown.get("entry_id")) == ("PSS", None, None)
    assert (await desk.as_("stf-o1").get(f"/v1/referrals/{sent['id']}"))["to_org"] == "OWWA"
    stored = await desk.parts.pool.fetchval("select data::text from event where stream_id = $1", UUID(sent["id"]))
    assert "OWWA" not in stored
    await desk.catch_up(board, REFERRAL)
    for staff, to_org in (("stf-w1", None), ("stf-o1", "OWWA")):
        lines = {line["referral_id"]: line for line in (await desk.as_(staff).get("/v1/referrals?limit=200"))["items"]}
        assert lines[sent["id"]]["to_org"] == to_org


async def test_of_whom_a_confidential_referral_is_only_those_hear_for_whom_such_a_case_exists(desk: Desk) -> None:
    client, consent, case = uuid4(), uuid4(), str(uuid4())
    await desk.told(consents, consent_given(client, consent, SHARE))
    hidden = {"confidential": True, "packet": a_packet(name=None, case_code="A-17"), "case_id": case}
    body = await a_referral(desk, **hidden) | {"client_id": str(client), "consent_id": str(consent)}
    path = f"/v1/referrals/{(await desk.post('/v1/referrals', body))['id']}"
    await desk.catch_up(board, REFERRAL)
    for staff, hears in (("stf-w1", True), ("stf-p1", True), ("stf-o1", True), ("stf-w2", False), ("stf-s1", False)):
        reader = desk.as_(staff)
        shown, [sent] = await reader.get(path), (await reader.get(f"{path}/events"))["items"]
        for told in (shown, sent["data"]):
            assert (str(client) in str(told), case in str(told), str(consent) in str(told)) == (hears, hears, hears), staff
        [line] = [line for line in (await reader.get("/v1/referrals?limit=200"))["items"] if line["referral_id"] == shown["id"]]
        # Who sent it is not on the board.
        assert (line["client_id"], line["case_id"]) == ((str(client), case) if staff in ("stf-p1", "stf-o1") else (None, None)), staff


async def test_the_board_shows_who_kept_which_deadline(desk: Desk) -> None:
    long_ago = {"occurred_at": "2026-03-05T10:15:00+08:00"}
    sent = await desk.post("/v1/referrals", await a_referral(desk))
    late = await a_referral(desk, **long_ago)
    late_one = await desk.post("/v1/referrals", late)
    agency = desk.as_("stf-o1")
    await agency.post(f"/v1/referrals/{sent['id']}:accept", {}, If_Match='"1"')
    await desk.catch_up(board, REFERRAL)
    names = ("board.referral",)
    once = await desk.tables(*names)
    await desk.catch_up(board, REFERRAL)
    assert await desk.tables(*names) == once
    lines = {line["referral_id"]: line for line in (await desk.get("/v1/referrals?limit=200"))["items"]}
    on_time, overdue = lines[sent["id"]], lines[late_one["id"]]
    assert (on_time["state"], on_time["ack_on_time"], on_time["overdue"]) == ("ACCEPTED", True, False)
    assert (overdue["state"], overdue["ack_on_time"]) == ("SENT", None)
    assert overdue["due_ack"] == "2026-03-10T09:00:00.000Z"


async def test_a_page_of_the_board_leads_to_the_next(desk: Desk) -> None:
    for _ in range(3):
        await desk.post("/v1/referrals", await a_referral(desk))
    await desk.catch_up(board, REFERRAL)
    first = await desk.get("/v1/referrals?limit=2&state=SENT")
    second = await desk.get(f"/v1/referrals?limit=2&state=SENT&cursor={first['next']}")
    shown = [line["referral_id"] for page in (first, second) for line in page["items"]]
    assert len(set(shown)) == len(shown) >= 3
    assert (await desk.get(f"/v1/referrals?limit=2&cursor={first['next']}", 400))["code"] == "cursor-invalid"


async def test_the_referrals_under_a_consent_are_found_while_they_run(desk: Desk) -> None:
    body = await a_referral(desk)
    running = await desk.post("/v1/referrals", body)
    ended = await desk.post("/v1/referrals", body)
    await desk.post(f"/v1/referrals/{ended['id']}:withdraw", {"reason": "OTHER_PROVIDER"}, If_Match='"1"')
    data = {"purpose": SHARE, "consent_id": body["consent_id"]}
    fact = Fact("t", 0, 0, body["client_id"], 0, "gabay.intake.consent-withdrawn.v1", str(uuid4()), AT, AT, "", data)
    found = await look_ups.under_consent(fact, desk.parts.handle)
    assert found == [UnderConsent(UUID(running["id"]), CENTRE)]


async def test_referrals_come_in_batches(desk: Desk) -> None:
    items = [{"key": str(uuid4()), "body": await a_referral(desk)} for _ in range(2)]
    items.append({"key": str(uuid4()), "body": await a_referral(desk, consented=False)})
    answer = await desk.post("/v1/referrals:batch", {"items": items})
    assert [item["status"] for item in answer["items"]] == [201, 201, 409]


async def test_an_outside_organisation_refers_to_us_and_our_staff_answer(desk: Desk) -> None:
    body = {
        "centre": CENTRE, "direction": "IN", "from_org": "OWWA", "service_code": "LEG", "packet": a_packet(),
    }  # fmt: skip
    sent = await desk.post("/v1/referrals", body)
    await desk.post(f"/v1/referrals/{sent['id']}:accept", {"client_id": str(uuid4())}, If_Match='"1"')
    assert (await desk.get(f"/v1/referrals/{sent['id']}"))["state"] == "ACCEPTED"
    assert (await desk.get(f"/v1/referrals/{sent['id']}/packet"))["packet"]["age"] == 34


async def test_who_was_linked_by_an_acceptance_that_never_was_leaves_the_board(desk: Desk) -> None:
    sent = await desk.post(
        "/v1/referrals", {"centre": CENTRE, "direction": "IN", "from_org": "OWWA", "service_code": "LEG", "packet": a_packet()}
    )
    path, wrong = f"/v1/referrals/{sent['id']}", str(uuid4())
    accepted = await desk.post(f"{path}:accept", {"client_id": wrong}, If_Match='"1"')
    await desk.catch_up(board, REFERRAL)
    assert await linked(desk, sent["id"]) == wrong
    void = {"purpose": SHARE, "reason": "WRONG_PERSON"}
    await desk.post(f"{path}/events/{accepted['events'][1]['event_id']}:void", void, If_Match='"3"')
    await desk.catch_up(board, REFERRAL)
    assert await linked(desk, sent["id"]) is None


async def linked(desk: Desk, referral: str) -> str | None:
    """The client of a referral, as the list shows it."""
    lines = (await desk.get("/v1/referrals?limit=200"))["items"]
    return next(line["client_id"] for line in lines if line["referral_id"] == referral)


async def test_the_directory_is_searched_by_service_place_age_language_and_free_places(desk: Desk) -> None:
    steward = desk.as_("stf-d1")

    async def made(**changes: Any) -> str:
        service = {"name": "Room", "service_code": "SHE", "status": changes.pop("status", "active"), **changes.pop("service", {})}
        entry = await steward.post("/v1/service-entries", a_listing("PSWDO_ANT", "SHE") | {"service": service, **changes})
        await steward.post(f"/v1/service-entries/{entry['id']}:verify", {}, If_Match='"1"')
        return str(entry["id"])

    province = await made(service_areas=["0600600000"], languages=["krj"], service={"minimum_age": 18})
    town = await made(
        service_areas=["0600613000"], service={"maximum_age": 17}, capacity={"unit": "beds", "free": 0, "as_of": "2026-03-02"}
    )
    anywhere = await made(languages=[], capacity={"unit": "beds", "free": 3, "as_of": "2026-03-02"})
    elsewhere = await made(service_areas=["0504100000"])
    closed = await made(status="temporarily_closed")
    await desk.catch_up(directory, SERVICE_ENTRY)
    names = ("directory.entry",)
    once = await desk.tables(*names)
    await desk.catch_up(directory, SERVICE_ENTRY)
    assert await desk.tables(*names) == once
    everything = {province: "province", town: "town", anywhere: "anywhere", elsewhere: "elsewhere", closed: "closed"}

    async def found(**query: Any) -> set[str]:
        asked = "&".join(f"{name}={value}" for name, value in {"limit": 200, "service_code": "SHE", **query}.items())
        items = (await desk.get("/v1/service-entries?" + asked))["items"]
        return {everything[item["entry_id"]] for item in items}

    assert await found() == {"province", "town", "anywhere", "elsewhere"}
    assert await found(stale="true") == set(everything.values())
    assert await found(place="0600613000") == {"province", "town", "anywhere"}
    assert await found(place="0600600000") == {"province", "anywhere"}
    assert await found(place="0504111000") == {"elsewhere", "anywhere"}
    assert await found(place="0600613000", age=17) == {"town", "anywhere"}
    assert await found(place="0600613000", age=18) == {"province", "anywhere"}
    assert await found(language="krj") == {"province", "anywhere"}
    assert await found(place="0600613000", free="true") == {"province", "anywhere"}
    await steward.post(
        f"/v1/service-entries/{town}:verify", {"capacity": {"unit": "beds", "free": 1, "as_of": "2026-03-03"}}, If_Match='"2"'
    )
    await desk.catch_up(directory, SERVICE_ENTRY)
    assert await found(place="0600613000", free="true") == {"province", "town", "anywhere"}
    assert await found(org="OWWA") == set()


async def test_an_entry_is_stale_on_the_day_after_its_ninetieth(desk: Desk) -> None:
    steward = desk.as_("stf-d1")
    today = desk.parts.local_day(datetime.now(UTC), CENTRE)
    fresh, stale = (
        (await steward.post("/v1/service-entries", a_listing("DMW", "EMP")))["id"],
        (await steward.post("/v1/service-entries", a_listing("DMW", "EMP")))["id"],
    )
    for entry, days in ((fresh, 90), (stale, 91)):
        check = {"verified_on": (today - timedelta(days=days)).isoformat()}
        await steward.post(f"/v1/service-entries/{entry}:verify", check, If_Match='"1"')
    await desk.catch_up(directory, SERVICE_ENTRY)
    shown = {item["entry_id"] for item in (await desk.get("/v1/service-entries?limit=200&service_code=EMP"))["items"]}
    assert (fresh in shown, stale in shown) == (True, False)


async def test_the_directory_shows_what_was_verified(desk: Desk) -> None:
    fresh, stale = await an_entry(desk), await an_entry(desk, verified=False)
    steward = desk.as_("stf-d1")
    await desk.refused("/v1/service-entries", a_listing(), 403, "forbidden")
    await desk.as_("stf-o2").refused("/v1/service-entries", a_listing(), 404, "not-found")
    other = {name: value for name, value in a_listing().items() if name != "centre"} | {"languages": ["fil", "hil"]}
    answer = await steward.send("PUT", f"/v1/service-entries/{fresh}", other, If_Match='"2"')
    assert answer.status_code == 200, answer.text
    gone = await an_entry(desk)
    await steward.post(f"/v1/service-entries/{gone}:retire", {"reason": "CLOSED"}, If_Match='"2"')
    await desk.catch_up(directory, SERVICE_ENTRY)
    names = ("directory.entry",)
    once = await desk.tables(*names)
    await desk.catch_up(directory, SERVICE_ENTRY)
    assert await desk.tables(*names) == once
    listed = {entry["entry_id"]: entry for entry in (await desk.get("/v1/service-entries?limit=200"))["items"]}
    assert listed[fresh]["languages"] == ["fil", "hil"]
    assert not {stale, gone} & listed.keys()
    everything = {entry["entry_id"] for entry in (await desk.get("/v1/service-entries?limit=200&stale=true"))["items"]}
    assert stale in everything
    assert (await desk.get(f"/v1/service-entries/{fresh}"))["verified_on"]
