"""What decisions about a client need to know, folded from the facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from shared.codes import Purpose
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.client import (
    ClientErased,
    ClientEvent,
    ClientProfileAmended,
    ClientRegistered,
    ErasureRequested,
)
from shared.contracts.intake.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn
from shared.contracts.intake.episode import (
    DepartureRecorded,
    MigrationEconomicsDeclared,
    MigrationIntentionDeclared,
    ReturnRecorded,
    TransitArrivalRecorded,
)
from shared.contracts.intake.person import Identity
from shared.contracts.intake.screening import VulnerabilityScreened
from shared.privacy.classes import ERASED, Erased


@dataclass(frozen=True, slots=True)
class Episode:
    """One migration, as far as it is known."""

    intention: MigrationIntentionDeclared | None = None
    departure: DepartureRecorded | None = None
    returned: ReturnRecorded | None = None
    arrivals: tuple[TransitArrivalRecorded, ...] = ()
    economics: MigrationEconomicsDeclared | None = None


@dataclass(frozen=True, slots=True)
class State:
    """consents: all ever given, by id; ended: those withdrawn, expired or replaced."""

    status: Literal["absent", "active", "erased"] = "absent"
    registered_on: date | None = None
    identity: Identity | Erased | None = None
    consents: Mapping[UUID, ConsentGiven] = field(default_factory=dict)
    ended: frozenset[UUID] = frozenset()
    screenings: Mapping[UUID, VulnerabilityScreened] = field(default_factory=dict)
    episodes: Mapping[UUID, Episode] = field(default_factory=dict)

    def active_consents(self) -> Iterator[ConsentGiven]:
        """Those that were neither taken back nor replaced; they may have run out by date."""
        consents, ended = self.consents, self.ended
        return (consents[cid] for cid in consents if cid not in ended) if ended else iter(consents.values())

    def consent_for(self, purpose: Purpose, recipient: str | None = None) -> ConsentGiven | None:
        """The consent in force for a purpose and recipient."""
        wanted = (purpose, recipient)
        return next((c for c in self.active_consents() if (c.purpose, c.recipient_org) == wanted), None)

    @property
    def statistics(self) -> bool:
        """Whether the client's facts may be counted, so that profile blobs are written."""
        return any(c.purpose is Purpose.STATISTICS for c in self.active_consents())

    def episode(self, episode_id: UUID) -> Episode:
        """What is known of an episode: nothing of a new one."""
        return self.episodes.get(episode_id, Episode())


def evolve(state: State, event: ClientEvent) -> State:
    # What a registration brings is written out: `replace` costs three times as much, and runs nine times a person.
    match event:
        case ClientRegistered():
            s = state
            return State("active", event.registered_on, event.identity, s.consents, s.ended, s.screenings, s.episodes)
        case ClientProfileAmended():
            return replace(state, identity=event.identity)
        case ConsentGiven():
            s, consents = state, {**state.consents, event.consent_id: event}
            ended = s.ended | {event.replaces} if event.replaces else s.ended
            return State(s.status, s.registered_on, s.identity, consents, ended, s.screenings, s.episodes)
        case ConsentWithdrawn():
            return replace(state, ended=state.ended | {event.consent_id})
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
        case ClientErased():
            return replace(state, status="erased", identity=ERASED)
        case ConsentRefused() | ErasureRequested() | EntryVoided():
            return state
        case _:
            assert_never(event)


def _with(state: State, episode_id: UUID, episode: Episode) -> State:
    s, episodes = state, {**state.episodes, episode_id: episode}
    return State(s.status, s.registered_on, s.identity, s.consents, s.ended, s.screenings, episodes)
