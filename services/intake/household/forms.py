"""Bodies of the requests about a household."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.codes import UnlinkReason
from shared.codes.valid import Day
from shared.contracts.intake.household import HouseholdEconomics, MemberRecord
from shared.http.bodies import EXAMPLE_CONSENT, EXAMPLE_ID, CommandBody, NewId, example
from shared.privacy.member import member

GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": EXAMPLE_CONSENT, "declared_by": EXAMPLE_ID}


class LinkMemberBody(CommandBody, MemberRecord):
    """Somebody whom a client declares as family. The first member starts the household, under the id of the path."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True) | example(
        {
            **GROUND, "member_id": "0199a300-0000-7001-8000-00000000bb31", "from": "2019-04-20", "names": {"given": "<given names>"},
            "relation": "SPOUSE", "abroad": True, "country": "SAU", "departed": "2024-02", "lives_with": False,
        }
    )  # fmt: skip

    declared_by: Annotated[UUID, member("The client who says so.")]
    member_id: Annotated[NewId | None, member("Id that your app drew for the member; a client's own id if they are one.")] = None
    from_: Annotated[Day, Field(alias="from"), member("Since when; not in the future.")]


class UnlinkMemberBody(CommandBody):
    """Why somebody is no longer a member, and until when they were."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "to": "2026-03-01", "reason": "LEFT"})

    to: Annotated[Day, member("Last day; not in the future.")]
    reason: Annotated[UnlinkReason, member("Why.")]


class HouseholdEconomicsBody(CommandBody, HouseholdEconomics):
    """What a household lives on, as one of its clients says."""

    model_config = example({**GROUND, "remittance_band": "R3", "size": 5, "earners": 1})

    declared_by: Annotated[UUID, member("The client who says so: one who declared a member, or is one.")]
