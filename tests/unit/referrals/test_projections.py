"""The read models and reactions of referrals: what they write, and the same when applied twice."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from services.referrals.board.projection import board
from services.referrals.consents.projection import consents
from services.referrals.directory.projection import directory
from services.referrals.reactions import UnderConsent, reactions
from services.referrals.referral.commands import Withdraw
from shared.codes import WithdrawReason
from shared.contracts.referrals.referral import REFERRAL
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.privacy.classes import PACKET
from tests.unit.referrals.referrals import CASE, CENTRE, CLIENT, CONSENT
from tests.unit.referrals.referrals import REFERRAL as ID
from tests.unit.referrals.test_directory import LISTED

AT = "2026-03-06T02:00:00.000Z"


def fact(type: str, stream: UUID = ID, opened: Any = None, **data: Any) -> Fact:
    ctx = {"centre": CENTRE, "actor": "stf-w1", "role": "caseworker", "purpose": "SHARE_FOR_SERVICE", "requested_by": "stf-w2"}
    told = {PACKET: opened} if opened else {}
    return Fact("t", 0, 0, str(stream), 1, type, str(UUID(int=9)), AT, AT, "", {"ctx": ctx, **data}, opened=told)


def apply(projection: Projection, one: Fact) -> list[Op]:
    def once() -> list[Op]:
        found = projection.handlers[one.type](one)
        return [] if found is None else [found] if isinstance(found, Op) else list(found)

    first = once()
    assert once() == first
    return first


@pytest.mark.parametrize(("projection", "aggregate"), [(board, REFERRAL), (directory, SERVICE_ENTRY)])
def test_a_read_model_follows_every_fact_of_its_aggregate(projection: Projection, aggregate: Any) -> None:
    assert set(projection.handlers) == {aggregate.ce_type(name) for name in aggregate.events}


def sent(**data: Any) -> Fact:
    return fact(
        "gabay.referrals.referral-sent.v1",
        **{
            "direction": "OUT", "from_org": "ANT_PG", "service_code": "PSS", "sub_committee": "PSS", "priority": "NORMAL",
            "confidential": True, "due_ack": AT, "due_service": AT, **data,
        },
    )  # fmt: skip


def test_the_board_knows_the_receiver_that_only_the_packet_tells() -> None:
    [op] = apply(board, sent(opened={"to_org": "PSWDO_ANT"}))
    assert op[1][6] == "PSWDO_ANT"


def test_a_packet_that_no_longer_opens_leaves_the_receiver_out() -> None:
    [op] = apply(board, sent(sealed={"packet": "blob"}))
    assert op[1][6] is None


def test_a_consent_is_kept_with_what_it_withholds_from_whom() -> None:
    withheld = [{"item": "PHONE", "from_org": "OWWA"}, {"item": "ADDRESS"}]
    data = {"consent_id": str(CONSENT), "valid_from": "2026-03-05", "valid_to": "2028-03-05", "recipient_org": "OWWA"}
    given = fact("gabay.intake.consent-given.v1", CLIENT, purpose="SHARE_FOR_SERVICE", withheld=withheld, **data)
    assert apply(consents, given) == [Op("give", (str(CLIENT), str(CONSENT), "OWWA", "PHONE@OWWA ADDRESS@", "2028-03-05", None, 1))]
    assert apply(consents, fact("gabay.intake.consent-given.v1", CLIENT, purpose="STATISTICS", **data)) == []


def test_a_merge_lets_rest_what_may_not_be_shared_with_one_of_the_two() -> None:
    narrowed = [{"purpose": "SHARE_FOR_SERVICE", "recipient_org": "OWWA"}, {"purpose": "STATISTICS"}]
    pair = {"survivor_id": str(CLIENT), "retired_id": str(UUID(int=55)), "narrowed": narrowed}
    merged = fact("gabay.intake.client-records-merged.v1", CLIENT, **pair)
    assert apply(consents, merged) == [Op("narrow", (str(CLIENT), str(UUID(int=55)), "OWWA", merged.version))]


def test_an_entry_is_kept_as_listed() -> None:
    listed = fact("gabay.referrals.service-entry-listed.v1", **LISTED.model_dump(mode="json", exclude_none=True))
    [op] = apply(directory, listed)
    assert op[0] == "list"
    assert orjson.loads(op[1][10])["organization"]["name"] == "OWWA regional office"
    assert "ctx" not in orjson.loads(op[1][10])


class NoLookUps:
    async def under_consent(self, fact: Fact, handle: Any) -> list[UnderConsent]: ...  # type: ignore[empty-body]
    async def without_consent(self, fact: Fact, handle: Any) -> list[UnderConsent]: ...  # type: ignore[empty-body]
    async def of_erased(self, fact: Fact, handle: Any) -> list[UnderConsent]: ...  # type: ignore[empty-body]
    async def packet_key(self, fact: Fact, handle: Any) -> None: ...


def test_a_consent_that_was_replaced_is_not_withdrawn() -> None:
    data = {"consent_id": str(UUID(int=77)), "valid_from": "2026-03-05", "recipient_org": "OWWA", "replaces": str(CONSENT)}
    given = fact("gabay.intake.consent-given.v1", CLIENT, purpose="SHARE_FOR_SERVICE", **data)
    assert apply(consents, given)[1] == Op("end", (str(CLIENT), str(CONSENT), "2026-03-05", False))
    withdrawn = fact(
        "gabay.intake.consent-withdrawn.v1", CLIENT, purpose="SHARE_FOR_SERVICE", consent_id=str(CONSENT), effective="2026-03-09"
    )
    assert apply(consents, withdrawn) == [Op("end", (str(CLIENT), str(CONSENT), "2026-03-09", True))]


def test_a_contact_block_is_kept_by_client_and_void_with_its_assessment() -> None:
    assessed = fact("gabay.casework.protection-assessed.v1", CASE, assessment_id=str(UUID(int=8)), contact_block=True)
    assert apply(consents, assessed) == []  # of nobody known
    assessed.data["ctx"]["subject_id"] = str(CLIENT)
    assert apply(consents, assessed) == [Op("assess", (assessed.event_id, str(CLIENT), str(CASE), str(UUID(int=8)), 1, True))]
    voided = fact("gabay.casework.entry-voided.v1", CASE, event_id=assessed.event_id, event_type="protection-assessed")
    assert apply(consents, voided) == [Op("void", (assessed.event_id,))]
    assert [op[0] for op in apply(consents, fact("gabay.intake.client-erased.v1", CLIENT))] == ["forget", "unblock"]


@pytest.mark.parametrize("told", ["gabay.intake.consent-withdrawn.v1", "gabay.referrals.referral-sent.v1"])
def test_whichever_is_looked_at_last_finds_the_other(told: str) -> None:
    [rule] = [rule for rule in reactions(NoLookUps()).rules[told] if rule.name == "R5"]  # type: ignore[arg-type]
    one = fact(told, ID, purpose="SHARE_FOR_SERVICE", consent_id=str(CONSENT))
    [wish] = list(rule.react(one, [UnderConsent(ID, CENTRE)]))  # type: ignore[arg-type]
    assert wish.command == Withdraw(at=wish.command.at, reason=WithdrawReason.CONSENT_WITHDRAWN)
    assert list(rule.react(one, [])) == []  # type: ignore[arg-type]


def test_each_referral_under_a_withdrawn_consent_is_withdrawn() -> None:
    [rule] = reactions(NoLookUps()).rules["gabay.intake.consent-withdrawn.v1"]
    end = fact("gabay.intake.consent-withdrawn.v1", CLIENT, purpose="SHARE_FOR_SERVICE", consent_id=str(CONSENT))
    first, second = list(rule.react(end, [UnderConsent(ID, CENTRE), UnderConsent(UUID(int=99), "PH-ANT-02")]))  # type: ignore[arg-type]
    assert isinstance(first.command, Withdraw)
    assert first.command.reason is WithdrawReason.CONSENT_WITHDRAWN
    assert (first.ctx.actor, first.ctx.requested_by, second.ctx.centre) == ("system", None, "PH-ANT-02")
    assert rule.command_id(end.event_id, first.item) != rule.command_id(end.event_id, second.item)


def test_each_running_referral_of_somebody_erased_is_withdrawn() -> None:
    [rule] = reactions(NoLookUps()).rules["gabay.intake.client-erased.v1"]
    end = fact("gabay.intake.client-erased.v1", CLIENT, request_id=str(CONSENT), basis="SUBJECT_REQUEST", aliases=[])
    [wish] = list(rule.react(end, [UnderConsent(ID, CENTRE)]))  # type: ignore[arg-type]
    assert isinstance(wish.command, Withdraw)
    assert wish.command.reason is WithdrawReason.ERASURE
