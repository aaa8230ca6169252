"""Silence has an end: which timer a fact starts and stops, and what becomes of the referral when it rings."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.referrals import look_ups
from services.referrals.referral.commands import Close, ExpireCopy, Lapse
from services.referrals.referral.decisions import REFERRAL_DECIDER as REFERRALS
from services.referrals.timers import timers, years_after
from shared.codes import LapseTimer, Priority
from shared.contracts.referrals import referral as facts
from shared.eventsourcing.event import Context, Event, instant
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.timer import LATE, Due, rings_at
from tests.unit.kit import given
from tests.unit.referrals.referrals import (
    ACCEPTED,
    ACKNOWLEDGED,
    CENTRE,
    CLOSED,
    DECLINED,
    DELIVERED,
    EXPIRED,
    HELPED,
    LAPSED,
    REFERRAL,
    REGION,
    SENT_AT,
    STARTED,
    WITHDRAWN,
    sent,
)

TIMERS = timers(lambda: REGION, look_ups)
CTX = Context(centre=CENTRE, actor="stf-w1", role="caseworker", purpose="SHARE_FOR_SERVICE", requested_by="stf-s1")
VOIDED = "gabay.referrals.entry-voided.v1"


def fact(event: Event | str, *, at: datetime = SENT_AT, recorded: datetime | None = None, **data: Any) -> Fact:
    told = event if isinstance(event, str) else f"gabay.referrals.{event.event_type}.v1"
    content = {} if isinstance(event, str) else event.model_dump(mode="json", exclude={"packet"}, exclude_none=True)
    return Fact(
        "referrals.referral.v1", 0, 0, str(REFERRAL), 1, told, "e", instant(at), instant(recorded or at), "",
        {"ctx": CTX.wire(), **content, **data},
    )  # fmt: skip


def running(*events: Fact) -> dict[str, datetime]:
    """The timers that run after some facts, each applied twice: key -> when it rings."""
    rows: dict[tuple[str, str], tuple[datetime, bool]] = {}
    for each in [twice for event in events for twice in (event, event)]:
        for name, row in TIMERS.projection.handlers[each.type](each):  # type: ignore[union-attr]
            match name:
                case "start":
                    rows[row[1], row[2]] = (datetime.fromisoformat(row[4]), True)
                case "stop" | "resume":
                    for key in [key for key in rows if key[0] == row[1] and row[2] in (None, key[1])]:
                        rows[key] = (rows[key][0], name == "resume")
                case "forget":
                    rows.clear()
    return {":".join(filter(None, key)): at for key, (at, runs) in rows.items() if runs}


COPY = "T6"
SILENT = {"T1:ACK", "T1:SERVICE", COPY}


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([sent()], SILENT),
        ([sent(), ACKNOWLEDGED], {"T1:SERVICE", COPY}),
        ([sent(), ACKNOWLEDGED, ACCEPTED, STARTED], {"T1:SERVICE", COPY}),
        ([sent(), ACKNOWLEDGED, ACCEPTED, STARTED, DELIVERED], {"T2", COPY}),
        ([sent(), DECLINED], {"T2", COPY}),
        ([sent(), WITHDRAWN], {"T2", COPY}),
        ([sent(), LAPSED], {"T1:SERVICE", "T2", COPY}),
        ([sent(), LAPSED, ACKNOWLEDGED], {"T1:SERVICE", COPY}),
        ([sent(), LAPSED, ACKNOWLEDGED, ACCEPTED, LAPSED, STARTED], {"T1:SERVICE", COPY}),
        ([sent(), DECLINED, CLOSED], set()),
        ([sent(), ACCEPTED, DELIVERED, HELPED], {COPY}),
        ([sent(), ACCEPTED, DELIVERED, HELPED, EXPIRED], set()),
    ],
)
def test_what_somebody_waits_for(events: list[Event], left: set[str]) -> None:
    assert running(*map(fact, events)).keys() == left


def test_a_voided_answer_leaves_the_sender_waiting_again() -> None:
    declined = [fact(sent()), fact(DECLINED)]
    assert running(*declined, fact(VOIDED, event_type="referral-declined")).keys() == SILENT
    assert running(*declined, fact(VOIDED, event_type="gabay.referrals.referral-declined.v1")).keys() == SILENT
    assert running(*declined, fact(VOIDED, event_type="referral-service-started")).keys() == {"T2", COPY}


def test_a_lapse_rings_at_the_time_that_the_sending_fixed() -> None:
    event = sent()
    rung = running(fact(event))
    assert (rung["T1:ACK"], rung["T1:SERVICE"]) == (event.lapse_ack, event.lapse_service)


def test_thirty_calendar_days_go_from_the_recording_and_end_on_a_working_day() -> None:
    # 6 March 2026 + 30 days is Easter Sunday; Monday 6 April is a working day in Antique.
    recorded = datetime(2026, 3, 6, 1, tzinfo=UTC)
    assert running(fact(sent()), fact(DECLINED, recorded=recorded))["T2"] == datetime(2026, 4, 6, 9, tzinfo=UTC)


def test_a_referral_told_late_lapses_later() -> None:
    event = sent(priority=Priority.EMERGENCY)
    hour = timedelta(hours=1)
    assert running(fact(event, recorded=SENT_AT + hour))["T1:ACK"] == event.lapse_ack + hour
    long_after = SENT_AT + timedelta(days=300)
    assert running(fact(event, recorded=long_after))["T1:ACK"] == long_after + 4 * hour
    assert running(fact(sent(), recorded=long_after))["T1:ACK"] == long_after + LATE


@pytest.mark.parametrize("minutes", [0, 4])
def test_what_is_told_at_once_is_due_to_the_second(minutes: int) -> None:
    due = SENT_AT + timedelta(hours=4)
    assert rings_at(fact(sent(), recorded=SENT_AT + timedelta(minutes=minutes)), due) == due


def due(name: str, item: str, at: datetime) -> Due:
    ctx = Context(centre=CENTRE, actor="system", role="system", purpose="SHARE_FOR_SERVICE")
    return Due(stream_id=REFERRAL, name=name, item=item, at=at, rings_at=at, now=at, ctx=ctx, version=1)


def test_a_timer_that_rings_lapses_the_referral_and_tells_the_coordinating_agency() -> None:
    event = sent()
    rung = due("T1", "ACK", event.lapse_ack)
    wish = TIMERS.rules["T1"].ring(rung, None)
    assert wish is not None
    assert wish.command == Lapse(at=event.lapse_ack, timer=LapseTimer.ACK, escalated_to="DMW")
    assert rung.command_id == uuid5(REFERRAL, "T1:ACK")
    given(REFERRALS, event).when(wish.command).then(facts.ReferralLapsed(timer=LapseTimer.ACK, at=event.lapse_ack, escalated_to="DMW"))
    given(REFERRALS, event, ACKNOWLEDGED).when(wish.command).rejected("invalid-state", state="ACKNOWLEDGED")


def test_whoever_forgets_to_close_is_not_asked_whether_the_client_was_told() -> None:
    rung = due("T2", "", SENT_AT)
    wish = TIMERS.rules["T2"].ring(rung, None)
    assert wish is not None
    assert wish.command == Close(at=SENT_AT, client_told=False)
    assert (wish.ctx.actor, wish.ctx.role, rung.command_id) == ("system", "system", uuid5(REFERRAL, "T2"))
    given(REFERRALS, sent(), LAPSED).when(wish.command).then(facts.ReferralClosed(result="LAPSED", client_told=False, at=SENT_AT))


def test_a_receiver_keeps_its_copy_as_long_as_the_agreement_says() -> None:
    shorter = REGION.agreements[0].model_copy(update={"agreement_id": "SHORT", "copy_years": 2})
    region = REGION.model_copy(update={"agreements": (*REGION.agreements, shorter)})
    rung = timers(lambda: region, look_ups).projection.handlers["gabay.referrals.referral-sent.v1"]

    def kept(agreement: str | None) -> int:
        [*_, start] = rung(fact(sent().model_copy(update={"agreement_id": agreement})))  # type: ignore[misc]
        return datetime.fromisoformat(start[1][4]).year - SENT_AT.year

    assert kept("ANT-OWWA-1") == REGION.retention.case_years
    # A confidential one does not tell its agreement: the shortest of all.
    assert kept("SHORT") == kept(None) == 2
    assert years_after(datetime(2028, 2, 29, tzinfo=UTC), 2) == datetime(2030, 2, 28, tzinfo=UTC)


def test_a_receiver_is_told_when_its_time_is_over_and_nothing_forbids_it() -> None:
    ring = TIMERS.rules["T6"].ring
    assert ring(due("T6", "", SENT_AT), False) is None
    wish = ring(due("T6", "", SENT_AT), True)
    assert wish is not None
    assert (wish.command, wish.ctx.actor, wish.ctx.basis) == (ExpireCopy(at=SENT_AT), "system", "LEGAL_OBLIGATION")


def test_the_row_names_the_system_and_the_ground_of_the_sending() -> None:
    [start, *_] = TIMERS.projection.handlers["gabay.referrals.referral-sent.v1"](fact(sent()))  # type: ignore[misc]
    assert '"actor":"system"' in start[1][5]
    assert "stf-s1" not in start[1][5]
    assert UUID(start[1][0]) == REFERRAL
