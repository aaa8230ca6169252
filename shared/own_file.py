"""What is held on a person, in words of their language: facts with labels, and the document that is handed out. Pure.

Words for events and members stand in `own_words.csv` (name, en, fr, fil), words for codes in the code lists.
"""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from shared.codes.label import label, labels
from shared.document import Document, Section
from shared.eventsourcing.event import Event, Recorded, instant, voided
from shared.privacy.classes import Erased, FieldClass

Line = tuple[str, str]

DESTROYED: Final = "destroyed"
OTHERS: Final = "other-person"
NOTES: Final = "private-notes"

# Members whose codes are too many for an enum -> the list that names them. A value that is no code of it stays as it is.
_LISTS: Final = {
    **dict.fromkeys(("nationality", "country", "residence_country", "from_country", "to_country", "departure_country", "mission",
                     "intended_destination", "destination"), "Country"),
    **dict.fromkeys(("psgc_mun", "barangay", "place", "to_place"), "Psgc"),
    **dict.fromkeys(("org", "to_org", "from_org", "by_org", "recipient_org", "agency", "redirect_to", "provider"), "Agency"),
    **dict.fromkeys(("language", "languages"), "Language"),
    "currency": "Currency",
    "isco": "Isco",
}  # fmt: skip
_IDS: Final = ("client_id", "declared_by", "member_id")


@dataclass(frozen=True, slots=True)
class OwnAttachment:
    """A scan, a picture or a recording of a person. kind: its media type. size: in bytes. sha256: of the file, in hex, by which its
    copy is known. at, by: when it was attached, and who did."""

    client_id: UUID
    id: UUID
    kind: str
    size: int
    sha256: str
    at: str
    by: str

    def told(self, language: str) -> dict[str, Any]:
        """As JSON, with its lines in words."""
        what = self.kind.partition("/")[0]
        lines = [
            (word("file:kind", language), f"{word(f'file:{what}', language)} ({self.kind})"),
            (word("file:size", language), str(self.size)),
            ("SHA-256", self.sha256),
        ]
        return {
            "id": self.id, "client_id": self.client_id, "media_type": self.kind, "bytes": self.size, "sha256": self.sha256,
            "at": self.at, "by": self.by, "lines": lines,
        }  # fmt: skip


def word(name: str, language: str) -> str:
    """The word for an event, a member or a phrase; the name itself, without dashes, where there is none."""
    found = _words().get(name)
    return found.get(language) or found["en"] if found else name.rpartition(":")[2].replace("-", " ").replace("_", " ").strip()


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("shared").joinpath("own_words.csv").read_text(encoding="utf-8")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}


def key_of(fact: Recorded[Event], which: FieldClass) -> UUID | None:
    """Whose key seals a class of a fact: who it is about."""
    name = fact.event.sealed_under.get(which)
    return fact.stream_id if name == "stream_id" else getattr(fact.event, name) if name else fact.ctx.subject_id


def concerns(fact: Recorded[Event], mine: Collection[UUID]) -> bool:
    """Whether a fact of a stream that many people share is about one of them, or about nobody (a training that was announced)."""
    named = {fact.ctx.subject_id, *(getattr(fact.event, name, None) for name in _IDS)} - {None}
    return bool(named & set(mine)) if named else not fact.event.sealed_classes and not hasattr(fact.event, "event_id")


def stream_told(
    kind: str, facts: Sequence[Recorded[Event]], mine: Collection[UUID], language: str, *, unread: Collection[UUID] = ()
) -> dict[str, Any]:
    """A stream as JSON. mine: the records of the person. unread: facts with notes that are not shown to others than their author."""
    void = voided([fact.event for fact in facts])
    told = [_fact_told(fact, frozenset(mine), language, void=fact.event_id in void, unread=fact.event_id in unread) for fact in facts]
    return {"kind": kind, "title": word(f"kind:{kind}", language), "id": facts[0].stream_id, "facts": told}


