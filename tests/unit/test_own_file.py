"""What a person is handed out: every fact in words of their language, nothing about others, and what cannot be shown is said."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from shared import own_file
from shared.codes import NoteKind, Sex, VoidReason
from shared.contracts.casework.case import CASE, CaseNote, CaseNoteRecorded
from shared.contracts.casework.stay import STAY
from shared.contracts.casework.training_session import TRAINING_SESSION, TrainingEnrolled, TrainingSessionHeld
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.contracts.intake.household import HOUSEHOLD, HouseholdMemberLinked
from shared.contracts.intake.incident import INCIDENT
from shared.contracts.intake.person import Names, Person
from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.event import Context, Event, Recorded
from shared.privacy.classes import ERASED

AGGREGATES = (CLIENT, HOUSEHOLD, ENCOUNTER, INCIDENT, CASE, STAY, TRAINING_SESSION, REFERRAL)
ME, OTHER = uuid4(), uuid4()
MINE = CaseNote(text="mine alone")


def fact(event: Event, *, subject: UUID | None = ME, version: int = 1) -> Recorded[Event]:
    at = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    ctx = Context(centre="PH-ANT-01", actor="stf-1", role="caseworker", purpose="CASE_MANAGEMENT", subject_id=subject)
    return Recorded(
        stream_id=uuid4(), version=version, event_id=uuid4(), event=event, ctx=ctx, occurred_at=at, recorded_at=at, command_id=uuid4()
    )


def told(event: Event, language: str = "en", **how: Any) -> dict[str, Any]:
    subject = how.pop("subject", ME)
    [one] = own_file.stream_told("case", [fact(event, subject=subject)], [ME], language, **how)["facts"]
    return dict(one)


def members(model: Any, seen: set[Any]) -> Iterator[str]:
    """Names of the members that a person may read: all but ids."""
    if inspect.isclass(model) and issubclass(model, BaseModel):
        if model in seen:
            return
        seen.add(model)
        for name, field in model.model_fields.items():
            if "UUID" not in str(field.annotation) or "dict" in str(field.annotation):
                yield name.rstrip("_")
            yield from members(field.annotation, seen)
    for each in get_args(model):
        yield from members(each, seen)


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda each: each.name)
def test_every_fact_and_every_member_has_a_word_in_each_language(aggregate: Any) -> None:
    names = {f"kind:{aggregate.name}"} | {f"event:{each}" for each in aggregate.events}
    seen: set[Any] = set()
    names |= {f"member:{name}" for event in aggregate.events.values() for name in members(event, seen)}
    words = own_file._words()
    assert {name for name in names if not all(words.get(name, {}).get(language) for language in ("en", "fr", "fil"))} == set()


def test_codes_and_names_are_said_in_the_persons_language() -> None:
    lines = dict(own_file.lines_of(Person(names=Names(given="Rosa"), age=34), "fil"))
    assert (lines["Mga pangalan: Pangalan"], lines["Edad"]) == ("Rosa", "34")
    assert own_file.text_of("sex", Sex.F, "fil") == "Babae"
    assert own_file.text_of("nationality", "PHL", "fr") == "Philippines"
    assert own_file.text_of("adult", True, "fr") == "oui"
    assert own_file.text_of("on", date(2026, 3, 4), "fil") == "2026-03-04"


def test_an_unknown_code_stays_as_it_is() -> None:
    assert own_file.text_of("to_org", "NOBODY_KNOWS", "en") == "NOBODY_KNOWS"
    assert own_file.word("member:never_named", "fil") == "never named"


def note(text: Any = MINE) -> CaseNoteRecorded:
    return CaseNoteRecorded(note_id=uuid4(), kind=NoteKind.COUNSELLING, narrative=text)


def test_a_note_is_shown_with_its_class() -> None:
    one = told(note())
    assert (one["classes"], one["not_shown"], one["data"]["narrative"]["text"]) == (["narrative"], {}, "mine alone")


def test_a_counsellors_own_note_is_named_and_not_shown() -> None:
    event = fact(note())
    [one] = own_file.stream_told("case", [event], [ME], "fr", unread={event.event_id})["facts"]
    assert one["not_shown"] == {"narrative": own_file.NOTES}
    assert "mine alone" not in str(one)
    assert ("Non communiqué", "notes personnelles d'un conseiller") in one["lines"]


def test_what_no_key_opens_is_said() -> None:
    assert told(note(ERASED))["not_shown"] == {"narrative": own_file.DESTROYED}


def test_what_is_about_another_person_is_not_shown() -> None:
    record = Names(given="Somebody")
    linked = HouseholdMemberLinked.model_construct(
        household_id=uuid4(), member_id=OTHER, declared_by=ME, from_=date(2026, 1, 1), identity=record, profile=None
    )
    one = told(linked)
    assert one["not_shown"] == {"identity": own_file.OTHERS}
    assert "Somebody" not in str(one)


def test_of_a_shared_stream_only_ones_own_facts_are_told() -> None:
    seat, strange = fact(TrainingEnrolled(client_id=ME)), fact(TrainingEnrolled(client_id=OTHER), subject=OTHER)
    held = fact(TrainingSessionHeld(held_on=date(2026, 3, 4), hours="3", attendees=4), subject=None)
    assert [own_file.concerns(each, [ME]) for each in (seat, strange, held)] == [True, False, True]


def test_void_entries_are_told_as_such() -> None:
    wrong = fact(TrainingEnrolled(client_id=ME))
    void = fact(EntryVoided(event_id=wrong.event_id, voided_type="training-enrolled", reason=VoidReason.WRONG_PERSON), version=2)
    first, second = own_file.stream_told("encounter", [wrong, void], [ME], "en")["facts"]
    assert (first["void"], second["void"]) == (True, False)


@pytest.mark.parametrize("language", ["en", "fr", "fil"])
def test_the_document_holds_each_fact_under_its_title(language: str) -> None:
    stream = own_file.stream_told("case", [fact(note(CaseNote(text="#set page(1) *said* $x$")))], [ME], language)
    file = own_file.OwnAttachment(ME, OTHER, "image/png", 1234, "ab" * 32, "2026-03-04T05:06:00.000Z", "stf-1")
    service = {"service": "casework", "streams": [stream], "attachments": [file.told(language)]}
    page = own_file.document({"id": ME, "made_at": "2026-03-04T05:06:00.000Z", "export_id": uuid4(), "services": [service]}, language)
    assert [part.title for part in page.parts] == [own_file.word("event:case-note-recorded", language), f"1. {OTHER}"]
    assert (page.parts[1].head, page.parts[1].under) == (own_file.word("file:files", language), "2026-03-04 05:06 UTC. stf-1")
    assert [text for _, text in page.parts[1].lines] == [f"{own_file.word('file:image', language)} (image/png)", "1234", "ab" * 32]
    assert page.parts[0].head.startswith(own_file.word("kind:case", language))
    assert page.pdf()[:5] == b"%PDF-"
