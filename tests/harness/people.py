"""Builders of registrations, as a centre app would send them; every part may be given instead."""

from __future__ import annotations

import os
import random
import time
from typing import Any
from uuid import UUID

CENTRE = "HN-EP-01"
POINT = "Las Manos"
INFORMED = {
    "purpose": True, "uses": True, "research_use": True, "right_to_request": True, "storage_period": True, "how_to_withdraw": True,
}  # fmt: skip


def new_id(draw: random.Random | None = None) -> str:
    """A UUID of version 7; from a seeded draw the same one again."""
    data = draw.randbytes(10) if draw else os.urandom(10)
    stamp = int(time.time() * 1000) if draw is None else 1_700_000_000_000 + draw.randrange(10**10)
    value = (stamp << 80) | int.from_bytes(data)
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(3 << 62) | (2 << 62)
    return str(UUID(int=value))


def a_consent(purpose: str, consent_id: str | None = None, day: str = "2026-01-05", **more: Any) -> dict[str, Any]:
    """A written consent of an adult."""
    return {
        "consent_id": consent_id or new_id(), "purpose": purpose, "given_by": "SELF", "form": "EXPLICIT", "method": "WRITTEN",
        "language": "spa", "interpreter": False, "notice_version": "2026-1", "assent": "NOT_NEEDED", "valid_from": day,
        "informed": INFORMED, **more,
    }  # fmt: skip


def a_registration(
    *,
    centre: str = CENTRE,
    day: str = "2026-01-05",
    sex: str = "F",
    nationality: str = "HND",
    statistics: bool = True,
    arrival: bool = True,
    open_case: bool = False,
    identity: dict[str, Any] | None = None,
    local_id: str | None = None,
    consent_id: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Body of `POST /v1/clients`: an adult with consent to case management (and to statistics), seen on the way."""
    management = consent_id or new_id()
    body: dict[str, Any] = {
        "centre": centre,
        "occurred_at": f"{day}T15:00:00Z",
        "purpose": "CASE_MANAGEMENT",
        "basis": "CONSENT",
        "consent_id": management,
        "registered_on": day,
        "channel": "WALK_IN",
        "open_case": open_case,
        "identity": {"age_class": "ADULT", "languages": ["spa"], "interpreter": False} | (identity or {"card_code": f"T-{new_id()[-12:]}"}),
        "profile": {"client_types": ["TRANSIT"], "sex": sex, "nationality": [nationality], "residence_country": nationality},
        "consents": [a_consent("CASE_MANAGEMENT", management, day)] + ([a_consent("STATISTICS", day=day)] if statistics else []),
    }
    if local_id:
        body["local_id"] = local_id
    if open_case:
        body["case_request"] = {"priority": "NORMAL", "confidential": False, "sub_committee": "PSS"}
    if arrival:
        body["transit_arrival"] = {"episode_id": new_id(), "point": POINT, "date": day[:7], "group_size": 1}
    return body | more
