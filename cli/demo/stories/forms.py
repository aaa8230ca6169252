"""What every story fills in: a registration with its consents, a screening, the grounds of later commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.demo.stories.stage import Stage

Body = dict[str, Any]


def ground(consent_id: str, purpose: str = "CASE_MANAGEMENT") -> Body:
    """On which consent a command rests."""
    return {"purpose": purpose, "basis": "CONSENT", "consent_id": consent_id}


def screening(
    stage: Stage, *factors: tuple[str, str, int], urgent: bool = False, risk: str = "MEDIUM", priority: str | None = None
) -> Body:
    """factors: (level, code, severity), each a risk."""
    return {
        "screening_id": stage.id(), "tool": "DOMV", "tool_version": "1", "urgent": urgent, "risk_level": risk,
        "priority": priority or ("URGENT" if urgent else "NORMAL"),
        "factors": [{"level": level, "code": code, "polarity": "RISK", "severity": severity} for level, code, severity in factors],
    }  # fmt: skip


def registration(
    stage: Stage,
    *,
    client: str,
    management: str,
    names: Mapping[str, str],
    profile: Mapping[str, Any],
    born: str,
    language: str = "spa",
    consents: Sequence[Body] = (),
    open_case: bool = False,
    given: Mapping[str, Any] | None = None,
    **more: Any,
) -> Body:
    """Body of `POST /v1/clients`. given: how the consent to case management was given, if not by an adult in writing."""
    return {
        "centre": stage.centre, **ground(management), "local_id": client, "registered_on": stage.today, "channel": "WALK_IN",
        "open_case": open_case,
        "identity": {"names": dict(names), "birth_date": born, "languages": [language], "interpreter": False},
        "profile": {"sex": "F", "nationality": ["HND"], "residence_country": "HND", **profile},
        "consents": [stage.consent("CASE_MANAGEMENT", management, **(given or {})), *consents],
        **more,
    }  # fmt: skip


def need(need_id: str, code: str, priority: str = "NORMAL") -> Body:
    return {"need_id": need_id, "code": code, "priority": priority}


def service(stage: Stage, code: str, *, unit: str = "SESSION", qty: str = "1", **more: Any) -> Body:
    """A service given today."""
    return {
        "service_code": code, "unit": unit, "qty": qty, "cost_band": "B1", "mode": "IN_PERSON", "delivered_on": stage.today,
        "result": "DONE", **more,
    }  # fmt: skip
