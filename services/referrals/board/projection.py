"""The board: every referral with its state, its deadlines and whether each was kept."""

from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.privacy.classes import PACKET

# The packet is opened for one code: the receiver of a confidential referral must find it, and the open part must not tell.
board = Projection("referrals.board", version=4, topics=[REFERRAL.topic], opens=[PACKET], forgets=["referral"])


@board.on("gabay.referrals.referral-sent.v1")
def sent(fact: Fact) -> Op:
    data, packet = fact.data, fact.open(PACKET)
    to_org = packet["to_org"] if isinstance(packet, dict) else data.get("to_org")
    return Op(
        "send",
        (
            fact.stream, fact.ctx["centre"], data["direction"], data.get("client_id"), data.get("case_id"), data["from_org"],
            to_org, data["service_code"], data["sub_committee"], data["priority"], data["confidential"], data["due_ack"],
            data["due_service"], fact.occurred_at, fact.recorded_at,
        ),
    )  # fmt: skip


@board.on("gabay.referrals.referral-acknowledged.v1")
def acknowledged(fact: Fact) -> Op:
    return Op("acknowledge", (fact.stream, fact.version, fact.data["at"]))


@board.on("gabay.referrals.referral-accepted.v1")
def accepted(fact: Fact) -> Op:
    return Op("accept", (fact.stream, fact.version, fact.data["at"], fact.data.get("client_id")))


@board.on("gabay.referrals.referral-service-started.v1")
def started(fact: Fact) -> Op:
    return _move(fact, "IN_SERVICE")


@board.on("gabay.referrals.referral-service-delivered.v1")
def delivered(fact: Fact) -> Op:
    return Op("deliver", (fact.stream, fact.version, fact.data["at"], fact.data["result"]))


@board.on("gabay.referrals.referral-declined.v1")
def declined(fact: Fact) -> Op:
    return _move(fact, "DECLINED")


@board.on("gabay.referrals.referral-lapsed.v1")
def lapsed(fact: Fact) -> Op:
    return _move(fact, "LAPSED", fact.data.get("escalated_to"))


@board.on("gabay.referrals.referral-withdrawn.v1")
def withdrawn(fact: Fact) -> Op:
    return _move(fact, "WITHDRAWN")


@board.on("gabay.referrals.referral-closed.v1")
def closed(fact: Fact) -> Op:
    return Op("close", (fact.stream, fact.version, fact.data["result"]))


@board.on("gabay.referrals.referral-copy-expired.v1")
def copy_expired(fact: Fact) -> Op:
    return Op("expire", (fact.stream, fact.version))


@board.on("gabay.referrals.entry-voided.v1")
def voided(fact: Fact) -> Op:
    return Op("void", (fact.stream, fact.version, fact.data["event_type"]))


def _move(fact: Fact, state: str, escalated_to: str | None = None) -> Op:
    return Op("move", (fact.stream, fact.version, state, escalated_to))
