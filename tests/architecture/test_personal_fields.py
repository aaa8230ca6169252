"""No personal field without a class: what stands open in an event names nobody (invariant 8).

Two nets. Open members whose name sounds personal must be on the list below, with the reason why they are not. And an open
text that a person types freely must be on it too: whoever may type anything will type a name.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
from annotated_types import MaxLen
from pydantic import AfterValidator, BaseModel, Field
from pydantic.fields import FieldInfo

from shared.eventsourcing.event import Event, Sealed
from shared.messaging.contracts import aggregates

PERSONAL = frozenset(
    {
        "name", "names", "birth", "birthday", "dob", "age", "phone", "phones", "mobile", "telephone", "address",
        "addresses", "lines", "barangay", "email", "mail", "document", "documents", "passport", "account", "photo",
        "picture", "note", "notes", "story", "narrative", "summary", "description", "details", "comment", "text",
        "reason", "remark", "sex", "gender", "nationality", "nationalities", "religion", "ethnicity", "health",
        "diagnosis", "pregnant", "disability", "civil", "education", "contact", "contacts", "relative", "relatives",
        "spouse", "employer", "card", "face", "fingerprint", "signature", "location", "locations", "worker", "victim",
    }
)  # fmt: skip

# Where it stands (event type, member) -> why it names no client.
ALLOWED = {
    ("transit-group-observed", "nationality"): "of a group that was counted; nobody of it is known",
    ("transit-group-observed", "pregnant"): "a count",
    ("transit-group-observed", "counts.age"): "adult or child, of a count",
    ("transit-group-observed", "counts.sex"): "of a count",
    ("outreach-session-held", "attendees"): "a count of a session; nobody of it is known",
    ("transit-group-observed", "point"): "a configured place, refused if the region does not list it",
    ("transit-arrival-recorded", "point"): "a configured place, refused if the region does not list it",
    ("case-assigned", "worker"): "staff id",
    ("feedback-recorded", "age_band"): "of a form that is linked to nobody (domain chapter, section 10)",
    ("feedback-recorded", "sex"): "of a form that is linked to nobody (domain chapter, section 10)",
    ("training-session-held", "staff_participants.sex"): "of a count of partners' staff",
    ("protection-assessed", "contact_block"): "a flag that may be set for any matter, so it tells none",
    ("case-note-recorded", "note_id"): "an id; the note itself is narrative",
    ("service-entry-listed", "organization"): "a public directory of services: nothing in it is about a client",
    ("service-entry-listed", "service"): "as above",
    ("service-entry-listed", "locations"): "as above; a safe house has none",
    ("service-entry-listed", "schedules"): "as above",
    ("service-entry-listed", "required_documents"): "what to bring, the same for everybody",
    ("service-entry-listed", "contacts"): "the organisation's own line, as it publishes it",
    ("service-entry-listed", "cost_options"): "prices",
    ("service-entry-listed", "capacity"): "what is counted, such as beds, and how many are free",
    ("service-entry-verified", "capacity"): "as above",
    ("rights-request-decided", "reason"): "a code of a list",
    ("table-published", "data"): "a released file: it passed the disclosure gate, and everybody may read it",
    ("table-published", "manifest"): "names and sums of the released files",
    ("table-published", "signature"): "of the manifest, by the region's key",
}


def free(hint: Any, marks: tuple[Any, ...] = ()) -> bool:
    """Whether a type takes any text: a string without a pattern and without a list of what it may be."""
    if get_origin(hint) is Annotated:
        inner, *more = get_args(hint)
        flat = [mark for each in more for mark in (each.metadata if isinstance(each, FieldInfo) else [each])]
        return free(inner, (*marks, *flat))
    if hint is str:
        return not any(getattr(mark, "pattern", None) or isinstance(mark, AfterValidator) for mark in marks)
    return any(free(option, marks) for option in get_args(hint))


def models(hint: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(hint) and issubclass(hint, BaseModel):
        yield hint
    for option in get_args(hint):
        yield from models(option)


def suspects(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """(member, why it is suspected) of everything open in an event, members of members too."""
    closed = getattr(model, "sealed_classes", ())
    for name, field in model.model_fields.items():
        if name in closed:
            continue
        hint = field.annotation
        inner = list(models(hint))
        closed_list = "enum" in repr(hint).lower() or "UUID" in repr(hint)  # a code of a list, or the id of something
        if any(issubclass(each, Sealed) for each in inner):
            yield path + name, "holds a model made for sealing"
        elif set(re.split(r"[_\d]+", name)) & PERSONAL and not (closed_list and name in ("reason", "contact")):
            yield path + name, "sounds personal"
        elif free(hint, tuple(field.metadata)):
            yield path + name, "takes any text"
        for each in inner:
            yield from suspects(each, f"{path}{name}.")


def unexplained(event: type[Event]) -> list[str]:
    def explained(member: str) -> bool:
        parts = member.split(".")
        return any((event.event_type, ".".join(parts[: n + 1])) in ALLOWED for n in range(len(parts)))

    return [f"{event.event_type}.{member} {why}: seal it, or explain it here" for member, why in suspects(event) if not explained(member)]


def test_no_event_has_an_open_field_that_names_somebody() -> None:
    bad = [line for aggregate in aggregates() for event in aggregate.events.values() for line in unexplained(event)]
    assert not bad, "\n".join(bad)


def test_every_explained_field_exists() -> None:
    found = {(e.event_type, member) for aggregate in aggregates() for e in aggregate.events.values() for member in _members(e)}
    assert not (stale := set(ALLOWED) - found), f"explained and gone: {sorted(stale)}"


def _members(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield path + name
        for each in models(field.annotation):
            yield from _members(each, f"{path}{name}.")


def test_a_name_in_an_open_field_is_found() -> None:
    class Planted(Event, type="planted"):
        display_name: str

    assert unexplained(Planted) == ["planted.display_name sounds personal: seal it, or explain it here"]


def test_a_free_text_in_an_open_field_is_found() -> None:
    class Planted(Event, type="planted"):
        circumstances: Annotated[str, MaxLen(500)]

    assert unexplained(Planted) == ["planted.circumstances takes any text: seal it, or explain it here"]


def test_a_phone_deep_in_an_open_object_is_found() -> None:
    class Caller(BaseModel):
        phone: str

    class Planted(Event, type="planted"):
        calls: tuple[Caller, ...]

    assert unexplained(Planted) == ["planted.calls.phone sounds personal: seal it, or explain it here"]


def test_an_identity_left_unmarked_is_found() -> None:
    class Person(Sealed):
        shoe: int

    class Planted(Event, type="planted"):
        who: Person

    assert unexplained(Planted) == ["planted.who holds a model made for sealing: seal it, or explain it here"]


@pytest.mark.parametrize("hint", [Annotated[str, Field(pattern="^[A-Z]+$")], int, Annotated[str, AfterValidator(str.upper)]])
def test_a_code_is_no_free_text(hint: Any) -> None:
    assert not free(hint)
