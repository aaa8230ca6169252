"""A model that was kept up day by day equals one that is built from zero, cell for cell, whatever happened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.reporting.test_facts import a_departure, a_service, a_transit
from tests.integration.reporting.world import World, some_id

CLIENTS = [some_id(f"client {number}") for number in range(3)]
STEPS = (
    *("register", "transit", "again", "late", "year", "service", "visit", "correct", "change", "void", "withdraw", "consent", "erase"),
    *("merge", "unmerge", "disabled", "member", "stay", "traced", "protected", "assisted"),
)

CENTRES = ("PH-ANT-01", "HN-CH-01", "HN-EP-01")

Step = tuple[str, int, int]


def live_through(steps: list[Step]) -> World:
    """A history in which only what could happen does: no fact before its registration, no consent of the erased."""
    world = World()
    erased: set[str] = set()
    voidable: dict[str, list[Any]] = {client: [] for client in CLIENTS}
    merged: dict[str, str] = {}
    for name, who, variant in steps:
        if name == "elsewhere":
            world.centre = CENTRES[variant % 3]
            continue
        client = CLIENTS[who]
        known = client in world.versions
        if client in erased or (known == (name == "register")) or (client in merged and name != "unmerge"):
            continue
        sex = "FMXU"[variant % 4]
        day = f"2026-0{1 + variant % 3}-15"
        match name:
            case "register":
                world.register(client, consent=variant % 3 > 0, sex=sex, birth_month=f"200{variant}-06" if variant % 2 else None)
            case "transit" | "again":
                voidable[client].append(a_transit(world, client, day, "same" if name == "again" else f"e{world.now}"))
            case "late":
                voidable[client].append(a_departure(world, client, "2025-12-31"))
            case "year":
                voidable[client].append(a_departure(world, client, "2025", isco="2221" if variant % 2 else None))
            case "service":
                voidable[client].append(a_service(world, client, day, f"case{variant % 2}"))
            case "visit":
                visit = {"channel": "PHONE", "topics": ["LEG", "INF"][: 1 + variant % 2], "client_id": client}
                voidable[client].append(world.tell("intake.encounter-recorded", some_id(f"visit {world.now}"), visit, client=client))
            case "correct" | "change":
                world.amend(client, "CORRECTION" if name == "correct" else "NEW_FACT", sex=sex, nationality=["VEN"])
            case "void":
                if voidable[client]:
                    world.void(voidable[client].pop(variant % len(voidable[client])))
            case "withdraw":
                world.withdraw(client)
            case "consent":
                if client not in world.consents:
                    world.consent(client, sex=sex)
            case "erase":
                erased.add(client)
                world.erase(client)
            case "disabled" | "member" | "stay" | "traced" | "protected" | "assisted":
                voidable[client].append(_more(world, client, name, day, variant))
            case "merge":
                other = CLIENTS[(who + 1 + variant % 2) % 3]
                if other in world.versions and other not in erased and not {client, other} & merged.keys():
                    world.merge(client, other)
                    merged[other] = client
            case "unmerge":
                if client in merged:
                    world.unmerge(merged.pop(client), client)
    return world


def _more(world: World, client: str, name: str, day: str, variant: int) -> Any:
    """Facts of returns, shelter, tracing, protection, disability and families."""
    case = some_id(client + "more")
    match name:
        case "disabled":
            return world.tell("intake.functioning-assessed", client, {}, sealed={"answers": {}, "disabled": variant % 2 == 0})
        case "member":
            told = {"household_id": some_id("house"), "member_id": some_id(f"m{variant}"), "declared_by": client, "from": day}
            return world.tell(
                "intake.household-member-linked", some_id("house"), told, sealed={"abroad": True, "departed": "2024"}, client=client
            )
        case "stay":
            told = {"client_id": client, "unit_kind": "CENTRE", "m2_per_person": "4.00", "arrived": f"{day}T12:00:00Z"}
            return world.tell("casework.shelter-stay-started", some_id(f"stay {world.now}"), told, client=client)
        case "traced":
            told = {"tracing_id": some_id(f"t{variant}"), "stage": "OPEN", "on": day}
            return world.tell("casework.tracing-progressed", case, told, client=client)
        case "protected":
            sealed = {"matter": "TRAFFICKING", "trafficking_status": "PossibleVictimOfTrafficking"}
            return world.tell("casework.protection-assessed", case, {}, sealed=sealed, client=client)
        case _:
            told = {"return_id": some_id(f"r{variant}"), "stage": "REQUESTED", "on": day}
            return world.tell(
                "casework.return-assistance-progressed", case, told, sealed={"to_country": "PHL", "from_country": "MYS"}, client=client
            )


step = st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 9))


@pytest.mark.timeout(300)
@given(
    steps=st.lists(step, max_size=30).map(lambda rest: [("register", who, 4) for who in range(3)] + rest),
    batch=st.integers(1, 12),
    first=st.permutations(["casework.case.v1", "intake.client.v1", "intake.encounter.v1"]),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_kept_up_equals_rebuilt(model: Any, steps: list[Step], batch: int, first: list[str]) -> None:
    world = live_through(steps)
    await model.clear()
    await model.apply(world.live(), batch)
    kept_up = await model.cells()
    assert {cell for cell in kept_up if cell[0] == "person"} == await model.counted_again()
    await model.apply(world.live(), batch)
    assert await model.cells() == kept_up, "applied twice"
    answers = await _answers(model)
    await model.clear()
    await model.apply(world.later(first))
    assert await model.cells() == kept_up, "rebuilt"
    assert await _answers(model) == answers, "rebuilt"


async def _answers(model: Any) -> list[Any]:
    """What is asked of the end of a year, of facts and of everybody registered."""
    series = ("04", "05", "06", "08", "21a", "24", "34a", "35a", "02")
    return [await model.ask_series(each, "2026") for each in series]
