"""The transition table of a referral, row by row (domain chapter, section 8)."""

from dataclasses import replace
from typing import Any

import pytest

from services.referrals.referral.commands import Lapse
from services.referrals.referral.table import MACHINE, allowed
from shared.codes import DeclineReason, LapseTimer, ReferralResult, ReferralState, WithdrawReason
from shared.contracts.referrals import referral as facts
from tests.unit.kit import given
from tests.unit.referrals.referrals import (
    ACCEPTED,
    ACKNOWLEDGED,
    AT,
    COMMANDS,
    DELIVERED,
    EXPIRED,
    HELPED,
    LAPSED,
    REFERRALS,
    WAY_TO,
    WITHDRAWN,
    sent,
)

S = ReferralState
RUNNING = {S.SENT, S.ACKNOWLEDGED, S.ACCEPTED, S.IN_SERVICE}

ROWS = [
    ("Acknowledge", {S.SENT, S.LAPSED}, S.ACKNOWLEDGED),
    ("Accept", {S.SENT, S.ACKNOWLEDGED, S.LAPSED}, S.ACCEPTED),
    ("Decline", {S.SENT, S.ACKNOWLEDGED, S.ACCEPTED, S.LAPSED}, S.DECLINED),
    ("StartService", {S.ACCEPTED}, S.IN_SERVICE),
    ("Deliver", {S.ACCEPTED, S.IN_SERVICE}, S.DELIVERED),
    ("Withdraw", RUNNING | {S.LAPSED}, S.WITHDRAWN),
    ("Lapse", RUNNING, S.LAPSED),
    ("Close", {S.DELIVERED, S.DECLINED, S.WITHDRAWN, S.LAPSED}, S.CLOSED),
    ("ExpireCopy", set(), S.CLOSED),  # of one that was delivered: below
]


@pytest.mark.parametrize(("name", "state", "to"), [(n, state, to) for n, states, to in ROWS for state in sorted(states)])
def test_a_command_moves_a_referral_as_the_table_says(name: str, state: ReferralState, to: ReferralState) -> None:
    before = given(REFERRALS, *WAY_TO[state])
    assert before.state.state is state
    assert before.when(COMMANDS[name]).after().state.state is to


@pytest.mark.parametrize("state", list(ReferralState))
@pytest.mark.parametrize("name", list(COMMANDS))
def test_anything_else_is_refused_with_what_is_allowed(name: str, state: ReferralState) -> None:
    [accepted] = [states for row, states, _ in ROWS if row == name]
    before = given(REFERRALS, *WAY_TO[state])
    if state in accepted:
        assert name in allowed(before.state)
    else:
        before.when(COMMANDS[name]).rejected("invalid-state", state=state, allowed=allowed(before.state))


def test_every_row_of_the_table_is_tested() -> None:
    assert {name for name, _, _ in ROWS} == {move.command for move in MACHINE.moves} - {"SendReferral"}


@pytest.mark.parametrize("name", ["StartService", "Deliver"])
def test_a_lapsed_referral_is_served_if_it_had_been_accepted(name: str) -> None:
    given(REFERRALS, sent(), ACKNOWLEDGED, ACCEPTED, LAPSED).when(COMMANDS[name]).after()
    given(REFERRALS, sent(), LAPSED).when(COMMANDS[name]).rejected("invalid-state")


@pytest.mark.parametrize("name", ["Acknowledge", "Accept", "StartService", "Deliver"])
def test_nobody_goes_on_once_the_client_no_longer_agrees(name: str) -> None:
    state = S.SENT if name in ("Acknowledge", "Accept") else S.ACCEPTED
    command = replace(COMMANDS[name], consent_ended=True)
    given(REFERRALS, *WAY_TO[state]).when(command).rejected("consent-expired", purpose="SHARE_FOR_SERVICE")
    given(REFERRALS, *WAY_TO[S.WITHDRAWN]).when(command).rejected("invalid-state")
    given(REFERRALS, *WAY_TO[S.SENT]).when(COMMANDS["Decline"]).then_types(facts.ReferralDeclined)


def test_acceptance_brings_the_missing_acknowledgement() -> None:
    given(REFERRALS, sent()).when(COMMANDS["Accept"]).then(ACKNOWLEDGED, ACCEPTED)
    given(REFERRALS, sent(), ACKNOWLEDGED).when(COMMANDS["Accept"]).then(ACCEPTED)


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_whoever_accepted_declines_for_few_reasons_only(reason: DeclineReason) -> None:
    outcome = given(REFERRALS, *WAY_TO[S.ACCEPTED]).when(replace(COMMANDS["Decline"], reason=reason))
    if reason in ("UNREACHABLE", "CLIENT_DECLINED", "NO_CAPACITY"):
        outcome.then_types(facts.ReferralDeclined)
    else:
        outcome.rejected("invalid-state", state=S.ACCEPTED)


def test_silence_lapses_only_what_nobody_acknowledged() -> None:
    silence = Lapse(at=AT, timer=LapseTimer.ACK, escalated_to="DMW")
    given(REFERRALS, sent()).when(silence).then(facts.ReferralLapsed(timer=LapseTimer.ACK, at=AT, escalated_to="DMW"))
    given(REFERRALS, sent(), ACKNOWLEDGED).when(silence).rejected("invalid-state")


@pytest.mark.parametrize(
    ("way", "result"),
    [
        (WAY_TO[S.DELIVERED], ReferralResult.DELIVERED),
        (WAY_TO[S.DECLINED], ReferralResult.DECLINED),
        (WAY_TO[S.LAPSED], ReferralResult.LAPSED),
        ([sent(), WITHDRAWN], ReferralResult.WITHDRAWN),
        ([sent(), facts.ReferralWithdrawn(at=AT, reason=WithdrawReason.SENT_IN_ERROR)], ReferralResult.ERROR),
        ([sent(), LAPSED, ACKNOWLEDGED, ACCEPTED, DELIVERED], ReferralResult.DELIVERED),
    ],
)
def test_a_closure_says_how_it_ended(way: list[Any], result: ReferralResult) -> None:
    assert given(REFERRALS, *way).when(COMMANDS["Close"]).fact(facts.ReferralClosed).result is result


def test_a_receiver_that_helped_is_told_once_to_delete_its_copy() -> None:
    closed = given(REFERRALS, *WAY_TO[S.DELIVERED], HELPED)
    assert allowed(closed.state) == ["ExpireCopy"]
    told = closed.when(COMMANDS["ExpireCopy"]).then(EXPIRED)
    assert allowed(told.state) == []
    told.when(COMMANDS["ExpireCopy"]).rejected("invalid-state", state="CLOSED")
