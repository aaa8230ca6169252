"""Builders of commands and facts with good defaults. Names here are made up."""

from datetime import date
from typing import Any
from uuid import UUID

from services.intake.client.commands import GiveConsent, Ground, RegisterClient, WithdrawConsent
from services.intake.client.decisions import CLIENT
from services.intake.client.forms import (
    ArrivalForm,
    ConsentAnswer,
    DepartureForm,
    IntentionForm,
    ReturnForm,
    ScreeningForm,
)
from shared.codes import (
    Assent,
    Channel,
    ClientType,
    ConsentEnd,
    ConsentForm,
    ConsentMethod,
    Documented,
    DomvFactor,
    DomvLevel,
    EncounterChannel,
    GivenBy,
    HireType,
    LandSea,
    LegalBasis,
    MigrationReason,
    Polarity,
    Priority,
    Purpose,
    ReturnReason,
    RiskLevel,
    Sex,
    Voluntary,
)
from shared.contracts.intake.consent import Informed
from shared.contracts.intake.person import Facts, Names, Person
from shared.contracts.intake.screening import Factor
from shared.eventsourcing.event import Event

TODAY = date(2026, 3, 2)
C1 = UUID("0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11")
N1, N2, N3, N4 = (UUID(f"0199a1f4-9000-7000-8000-00000000000{n}") for n in range(1, 5))
E1, E2, S1 = (UUID(f"0199a1f4-9000-7000-8000-0000000000a{n}") for n in range(1, 4))
KEY, OTHER_KEY = (UUID(f"0199a1f4-9000-7000-8000-0000000000b{n}") for n in range(1, 3))
CONSENTED = Ground(basis=LegalBasis.CONSENT, consent_id=N1)
ALL_TOLD = Informed.model_construct(**dict.fromkeys(Informed.model_fields, True))


def a_person(**changes: Any) -> Person:
    members = {"names": Names(given="Maria", family="dela Cruz"), "birth_date": date(1991, 6, 14), "phones": ("+639170000001",)}
    return Person(**{**members, **changes})


def some_facts(**changes: Any) -> Facts:
    members = {"client_types": (ClientType.RETURNEE,), "sex": Sex.F, "nationality": ("PHL",), "residence_country": "PHL"}
    return Facts(**{**members, **changes})


def an_answer(consent_id: UUID | None = N1, purpose: Purpose = Purpose.CASE_MANAGEMENT, **changes: Any) -> ConsentAnswer:
    members = {
        "given_by": GivenBy.SELF, "form": ConsentForm.EXPLICIT, "method": ConsentMethod.WRITTEN, "language": "krj",
        "notice_version": "2026-1", "informed": ALL_TOLD, "assent": Assent.NOT_NEEDED, "valid_from": TODAY,
    }  # fmt: skip
    return ConsentAnswer(consent_id=consent_id, purpose=purpose, **{**members, **changes})


def statistics(consent_id: UUID = N2, **changes: Any) -> ConsentAnswer:
    return an_answer(consent_id, Purpose.STATISTICS, **changes)


def register(**changes: Any) -> RegisterClient:
    members: dict[str, Any] = {
        "today": TODAY, "ground": CONSENTED, "registered_on": TODAY, "channel": EncounterChannel.WALK_IN, "person": a_person(),
        "facts": some_facts(), "profile_key": KEY, "consents": (an_answer(),),
    }  # fmt: skip
    return RegisterClient(**{**members, **changes})


def registered(**changes: Any) -> list[Event]:
    """The facts of a registered client, by default with the consent to case management only."""
    return CLIENT.decide(register(**changes), CLIENT.initial)


def counted(**changes: Any) -> list[Event]:
    """The facts of a registered client who consented to statistics too."""
    return registered(consents=(an_answer(), statistics()), **changes)


def give(answer: ConsentAnswer, *, today: date = TODAY, profile_key: UUID = OTHER_KEY, key_there: UUID | None = KEY) -> GiveConsent:
    return GiveConsent(today=today, answer=answer, profile_key=profile_key, key_there=key_there)


def withdraw(consent_id: UUID, **changes: Any) -> WithdrawConsent:
    members: dict[str, Any] = {"today": TODAY, "reason": ConsentEnd.CLIENT_WISH, "effective": TODAY}
    return WithdrawConsent(consent_id=consent_id, **{**members, **changes})


def an_intention(episode_id: UUID = E1, **changes: Any) -> IntentionForm:
    members = {"destination": "KWT", "channel": Channel.LICENSED_AGENCY, "reason": MigrationReason.WORK}
    return IntentionForm(episode_id=episode_id, **{**members, **changes})


def a_departure(episode_id: UUID = E1, **changes: Any) -> DepartureForm:
    members = {
        "date": "2024-12-20", "destination": "KWT", "documented": Documented.YES, "land_sea": LandSea.LAND,
        "hire_type": HireType.NEW, "channel": Channel.LICENSED_AGENCY, "employer": "An employer",
    }  # fmt: skip
    return DepartureForm(episode_id=episode_id, **{**members, **changes})


def a_return(episode_id: UUID = E1, **changes: Any) -> ReturnForm:
    members = {
        "date": "2026-02-20", "from_": "KWT", "reason": ReturnReason.EMPLOYER_CLOSED, "voluntary": Voluntary.UNCLEAR,
        "distressed": False, "months_abroad": 14,
    }  # fmt: skip
    return ReturnForm(episode_id=episode_id, **{**members, **changes})


def an_arrival(episode_id: UUID = E2, **changes: Any) -> ArrivalForm:
    members = {"point": "SAN-JOSE-PORT", "date": "2026-03-01", "group_size": 1}
    return ArrivalForm(episode_id=episode_id, **{**members, **changes})


def a_factor(severity: int = 2, **changes: Any) -> Factor:
    members = {"level": DomvLevel.HOUSEHOLD, "code": DomvFactor.INCOME, "polarity": Polarity.RISK, "severity": severity}
    return Factor(**{**members, **changes})


def a_screening(screening_id: UUID = S1, **changes: Any) -> ScreeningForm:
    members = {
        "tool": "DOMV", "tool_version": "1", "urgent": False, "priority": Priority.NORMAL, "factors": (a_factor(),),
        "risk_level": RiskLevel.MEDIUM,
    }  # fmt: skip
    return ScreeningForm(screening_id=screening_id, **{**members, **changes})
