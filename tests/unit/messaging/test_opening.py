"""Opening sealed classes in bulk: under the right subject's key, and one bad blob spoils nobody else's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest

from shared.errors import Unreadable
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.eventsourcing.projection import Fact
from shared.messaging.batch import Batch, Entry
from shared.messaging.contracts import contracts_of
from shared.messaging.opening import Opener
from shared.privacy.classes import ERASED, IDENTITY, PACKET, PROFILE, Erased
from shared.privacy.sealed import SealedItem


class Profile(Sealed):
    sex: str


class Registered(Event, type="registered"):
    profile: Annotated[Profile | Erased | None, PROFILE] = None


class Sent(Event, type="sent", sealed_under={PACKET: "stream_id"}):
    packet: Annotated[Profile | Erased, PACKET]


class Reported(Event, type="reported", sealed_under={PROFILE: "person"}):
    person: UUID
    profile: Annotated[Profile | Erased, PROFILE]


KNOWN = contracts_of([Aggregate("intake", "client", Registered, Sent, Reported)])
STREAM, SUBJECT, OTHER = (str(uuid4()) for _ in range(3))


class Keys:
    """Opens what it is given and remembers under whose key."""

    def __init__(self) -> None:
        self.asked: list[SealedItem] = []

    async def open_many(self, items: list[SealedItem]) -> list[bytes | Erased]:
        self.asked += items
        if any(item.blob == "altered" for item in items):
            raise Unreadable("altered")
        return [ERASED if item.blob == "gone" else b'{"sex": "F"}' for item in items]


def entry(name: str, sealed: dict[str, Any], **data: Any) -> Entry:
    kind = f"gabay.intake.{name}.v1"
    told = {"ctx": {"subject_id": SUBJECT}, "sealed": sealed, **data}
    fact = Fact("t", 0, 0, STREAM, 1, kind, str(uuid4()), "", "", "", told)
    return Entry(SimpleNamespace(), STREAM, 1, kind, fact)


async def opened(*entries: Entry) -> tuple[Keys, list[Entry]]:
    keys = Keys()
    batch = Batch(0, {("t", 0): list(entries)})
    await Opener(keys, frozenset([PROFILE, PACKET]), KNOWN).open(batch)
    return keys, batch.parts["t", 0]


async def test_only_what_was_asked_for_is_opened() -> None:
    keys, [one] = await opened(entry("registered", {"profile": "blob", "identity": "blob"}))
    assert one.fact
    assert (one.fact.open(PROFILE), one.fact.open(IDENTITY), one.fact.open(PACKET)) == ({"sex": "F"}, ERASED, None)
    assert [item.which for item in keys.asked] == [PROFILE]


@pytest.mark.parametrize(
    ("name", "which", "subject"),
    [("registered", PROFILE, SUBJECT), ("sent", PACKET, STREAM), ("reported", PROFILE, OTHER)],
    ids=["registered", "sent", "reported"],
)
async def test_a_blob_opens_under_the_key_of_its_own_subject(name: str, which: Any, subject: str) -> None:
    keys, _ = await opened(entry(name, {which: "blob"}, person=OTHER))
    assert [(str(item.subject), str(item.stream), item.event_type) for item in keys.asked] == [(subject, STREAM, name)]


async def test_a_forgotten_subject_reads_as_erased() -> None:
    _, [one] = await opened(entry("registered", {"profile": "gone"}))
    assert one.fact
    assert one.fact.open(PROFILE) is ERASED


async def test_one_altered_blob_sets_only_its_record_aside() -> None:
    _, [good, bad, last] = await opened(*(entry("registered", {"profile": blob}) for blob in ("blob", "altered", "blob")))
    assert good.fact
    assert last.fact
    assert good.fact.open(PROFILE) == last.fact.open(PROFILE) == {"sex": "F"}
    assert (bad.fact, bad.reason, bad.error) == (None, "projection-error", "Unreadable")


async def test_a_record_that_names_no_subject_is_set_aside() -> None:
    keys, [one] = await opened(entry("registered", {"profile": "blob"}, ctx={}))
    assert (one.fact, one.reason, keys.asked) == (None, "schema-mismatch", [])
