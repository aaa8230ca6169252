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
caseload = Projection(
    "casework.caseload",
    version=3,
    topics=[CASE.topic, REFERRAL.topic],
    opens=[NARRATIVE],
    forgets=["case_file", "referral", "step", "action", "follow_up", "looked_back", "hidden"],
)

EVENTS = "gabay.casework."


def step(fact: Fact, sets: str | None = None, **told: Any) -> Op:
    """One line of a case's timeline: open codes and ids only. sets: the state that the fact leads to, whatever was before."""
    line = (fact.stream, fact.stream, fact.version, fact.event_id, _name(fact), fact.occurred_at, fact.ctx["actor"], _json(told), sets)
    return Op("step", line)


def settle(fact: Fact) -> Op:
    """State, kind and next look back, from the lines that stand."""
    return Op("settle", (fact.stream,))


def hide(fact: Fact) -> Op:
    return Op("hide", (fact.stream, fact.event_id))


@caseload.on(EVENTS + "case-opened.v1")
def opened(fact: Fact) -> Iterable[Op]:
    data = fact.data
    yield Op(
        "open",
        (
            fact.stream, data["client_id"], fact.ctx["centre"], data["case_kind"], data["priority"], data["source"],
            data["sub_committee"], fact.occurred_at, fact.recorded_at,
        ),
    )  # fmt: skip
    if data["case_kind"] == "CONFIDENTIAL":
        yield hide(fact)
    yield step(fact, "OPEN", source=data["source"])
    yield settle(fact)


@caseload.on(EVENTS + "case-assigned.v1")
def assigned(fact: Fact) -> Iterable[Op]:
    return [Op("assign", (fact.stream, fact.data["worker"])), step(fact, worker=fact.data["worker"])]


@caseload.on(EVENTS + "needs-assessed.v1")
def assessed(fact: Fact) -> Iterable[Op]:
    told = fact.open(NARRATIVE)
    if isinstance(told, dict) and told["case_type"] in C4_CASE_TYPES:
        yield hide(fact)
    yield step(fact, needs=fact.data["needs"])
    yield settle(fact)


@caseload.on(EVENTS + "case-plan-proposed.v1")
def proposed(fact: Fact) -> Iterable[Op]:
    plan_no = fact.data["plan_no"]
    for action in fact.data["actions"]:
        yield Op("act", (fact.stream, action["action_id"], fact.version, fact.event_id, plan_no, None))
    yield step(fact, "PLAN_PROPOSED", plan_no=plan_no)
    yield settle(fact)


@caseload.on(EVENTS + "case-plan-reviewed.v1")
def reviewed(fact: Fact) -> Iterable[Op]:
    decision = fact.data["decision"]
    return [step(fact, "ASSESSED" if decision == "RETURNED" else None, plan_no=fact.data["plan_no"], decision=decision), settle(fact)]


@caseload.on(EVENTS + "case-plan-agreed.v1")
def agreed(fact: Fact) -> Iterable[Op]:
    return [step(fact, "PLAN_AGREED", plan_no=fact.data["plan_no"]), settle(fact)]


@caseload.on(EVENTS + "plan-action-recorded.v1")
def moved(fact: Fact) -> Iterable[Op]:
    data = fact.data
    return [
        Op("act", (fact.stream, data["action_id"], fact.version, fact.event_id, data["plan_no"], data["status"])),
        step(fact, action_id=data["action_id"], status=data["status"], referral_id=data.get("referral_id")),
    ]


@caseload.on(EVENTS + "service-delivered.v1")
def delivered(fact: Fact) -> Op:
    data = fact.data
    return step(fact, service_id=data["service_id"], service_code=data["service_code"], delivered_on=data["delivered_on"])


@caseload.on(EVENTS + "follow-up-scheduled.v1")
def scheduled(fact: Fact) -> Iterable[Op]:
    data = fact.data
    return [
        Op("schedule", (data["follow_up_id"], fact.stream, fact.event_id, data["type"], data["due"])),
        step(fact, type=data["type"], due=data["due"]),
        settle(fact),
    ]


@caseload.on(EVENTS + "follow-up-recorded.v1")
def looked_back(fact: Fact) -> Iterable[Op]:
    data = fact.data
    return [
        Op("look_back", (data["follow_up_id"], fact.event_id, data["done"], data["contact"])),
        step(fact, type=data["type"], due=data["due"], contact=data["contact"]),
        settle(fact),
    ]


@caseload.on(EVENTS + "case-note-recorded.v1")
def noted(fact: Fact) -> Op:
    return step(fact, kind=fact.data["kind"])


@caseload.on(EVENTS + "case-review-required.v1")
def to_review(fact: Fact) -> Iterable[Op]:
    return [Op("review", (fact.stream, fact.data["due"])), step(fact, cause=fact.data["cause"], due=fact.data["due"])]


