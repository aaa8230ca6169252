"""Builders of assistance: consular requests, returns, searches, protection matters."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.casework.assistance.commands import (
    AssessProtection,
    BestInterests,
    ChildSeparation,
    MeasureReintegration,
    ProgressConsular,
    ProgressReturn,
    ProgressTracing,
    Safety,
    Trafficking,
)
from services.casework.basis import Consent, Warrant
from shared.codes import (
    CareArrangement,
    ConsularDocument,
    ConsularStage,
    ProtectionMatter,
    Relation,
    ReturnStage,
    Separation,
    TracingOutcome,
    TracingStage,
    TraffickingDecider,
    TraffickingStatus,
)
from shared.contracts.casework.assistance import SoughtNames
from tests.unit.casework.cases import CASES, TODAY, ground
from tests.unit.kit import Given, given

REQUEST, RETURN, SEARCH, SOUGHT, MATTER = (UUID(int=n) for n in range(70, 75))


def warrant(consent: Consent = Consent.ACTIVE, **changes: Any) -> Warrant:
    return Warrant(today=changes.pop("today", TODAY), consent=consent, **changes)


def asking(stage: ConsularStage = ConsularStage.PREPARED, **changes: Any) -> ProgressConsular:
    first: dict[str, Any] = {"document": ConsularDocument.PASSPORT, "mission": "HND"} if stage is ConsularStage.PREPARED else {}
    return ProgressConsular(**{"request_id": REQUEST, "stage": stage, "on": TODAY, "warrant": warrant(), **first, **changes})


def going(stage: ReturnStage = ReturnStage.REQUESTED, **changes: Any) -> ProgressReturn:
    """A step with all that it asks for."""
    first: dict[str, Any] = {"from_country": "KWT", "to_country": "PHL"} if stage is ReturnStage.REQUESTED else {}
    whole = {
        "country_information": True, "alternatives": True, "reflected": True, "declaration_ref": "folder 7", "guardian": True,
        "fit_to_travel": True, "escort": False, "document_held": True, "wish_confirmed": True,
    }  # fmt: skip
    return ProgressReturn(**{"return_id": RETURN, "stage": stage, "on": TODAY, "warrant": warrant(), **whole, **first, **changes})


def measuring(**changes: Any) -> MeasureReintegration:
    scores = {"economic": "0.5", "social": "0.6", "psychosocial": "0.7", "composite": "0.6"}
    return MeasureReintegration(
        **{"return_id": RETURN, "tool_version": "RSS-1", "months_since_return": 6, "ground": ground(), **scores, **changes}
    )


def searching(stage: TracingStage = TracingStage.OPEN, **changes: Any) -> ProgressTracing:
    first: dict[str, Any] = {}
    if stage is TracingStage.OPEN:
        first = {"sought_id": SOUGHT, "relation": Relation.PARENT, "names": SoughtNames(given="Ana")}
    if stage is TracingStage.CLOSED:
        first = {"outcome": TracingOutcome.UNSUCCESSFUL}
    known = {"tracing_id": SEARCH, "stage": stage, "on": TODAY, "warrant": warrant(), "sought_agrees": True}
    return ProgressTracing(**{**known, **first, **changes})


def protecting(matter: ProtectionMatter = ProtectionMatter.GBV, **changes: Any) -> AssessProtection:
    parts: dict[ProtectionMatter, dict[str, Any]] = {
        ProtectionMatter.TRAFFICKING: {
            "trafficking": Trafficking(status=TraffickingStatus.PossibleVictimOfTrafficking, decider=TraffickingDecider.NGO)
        },
        ProtectionMatter.CHILD_SEPARATION: {
            "child_separation": ChildSeparation(
                separation=Separation.UNACCOMPANIED, care=CareArrangement.NONE, guardian=False, tracing_wanted=True
            )
        },
        ProtectionMatter.BEST_INTERESTS: {"best_interests": BestInterests(kind="BIA")},  # type: ignore[arg-type]
    }
    known = {"assessment_id": MATTER, "matter": matter, "account": "told once", "on": TODAY, "ground": ground(), "safety": Safety()}
    return AssessProtection(**{**known, **parts.get(matter, {}), **changes})


def after(before: Sequence[Any], *commands: Any) -> Given:
    """What stands after commands that are all accepted."""
    now = given(CASES, *before)
    for command in commands:
        now = now.when(command).after()
    return now


def day(n: int) -> date:
    return date(2026, 3, n)
