"""A read over HTTP: for a purpose, on record before it is shown."""

from uuid import UUID, uuid4

import pytest

from tests.unit.http.kit import Service, count, running


async def made(service: Service, person: str) -> str:
    body = count()
    assert (await service.post("/v1/counters", body, person)).status_code == 201
    return str(body["local_id"])


async def test_what_shows_a_person_is_on_record_with_purpose_and_fields() -> None:
    async with running() as service:
        person = service.person("reception")
        identity = await made(service, person)
        answer = await service.get(f"/v1/counters/{identity}", person, gabay_purpose="CASE_MANAGEMENT")
        row = service.audit.rows[0]
    assert (answer.status_code, answer.headers["etag"], answer.headers["vary"]) == (200, '"1"', "Authorization, Accept-Language")
    assert (row.action, row.purpose, row.actor, row.role, row.centre) == (
        "READ", "CASE_MANAGEMENT", "stf-reception", "reception", "PH-ANT-01",
    )  # fmt: skip
    assert (row.subject_id, row.classes, row.fields) == ([UUID(identity)], ["identity"], ["notes"])
    assert row.trace_id == answer.headers["gabay-trace"]


async def test_without_its_row_in_the_access_log_nothing_is_shown() -> None:
    async with running() as service:
        person = service.person("reception")
        identity = await made(service, person)
        service.audit.broken = True
        shown = await service.get(f"/v1/counters/{identity}", person, gabay_purpose="CASE_MANAGEMENT")
        searched = await service.post("/v1/counters/search", {"name": "x"}, person, gabay_purpose="CASE_MANAGEMENT")
    assert (shown.status_code, shown.json()["code"]) == (503, "audit-unavailable")
    assert (searched.status_code, searched.json()["code"]) == (503, "audit-unavailable")
    assert "notes" not in shown.text


async def test_a_read_that_forgets_the_access_log_shows_nothing() -> None:
    async with running() as service:
        person = service.person("reception")
        answer = await service.post("/v1/counters/search", {"name": "forgetful"}, person, gabay_purpose="CASE_MANAGEMENT")
    assert answer.status_code == 500
    assert "forgetful" not in answer.text


@pytest.mark.parametrize(("purpose", "code"), [(None, "purpose-needed"), ("CURIOSITY", "malformed-request")])
async def test_a_read_says_for_what(purpose: str | None, code: str) -> None:
    async with running() as service:
        headers = {"gabay_purpose": purpose} if purpose else {}
        answer = await service.get(f"/v1/counters/{uuid4()}", service.person("reception"), **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_what_is_cached_and_unchanged_is_not_sent_again() -> None:
    async with running() as service:
        person = service.person("reception")
        identity = await made(service, person)
        same = await service.get(f"/v1/counters/{identity}", person, gabay_purpose="OVERSIGHT", if_none_match='"1"')
        other = await service.get(f"/v1/counters/{identity}", person, gabay_purpose="OVERSIGHT", if_none_match='"2"')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
    assert other.status_code == 200


async def test_absent_and_foreign_read_the_same_and_both_are_on_record() -> None:
    async with running() as service:
        identity = await made(service, service.person("reception"))
        stranger = service.person("caseworker", centre="PH-MAS-01")
        answers = [await service.get(f"/v1/counters/{i}", stranger, gabay_purpose="OVERSIGHT") for i in (identity, uuid4())]
        rows = service.audit.rows
    foreign, absent = ({**answer.json(), "trace": ""} for answer in answers)
    assert foreign == absent
    assert [(row.action, row.decision) for row in rows] == [("DENIED", "not-found")] * 2
    assert rows[0].subject_id == [UUID(identity)]


@pytest.mark.parametrize("query", ["limit=abc", "limit=1&limit=2", "unknown=1", "limit", "limit=%ff", "%00=1", "a=1&" * 60])
async def test_an_unreadable_query_is_refused(query: str) -> None:
    async with running() as service:
        answer = await service.get(f"/v1/counters?{query}", service.person("reception"))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_a_readable_query_arrives_as_its_types() -> None:
    async with running() as service:
        answer = await service.get("/v1/counters?limit=7&centre=PH-ANT-01", service.person("reception"))
    assert answer.json()["limit"] == 7


async def test_a_doubled_header_that_decides_something_is_refused() -> None:
    async with running() as service:
        person = service.person("reception")
        headers = [("authorization", f"Bearer {person}"), ("authorization", f"Bearer {person}")]
        answer = await service.client.get("/v1/counters", headers=headers)
    assert (answer.status_code, answer.json()["where"]) == (400, "authorization")


async def test_code_lists_are_public_and_translated() -> None:
    async with running() as service:
        english = await service.client.get("/v1/codes/Sex")
        filipino = await service.client.get("/v1/codes/Sex", headers={"accept-language": "fil"})
        again = await service.client.get("/v1/codes/Sex", headers={"if-none-match": english.headers["etag"]})
    assert english.headers["cache-control"] == "public, max-age=300"
    assert {item["code"] for item in english.json()["items"]} >= {"F", "M"}
    assert english.text != filipino.text
    assert again.status_code == 304


async def test_probes_ask_for_no_token() -> None:
    async with running() as service:
        live, ready = await service.client.get("/health/live"), await service.client.get("/health/ready")
        service.app.state.runtime.stopping = True
        stopping = await service.client.get("/health/ready")
    assert (live.status_code, ready.status_code, stopping.status_code) == (200, 200, 503)


async def test_ready_names_the_part_that_is_away_and_nothing_of_why() -> None:
    async def away() -> None:
        raise OSError("secret address")

    async with running() as service:
        service.app.state.checks = {"database": away}
        answer = await service.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "waiting", "missing": ["database"]})
