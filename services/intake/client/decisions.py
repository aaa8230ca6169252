"""When a client's record takes a command, and which facts follow."""

from collections.abc import Mapping
from datetime import date
from typing import Any, assert_never, cast

from services.intake.client import consenting, episodes, forgetting, merging, rights, screening
from services.intake.client.commands import (
    AmendClient,
    AnswerRightsRequest,
    AssessFunctioning,
    Command,
    DecideRightsRequest,
    DeclareEconomics,
    DeclareIntention,
    EraseClient,
    EraseMerged,
    GiveConsent,
    LiftHold,
    MergeIn,
    PlaceHold,
    ReceiveRightsRequest,
    RecordDeparture,
    RecordReturn,
    RecordTransitArrival,
    RegisterClient,
    Reinstate,
    RequestErasure,
    Retire,
    ReviewDuplicates,
    Screen,
    Unmerge,
    WithdrawConsent,
)
from services.intake.client.rules import assembled, check_active, check_ground, check_past, misfit, snapshot
from services.intake.client.state import State, evolve
from services.intake.search.rows import rows
from shared.codes import Purpose
from shared.contracts.intake.client import CLIENT as AGGREGATE
from shared.contracts.intake.client import ClientEvent, ClientField, ClientProfileAmended, ClientRegistered
from shared.contracts.intake.episode import (
    DepartureRecorded,
    MigrationEconomicsDeclared,
    MigrationIntentionDeclared,
    ReturnRecorded,
    TransitArrivalRecorded,
)
from shared.contracts.intake.functioning import FunctioningAssessed
from shared.contracts.intake.person import Facts, Identity, Person
from shared.contracts.intake.screening import VulnerabilityScreened
from shared.errors import Rejected
from shared.eventsourcing.decider import ALWAYS, Decider
from shared.eventsourcing.event import Event
from shared.privacy.classes import IDENTITY


def decide(command: Command, state: State) -> list[Event]:
    """The facts that follow from a command, or Rejected."""
    return list(_decided(command, state))


def _decided(command: Command, state: State) -> list[ClientEvent]:
    match command:
        case RegisterClient():
            return _register(command, state)
        case AmendClient():
            episodes.check(command.ground, state, command.today)
            return _amend(command, state)
        case GiveConsent():
            return consenting.give(command, state)
        case WithdrawConsent():
            return consenting.withdraw(command, state)
        case Screen():
            episodes.check(command.ground, state, command.today)
            return screening.screen(command.form, state)
        case DeclareIntention():
            episodes.check(command.ground, state, command.today)
            return episodes.declare_intention(command.form, state)
        case RecordDeparture():
            episodes.check(command.ground, state, command.today)
            return episodes.record_departure(command.form, state, command.today)
        case RecordReturn():
            episodes.check(command.ground, state, command.today)
            return episodes.record_return(command.form, state, command.today)
        case RecordTransitArrival():
            episodes.check(command.ground, state, command.today)
            return episodes.record_arrival(command.form, state, command.today)
        case DeclareEconomics():
            episodes.check(command.ground, state, command.today)
            return episodes.declare_economics(command.episode_id, command.economics, state)
        case AssessFunctioning():
            episodes.check(command.ground, state, command.today)
            return screening.assess(command, state)
        case MergeIn():
            return merging.merge_in(command, state)
        case Retire():
            return merging.retire(command, state)
        case Unmerge():
            return merging.unmerge(command, state)
        case Reinstate():
            return merging.reinstate(command, state)
        case ReviewDuplicates():
            return merging.review(command, state)
        case PlaceHold():
            return forgetting.place_hold(command, state)
        case LiftHold():
            return forgetting.lift_hold(command, state)
        case ReceiveRightsRequest():
            return rights.receive(command, state)
        case DecideRightsRequest():
            return rights.decide(command, state)
        case AnswerRightsRequest():
            return rights.answer(command, state)
        case RequestErasure():
            return forgetting.request(command, state)
        case EraseClient():
            return forgetting.erase(command, state)
        case EraseMerged():
            return forgetting.erase_merged(command, state)
        case _:
            assert_never(command)


def _register(command: RegisterClient, state: State) -> list[ClientEvent]:
    """A new client, and what came in with them: one fact each, in the order of a worker's form."""
    if state.status != "absent":
        raise Rejected("already-exists", "Read the client, it was registered before.")
    check_past(command.today, ("/registered_on", command.registered_on), ("/identity/birth_date", command.person.birth_date))
    if faults := [*_person_faults(command.person), *_place_faults(command.facts)]:
        raise misfit(*faults)
    if command.case_request is not None and not command.open_case:
        raise misfit(("/case_request", "not-allowed-here"))
    identity = assembled(Identity, command.person.__dict__ | {"profile": command.facts})
    counted = any(a.purpose is Purpose.STATISTICS and not a.refused for a in command.consents)
    registered = ClientRegistered(
        registered_on=command.registered_on,
        channel=command.channel,
        search_hits=command.search_hits,
        duplicates_seen=command.duplicates_seen,
        open_case=command.open_case,
        case_request=command.case_request,
        identity=identity,
        profile=snapshot(identity, command.registered_on, command.registered_on) if counted else None,
    )
    events: list[ClientEvent] = [registered]
    state = evolve(state, registered)
    for index, answer in enumerate(command.consents):
        facts = consenting.answered(answer, state, command.today, command.profile_key, f"/consents/{index}")
        events += facts
        for fact in facts:
            state = evolve(state, fact)
    check_ground(command.ground, state, command.today)
    for more in _first_facts(command):
        for fact in more(state):
            events.append(fact)
            state = evolve(state, fact)
    return events


