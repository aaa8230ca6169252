"""A command over HTTP: once, in the caller's scope, at the version they saw."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from shared.http.authorise import Grant, Subject
from shared.http.command import Answer, Call, CommandRouter
from tests.unit.http.kit import CENTRE, DECIDER, CountBody, Counted, Service, count, note, running, token


async def made(service: Service, person: str, **body: object) -> str:
    answer = await service.post("/v1/counters", body := count(**body), person)
    assert answer.status_code == 201, answer.text
    return str(body["local_id"])


async def test_a_creation_answers_with_place_and_version() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", body := count(), service.person("reception"))
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/counters/{body['local_id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["ratelimit-policy"] == '"write";q=100000;w=60'
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"id", "version", "recorded_at", "events", "search_hits"}
    assert answer.json()["recorded_at"].endswith("Z")
    assert answer.json()["events"][0]["type"] == "gabay.intake.counted.v1"


async def test_without_a_local_id_a_repeated_creation_finds_its_first() -> None:
    async with running() as service:
        person, key, body = service.person("reception"), str(uuid4()), count(local_id=None)
        first = await service.post("/v1/counters", body, person, key=key)
        second = await service.post("/v1/counters", body, person, key=key)
    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


async def test_the_same_key_a_hundred_times_at_once_is_one_fact_and_a_hundred_equal_answers() -> None:
    async with running() as service:
        person, key, body = service.person("reception"), str(uuid4()), count()
        answers = await asyncio.gather(*(service.post("/v1/counters", body, person, key=key) for _ in range(100)))
        facts = await service.store.load(UUID(answers[0].json()["id"]))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(facts) == 1


async def test_the_same_key_with_another_body_is_refused_also_while_the_first_runs() -> None:
    async with running() as service:
        person, key = service.person("reception"), str(uuid4())
        both = await asyncio.gather(
            service.post("/v1/counters", count(local_id=None), person, key=key),
            service.post("/v1/counters", count(local_id=None, topics=["LIV"]), person, key=key),
        )
        later = await service.post("/v1/counters", count(local_id=None, topics=["EDU"]), person, key=key)
    assert [answer.status_code for answer in both] == [201, 422]
    assert later.json()["code"] == both[1].json()["code"] == "idempotency-mismatch"


async def test_a_refused_command_is_decided_afresh_under_the_same_key() -> None:
    async with running() as service:
        person, key = service.person("reception"), str(uuid4())
        identity = await made(service, person)
        first = await service.post(f"/v1/counters/{identity}/notes", note("refuse"), person, key=key, if_match="*")
        again = await service.post(f"/v1/counters/{identity}/notes", note("fine"), person, key=key, if_match="*")
    assert (first.status_code, first.json()["state"], first.json()["allowed"]) == (409, "OPEN", ["CLOSED"])
    assert again.status_code == 200


async def test_those_who_waited_for_a_refused_command_hear_its_refusal() -> None:
    async with running() as service:
        person, key = service.person("reception"), str(uuid4())
        identity = await made(service, person)
        path = f"/v1/counters/{identity}/notes"
        answers = await asyncio.gather(*(service.post(path, note("refuse"), person, key=key, if_match="*") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {409}


async def test_what_is_so_already_is_no_event() -> None:
    async with running() as service:
        person = service.person("reception")
        identity = await made(service, person)
        for _ in range(2):
            answer = await service.post(f"/v1/counters/{identity}/notes", note("a"), person, if_match="*")
    assert answer.status_code == 200
    assert answer.headers["gabay-effect"] == "none"
    assert (answer.json()["version"], answer.json()["events"]) == (2, [])


async def test_two_people_who_make_the_same_thing_make_it_once() -> None:
    async with running() as service:
        body = count()
        first = await service.post("/v1/counters", body, service.person("reception"))
        second = await service.post("/v1/counters", body, service.person("caseworker"))
        other = await service.post("/v1/counters", {**body, "topics": ["LIV"]}, service.person("caseworker"))
    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 409)
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json()["id"] == second.json()["id"]
    assert (other.json()["code"], other.json()["version"], other.headers["etag"]) == ("already-exists", 1, '"1"')


@pytest.mark.parametrize(("route", "if_match", "status"), [
    ("notes", None, 428), ("notes", "*", 200), ("notes", '"1"', 200), ("notes", '"4"', 412),
    ("close", None, 428), ("close", "*", 428), ("close", '"1"', 200), ("close", '"4"', 412),
])  # fmt: skip
async def test_the_version_seen_decides(route: str, if_match: str | None, status: int) -> None:
    async with running() as service:
        person = service.person("reception")
        identity = await made(service, person)
        path = f"/v1/counters/{identity}" + ("/notes" if route == "notes" else ":close")
        answer = await service.post(path, note(), person, if_match=if_match or "-")
    assert answer.status_code == status
    if status in (412, 428):
        assert answer.headers["etag"] == '"1"'
    if status == 412:
        assert (answer.json()["base_version"], answer.json()["current_version"]) == (4, 1)


async def test_a_retry_never_hears_that_its_own_event_made_it_stale() -> None:
    async with running() as service:
        person, key = service.person("reception"), str(uuid4())
        identity = await made(service, person)
        answers = [
            await service.post(f"/v1/counters/{identity}:close", note(), person, key=key, if_match=seen) for seen in ('"1"', '"1"', "-")
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()


@pytest.mark.parametrize("if_match", ['"1"', '"7"', "*", "-"])
async def test_a_foreign_record_and_none_at_all_answer_alike(if_match: str) -> None:
    async with running() as service:
        identity = await made(service, service.person("reception"))
        stranger = service.person("caseworker", centre="PH-MAS-01")
        answers = [await service.post(f"/v1/counters/{i}:close", note(), stranger, if_match=if_match) for i in (identity, uuid4())]
        assert [row.action for row in service.audit.rows] == ["DENIED", "DENIED"]
    shown = [{**answer.json(), "trace": ""} for answer in answers]
    assert shown[0] == shown[1]
    assert (shown[0]["status"], shown[0]["code"]) == (404, "not-found")
    assert "etag" not in answers[0].headers


async def test_a_creation_in_another_centre_is_out_of_scope() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(centre="PH-MAS-01"), service.person("reception"))
    assert answer.status_code == 404


async def test_a_role_without_the_function_is_told_so_before_its_body_is_read() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", b"{", service.person("statistician", centre=None))
        assert [(row.action, row.decision) for row in service.audit.rows] == [("DENIED", "forbidden")]
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_token_without_the_scope_is_told_which() -> None:
    async with running() as service:
        service.person("reception")
        answer = await service.post("/v1/counters", count(), token(sub="stf-reception", scope="gabay:read openid"))
    assert (answer.status_code, answer.json()["code"], answer.json()["scope"]) == (403, "scope-insufficient", "gabay:write")


async def test_a_device_hands_in_batches_only() -> None:
    async with running() as service:
        service.grants.devices["tab-1"] = CENTRE
        answer = await service.post("/v1/counters", count(), token(sub="svc", gabay_device="tab-1"))
    assert answer.status_code == 403


@pytest.mark.parametrize("key", ["-", "nonsense", "bca28479-3e06-4e48-af00-ea615edef04"])
async def test_a_command_needs_a_key(key: str) -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(), service.person("reception"), idempotency_key=key)
    assert answer.json()["code"] == ("idempotency-key-missing" if key == "-" else "idempotency-key-invalid")


async def test_what_anybody_may_send_needs_a_key_as_well_with_a_login_or_without_and_the_document_says_so() -> None:
    made = CommandRouter("feedback")

    @made.command("POST", "/v1/feedback", body=CountBody, action="feedback.give", concurrency="creation", public=True)
    async def give_feedback(call: Call, body: CountBody) -> Answer:
        """Say how it was."""
        return await call.run(DECIDER, None, Counted(centre=body.centre))

    async with running(routers=[made]) as service:
        answers = []
        for login in ("-", f"Bearer {service.person('reception')}"):
            keyless = await service.post("/v1/feedback", count(), "", authorization=login, idempotency_key="-")
            body, key = count(), str(uuid4())
            twice = [await service.post("/v1/feedback", body, "", authorization=login, key=key) for _ in range(2)]
            answers.append((keyless.json()["code"], *(answer.status_code for answer in twice), twice[1].headers["idempotency-replayed"]))
        parameters = (await service.client.get("/v1/openapi.json")).json()["paths"]["/v1/feedback"]["post"]["parameters"]
    assert answers == [("idempotency-key-missing", 201, 201, "true")] * 2
    assert [each["required"] for each in parameters if each["name"] == "Idempotency-Key"] == [True]


@pytest.mark.parametrize(("kind", "status"), [
    ("application/json", 201), ("application/json; charset=utf-8", 201), ('application/json;charset="UTF-8"', 201),
    ("application/json; charset=latin-1", 415), ("text/plain", 415), ("-", 415), ("application/jsonx", 415),
])  # fmt: skip
async def test_only_json_in_utf8_is_read(kind: str, status: int) -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(), service.person("reception"), content_type=kind)
    assert answer.status_code == status


async def test_whoever_signs_is_not_who_asked() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(requested_by="stf-reception"), service.person("reception"))
    assert (answer.status_code, answer.json()["code"]) == (403, "same-person-signoff")


async def test_a_body_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    async with running(body_bytes=2_048) as service:
        person, body = service.person("reception"), count()
        raw = json.dumps(body).encode()
        fits = await service.post("/v1/counters", raw + b" " * (2_048 - len(raw)), person)
        over = await service.post("/v1/counters", raw + b" " * (2_049 - len(raw)), person)
    assert (fits.status_code, over.status_code) == (201, 413)
    assert (over.json()["code"], over.json()["limit"]) == ("body-too-large", 2_048)


async def test_too_many_requests_are_told_when_to_come_back() -> None:
    async with running(rate_limits="write=2/minute") as service:
        person = service.person("reception")
        answers = [await service.post("/v1/counters", count(), person) for _ in range(3)]
        another = await service.post("/v1/counters", count(), service.person("caseworker"))
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert another.status_code == 201


async def test_failed_tokens_are_limited_by_address_and_good_ones_are_not() -> None:
    async with running() as service:
        person = service.person("reception")
        answers = [await service.get("/v1/counters", "a.b.c") for _ in range(21)]
        good = await service.get("/v1/counters", person)
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert good.status_code == 200


def test_an_operation_without_an_action_of_the_matrix_is_not_built() -> None:
    async def nothing(call: Call, body: CountBody) -> Answer:
        return Answer(204)

    declare = CommandRouter("x").command("POST", "/v1/x", body=CountBody, action="client.dance", concurrency="creation")
    with pytest.raises(ValueError, match=r"client\.dance"):
        declare(nothing)


async def test_a_member_of_staff_without_grants_may_nothing() -> None:
    async with running() as service:
        service.grants.people["stf-x"] = Subject("stf-x", (Grant("warden", CENTRE),))
        answer = await service.post("/v1/counters", count(), token(sub="stf-x"))
        stranger = await service.post("/v1/counters", count(), token(sub="unknown"))
    assert (answer.status_code, stranger.status_code) == (403, 403)


async def test_other_methods_hear_which_are_offered() -> None:
    async with running() as service:
        wrong = await service.client.put("/v1/counters")
        asked = await service.client.options("/v1/counters")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+14:00", "1899-12-31T23:59:59Z"])
async def test_a_time_before_all_records_is_out_of_range(told: str) -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(occurred_at=told), service.person("reception"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"loc": "/occurred_at", "code": "out-of-range"}]
