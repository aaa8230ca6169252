"""What a centre app sends: registrations and encounters with ids of their own, as the bytes of HTTP requests.

Names are syllables put together: as many different ones as a region has, none of a person.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bench.corpus import Corpus
from bench.load import request

CENTRE = "HN-EP-01"
POINT = "Las Manos"
DAY = "2026-03-02"

_BEGIN = ("Ka", "Lu", "Ma", "Ro", "Sa", "Te", "Vi", "Yo", "Be", "Di", "Fe", "Go", "Hi", "Jo", "Ne", "Pa")
_MIDDLE = ("la", "ri", "no", "sa", "ti", "mu", "de", "ga", "lo", "vi", "ran", "len", "mar", "sin", "tal", "bel")
_END = ("na", "do", "ya", "ros", "lez", "ma", "ngo", "tan", "var", "cio", "ra", "lin", "mo", "pez", "sa", "ti")

INFORMED = {
    "purpose": True, "uses": True, "research_use": True, "right_to_request": True, "storage_period": True,
    "how_to_withdraw": True,
}  # fmt: skip


def headers(token: str, key: str = "") -> dict[str, str]:
    told = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return told | {"idempotency-key": key} if key else told


def registrations(corpus: Corpus, number: int, token: str) -> list[bytes]:
    """`POST /v1/clients`: a named person with telephone, document and address, two consents: three events."""
    return [request("POST", "/v1/clients", headers(token, str(corpus.id7())), orjson.dumps(registration(corpus))) for _ in range(number)]


def registration(corpus: Corpus) -> dict[str, object]:
    """The body of one registration."""
    draw = corpus.draw
    client, management, statistics = (str(corpus.id7()) for _ in range(3))
    return {
        "local_id": client, "centre": CENTRE, "occurred_at": f"{DAY}T15:00:00Z", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
        "consent_id": management, "registered_on": DAY, "channel": "WALK_IN", "open_case": False,
        "identity": {
            "names": {"given": name(corpus), "family": name(corpus)},
            "birth_date": f"{draw.randint(1950, 2005)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
            "phones": [f"+63{draw.randint(10**9, 10**10 - 1)}"],
            "documents": [{"type": "PASSPORT", "number": f"P{draw.randint(10**6, 10**7 - 1)}", "country": "PHL"}],
            "languages": ["spa"], "interpreter": False, "address": {"lines": "a street and a number, by the market", "permanent": True},
        },
        "profile": {
            "client_types": ["TRANSIT"], "sex": draw.choice("MF"), "nationality": [draw.choice(("VEN", "CUB", "HTI", "ECU", "COL"))],
            "residence_country": "VEN", "education": "HIGH_SCHOOL_GRADUATE", "activity": "UNEMPLOYED",
        },
        "consents": [consent(management, "CASE_MANAGEMENT"), consent(statistics, "STATISTICS")],
    }  # fmt: skip


def consent(consent_id: str, purpose: str, **more: str) -> dict[str, object]:
    """One answer to a question for consent."""
    return {
        "consent_id": consent_id, "purpose": purpose, "given_by": "SELF", "form": "EXPLICIT", "method": "WRITTEN", "language": "spa",
        "interpreter": False, "notice_version": "2026-1", "assent": "NOT_NEEDED", "valid_from": DAY, "informed": INFORMED, **more,
    }  # fmt: skip


def encounters(corpus: Corpus, number: int, token: str) -> list[bytes]:
    """`POST /v1/encounters`: one anonymous contact: one event."""
    return [request("POST", "/v1/encounters", headers(token, str(corpus.id7())), orjson.dumps(encounter(corpus))) for _ in range(number)]


def encounter_batch(corpus: Corpus, size: int, token: str) -> bytes:
    """`POST /v1/encounters:batch`."""
    items = [{"key": str(corpus.id7()), "body": encounter(corpus)} for _ in range(size)]
    return batch(items, token, "/v1/encounters:batch")


def encounter(corpus: Corpus) -> dict[str, object]:
    return {
        "local_id": str(corpus.id7()), "centre": CENTRE, "occurred_at": f"{DAY}T15:00:00Z", "purpose": "CASE_MANAGEMENT",
        "channel": "WALK_IN", "topics": ["REI", "LIV"], "minutes": 10, "immediate_need": False, "info_given": True,
    }  # fmt: skip


def arrival(corpus: Corpus, *, day: str = DAY, sex: str | None = None, nationality: str = "VEN") -> dict[str, object]:
    """One item of `POST /v1/clients:batch` as on a migration route: a card code, two consents, an arrival: four events."""
    management, statistics, episode = (str(corpus.id7()) for _ in range(3))
    body = {
        "local_id": str(corpus.id7()), "centre": CENTRE, "occurred_at": f"{day}T15:00:00Z", "purpose": "CASE_MANAGEMENT",
        "basis": "CONSENT", "consent_id": management, "registered_on": day, "channel": "WALK_IN", "open_case": False,
        "identity": {"card_code": f"B{corpus.draw.getrandbits(60):015X}", "age_class": "ADULT", "languages": ["spa"], "interpreter": False},
        "profile": {
            "client_types": ["TRANSIT"], "sex": sex or corpus.draw.choice("MF"), "nationality": [nationality],
            "residence_country": nationality,
        },
        "consents": [consent(management, "CASE_MANAGEMENT"), consent(statistics, "STATISTICS")],
        "transit_arrival": {"episode_id": episode, "point": POINT, "date": day[:7], "group_size": 1},
    }  # fmt: skip
    return {"key": str(corpus.id7()), "body": body}


def batch(items: Sequence[object], token: str, path: str = "/v1/clients:batch") -> bytes:
    return request("POST", path, headers(token), orjson.dumps({"items": items}))


def batches(corpus: Corpus, number: int, size: int, token: str) -> list[bytes]:
    """`POST /v1/clients:batch` of `size` arrivals each."""
    return [batch([arrival(corpus) for _ in range(size)], token) for _ in range(number)]


def name(corpus: Corpus) -> str:
    return "".join(corpus.draw.choice(part) for part in (_BEGIN, _MIDDLE, _MIDDLE, _END))
