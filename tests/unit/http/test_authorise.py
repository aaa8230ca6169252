"""The matrix: what is printed is what runs, cell by cell."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from shared.codes import Role
from shared.http.authorise import DEVICE, STEP_UP, STEP_UP_ACTIONS, Grant, Resource, Subject, decide, matrix, may
from shared.settings import ROOT

HERE, ELSEWHERE, ORG, OTHER_ORG = "PH-ANT-01", "PH-MAS-01", "OWWA", "DMW"
PERSON = UUID(int=7)

# What each cell allows, written down apart from the code: names of the situations below.
ALLOWED: dict[str, set[str]] = {
    ".": set(),
    "K": set(),
    "C": {"own centre", "own centre, assigned", "own centre, broken glass"},
    "A": {"own centre, assigned"},
    "self": {"own centre, assigned"},
    "A+B": {"own centre, assigned", "own centre, broken glass"},
    "+B": {"own centre, broken glass"},
    "W": {"own device"},
}
EVERYWHERE = {
    "own centre", "own centre, assigned", "own centre, broken glass", "other centre", "other centre, broken glass", "own side",
    "other side", "own device", "nothing known",
}  # fmt: skip
FOR_ALL = {"R", "P"}


def situations(role: str) -> Iterator[tuple[str, Subject, Resource]]:
    by_org = role == "agency_desk"
    grant = Grant(role, None if by_org else HERE, ORG if by_org else None)
    subject = Subject("stf-1", (grant,), device="dev-1" if role == DEVICE else None)
    opened = Subject("stf-1", (grant,), open_subjects=frozenset({PERSON}))
    mine = frozenset({"stf-1"})
    yield "own centre", subject, Resource(centre=HERE, subject_id=PERSON)
    yield "own centre, assigned", subject, Resource(centre=HERE, assigned=mine)
    yield "own centre, broken glass", opened, Resource(centre=HERE, subject_id=PERSON)
    yield "other centre", subject, Resource(centre=ELSEWHERE, subject_id=PERSON)
    yield "other centre, broken glass", opened, Resource(centre=ELSEWHERE, subject_id=PERSON)
    yield "own side", subject, Resource(centre=ELSEWHERE, orgs=frozenset({ORG, HERE}))
    yield "other side", subject, Resource(centre=ELSEWHERE, orgs=frozenset({OTHER_ORG}))
    yield "own device", subject, Resource(centre=ELSEWHERE, device="dev-1")
    yield "nothing known", subject, Resource()


def expected(cell: str, action: str, role: str) -> set[str]:
    if cell in FOR_ALL:
        return EVERYWHERE
    if cell == "O":
        return {"own side"}
    if cell == "D":
        return ALLOWED["C"]
    if cell in ALLOWED:
        # Somebody with a grant for an organisation has no centre that could be their own.
        return ALLOWED[cell] if role != "agency_desk" else set()
    return EVERYWHERE if action.endswith(f".{cell}") else set()


CELLS = [(action, role, cell) for action, row in matrix().items() for role, cell in row.items()]


@pytest.mark.parametrize(("action", "role", "cell"), CELLS)
def test_every_cell_means_what_it_says(action: str, role: str, cell: str) -> None:
    allowed = {name for name, subject, resource in situations(role) if decide(subject, action, resource).allow}
    assert allowed == expected(cell, action, role)


@pytest.mark.parametrize(("action", "role", "cell"), CELLS)
def test_the_function_check_refuses_exactly_the_empty_cells(action: str, role: str, cell: str) -> None:
    subject = Subject("stf-1", (Grant(role, HERE),))
    assert may(subject, action) == bool(expected(cell, action, "somebody with a centre"))
    if not may(subject, action):
        assert decide(subject, action, Resource(centre=HERE)).problem == "forbidden"


def test_the_printed_table_is_the_one_that_runs() -> None:
    text = (ROOT / "docs/reference/authorisation.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    printed = [[cell.strip() for cell in row[1:]] for row in rows[2:]]
    distinct = list({id(row): list(row.values()) for row in matrix().values()}.values())
    assert printed == distinct
    assert [re.split(r"[ ,:]", row[0])[0].split(".")[0] for row in rows[2:]] == [
        names[0].split(".")[0] for names in ({id(r): [a for a, x in matrix().items() if x is r] for r in matrix().values()}).values()
    ]


def test_the_columns_are_the_roles_and_the_device() -> None:
    assert set(next(iter(matrix().values()))) == set(Role) | {DEVICE}


def test_nobody_without_a_grant_may_anything() -> None:
    assert not any(may(Subject("stf-1"), action) for action in matrix())


def test_grants_add_up() -> None:
    both = Subject("stf-1", (Grant("warden", HERE), Grant("caseworker", ELSEWHERE)))
    assert decide(both, "stay.work", Resource(centre=HERE)).role == "warden"
    assert decide(both, "case.read", Resource(centre=ELSEWHERE)).role == "caseworker"
    assert not decide(both, "case.read", Resource(centre=HERE)).allow


def test_a_general_case_of_the_own_centre_says_that_break_glass_would_help() -> None:
    counsellor = Subject("stf-1", (Grant("counsellor", HERE),))
    assert decide(counsellor, "case.read", Resource(centre=HERE, subject_id=uuid4())).problem == "not-assigned"
    assert decide(counsellor, "case.read", Resource(centre=ELSEWHERE, subject_id=uuid4())).problem == "not-found"


def test_a_confidential_case_does_not_exist_for_others() -> None:
    for role in ("caseworker", "counsellor", "supervisor", "reception"):
        found = decide(Subject("stf-1", (Grant(role, HERE),)), "case.read-confidential", Resource(centre=HERE, subject_id=PERSON))
        assert found.problem in ("not-found", "forbidden")


def test_what_cannot_be_undone_asks_for_a_strong_login() -> None:
    officer = Subject("stf-1", (Grant("dpo"),))
    assert decide(officer, "privacy.erase", Resource()).obligations == {STEP_UP}
    assert set(matrix()) >= STEP_UP_ACTIONS
