"""Problems: the printed table is the one that runs, and nothing of a request comes back."""

import re
from uuid import uuid4

import asyncpg
import pytest
from starlette.exceptions import HTTPException

from shared.errors import PROBLEMS, Conflict, Hole, InProgress, Mismatch, OutOfScope, Rejected, Stale, Unavailable, Unreadable
from shared.http.problems import document, language, problem_of
from shared.http.wording import LANGUAGES, say
from shared.settings import ROOT
from tests.unit.http.kit import Service, count, note, running, token

CANARY = "Kanaryo-Dela-Cruz"


def printed() -> dict[str, int]:
    """Code -> status, as docs/reference/problems.md says."""
    found: dict[str, int] = {}
    for line in (ROOT / "docs/reference/problems.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| `"):
            continue
        codes, statuses = re.findall(r"`([a-z-]+)`", cells[0]), [int(s) for s in re.findall(r"\d{3}", cells[1])]
        found.update(zip(codes, statuses if len(statuses) == len(codes) else statuses * len(codes), strict=True))
    return found


def test_every_problem_is_printed_with_its_status() -> None:
    assert {code: kind.status for code, kind in PROBLEMS.items()} == printed()


def test_every_problem_has_a_title_in_three_languages() -> None:
    for kind in PROBLEMS.values():
        assert len({say(kind.title, each) for each in LANGUAGES}) > 1, f"{kind.title} is not translated"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "en"),
        ("fr-CA, en;q=0.5", "fr"),
        ("tl", "fil"),
        ("fil-PH;q=0.9, fr;q=0.8", "fil"),
        ("de, *;q=0.1", "en"),
        ("en;q=x, fr", "fr"),
    ],
)
def test_the_title_speaks_the_language_asked_for(accept: str | None, chosen: str) -> None:
    assert language(accept) == chosen


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (Rejected("invalid-state", "x", state="OPEN"), "invalid-state", 409),
        (OutOfScope(), "not-found", 404),
        (Stale(uuid4(), 3, 5), "stale-version", 412),
        (Conflict(uuid4(), 5), "concurrent-write", 409),
        (Mismatch("x"), "idempotency-mismatch", 422),
        (Unavailable("Postgres"), "unavailable", 503),
        (caused(Unavailable("Postgres"), asyncpg.DiskFullError("x")), "storage-full", 507),
        (caused(Unavailable("Postgres"), asyncpg.LockNotAvailableError("x")), "unavailable", 503),
        (caused(InProgress(), asyncpg.LockNotAvailableError("x")), "idempotency-in-progress", 409),
        (asyncpg.LockNotAvailableError("x"), "unavailable", 503),
        (caused(Unavailable("Postgres"), OSError("x")), "unavailable", 503),
        (Unreadable("x"), "internal", 500),
        (Hole("c", "s", 1, 3), "internal", 500),
        (asyncpg.DiskFullError("x"), "storage-full", 507),
        (asyncpg.TooManyConnectionsError("x"), "unavailable", 503),
        (asyncpg.ConnectionDoesNotExistError("x"), "unavailable", 503),
        (asyncpg.InterfaceError("x"), "unavailable", 503),
        (asyncpg.UniqueViolationError("x"), "internal", 500),
        (TimeoutError(), "unavailable", 503),
        (HTTPException(404), "not-found", 404),
        (HTTPException(405), "method-not-allowed", 405),
        (ValueError(CANARY), "internal", 500),
        (Rejected("no-such-code"), "internal", 500),
    ],
)
def test_every_failure_has_its_problem(error: Exception, code: str, status: int) -> None:
    problem = problem_of(error)
    assert (problem.code, problem.status) == (code, status)
    shown = document(problem, "0" * 32)
    assert shown["type"] == f"urn:gabay:problem:{code}"
    assert CANARY not in str(shown)


