"""The retention table of the domain chapter, a line a row: which rule names the term, and what happens when it is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake import look_ups as look_ups_of_intake
from services.intake.client.commands import RequestErasure
from services.intake.retention.rules import Closed, Kept, RecordClass, Term, proof_is_over, term, term_of_duplicate
from services.intake.timers import timers
from services.referrals import look_ups as look_ups_of_referrals
from services.referrals.referral.commands import ExpireCopy
from services.referrals.timers import timers as timers_of_referrals
from shared.codes import ErasureBasis
from shared.contracts.intake.encounter import EncounterRecorded
from shared.eventsourcing.event import Context
from shared.eventsourcing.timer import Due
from shared.http.audit_end import kept_since
from shared.region import Retention
from shared.settings import Settings
from tests.unit.referrals.referrals import REGION, SENT_AT, sent
from tests.unit.referrals.test_timers import fact

DAY = date(2020, 3, 2)
RULES = Retention()
CTX = Context(centre="PH-ANT-01", actor="system", role="system", purpose="CASE_MANAGEMENT")


def proposed(found: Term) -> None:
    """Nothing on the last day; on the day after it an erasure is asked for, and no more."""
    assert found.until is not None
    at = datetime(found.until.year, found.until.month, found.until.day, 4, tzinfo=UTC)
    ring = timers(lambda: REGION, look_ups_of_intake).rules["T5"].ring

    def rung(now: datetime) -> Any:
        return ring(Due(stream_id=UUID(int=1), name="T5", item="", at=at, rings_at=at, now=now, ctx=CTX, version=1), found)

    assert rung(at) is None
    wish = rung(at + timedelta(days=1))
    assert (type(wish.command), wish.command.basis) == (RequestErasure, ErasureBasis.RETENTION)


def erasure(of: RecordClass, kept: Kept, until: date) -> Callable[[], None]:
    def shown() -> None:
        found = term(RULES, kept)
        assert found == Term(of, until)
        proposed(found)

    return shown


def stays() -> None:
    assert EncounterRecorded.model_fields["client_id"].default is None
    assert not EncounterRecorded.sealed_classes


def duplicate() -> None:
    found = term_of_duplicate(RULES, DAY)
    assert found == Term(RecordClass.DUPLICATE, DAY + timedelta(days=30))
    proposed(found)


def proof() -> None:
    """Sealed parts go with the person; the open ones are shown for another year (`tests/integration/intake/test_retention.py`)."""
    assert [proof_is_over(RULES, DAY, day) for day in (date(2021, 3, 2), date(2021, 3, 3))] == [False, True]


def log() -> None:
    """What is older is deleted (`tests/integration/intake/test_access_log.py`)."""
    settings = Settings.load("intake", "cli", {"GABAY_MODE": "test", "GABAY_REGION": "antique"})
    assert kept_since(settings, datetime(2026, 11, 22, tzinfo=UTC)).date() == date(2023, 11, 22)


def copy() -> None:
    made = timers_of_referrals(lambda: REGION, look_ups_of_referrals)
    [*_, (_, (_, name, _, at, *_))] = made.projection.handlers["gabay.referrals.referral-sent.v1"](fact(sent()))  # type: ignore[misc]
    over = datetime.fromisoformat(at)
    wish = made.rules[name].ring(Due(stream_id=UUID(int=1), name=name, item="", at=over, rings_at=over, now=over, ctx=CTX, version=1), True)
    assert wish is not None
    assert (REGION.retention.case_years, wish.command) == (over.year - SENT_AT.year, ExpireCopy(at=over))


without_case = erasure(RecordClass.CLIENT, Kept(DAY), date(2022, 3, 2))
case = erasure(RecordClass.CASE, Kept(DAY, [Closed(DAY)]), date(2025, 3, 2))
protection = erasure(RecordClass.PROTECTION, Kept(DAY, [Closed(DAY, protected=True)]), date(2027, 3, 2))


@dataclass(frozen=True)
class Row:
    """record: as the table names it. rules: members of the region file's [retention], with the value that the table gives."""

    record: str
    rules: dict[str, int]
    then: str
    shown: Callable[[], None]


TABLE = (
    Row("anonymous encounter", {}, "stays", stays),
    Row("client without case", {"client_without_case_years": 2}, "erasure proposed", without_case),
    Row("case", {"case_years": 5, "child_until_age": 25}, "erasure proposed", case),
    Row("trafficking, GBV", {"protection_years": 7}, "erasure proposed", protection),
    Row("consent proof", {"consent_proof_years": 1}, "shown to nobody", proof),
    Row("access log", {"access_log_years": 3}, "deleted", log),
    Row("rejected duplicate", {"rejected_duplicate_days": 30}, "erasure proposed", duplicate),
    Row("recipient's copy of a packet", {}, "recipient told", copy),
)  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.record}: {row.then}")
def test_each_row_names_its_rule_its_term_and_what_follows(row: Row) -> None:
    assert {name: getattr(RULES, name) for name in row.rules} == row.rules
    row.shown()


def test_no_rule_is_without_a_row_and_no_kind_of_record_without_a_count() -> None:
    assert {name for row in TABLE for name in row.rules} == set(Retention.model_fields)
    assert sum(row.then == "erasure proposed" for row in TABLE) == len(RecordClass)