def _fact_told(fact: Recorded[Event], mine: frozenset[UUID], language: str, *, void: bool, unread: bool) -> dict[str, Any]:
    event = fact.event
    sealed = {which.value for which in event.sealed_classes}
    data = event.model_dump(mode="json", exclude=sealed, exclude_none=True)
    lines = list(lines_of(event, language, without=sealed))
    shown, kept = [], {}
    for which in event.sealed_classes:
        part = getattr(event, which)
        if part is None:
            continue
        if fact.event.sealed_under.get(which) != "stream_id" and key_of(fact, which) not in mine:
            kept[which.value] = OTHERS
        elif isinstance(part, Erased):
            kept[which.value] = DESTROYED
        elif unread:
            kept[which.value] = NOTES
        else:
            data[which.value] = part.model_dump(mode="json", exclude_none=True)
            lines += [line for line in lines_of(part, language) if line not in lines]  # the profile repeats the working copy
            shown.append(which.value)
    reasons = dict.fromkeys(kept.values())
    lines += [(word("text:not-shown", language), word(f"text:{reason}", language)) for reason in reasons]
    return {
        "type": event.event_type,
        "title": word(f"event:{event.event_type}", language),
        "event_id": fact.event_id,
        "version": fact.version,
        "occurred_at": instant(fact.occurred_at),
        "recorded_at": instant(fact.recorded_at),
        "centre": fact.ctx.centre,
        "actor": fact.ctx.actor,
        "role": fact.ctx.role,
        "purpose": label("Purpose", fact.ctx.purpose, language),
        "void": void,
        "classes": shown,
        "not_shown": kept,
        "data": data,
        "lines": lines,
    }


def lines_of(model: BaseModel, language: str, *, without: Collection[str] = (), under: str = "") -> Iterator[Line]:
    """Label and text of each member that says something; ids are left to the JSON."""
    for name in type(model).model_fields:
        if name in without:
            continue
        value = getattr(model, name)
        title = under + word(f"member:{name.rstrip('_')}", language)
        yield from _lines(name, title, value, language)


def _lines(name: str, title: str, value: Any, language: str) -> Iterator[Line]:
    match value:
        case None | UUID() | Erased() | () | []:
            return
        case BaseModel():
            yield from lines_of(value, language, under=f"{title}: ")
        case dict():
            texts = [text for key, each in value.items() if (text := f"{_key(key, language)}{text_of(name, each, language)}")]
            if texts:
                yield title, ", ".join(texts)
        case tuple() | list() | frozenset() if any(isinstance(each, BaseModel) for each in value):
            for n, each in enumerate(value, 1):
                yield from lines_of(each, language, under=f"{title} {n}: " if len(value) > 1 else f"{title}: ")
        case tuple() | list() | frozenset():
            texts = [text for each in value if (text := text_of(name, each, language))]
            if texts:
                yield title, ", ".join(texts)
        case _:
            yield title, text_of(name, value, language)


def _key(key: Any, language: str) -> str:
    return "" if isinstance(key, UUID) else f"{text_of('', key, language)}: "


def text_of(name: str, value: Any, language: str) -> str:
    """One value as text: the label of a code, yes or no, a day, a moment in UTC. name: of the member, which tells long lists."""
    match value:
        case None | UUID():
            return ""
        case bool():
            return word("text:yes" if value else "text:no", language)
        case StrEnum():
            named = type(value).__name__
            return label(named, value.value, language) if _listed(named) else word(f"member:{value}", language)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        case date():
            return value.isoformat()
        case str() if name in _LISTS:
            return label(_LISTS[name], value, language)
        case _:
            return str(value)


@cache
def _listed(name: str) -> bool:
    try:
        return bool(labels(name))
    except KeyError:
        return False


def document(told: Mapping[str, Any], language: str) -> Document:
    """The whole file as pages to be handed out. told: id, made_at, export_id and `services`, each with its streams."""
    lines = [
        (word("text:record", language), str(told["id"])),
        (word("text:made", language), str(told["made_at"])),
        (word("text:export", language), str(told["export_id"])),
    ]
    held = [(service["service"], stream) for service in told["services"] for stream in service["streams"]]
    lines += [
        (word(f"text:{service['service']}", language), str(sum(len(stream["facts"]) for stream in service["streams"])))
        for service in told["services"]
    ]
    parts = []
    for _, stream in held:
        for n, fact in enumerate(stream["facts"]):
            mark = f" ({word('text:void', language)})" if fact["void"] else ""
            by = f"{label('Role', fact['role'], language)} {fact['actor']}, {fact['centre']}. {fact['purpose']}"
            head = f"{stream['title']} {stream['id']}" if n == 0 else ""
            parts.append(Section(head, f"{fact['title']}{mark}", f"{_moment(fact['occurred_at'])}. {by}", fact["lines"]))
    files = [file for service in told["services"] for file in service.get("attachments", ())]
    for n, file in enumerate(files, 1):
        head = word("file:files", language) if n == 1 else ""
        parts.append(Section(head, f"{n}. {file['id']}", f"{_moment(file['at'])}. {file['by']}", file["lines"]))
    return Document(word("text:title", language), lines, language=language, parts=parts, note=word("text:note", language))


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
