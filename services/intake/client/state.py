"""What decisions about a client need to know, folded from the facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from shared.codes import ErasureBasis, Purpose, RefusalReason, RightOutcome
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.client import (
    ClientErased,
    ClientEvent,
    ClientProfileAmended,
    ClientRegistered,
    ErasureRequested,
    LegalHoldLifted,
    LegalHoldPlaced,
)
from shared.contracts.intake.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn
from shared.contracts.intake.episode import (
    DepartureRecorded,
    MigrationEconomicsDeclared,
    MigrationIntentionDeclared,
    ReturnRecorded,
    TransitArrivalRecorded,
)
from shared.contracts.intake.functioning import FunctioningAssessed
from shared.contracts.intake.merge import (
    ClientRecordsMerged,
    ClientRecordsUnmerged,
    ClientReinstated,
    ClientRetired,
    DuplicatesReviewed,
)
from shared.contracts.intake.person import Identity
from shared.contracts.intake.rights import RightsRequestAnswered, RightsRequestDecided, RightsRequestReceived
from shared.contracts.intake.screening import VulnerabilityScreened
from shared.privacy.classes import ERASED, Erased

ConsentKey = tuple[Purpose, str | None]
"""What a consent is about: its purpose, and who may receive."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One migration, as far as it is known."""

    intention: MigrationIntentionDeclared | None = None
    departure: DepartureRecorded | None = None
    returned: ReturnRecorded | None = None
    arrivals: tuple[TransitArrivalRecorded, ...] = ()
    economics: MigrationEconomicsDeclared | None = None


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request about one's own data. told: whether the person knows what came of it."""

    received: RightsRequestReceived | ErasureRequested
    outcome: RightOutcome | None = None
    reason: RefusalReason | None = None
    told: bool = False

    @property
    def stage(self) -> str:
        """RECEIVED, GRANTED or REFUSED, in the end ANSWERED."""
        return "ANSWERED" if self.told else self.outcome or "RECEIVED"


@dataclass(frozen=True, slots=True)
class Protection:
    """What stands for and against forgetting. holds: not lifted, by id; kept: consents that ended under a hold, so that
    their keys are still there; requests: to be forgotten, by id; rights: all requests of the person, by id."""

    holds: Mapping[UUID, LegalHoldPlaced] = field(default_factory=dict)
    lifted: frozenset[UUID] = frozenset()
    kept: frozenset[UUID] = frozenset()
    requests: Mapping[UUID, ErasureRequested] = field(default_factory=dict)
    rights: Mapping[UUID, RightsRequest] = field(default_factory=dict)

    def held(self, on: date) -> bool:
        """Whether a legal hold is in force on a day."""
        return any(hold.until is None or on <= hold.until for hold in self.holds.values())


UNPROTECTED = Protection()


@dataclass(frozen=True, slots=True)
class State:
    """consents: all ever given, by id; ended: those withdrawn, expired or replaced.

    merged: records that were merged into this one -> what their narrower answers suspend here. merged_into: the record that
    goes on in this one's place. not_duplicates: records that somebody took for other people.
    """

    status: Literal["absent", "active", "retired", "erased"] = "absent"
    registered_on: date | None = None
    identity: Identity | Erased | None = None
    consents: Mapping[UUID, ConsentGiven] = field(default_factory=dict)
    ended: frozenset[UUID] = frozenset()
    screenings: Mapping[UUID, VulnerabilityScreened] = field(default_factory=dict)
    episodes: Mapping[UUID, Episode] = field(default_factory=dict)
    functioning: FunctioningAssessed | None = None
    merged: Mapping[UUID, frozenset[ConsentKey]] = field(default_factory=dict)
    merged_into: UUID | None = None
    not_duplicates: frozenset[UUID] = frozenset()
    reviewed: bool = False
    protection: Protection = UNPROTECTED

    def active_consents(self) -> Iterator[ConsentGiven]:
        """Those that were neither taken back nor replaced; they may have run out by date."""
        consents, ended = self.consents, self.ended
        return (consents[cid] for cid in consents if cid not in ended) if ended else iter(consents.values())

    @property
    def suspended(self) -> frozenset[ConsentKey]:
        """What rests because a merged record answers more narrowly, until the client is asked again."""
        return frozenset().union(*self.merged.values()) if self.merged else frozenset()

    def consents_in_force(self) -> Iterator[ConsentGiven]:
        """Active ones that no merged record suspends."""
        resting = self.suspended
        return (c for c in self.active_consents() if (c.purpose, c.recipient_org) not in resting)

    def consent_for(self, purpose: Purpose, recipient: str | None = None) -> ConsentGiven | None:
        """The consent in force for a purpose and recipient."""
        wanted = (purpose, recipient)
        return next((c for c in self.active_consents() if (c.purpose, c.recipient_org) == wanted), None)

    @property
    def statistics(self) -> bool:
        """Whether the client's facts may be counted, so that profile blobs are written."""
        return any(c.purpose is Purpose.STATISTICS for c in self.consents_in_force())

    def episode(self, episode_id: UUID) -> Episode:
        """What is known of an episode: nothing of a new one."""
        return self.episodes.get(episode_id, Episode())


