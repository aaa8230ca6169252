"""A small world of clients for the tests of reporting: what would arrive on the topics, live and after a key is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from shared.eventsourcing.event import instant
from shared.eventsourcing.projection import Fact
from shared.privacy.classes import ERASED, PROFILE

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
CENTRE = "PH-ANT-01"


def some_id(name: str) -> str:
    return str(uuid5(SPACE, name))


def profile(**changes: Any) -> dict[str, Any]:
    """A profile snapshot with good defaults."""
    return {
        "client_types": ["RETURNEE"], "sex": "F", "birth_month": "1991-06", "birth_estimated": False, "age_band": "30-34",
        "adult_child": "ADULT", "nationality": ["PHL"], "psgc_mun": "0600613000", "residence_country": "PHL",
    } | changes  # fmt: skip


@dataclass
class Told:
    """One fact as it was told. consent: under which STATISTICS consent its profile was sealed, if it has one."""

    topic: str
    type: str
    stream: str
    version: int
    event_id: str
    at: datetime
    data: dict[str, Any]
    profile: dict[str, Any] | None
    consent: str | None

    def fact(self, opens: bool = True) -> Fact:
        data = dict(self.data)
        if self.profile is not None:
            data["sealed"] = {"profile": "blob"}
        opened = {} if self.profile is None else {PROFILE: self.profile if opens else ERASED}
        return Fact(
            self.topic, 0, 0, self.stream, self.version, self.type, self.event_id, instant(self.at), instant(self.at), "/gabay/test", data,
            opened=opened,
        )  # fmt: skip


@dataclass
class World:
    """Streams and their versions, clock and place, and whose consent is in force. `told` is everything, in the order of recording."""

    told: list[Told] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    now: datetime = START
    centre: str = CENTRE

    def tell(
        self,
        type: str,
        stream: str,
        data: dict[str, Any] | None = None,
        *,
        sealed: dict[str, Any] | None = None,
        client: str | None = None,
        at: datetime | None = None,
        same_command: bool = False,
    ) -> Told:
        """A fact of `service.event-name`. sealed: its profile, dropped without STATISTICS consent. client: whom it concerns."""
        service, _, name = type.partition(".")
        if at is not None:
            self.now = at
        elif not same_command:
            self.now += timedelta(hours=1)
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        whom = client or stream
        consent = self.consents.get(whom)
        topic = {"intake": "intake.client.v1", "casework": "casework.case.v1", "referrals": "referrals.referral.v1"}[service]
        if name in ("encounter-recorded", "transit-group-observed"):
            topic = "intake.encounter.v1"
        ctx = {"centre": self.centre, "actor": "stf-1", "role": "caseworker", "purpose": "CASE_MANAGEMENT", "subject_id": whom}
        told = Told(
            topic, f"gabay.{service}.{name}.v1", stream, version, some_id(f"{stream}/{version}"), self.now, {"ctx": ctx, **(data or {})},
            sealed if consent else None, consent if sealed else None,
        )  # fmt: skip
        self.told.append(told)
        return told

    def register(self, client: str, *, consent: bool = True, at: datetime | None = None, **changes: Any) -> Told:
        """A registration; with STATISTICS consent in the same command unless refused."""
        self.now = at or self.now + timedelta(hours=1)
        first = f"{client}:1"
        if consent:
            self.consents[client] = some_id(first)
        day = self.now.date().isoformat()
        told = self.tell(
            "intake.client-registered", client, {"registered_on": day, "channel": "WALK_IN", "search_hits": 0, "open_case": False},
            sealed=profile(**changes), same_command=True,
        )  # fmt: skip
        if consent:
            self._given(client, some_id(first), same_command=True)
        return told

    def consent(self, client: str, **changes: Any) -> None:
        """STATISTICS given later: the consent and the snapshot that describes the registration too, in one command."""
        number = sum(t.type.endswith("consent-given.v1") and t.stream == client for t in self.told) + 1
        consent = some_id(f"{client}:{number}")
        self.consents[client] = consent
        self._given(client, consent)
        self.amend(client, "STATISTICS_CONSENT", same_command=True, **changes)

    def amend(self, client: str, reason: str, *, same_command: bool = False, at: datetime | None = None, **changes: Any) -> None:
        self.tell(
            "intake.client-profile-amended", client, {"changed": [], "reason": reason}, sealed=profile(**changes),
            same_command=same_command, at=at,
        )  # fmt: skip

    def withdraw(self, client: str) -> None:
        consent = self.consents.pop(client, None)
        if consent:
            self.ended.add(consent)
            self.tell(
                "intake.consent-withdrawn", client,
                {"consent_id": consent, "purpose": "STATISTICS", "reason": "CLIENT_WISH", "effective": self.now.date().isoformat()},
            )  # fmt: skip

    def erase(self, client: str) -> None:
        consent = self.consents.pop(client, None)
        if consent:
            self.ended.add(consent)
        self.tell("intake.client-erased", client, {"request_id": some_id("r"), "basis": "SUBJECT_REQUEST", "aliases": []})

    def merge(self, survivor: str, retired: str, *, at: datetime | None = None) -> None:
        """Both halves, as intake stores them in one append."""
        self.tell("intake.client-records-merged", survivor, {"survivor_id": survivor, "retired_id": retired}, at=at)
        self.tell("intake.client-retired", retired, {"survivor_id": survivor, "retired_id": retired}, same_command=True)

    def unmerge(self, survivor: str, retired: str, *, at: datetime | None = None) -> None:
        self.tell("intake.client-records-unmerged", survivor, {"survivor_id": survivor, "retired_id": retired}, at=at)
        self.tell("intake.client-reinstated", retired, {"survivor_id": survivor, "retired_id": retired}, same_command=True)

    def void(self, fact: Told) -> None:
        service = fact.type.split(".")[1]
        self.tell(
            f"{service}.entry-voided", fact.stream, {"event_id": fact.event_id, "event_type": "x", "reason": "ENTERED_IN_ERROR"},
            client=fact.data["ctx"]["subject_id"],
        )  # fmt: skip
        self.told[-1].topic = fact.topic

    def live(self) -> list[Fact]:
        """As a consumer that keeps up reads it: every blob opens."""
        return [told.fact() for told in self.told]

    def later(self, topics: Iterable[str] = ()) -> list[Fact]:
        """As a rebuild reads it: blobs of ended consents open no more; these topics come first, one after the other."""
        first = list(topics)
        order = sorted(self.told, key=lambda t: first.index(t.topic) if t.topic in first else len(first))
        return [told.fact(opens=told.consent not in self.ended) for told in order]

    def _given(self, client: str, consent: str, same_command: bool = False) -> None:
        self.tell(
            "intake.consent-given", client, {"consent_id": consent, "purpose": "STATISTICS", "profile_key": consent},
            same_command=same_command,
        )  # fmt: skip
