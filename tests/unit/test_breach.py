"""Who was exposed by a leak, told once a person, and drafts that name nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cli.breach.assessment import Assessment, gather
from cli.breach.notices import drafts

ANA, BEN = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def row(subject: UUID, *classes: str, action: str = "READ", hours: int = 0) -> dict[str, Any]:
    at = NOON + timedelta(hours=hours)
    return {"subject_id": subject, "action": action, "classes": list(classes), "times": 1, "first_at": at, "last_at": at}


FOUND = gather([
    ("intake", row(ANA, "identity")), ("casework", row(BEN, "protected", hours=2)),
    ("casework", row(ANA, "profile", action="LIST", hours=5)), ("casework", {**row(ANA), "classes": None}),
])  # fmt: skip
LEAK = Assessment("stf-jdc", None, NOON, NOON + timedelta(days=1), NOON + timedelta(days=2), FOUND)


def test_a_person_stands_once_whatever_was_shown_where_and_the_gravest_come_first() -> None:
    assert [each.subject_id for each in FOUND] == [BEN, ANA]
    ana = FOUND[1].told()
    assert (ana["classes"], ana["services"], ana["actions"]) == (["identity", "profile"], ["casework", "intake"], ["LIST", "READ"])
    assert (ana["times"], ana["first_at"], ana["last_at"]) == (3, "2026-03-02T12:00:00.000Z", "2026-03-02T17:00:00.000Z")


def test_persons_are_counted_by_class() -> None:
    assert LEAK.counts() == {"persons": 2, "grave": 1, "identity": 1, "profile": 1, "protected": 1}


def test_the_clock_runs_for_72_hours_from_when_it_was_known() -> None:
    assert LEAK.left(NOON + timedelta(days=2)) == timedelta(hours=72)
    assert LEAK.left(NOON + timedelta(days=6)) == timedelta(hours=-24)


def test_there_is_a_draft_of_each_notice_in_each_language_and_none_names_anybody() -> None:
    found = dict(drafts(LEAK))
    assert len(found) == 6
    for text in found.values():
        assert not {str(ANA), str(BEN), "stf-jdc"} & set(text.replace(",", " ").split())
    assert all("2026-03-07 12:00" in text for name, text in found.items() if "commission" in name)
