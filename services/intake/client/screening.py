"""What a client is asked by closed questions: vulnerability (domain chapter, section 9) and functioning (section 12)."""

from datetime import date
from typing import cast
from uuid import UUID

from services.intake.client.commands import AssessFunctioning
from services.intake.client.forms import ScreeningForm
from services.intake.client.rules import age_on, misfit, plain, same
from services.intake.client.state import State
from shared.codes import DOMV_LEVEL, ClientType, Functioning, Polarity
from shared.contracts.intake.client import ClientEvent
from shared.contracts.intake.functioning import FunctioningAssessed, FunctioningRecord
from shared.contracts.intake.person import Identity
from shared.contracts.intake.screening import Screening, ScreeningRecord, VulnerabilityScreened
from shared.errors import Rejected

PROPOSES_URGENT = frozenset({ClientType.VOT, ClientType.UASC, ClientType.STRANDED})
SEVERE = 3
ASKED_FROM = 5
"""Age from which the short set applies (Washington Group)."""

DISABLED = frozenset({Functioning.A_LOT, Functioning.CANNOT})


def screen(form: ScreeningForm, state: State, at: str = "") -> list[ClientEvent]:
    """A screening adds. The software proposes urgency; the worker confirms it, or writes why not."""
    wrong = [n for n, factor in enumerate(form.factors) if DOMV_LEVEL[factor.code] is not factor.level]
    if wrong:
        raise misfit(*((f"{at}/factors/{n}/code", "not-allowed-here") for n in wrong))
    severe = any(f.polarity is Polarity.RISK and f.severity >= SEVERE for f in form.factors)
    types = state.identity.profile.client_types if isinstance(state.identity, Identity) else ()
    overruled = (severe or not PROPOSES_URGENT.isdisjoint(types)) and not form.urgent
    if overruled and form.overrule_reason is None:
        raise misfit((f"{at}/overrule_reason", "missing"))
    screened = VulnerabilityScreened(
        screening_id=cast(UUID, form.screening_id),
        tool=form.tool,
        tool_version=form.tool_version,
        urgent=form.urgent,
        priority=form.priority,
        proposal_overruled=overruled,
        identity=plain(ScreeningRecord, form),
        profile=plain(Screening, form) if state.statistics else None,
    )
    known = state.screenings.get(screened.screening_id)
    if known is None:
        return [screened]
    if same(known, screened):
        return []
    raise Rejected("already-exists", "A new screening has an id of its own.")


def assess(command: AssessFunctioning, state: State) -> list[ClientEvent]:
    """The six answers; who is younger than five is not asked. A later assessment takes the earlier one's place."""
    if not _old_enough(state, command.today):
        raise misfit(("/answers", "not-allowed-here"))
    record = FunctioningRecord(answers=command.answers, disabled=not DISABLED.isdisjoint(command.answers.values()))
    assessed = FunctioningAssessed(tool_version=command.tool_version, identity=record, profile=record if state.statistics else None)
    return [] if state.functioning is not None and same(state.functioning, assessed) else [assessed]


def _old_enough(state: State, on: date) -> bool:
    """Unknown age: the worker judges."""
    years = age_on(state, on)
    return years is None or years >= ASKED_FROM