@caseload.on(EVENTS + "case-transfer-requested.v1")
def transfer_requested(fact: Fact) -> Iterable[Op]:
    data = fact.data
    told = {"transfer_id": data["transfer_id"], "to_centre": data["to_centre"]}
    return [Op("transfer", (fact.stream, data["transfer_id"], data["to_centre"], fact.occurred_at)), step(fact, **told)]


@caseload.on(EVENTS + "case-transfer-answered.v1")
def transfer_answered(fact: Fact) -> Iterable[Op]:
    data = fact.data
    accepted = data["answer"] == "ACCEPTED"
    told = {"transfer_id": data["transfer_id"], "to_centre": data["to_centre"], "answer": data["answer"]}
    yield Op("transferred", (fact.stream, data["to_centre"] if accepted else None))
    yield step(fact, "OPEN" if accepted else None, **told)
    yield settle(fact)


@caseload.on(EVENTS + "consular-request-progressed.v1", EVENTS + "return-assistance-progressed.v1", EVENTS + "tracing-progressed.v1")
def progressed(fact: Fact) -> Op:
    told = {name: fact.data[name] for name in ("request_id", "return_id", "tracing_id", "from", "stage", "action") if name in fact.data}
    return step(fact, **told)


@caseload.on(EVENTS + "reintegration-measured.v1")
def measured(fact: Fact) -> Op:
    return step(fact, return_id=fact.data["return_id"], months_since_return=fact.data["months_since_return"])


@caseload.on(EVENTS + "protection-assessed.v1")
def protected(fact: Fact) -> Iterable[Op]:
    """Whatever the matter is, the case is hidden from now on."""
    return [hide(fact), step(fact, urgent=fact.data["urgent"], contact_block=fact.data["contact_block"]), settle(fact)]


@caseload.on(EVENTS + "case-closed.v1")
def closed(fact: Fact) -> Iterable[Op]:
    day = fact.data["closed_on"]
    return [Op("close", (fact.stream, day)), step(fact, "CLOSED", closed_on=day), settle(fact)]


@caseload.on(EVENTS + "case-reopened.v1")
def reopened(fact: Fact) -> Iterable[Op]:
    return [Op("close", (fact.stream, None)), step(fact, "OPEN"), settle(fact)]


@caseload.on(EVENTS + "entry-voided.v1")
def voided(fact: Fact) -> Iterable[Op]:
    """What it says is void leaves state, kind and looks back as if it had never been."""
    data = fact.data
    told = {"event_id": data["event_id"], "event_type": data["event_type"], "reason": data["reason"]}
    return [Op("void", (fact.stream, data["event_id"])), step(fact, **told), settle(fact)]


@caseload.on("gabay.referrals.referral-sent.v1")
def referred(fact: Fact) -> Iterable[Op] | None:
    data = fact.data
    if "case_id" not in data:
        return None
    told = {"referral_id": fact.stream, "service_code": data["service_code"], "due_ack": data["due_ack"]}
    line = (
        fact.stream, data["case_id"], fact.version, fact.event_id, "referral-sent", fact.occurred_at, fact.ctx["actor"], _json(told), None,
    )  # fmt: skip
    return [Op("refer", (fact.stream, data["case_id"], data.get("action_id"), data["confidential"])), Op("step", line)]


@caseload.on(
    *(
        f"gabay.referrals.referral-{name}.v1"
        for name in (
            "acknowledged",
            "accepted",
            "declined",
            "service-started",
            "service-delivered",
            "withdrawn",
            "lapsed",
            "closed",
            "copy-expired",
        )
    )
)
def answered(fact: Fact) -> Op:
    """The referral's case is known by its first fact only; an answer to a referral of no case of ours falls away."""
    told: dict[str, Any] = {"referral_id": fact.stream}
    told |= {name: fact.data[name] for name in ("reason", "result", "timer") if name in fact.data}
    return Op("answer", (fact.stream, fact.version, fact.event_id, _name(fact), fact.data["at"], fact.ctx["actor"], _json(told)))


@caseload.on("gabay.referrals.entry-voided.v1")
def answer_voided(fact: Fact) -> Iterable[Op]:
    """The answer's line stays, marked, and the correction is a line of its own."""
    data = fact.data
    told = _json({"referral_id": fact.stream, **{name: data[name] for name in ("event_id", "event_type", "reason")}})
    line = (fact.stream, fact.version, fact.event_id, _name(fact), fact.occurred_at, fact.ctx["actor"], told)
    return [Op("void", (fact.stream, data["event_id"])), Op("answer", line)]


def _name(fact: Fact) -> str:
    return fact.type.split(".")[2]


def _json(told: dict[str, Any]) -> str:
    return orjson.dumps({key: value for key, value in told.items() if value is not None}).decode()
