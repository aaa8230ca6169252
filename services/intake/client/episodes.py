"""A client's migrations: a wish opens an episode, a return closes it.

`at`: where the form stands in the request, for what is wrong with it.
"""

from datetime import date
from typing import cast
from uuid import UUID

from services.intake.client.commands import Ground
from services.intake.client.forms import ArrivalForm, DepartureForm, IntentionForm, ReturnForm
from services.intake.client.rules import check_active, check_ground, check_past, misfit, plain, same
from services.intake.client.state import Episode, State
from shared.codes import partial_date
from shared.contracts.intake.client import ClientEvent
from shared.contracts.intake.episode import (
    Departure,
    DepartureRecord,
    DepartureRecorded,
    Economics,
    Intention,
    MigrationEconomicsDeclared,
    MigrationIntentionDeclared,
    Return,
    ReturnRecorded,
    TransitArrival,
    TransitArrivalRecorded,
)
from shared.errors import Rejected
from shared.eventsourcing.event import Event


def check(ground: Ground, state: State, today: date) -> None:
    """Nothing is recorded of somebody forgotten, or without a ground to stand on."""
    check_active(state)
    check_ground(ground, state, today)


def declare_intention(form: IntentionForm, state: State) -> list[ClientEvent]:
    """Opens an episode; another wish is another episode."""
    episode_id = cast(UUID, form.episode_id)
    wish = plain(Intention, form)
    declared = MigrationIntentionDeclared(episode_id=episode_id, identity=wish, profile=wish if state.statistics else None)
    if known := state.episodes.get(episode_id):
        return _known(known.intention, declared)
    return [declared]


def record_departure(form: DepartureForm, state: State, today: date, at: str = "") -> list[ClientEvent]:
    """One departure an episode; an episode may also begin with it."""
    check_past(today, (f"{at}/date", form.date))
    episode_id = cast(UUID, form.episode_id)
    recorded = DepartureRecorded(
        episode_id=episode_id,
        identity=plain(DepartureRecord, form),
        profile=plain(Departure, form) if state.statistics else None,
    )
    episode = state.episode(episode_id)
    if episode.departure is not None:
        return _known(episode.departure, recorded)
    if episode.returned is not None:
        raise Rejected("episode-closed", "A later departure belongs to a new episode.")
    return [recorded]


def record_return(form: ReturnForm, state: State, today: date, at: str = "") -> list[ClientEvent]:
    """One return an episode, not before the departure; an episode that began unseen may be known by its return alone."""
    check_past(today, (f"{at}/date", form.date))
    episode_id = cast(UUID, form.episode_id)
    fact = plain(Return, form)
    recorded = ReturnRecorded(episode_id=episode_id, identity=fact, profile=fact if state.statistics else None)
    episode = state.episode(episode_id)
    if episode.returned is not None:
        if same(episode.returned, recorded):
            return []
        raise Rejected("episode-closed", "Void the return that is on record first, if it was wrong.")
    if _before_departure(fact, episode):
        raise misfit((f"{at}/date", "out-of-range"))
    return [recorded]


def record_arrival(form: ArrivalForm, state: State, today: date, at: str = "") -> list[ClientEvent]:
    """Arrivals at one point after another belong to one journey."""
    check_past(today, (f"{at}/date", form.date))
    episode_id = cast(UUID, form.episode_id)
    fact = plain(TransitArrival, form)
    recorded = TransitArrivalRecorded(episode_id=episode_id, point=form.point, identity=fact, profile=fact if state.statistics else None)
    episode = state.episode(episode_id)
    if any(same(known, recorded) for known in episode.arrivals):
        return []
    if episode.returned is not None:
        raise Rejected("episode-closed", "A later journey belongs to a new episode.")
    return [recorded]


def declare_economics(episode_id: UUID, economics: Economics, state: State) -> list[ClientEvent]:
    """What an episode cost and earned; what is told later counts."""
    episode = state.episodes.get(episode_id)
    if episode is None:
        raise Rejected("not-found", "Record the departure or the wish first.")
    fact = plain(Economics, economics)
    declared = MigrationEconomicsDeclared(episode_id=episode_id, identity=fact, profile=fact if state.statistics else None)
    return [] if episode.economics is not None and same(episode.economics, declared) else [declared]


def _known(known: Event | None, new: Event) -> list[ClientEvent]:
    if known is not None and same(known, new):
        return []
    raise Rejected("already-exists", "Use a new episode_id for another migration.")


def _before_departure(fact: Return, episode: Episode) -> bool:
    left = episode.departure.identity if episode.departure else None
    return isinstance(left, DepartureRecord) and partial_date.last_day(fact.date) < partial_date.first_day(left.date)