def evolve(state: State, event: ClientEvent) -> State:
    # What a registration brings is written out: `replace` costs three times as much, and runs nine times a person.
    match event:
        case ClientRegistered():
            s = state
            seen = frozenset(event.duplicates_seen) if event.duplicates_seen else s.not_duplicates
            return State(
                "active", event.registered_on, event.identity, s.consents, s.ended, s.screenings, s.episodes,
                s.functioning, s.merged, s.merged_into, seen, s.reviewed, s.protection,
            )  # fmt: skip
        case ClientProfileAmended():
            return replace(state, identity=event.identity)
        case ConsentGiven():
            s, consents = state, {**state.consents, event.consent_id: event}
            ended = s.ended | {event.replaces} if event.replaces else s.ended
            merged = _asked_again(s.merged, (event.purpose, event.recipient_org)) if s.merged else s.merged
            return State(
                s.status, s.registered_on, s.identity, consents, ended, s.screenings, s.episodes,
                s.functioning, merged, s.merged_into, s.not_duplicates, s.reviewed, s.protection,
            )  # fmt: skip
        case ConsentWithdrawn():
            guard = state.protection
            if guard.held(event.effective):
                guard = replace(guard, kept=guard.kept | {event.consent_id})
            return replace(state, ended=state.ended | {event.consent_id}, protection=guard)
        case VulnerabilityScreened():
            return replace(state, screenings={**state.screenings, event.screening_id: event})
        case MigrationIntentionDeclared():
            return _with(state, event.episode_id, replace(state.episode(event.episode_id), intention=event))
        case DepartureRecorded():
            return _with(state, event.episode_id, replace(state.episode(event.episode_id), departure=event))
        case ReturnRecorded():
            return _with(state, event.episode_id, replace(state.episode(event.episode_id), returned=event))
        case TransitArrivalRecorded():
            e = state.episode(event.episode_id)
            arrived = Episode(e.intention, e.departure, e.returned, (*e.arrivals, event), e.economics)
            return _with(state, event.episode_id, arrived)
        case MigrationEconomicsDeclared():
            return _with(state, event.episode_id, replace(state.episode(event.episode_id), economics=event))
        case FunctioningAssessed():
            return replace(state, functioning=event)
        case ClientRecordsMerged():
            resting = frozenset((n.purpose, n.recipient_org) for n in event.narrowed)
            return replace(state, merged={**state.merged, event.retired_id: resting})
        case ClientRecordsUnmerged():
            return replace(state, merged={record: keys for record, keys in state.merged.items() if record != event.retired_id})
        case ClientRetired():
            return replace(state, status="retired", merged_into=event.survivor_id)
        case ClientReinstated():
            return replace(state, status="active", merged_into=None)
        case DuplicatesReviewed():
            return replace(state, not_duplicates=state.not_duplicates | set(event.rejected), reviewed=True)
        case LegalHoldPlaced() | LegalHoldLifted() | ErasureRequested():
            return replace(state, protection=_protected(state.protection, event))
        case RightsRequestReceived() | RightsRequestDecided() | RightsRequestAnswered():
            return replace(state, protection=_asked(state.protection, event))
        case ClientErased():
            return replace(state, status="erased", identity=ERASED)
        case ConsentRefused() | EntryVoided():
            return state
        case _:
            assert_never(event)


def _with(state: State, episode_id: UUID, episode: Episode) -> State:
    s, episodes = state, {**state.episodes, episode_id: episode}
    return State(
        s.status, s.registered_on, s.identity, s.consents, s.ended, s.screenings, episodes,
        s.functioning, s.merged, s.merged_into, s.not_duplicates, s.reviewed, s.protection,
    )  # fmt: skip


def _asked_again(merged: Mapping[UUID, frozenset[ConsentKey]], key: ConsentKey) -> Mapping[UUID, frozenset[ConsentKey]]:
    return {record: resting - {key} for record, resting in merged.items()}


def _protected(known: Protection, event: LegalHoldPlaced | LegalHoldLifted | ErasureRequested) -> Protection:
    match event:
        case LegalHoldPlaced():
            return replace(known, holds={**known.holds, event.hold_id: event})
        case LegalHoldLifted():
            holds = {hold_id: hold for hold_id, hold in known.holds.items() if hold_id != event.hold_id}
            kept = known.kept if holds else frozenset()
            return replace(known, holds=holds, lifted=known.lifted | {event.hold_id}, kept=kept)
        case ErasureRequested(basis=ErasureBasis.SUBJECT_REQUEST):
            requests = {**known.requests, event.request_id: event}
            return replace(known, requests=requests, rights={**known.rights, event.request_id: RightsRequest(event)})
        case ErasureRequested():
            return replace(known, requests={**known.requests, event.request_id: event})


def _asked(known: Protection, event: RightsRequestReceived | RightsRequestDecided | RightsRequestAnswered) -> Protection:
    if isinstance(event, RightsRequestReceived):
        request = RightsRequest(event)
    elif (request := known.rights.get(event.request_id)) is None:  # type: ignore[assignment]  # asked about below
        return known
    elif isinstance(event, RightsRequestDecided):
        request = replace(request, outcome=event.outcome, reason=event.reason)
    else:
        request = replace(request, told=True)
    return replace(known, rights={**known.rights, event.request_id: request})