def _first_facts(command: RegisterClient) -> list[Any]:
    """The optional parts of a registration, each a function of the state before it."""
    today, parts = command.today, list[Any]()
    if (intention := command.intention) is not None:
        parts.append(lambda state: episodes.declare_intention(intention, state))
    if (departure := command.departure) is not None:
        parts.append(lambda state: episodes.record_departure(departure, state, today, "/departure"))
    if (returned := command.returned) is not None:
        parts.append(lambda state: episodes.record_return(returned, state, today, "/return"))
    if (arrival := command.transit_arrival) is not None:
        parts.append(lambda state: episodes.record_arrival(arrival, state, today, "/transit_arrival"))
    if (screened := command.screening) is not None:
        parts.append(lambda state: screening.screen(screened, state, "/screening"))
    return parts


def _person_faults(person: Person) -> list[tuple[str, str]]:
    """What a registration can't do without: one name or a card code, and exactly one statement of age."""
    faults = []
    names = person.names
    if person.card_code is None and not (names and (names.given or names.family or names.nickname)):
        faults.append(("/identity/names", "missing"))
    told = [name for name in ("birth_date", "age", "age_class") if getattr(person, name) is not None]
    if not told:
        faults.append(("/identity/birth_date", "missing"))
    faults += [(f"/identity/{name}", "not-allowed-here") for name in told[1:]]
    if person.address and person.address.barangay and not person.address.vintage:
        faults.append(("/identity/address/vintage", "missing"))
    return faults


def _place_faults(facts: Facts) -> list[tuple[str, str]]:
    return [("/profile/vintage", "missing")] if facts.psgc_mun is not None and facts.vintage is None else []


def _amend(command: AmendClient, state: State) -> list[ClientEvent]:
    """The whole identity and the whole profile again, with the names of what differs."""
    if not isinstance(state.identity, Identity):
        raise Rejected("client-erased", "This person asked to be forgotten.")
    person = _merged("identity", Person, state.identity, _one_age(command.person, command.today))
    facts = _merged("profile", Facts, state.identity.profile, command.facts)
    check_past(command.today, ("/identity/birth_date", person.birth_date))
    if faults := [*_person_faults(person), *_place_faults(facts)]:
        raise misfit(*faults)
    changed = [name for name in Person.model_fields if getattr(person, name) != getattr(state.identity, name)]
    changed += [name for name in Facts.model_fields if getattr(facts, name) != getattr(state.identity.profile, name)]
    granted = [] if command.request_id is None else [rights.corrected(command.request_id, state)]
    if not changed:
        if granted and not (command.person or command.facts):
            raise misfit(("/identity", "missing"))  # to say that the record is right already, say what it is to hold
        return [*granted]
    identity = assembled(Identity, person.__dict__ | {"profile": facts})
    registered_on = cast(date, state.registered_on)
    amended = ClientProfileAmended(
        changed=tuple(ClientField(name) for name in changed),
        reason=command.reason,
        identity=identity,
        profile=snapshot(identity, registered_on, command.today) if state.statistics else None,
    )
    return [amended, *granted]


def _one_age(changes: Mapping[str, Any], today: date) -> Mapping[str, Any]:
    """A newer statement of age takes the place of the older one."""
    told = [name for name in ("birth_date", "age", "age_class") if changes.get(name) is not None]
    if not told:
        return changes
    cleared = {name: None for name in ("birth_date", "age", "age_on", "age_class") if name not in changes}
    if "age" in told and changes.get("age_on") is None:
        cleared["age_on"] = today  # type: ignore[assignment]  # a day among cleared members
    return {**changes, **cleared}


def _merged(group: str, model: type[Any], old: Any, changes: Mapping[str, Any]) -> Any:
    fields = model.model_fields
    values = {name: old.__dict__[name] for name in fields}
    for name, value in changes.items():
        if value is None and fields[name].is_required():
            raise misfit((f"/{group}/{name}", "missing"))
        values[name] = fields[name].get_default() if value is None else value
    return assembled(model, values)


CLIENT: Decider[Command, State] = Decider(
    aggregate=AGGREGATE,
    initial=State(),
    decide=decide,
    evolve=evolve,
    rows=rows,
    opens=frozenset({IDENTITY}),
    voidable={
        FunctioningAssessed: ALWAYS,
        VulnerabilityScreened: ALWAYS,
        MigrationIntentionDeclared: ALWAYS,
        DepartureRecorded: ALWAYS,
        ReturnRecorded: ALWAYS,
        TransitArrivalRecorded: ALWAYS,
        MigrationEconomicsDeclared: ALWAYS,
    },
    check_void=check_active,
)