async def every_error(service: Service) -> dict[str, tuple[int, str]]:
    """One request for each error path, each full of the canary; label -> (status, answer with headers)."""
    person, post = service.person("reception"), service.post
    identity = (made := count())["local_id"]
    await post("/v1/counters", made, person)
    notes, close = f"/v1/counters/{identity}/notes", f"/v1/counters/{identity}:close"
    odd = {"x-note": CANARY, "user-agent": CANARY}
    answers = {
        "unknown member": await post("/v1/counters", count(**{CANARY: CANARY}), person),
        "unknown member inside": await post("/v1/counters", count(names=[{"given": "a", CANARY: 1}]), person),
        "unknown code": await post("/v1/counters", count(topics=[CANARY]), person),
        "wrong type": await post("/v1/counters", count(names=[{"given": 1, "age": CANARY}]), person),
        "missing": await post("/v1/counters", {CANARY: CANARY}, person),
        "bad centre": await post("/v1/counters", count(centre=CANARY), person),
        "bad time": await post("/v1/counters", count(occurred_at=CANARY), person),
        "not an object": await post("/v1/counters", [CANARY], person),
        "syntax": await post("/v1/counters", f'{{"{CANARY}"'.encode(), person),
        "duplicate key": await post("/v1/counters", f'{{"{CANARY}":1,"{CANARY}":2}}'.encode(), person),
        "key": await post("/v1/counters", count(), person, key=CANARY),
        "if-match": await post(notes, note(), person, if_match=CANARY),
        "media type": await post("/v1/counters", count(), person, content_type=f"text/{CANARY}"),
        "encoding": await post("/v1/counters", count(), person, content_encoding=CANARY),
        "query": await post(f"/v1/counters?{CANARY}={CANARY}", count(), person),
        "query of a read": await service.get(f"/v1/counters?limit={CANARY}&{CANARY}=1", person),
        "purpose": await service.get(f"/v1/counters/{identity}", person, gabay_purpose=CANARY),
        "token": await service.get("/v1/counters", CANARY),
        "scheme": await service.client.get("/v1/counters", headers={"authorization": CANARY}),
        "path": await service.client.get(f"/v1/{CANARY}"),
        "method": await service.client.request(CANARY.upper().replace("-", ""), "/v1/counters"),
        "no such stream": await post(f"/v1/counters/{uuid4()}/notes", note(CANARY), person, if_match="*", **odd),
        "rule": await post(notes, note("refuse"), person, if_match="*"),
        "unforeseen": await post(notes, note("explode"), person, if_match="*", **odd),
        "stale": await post(close, note(CANARY), person, if_match='"9"'),
        "no version": await post(close, note(CANARY), person, if_match="*"),
        "unaudited": await post("/v1/counters/search", {"name": "forgetful"}, person, gabay_purpose="OVERSIGHT"),
        "list": await service.client.get(f"/v1/codes/{CANARY}"),
        "batch": await post(
            "/v1/counters:batch",
            {"items": [{"key": CANARY, "body": {}}, {"key": str(uuid4()), "path": CANARY, "body": {}},
                       {"key": str(uuid4()), "recorded_by": CANARY, "body": count()}, {CANARY: 1}, CANARY,
                       {"key": str(uuid4()), "if_match": CANARY, "body": count()}, {"key": str(uuid4()), "body": count(x=CANARY)}]},
            person,
        ),
        "batch envelope": await post("/v1/counters:batch", {"items": [], CANARY: 1}, person),
        "device time": await post("/v1/counters:batch", {"items": [1]}, person, gabay_device_time=CANARY),
        "receipts": await post("/v1/receipts", {"route": CANARY, "keys": [CANARY]}, person),
    }  # fmt: skip
    return {label: (answer.status_code, f"{answer.headers} {answer.text}") for label, answer in answers.items()}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_of_a_refused_request_comes_back_or_is_logged(language: str, capfd: pytest.CaptureFixture[str]) -> None:
    async with running(log_level="info") as service:
        service.client.headers["accept-language"] = language
        answers = await every_error(service)
    assert [label for label, (_, text) in answers.items() if CANARY.lower() in text.lower()] == []
    assert {label: status for label, (status, _) in answers.items() if status < 400} == {"batch": 200}
    captured = capfd.readouterr()
    assert CANARY.lower() not in (captured.out + captured.err).lower()


async def test_an_unforeseen_failure_tells_nothing() -> None:
    async with running() as service:
        answers = await every_error(service)
    assert answers["unforeseen"][0] == 500
    assert "RuntimeError" not in answers["unforeseen"][1]
    assert answers["unaudited"][0] == 500


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"topics": ["XXX"]}, [{"loc": "/topics/0", "code": "unknown-code", "list": "/v1/codes/Topic"}]),
        ({"extra": 1}, [{"loc": "", "code": "unknown-member"}]),
        ({"names": [{"given": "a", "extra": 1}]}, [{"loc": "/names/0", "code": "unknown-member"}]),
        ({"names": [{}]}, [{"loc": "/names/0/given", "code": "missing"}]),
        ({"names": "a"}, [{"loc": "/names", "code": "wrong-type"}]),
        ({"centre": "nowhere"}, [{"loc": "/centre", "code": "bad-format"}]),
        ({"local_id": "x"}, [{"loc": "/local_id", "code": "bad-format"}]),
        ({"local_id": "0199a1f4-7d02-1c1b-8a41-5e2b7f90c3aa"}, [{"loc": "/local_id", "code": "bad-format"}]),
        ({"occurred_at": "2026-03-02T09:40:00"}, [{"loc": "/occurred_at", "code": "bad-format"}]),
        ({"purpose": "FUN"}, [{"loc": "/purpose", "code": "unknown-code", "list": "/v1/codes/Purpose"}]),
        ({"basis": 3}, [{"loc": "/basis", "code": "wrong-type"}]),
    ],
)
async def test_a_violation_names_field_and_rule(body: dict[str, object], errors: list[dict[str, str]]) -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(**body), service.person("reception"), accept_language="fr")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"] == errors
    assert answer.json()["title"] == say(PROBLEMS["validation"].title, "fr")
    assert answer.json()["trace"] == answer.headers["gabay-trace"]


async def test_a_time_more_than_five_minutes_ahead_is_refused() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(occurred_at="2999-01-01T00:00:00Z"), service.person("reception"))
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["fields"]) == ("date-in-future", ["/occurred_at"])


async def test_a_refused_token_says_how_to_come_in() -> None:
    async with running() as service:
        answer = await service.get("/v1/counters", token(iss="https://elsewhere.example"))
    assert answer.headers["www-authenticate"] == 'Bearer realm="gabay", error="invalid_token"'
