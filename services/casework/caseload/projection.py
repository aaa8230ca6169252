"""Who works on what: the cases of a centre, and the timeline of each, with the answers to its referrals."""

from collections.abc import Iterable
from typing import Any

import orjson

from shared.codes import C4_CASE_TYPES
from shared.contracts.casework.case import CASE
from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.privacy.classes import NARRATIVE

# The narrative is opened for one bit: an assessment may make a case confidential, and the open part must not tell.
caseload = Projection("casework.caseload", version=1, topics=[CASE.topic, REFERRAL.topic], opens=[NARRATIVE])


def step(fact: Fact, **told: Any) -> Op:
    """One line of a case's timeline: open codes and ids only."""
    return Op("step", (fact.stream, fact.stream, fact.version, _name(fact), fact.occurred_at, fact.ctx["actor"], _json(told)))


@caseload.on("gabay.casework.case-opened.v1")
def opened(fact: Fact) -> Iterable[Op]:
    data = fact.data
    return [
        Op(
            "open",
            (
                fact.stream, data["client_id"], fact.ctx["centre"], data["case_kind"], data["priority"], data["source"],
                data["sub_committee"], fact.occurred_at, fact.recorded_at,
            ),
        ),
        step(fact, source=data["source"]),
    ]  # fmt: skip


@caseload.on("gabay.casework.case-assigned.v1")
def assigned(fact: Fact) -> Iterable[Op]:
    return [Op("assign", (fact.stream, fact.data["worker"])), step(fact, worker=fact.data["worker"])]


@caseload.on("gabay.casework.needs-assessed.v1")
def assessed(fact: Fact) -> Iterable[Op]:
    told = fact.open(NARRATIVE)
    hidden = isinstance(told, dict) and told["case_type"] in C4_CASE_TYPES
    return [Op("assess", (fact.stream, hidden)), step(fact, needs=fact.data["needs"])]


@caseload.on("gabay.casework.case-plan-proposed.v1")
def proposed(fact: Fact) -> Iterable[Op]:
    return [Op("move", (fact.stream, "PLAN_PROPOSED")), step(fact, plan_no=fact.data["plan_no"])]


@caseload.on("gabay.casework.case-plan-reviewed.v1")
def reviewed(fact: Fact) -> Iterable[Op]:
    line = step(fact, plan_no=fact.data["plan_no"], decision=fact.data["decision"])
    return [Op("move", (fact.stream, "ASSESSED")), line] if fact.data["decision"] == "RETURNED" else [line]


@caseload.on("gabay.casework.case-plan-agreed.v1")
def agreed(fact: Fact) -> Iterable[Op]:
    return [Op("move", (fact.stream, "PLAN_AGREED")), step(fact, plan_no=fact.data["plan_no"])]


@caseload.on("gabay.casework.plan-action-recorded.v1")
def moved(fact: Fact) -> Op:
    data = fact.data
    return step(fact, action_id=data["action_id"], status=data["status"], referral_id=data.get("referral_id"))


@caseload.on("gabay.casework.service-delivered.v1")
def delivered(fact: Fact) -> Op:
    data = fact.data
    return step(fact, service_id=data["service_id"], service_code=data["service_code"], delivered_on=data["delivered_on"])


@caseload.on("gabay.casework.follow-up-scheduled.v1", "gabay.casework.follow-up-recorded.v1")
def followed_up(fact: Fact) -> Op:
    return step(fact, type=fact.data["type"], due=fact.data["due"], contact=fact.data.get("contact"))


@caseload.on("gabay.casework.case-note-recorded.v1")
def noted(fact: Fact) -> Op:
    return step(fact, kind=fact.data["kind"])


@caseload.on("gabay.casework.case-review-required.v1")
def to_review(fact: Fact) -> Iterable[Op]:
    return [Op("review", (fact.stream, fact.data["due"])), step(fact, cause=fact.data["cause"], due=fact.data["due"])]


@caseload.on("gabay.casework.case-closed.v1")
def closed(fact: Fact) -> Iterable[Op]:
    return [Op("close", (fact.stream, fact.data["closed_on"])), step(fact, closed_on=fact.data["closed_on"])]


@caseload.on("gabay.casework.case-reopened.v1")
def reopened(fact: Fact) -> Iterable[Op]:
    return [Op("reopen", (fact.stream,)), step(fact)]


@caseload.on("gabay.referrals.referral-sent.v1")
def referred(fact: Fact) -> Iterable[Op] | None:
    data = fact.data
    if "case_id" not in data:
        return None
    told = {"referral_id": fact.stream, "service_code": data["service_code"], "due_ack": data["due_ack"]}
    line = (fact.stream, data["case_id"], fact.version, "referral-sent", fact.occurred_at, fact.ctx["actor"], _json(told))
    return [Op("refer", (fact.stream, data["case_id"], data.get("action_id"), data["confidential"])), Op("step", line)]


@caseload.on(
    *(
        f"gabay.referrals.referral-{name}.v1"
        for name in ("acknowledged", "accepted", "declined", "service-started", "service-delivered", "withdrawn", "lapsed", "closed")
    )
)
def answered(fact: Fact) -> Op:
    """The referral's case is known by its first fact only; an answer to a referral of no case of ours falls away."""
    told: dict[str, Any] = {"referral_id": fact.stream}
    told |= {name: fact.data[name] for name in ("reason", "result", "timer") if name in fact.data}
    return Op("answer", (fact.stream, fact.version, _name(fact), fact.data["at"], fact.ctx["actor"], _json(told)))


def _name(fact: Fact) -> str:
    return fact.type.split(".")[2]


def _json(told: dict[str, Any]) -> str:
    return orjson.dumps({key: value for key, value in told.items() if value is not None}).decode()
