"""docs/reference/events.md: every fact that travels, its fields, and what of them is sealed."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cli.reference.table import made_from, table
from shared.eventsourcing.event import Aggregate, Event
from shared.messaging.contracts import aggregates
from shared.privacy.classes import Erased

INTRO = """# Events

Every fact that a service publishes. One topic carries the facts of one kind of stream; [topics.md](topics.md) says how the
topics are set, and [Subscribe to a topic](../howto/subscribe-to-a-topic.md) how to read one.

The value of a record is one JSON object: `ctx`, the open members named here, and `sealed`, an object with one base64 text
per sealed class. A member that has no value is left out; null never occurs. Ids are UUIDs in lower case, days `YYYY-MM-DD`,
instants RFC 3339 in UTC with `Z`, amounts decimal strings. Codes are those of `GET /v1/codes/<List>` of any service.

A later minor of a type may add optional members and codes. Ignore what you do not know. Nothing else ever changes under
the same major: not a name, not a type, not a meaning, not a class.

## ctx

Who did it, for what purpose, and whom it concerns. On every fact.

"""
CTX = (
    ("centre", "text", "yes", "Code of the centre that did it."),
    ("actor", "text", "yes", "Staff id, `device:...`, or `system` for a reaction."),
    ("role", "Role or `system`", "yes", "Role in which they did it."),
    ("purpose", "Purpose", "yes", "What for."),
    ("basis", "LegalBasis", "", "On what legal basis; present where a person is concerned."),
    ("consent_id", "id", "", "The consent that it rests on."),
    ("subject_id", "id", "", "The person it concerns: whose keys seal the blobs, unless the type says otherwise."),
    ("requested_by", "text", "", "Staff id of somebody else who asked for it, where two must agree."),
)
CLASSES = """## Sealed classes

| Class | Holds | Sealed under | Who holds its key-encryption key |
|---|---|---|---|
| identity | who somebody is and how to reach them | the person | intake |
| profile | coded facts that statistics count | the person | intake, casework, reporting |
| narrative | what is told in a case | the person | casework |
| protected | what could endanger somebody | the person | casework |
| packet | what the receiver of one referral may see | the referral | referrals |

A blob opens for a holder of the keys only, and for nobody once the person has been forgotten: then it reads as `erased`.
The members of the sealed classes are listed below so that you know what is there; a subscriber without keys never sees them.

"""


def page() -> str:
    """The whole page."""
    head = made_from("`shared/contracts/`") + INTRO + table(("Member", "Type", "Always", "Meaning"), CTX) + "\n" + CLASSES
    return (head + "".join(_aggregate(each) for each in aggregates())).rstrip() + "\n"


def _aggregate(aggregate: Aggregate) -> str:
    return f"## {aggregate.topic}\n\n" + "".join(_event(aggregate, event) for event in aggregate.events.values())


def _event(aggregate: Aggregate, event: type[Event]) -> str:
    major, minor = event.schema_major, event.schema_minor
    text = f"### {aggregate.ce_type(event.event_type)}\n\n{inspect.getdoc(event)}\n\n"
    text += f"Schema {major}.{minor}, `{aggregate.ce_dataschema(event.event_type)}`.\n\n"
    if rows := list(_rows(event, skip=event.sealed_classes)):
        text += table(("Open member", "Type", "Always", "Meaning"), rows) + "\n"
    for which in event.sealed_classes:
        under = event.sealed_under.get(which)
        owner = f", under `{under}`" if under and under != "stream_id" else ", under the stream itself" if under else ""
        text += f"Sealed as **{which}**{owner}: "
        text += ", ".join(f"`{name}`" for name in event.sealed_model(which).model_fields) + ".\n\n"
    return text


def _rows(model: type[BaseModel], path: str = "", skip: Iterable[str] = ()) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        if name in skip:
            continue
        wire = field.alias or name
        yield f"`{path}{wire}`", _type(field), "yes" if field.is_required() else "", field.description or _inner_description(field)
        for each in _models(field.annotation):
            yield from _rows(each, f"{path}{wire}{'[]' if _many(field.annotation) else ''}.")


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(hint) and issubclass(hint, BaseModel):
        yield hint
    for option in get_args(hint):
        yield from _models(option)


def _many(hint: Any) -> bool:
    return str(hint).startswith("tuple") or any(_many(option) for option in get_args(hint))


def _inner_description(field: FieldInfo) -> str:
    """Of a member whose type brings its own words, such as a country."""
    for option in get_args(field.annotation):
        for mark in getattr(option, "__metadata__", ()):
            if isinstance(mark, FieldInfo) and mark.description:
                return mark.description
    return ""


def _type(field: FieldInfo) -> str:
    hint = field.annotation
    return f"{_name(hint)}{_bounds(field.metadata)}"


def _name(hint: Any) -> str:
    options = [option for option in get_args(hint) if option not in (type(None), Erased, Ellipsis)]
    if str(hint).startswith("tuple"):
        return f"list of {_name(options[0])}"
    if options and not inspect.isclass(hint):
        return _name(options[0])
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        return hint.__name__
    if inspect.isclass(hint) and issubclass(hint, BaseModel):
        return "object"
    plain = {
        "str": "text",
        "UUID": "id",
        "date": "day",
        "datetime": "instant",
        "AwareDatetime": "instant",
        "int": "integer",
        "bool": "true or false",
    }
    return plain.get(getattr(hint, "__name__", str(hint)), str(hint))


def _bounds(marks: Iterable[Any]) -> str:
    low = high = None
    unit = ""
    for mark in marks:
        match mark:
            case Ge(ge=n) | Gt(gt=n):
                low = n
            case Le(le=n) | Lt(lt=n):
                high = n
            case MinLen(min_length=n):
                low, unit = n, " long"
            case MaxLen(max_length=n):
                high, unit = n, " long"
            case _:
                if pattern := getattr(mark, "pattern", None):
                    return f", `{pattern}`"
    if low is None and high is None:
        return ""
    return f", {'up to ' + str(high) if low is None else str(low) + ' to ' + str(high) if high is not None else 'from ' + str(low)}{unit}"
