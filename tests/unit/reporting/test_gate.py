"""G1 to G9, each rule by an example, and what must hold of anything that passes (statistics chapter, section 8)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.disclosure import audit, derived, gate
from services.reporting.disclosure.cells import HIDDEN, TOTAL, ZERO, Axis, Count, Grid, Shown, Status, coarser, name_of
from services.reporting.disclosure.gate import passed
from services.reporting.disclosure.intervals import Bounds, bounds
from services.reporting.disclosure.moves import Moves
from services.reporting.disclosure.protect import Kept, perturbed, protect, stays
from services.reporting.disclosure.ptable import make
from services.reporting.disclosure.repair import _known
from services.reporting.disclosure.sensitive import hide_uniform_rows
from services.reporting.disclosure.system import system
from services.reporting.disclosure.zeros import hide_zeros_above
from tests.harness.population import A2, A5, AREA, EDU, MONTH, QUARTER, SEX, TYPE, Person, grid, people, year

TABLE = make(5, 3.0)
SMALL = {"T1": (AREA, SEX), "T2": (EDU, SEX), "T3": (TYPE, SEX)}
LETTERS = Axis("X", ("a", "b", "c"))


def counts(cells: dict[tuple[str, ...], int], **more: object) -> Grid:
    """One axis of letters with its total; keys are made up, the same for the same people."""
    total = sum(cells.values())
    known = {codes: Count(n, n, 1_000_003 * n) for codes, n in {**cells, (TOTAL,): total}.items() if n}
    return Grid("T", "", (LETTERS,), "u", known, **more)  # type: ignore[arg-type]


# --- G1 ---


def test_a_table_that_is_not_on_the_list_does_not_pass() -> None:
    with pytest.raises(ValueError, match="not a table"):
        passed([counts({("a",): 20})], TABLE, {"I01A"})


def test_more_than_three_dimensions_and_an_area_do_not_pass() -> None:
    wide = replace(counts({}), axes=(LETTERS,) * 5)
    with pytest.raises(ValueError, match="not a table"):
        passed([wide], TABLE, {"T"})


# --- G3, G4 ---


def test_a_true_zero_stays_zero_and_a_few_are_blank_or_zero() -> None:
    for n in range(10):
        shown = protect(counts({("a",): n}), TABLE)[("a",)]
        assert shown in ((ZERO,) if n == 0 else (ZERO, HIDDEN))


@given(n=st.integers(0, 200), key=st.integers(0, 2**40), contributors=st.integers(1, 200))
def test_a_figure_is_at_least_ten_and_rests_on_at_least_ten(n: int, key: int, contributors: int) -> None:
    cell = Count(n, min(n, contributors), key)
    shown = protect(Grid("T", "", (LETTERS,), "u", {("a",): cell}), TABLE)[("a",)]
    if shown.status is Status.SHOWN and shown.value:
        assert shown.value == perturbed(cell, TABLE) >= 10
        assert cell.n >= 10
        assert cell.contributors >= 10
        assert abs(shown.value - n) <= TABLE.bound
    else:
        assert shown in (ZERO, HIDDEN)


def test_one_person_with_many_facts_is_not_shown() -> None:
    many = Grid("T", "", (LETTERS,), "u", {("a",): Count(400, 3, 77)}, additive=False)
    assert protect(many, TABLE)[("a",)] == HIDDEN


def test_the_same_people_get_the_same_figure_in_every_table() -> None:
    everybody = people(500, 1)
    two = year(everybody, {"T1": (AREA, SEX), "T2": (SEX, EDU)})
    shown = [protect(each, TABLE) for each in two]
    assert all(shown[0][TOTAL, sex] == shown[1][sex, TOTAL] for sex in SEX.all)


# --- G5 ---


def test_a_zero_above_something_is_hidden_in_all_linked_tables() -> None:
    fine, coarse = counts({("a",): 3}), Grid("S", "", (), "u", {(): Count(3, 3, 5)})
    shown = [{("a",): HIDDEN, ("b",): ZERO, ("c",): ZERO, (TOTAL,): ZERO}, {(): ZERO}]
    hide_zeros_above([fine, coarse], shown)
    assert shown == [{("a",): HIDDEN, ("b",): ZERO, ("c",): ZERO, (TOTAL,): HIDDEN}, {(): HIDDEN}]


def test_a_zero_above_a_blank_of_a_shorter_period_is_hidden_though_it_is_of_another_release() -> None:
    """Two months blank and their quarter 0: with a noise of at most 5 each would be one to four."""
    everybody = grid("Q", (AREA, SEX), [])
    month = next(iter(AREA.codes)), "F"
    alone = passed([everybody], TABLE, {"Q"}).shown["Q", ""]
    shown = passed([everybody], TABLE, {"Q"}, under=set(coarser(everybody, month))).shown["Q", ""]
    assert set(alone.values()) == {ZERO}
    assert {codes for codes, cell in shown.items() if cell == HIDDEN} == {month, (month[0], TOTAL), (TOTAL, "F"), (TOTAL, TOTAL)}


@given(seed=st.integers(0, 10**6), size=st.integers(0, 100))
@settings(max_examples=8, deadline=None)
def test_no_zero_stands_above_anything_else(seed: int, size: int) -> None:
    grids = year(people(size, seed), {**SMALL, "T4": (QUARTER, A5), "T5": (MONTH, A2)})
    done = passed(grids, TABLE, {each.table for each in grids})
    zeros = {name_of(each, codes) for each in grids for codes, cell in done.shown.get((each.table, ""), {}).items() if cell.zero}
    for each in grids:
        for codes, cell in done.shown.get((each.table, ""), {}).items():
            assert cell.zero or not zeros.intersection(coarser(each, codes))


# --- G6 ---


def test_a_sensitive_row_of_one_category_is_hidden_with_its_zeros() -> None:
    level = Axis("LEVEL", ("LOW", "HIGH"), sensitive=True)
    cells = {("a", "HIGH"): 30, ("a", TOTAL): 30, ("b", "LOW"): 20, ("b", "HIGH"): 20, ("b", TOTAL): 40}
    each = Grid("T", "", (LETTERS, level), "u", {codes: Count(n, n, n) for codes, n in cells.items()}, sensitive=True)
    shown = protect(each, TABLE)
    hidden = hide_uniform_rows(each, shown)
    assert hidden == {("a", "LOW"), ("a", "HIGH"), ("a", TOTAL)}
    assert all(shown[codes] == HIDDEN for codes in hidden)
    assert shown["b", TOTAL].status is Status.SHOWN


def shared(part: int, whole: int) -> tuple[Grid, Grid]:
    """Two measures of one sensitive table: those of whom it is true, and all."""
    all_ = replace(counts({("a",): whole, ("b",): 60}, sensitive=True), measure="DEN")
    cells = {("a",): part, ("b",): 30, (TOTAL,): part + 30}
    known = {codes: Count(n, n, 1_000_003 * n) for codes, n in cells.items() if n}
    return replace(all_, measure="NUM", only=frozenset({("good", "true")}), cells=known), all_


SHARE = {(("T", "NUM"), ("T", "DEN"))}


@pytest.mark.parametrize(("part", "told"), [(0, False), (40, False), (20, True)])
def test_a_sensitive_share_of_nobody_or_everybody_is_hidden(part: int, told: bool) -> None:
    shown = passed(shared(part, 40), TABLE, {"T"}, shares=SHARE).shown
    assert (shown["T", "NUM"]["a",].status is Status.SHOWN) is told
    assert shown["T", "DEN"]["a",].status is Status.SHOWN
    assert derived.share(shown["T", "NUM"]["a",], shown["T", "DEN"]["a",]).status is (Status.SHOWN if told else Status.HIDDEN)


@pytest.mark.parametrize("whole", range(1, 6))
def test_a_hidden_share_stands_under_no_zero(whole: int) -> None:
    """A blank beside `0` of all would say that the few are alike."""
    for part in (0, whole):
        shown = passed(shared(part, whole), TABLE, {"T"}, shares=SHARE).shown
        assert shown["T", "NUM"]["a",] == HIDDEN == shown["T", "DEN"]["a",]


def test_a_sensitive_share_stays_hidden_when_its_table_loses_a_dimension(monkeypatch: pytest.MonkeyPatch) -> None:
    real = audit.exposed
    monkeypatch.setattr(
        "services.reporting.disclosure.repair.exposed",
        lambda block, hidden: list(hidden) if len(block.grids[0].axes) > 1 else real(block, hidden),
    )
    few = {("a", "a"): 3, ("a", TOTAL): 43, ("a", "b"): 40, (TOTAL, TOTAL): 43, (TOTAL, "a"): 3, (TOTAL, "b"): 40}
    cells = {codes: Count(n, n, 1_000_003 * n) for codes, n in few.items()}
    all_ = Grid("T", "DEN", (LETTERS, replace(LETTERS, name="Y")), "u", cells, sensitive=True)
    part = replace(all_, measure="NUM", only=frozenset({("good", "true")}))
    other = replace(all_, measure="OTHER", universe="v", cells={codes: Count(n * 9, n * 9, n) for codes, n in few.items()})
    done = passed([part, all_, other], TABLE, {"T"}, shares=SHARE)
    assert done.coarsened == ("T",)
    assert done.shown["T", "NUM"]["a",] == HIDDEN
    assert {len(codes) for cells in done.shown.values() for codes in cells} == {1}, "all measures lose it together"


def test_in_a_sensitive_table_eleven_are_needed() -> None:
    for key in range(0, 2**31, 2**26):
        shown = protect(Grid("T", "", (LETTERS,), "u", {("a",): Count(10, 10, key)}, sensitive=True), TABLE)[("a",)]
        assert shown == HIDDEN


# --- G7 ---


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(12, 24, 50.0), (13, 999, 1.0), (355, 1000, 35.5), (25, 24, 100.0), (0, 40, 0.0), (1, 1024, 0.1)],
)
def test_shares_come_from_protected_counts_and_are_rounded(part: int, whole: int, percent: float) -> None:
    assert derived.share(Shown(part, Status.SHOWN), Shown(whole, Status.SHOWN)) == Shown(percent, Status.SHOWN)


def test_a_share_of_something_hidden_is_hidden() -> None:
    shown = Shown(20, Status.SHOWN)
    assert derived.share(HIDDEN, shown) == derived.share(shown, HIDDEN) == derived.share(ZERO, ZERO) == HIDDEN


def test_medians_and_means_need_eleven() -> None:
    assert derived.median_days([7] * 10) == derived.mean_score([0.5] * 10) == HIDDEN
    assert derived.median_days([1, 3, 8, 13, 21, 22, 22, 23, 40, 41, 90]).value == 20
    assert derived.median_days(list(range(30))).value == 15
    assert derived.mean_score([0.123] * 11).value == 0.12


def test_lowest_and_ratios_need_eleven_contributors() -> None:
    assert derived.lowest([3.5] * 10) == derived.median_ratio([2.0] * 10) == HIDDEN
    assert derived.lowest([3.5] * 20, 10) == derived.median_ratio([2.0] * 20, 10) == derived.median_days([9] * 40, 10) == HIDDEN
    assert derived.lowest([4.04, *[9.0] * 10]).value == 4.0
    assert derived.median_ratio([1.24] * 11).value == 1.2
    assert derived.plain([30.0, 60.0]).value == 90
    assert set(derived.FIGURES) == {"median", "ratio", "mean", "lowest", "sum", "plain"}


def test_a_sum_that_one_or_two_dominate_is_hidden() -> None:
    assert derived.quantity([10] * 10) == HIDDEN
    assert derived.quantity([500, *[10] * 12]) == HIDDEN
    assert derived.quantity([100, 95, *[0.5] * 12]) == HIDDEN
    assert derived.quantity([1234] * 11).value == 13600


# --- G8 ---


def block(n: dict[str, int], known: dict[str, Bounds]) -> audit.Block:
    each = counts({(code,): n for code, n in n.items()})
    return audit.Block.of([each], {(0, (code,)): bound for code, bound in known.items()})


def test_what_subtraction_tells_is_found() -> None:
    """Exact figures beside one blank: the total less the others."""
    known = {"a": Bounds(0, 9), "b": Bounds(20, 20), "c": Bounds(30, 30), TOTAL: Bounds(53, 53)}
    found = block({"a": 3, "b": 20, "c": 30}, known)
    assert list(audit.possible(found, (0, ("a",)))) == [3]
    assert audit.exposed(found, [(0, ("a",))]) == [(0, ("a",))]


def test_noise_leaves_enough_possible_values() -> None:
    known = {"a": Bounds(1, 14), "b": Bounds(15, 25), "c": Bounds(25, 35), TOTAL: Bounds(48, 58)}
    found = block({"a": 3, "b": 20, "c": 30}, known)
    assert list(audit.possible(found, (0, ("a",)))) == list(range(1, 15))
    assert not audit.exposed(found, [(0, ("a",))])


def test_bounds_that_nothing_fits_are_a_defect() -> None:
    with pytest.raises(ArithmeticError, match="no true counts"):
        audit.possible(block({"a": 3}, {"a": Bounds(1, 2), "b": Bounds(0, 0), "c": Bounds(0, 0), TOTAL: Bounds(9, 9)}), (0, ("a",)))


def test_a_zero_total_over_two_blanks_tells_too_much() -> None:
    """Why there is G5: two blanks under a zero leave 1 to 4 each."""
    known = {"a": Bounds(1, 14), "b": Bounds(1, 14), "c": Bounds(0, 0), TOTAL: Bounds(0, 5)}
    assert list(audit.possible(block({"a": 2, "b": 2, "c": 0}, known), (0, ("a",)))) == [1, 2, 3, 4]


@given(seed=st.integers(0, 10**6), size=st.integers(1, 120))
@settings(max_examples=10, deadline=None)
def test_the_truth_is_within_what_may_be_known_of_it(seed: int, size: int) -> None:
    for each in year(people(size, seed), SMALL):
        shown = protect(each, TABLE)
        for codes in each.every():
            bound = bounds(each, shown, codes, TABLE.bound, repaired=set(), kept=set())
            assert bound.low <= each[codes].n <= bound.high


@given(seed=st.integers(0, 10**6), size=st.integers(1, 200))
@settings(max_examples=5, deadline=None)
def test_every_hidden_cell_keeps_five_possible_values(seed: int, size: int) -> None:
    grids = year(people(size, seed), SMALL)
    done = passed(grids, TABLE, {each.table for each in grids})
    left = [each for each in grids if (each.table, "") in done.shown]
    shown = [done.shown[each.table, ""] for each in left]
    known = {
        (i, codes): bounds(each, shown[i], codes, TABLE.bound, repaired=set(), kept=set())
        for i, each in enumerate(left)
        for codes in shown[i]
    }
    linked = audit.Block.of(left, known)
    if done.rounds == 0 and not done.coarsened:
        hidden = [place for place in known if shown[place[0]][place[1]] == HIDDEN]
        assert all(len(audit.possible(linked, place)) >= 5 for place in hidden[:10])


PLACE = Axis("PLACE", ("p", "q", "r"))
SERVICE = Axis("SERVICE", ("s", "t", "u", "v"))
SERVED = {"A": (PLACE, SERVICE), "B": (SERVICE, PLACE, LETTERS), "C": (LETTERS, PLACE)}
SOME = st.lists(st.tuples(*(st.sets(st.sampled_from(axis.codes), min_size=1) for axis in (PLACE, SERVICE, LETTERS))), max_size=60)


def served(described: Sequence[Sequence[set[str]]]) -> list[Grid]:
    """People who came to several places for several services, each once in a cell."""
    names = [axis.name for axis in (PLACE, SERVICE, LETTERS)]
    persons = [
        Person(UUID(int=n, version=4), {name: tuple(sorted(codes)) for name, codes in zip(names, each, strict=True)})
        for n, each in enumerate(described)
    ]
    return year(persons, SERVED)


@given(described=SOME)
@settings(max_examples=30, deadline=None)
def test_the_truth_fits_all_links_whoever_is_counted_in_several_cells(described: Sequence[Sequence[set[str]]]) -> None:
    """Seen to fail while totals were taken for the sums of their parts: a freeze then found no counts at all that fit."""
    grids = served(described)
    linked = system(grids)
    finest = [codes for each in grids for codes in ((each, fine) for fine in product(*(axis.codes for axis in each.axes)))]
    sums = linked.matrix @ [float(each[codes].n) for each, codes in finest]
    for (number, codes), row in linked.places.items():
        assert sums[row] - linked.excess[row] == grids[number][codes].n
    for link, value in zip(linked.links, sums[len(linked.places) :], strict=True):
        assert link.low <= value <= link.high


@given(described=SOME)
@settings(max_examples=10, deadline=None)
def test_whoever_is_counted_in_several_cells_the_audit_has_an_answer(described: Sequence[Sequence[set[str]]]) -> None:
    """And what it says holds the truth; moves never promise more values than the linear programs find."""
    grids = served(described)
    shown = [protect(each, TABLE) for each in grids]
    known = {
        (i, codes): bounds(each, shown[i], codes, TABLE.bound, repaired=set(), kept=set())
        for i, each in enumerate(grids)
        for codes in each.every()
    }
    linked = audit.Block.of(grids, known)
    moves = Moves(grids, known)
    hidden = [place for place in known if shown[place[0]][place[1]] == HIDDEN]
    for place in hidden[:12]:
        found = audit.possible(linked, place)
        assert grids[place[0]][place[1]].n in found
        assert moves.values(place, 1000) <= len(found)


def test_no_part_holds_more_than_its_total() -> None:
    """Ten people who all came twice: who knows the total knows of each part that it is no more."""
    both = Count(10, 10)
    each = Grid("T", "", (LETTERS,), "u", {("a",): both, ("b",): both, (TOTAL,): both})
    known = {"a": Bounds(0, 40), "b": Bounds(0, 40), "c": Bounds(0, 40), TOTAL: Bounds(10, 10)}
    twice = audit.Block.of([each], {(0, (code,)): bound for code, bound in known.items()})
    assert list(audit.possible(twice, (0, ("a",)))) == list(range(11))


# --- G9 ---


def test_an_exposed_cell_takes_its_smallest_neighbour_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = replace(make(5, 3.0), bound=0)  # an attacker who reads every figure as it is
    monkeypatch.setattr("services.reporting.disclosure.protect.perturbed", lambda count, table: count.n)
    done = passed([counts({("a",): 7, ("b",): 20, ("c",): 30})], exact, {"T"})
    assert done.rounds == 1
    assert done.shown["T", ""] == {
        ("a",): HIDDEN, ("b",): HIDDEN, ("c",): Shown(30, Status.SHOWN), (TOTAL,): Shown(57, Status.SHOWN)
    }  # fmt: skip


def test_a_table_that_cannot_be_mended_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.reporting.disclosure.repair.exposed", lambda block, hidden: list(hidden))
    done = passed([counts({("a",): 7, ("b",): 20}), replace(counts({("a",): 40}), table="S", universe="v", axes=())], TABLE, {"T", "S"})
    assert done.withheld == ("T",)
    assert set(done.shown) == {("S", "")}


def test_a_table_loses_its_last_dimension_before_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = audit.exposed
    monkeypatch.setattr(
        "services.reporting.disclosure.repair.exposed",
        lambda block, hidden: list(hidden) if len(block.grids[0].axes) > 1 else real(block, hidden),
    )
    done = passed([grid("T", (AREA, SEX), people(60, 4))], TABLE, {"T"})
    assert done.coarsened == ("T",)
    assert {len(codes) for codes in done.shown["T", ""]} == {1}


# --- over time ---


@given(old=st.integers(0, 60), new=st.integers(0, 60))
def test_a_revision_changes_a_cell_only_for_ten_or_more(old: int, new: int) -> None:
    before = protect(counts({("a",): old}), TABLE)
    kept = {codes: (Kept(counts({("a",): old})[codes], cell),) for codes, cell in before.items()}
    after = protect(counts({("a",): new}), TABLE, kept)
    if abs(new - old) < 10:
        assert after == before
    else:
        assert after == protect(counts({("a",): new}), TABLE)


@given(counted=st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_no_two_of_many_editions_differ_by_fewer_than_ten(counted: list[int]) -> None:
    editions: list[Kept] = []
    for n in counted:
        count = counts({("a",): n})["a",]
        again = stays(count, editions)
        editions.insert(0, Kept(again.behind if again else count, protect(counts({("a",): n}), TABLE, {("a",): editions})["a",]))
    for one in editions:
        for other in editions:
            assert one.shown == other.shown or abs(one.behind.n - other.behind.n) >= 10


def test_a_count_of_values_that_creeps_is_shown_anew_at_last_and_one_that_comes_back_as_before() -> None:
    def shown(days: float, n: int, editions: list[Kept]) -> Shown:
        grid = derived.Valued("T", "MEDIAN", (), "median", {(): derived.Values(n, (days,) * n)})
        return derived.figures(grid, {(): editions})[()]

    first = Kept(Count(40, 40), shown(7, 40, []))
    assert shown(8, 49, [first]) == first.shown
    assert shown(8, 50, [first]).value == 8
    second = Kept(Count(50, 50), shown(8, 50, [first]))
    assert shown(9, 40, [second, first]) == first.shown


def test_what_the_audit_believes_of_a_revision_holds_the_truth_also_where_many_were_hidden() -> None:
    level = Axis("LEVEL", ("LOW", "HIGH"), sensitive=True)

    def of(low: int, high: int) -> Grid:
        cells = {("LOW",): low, ("HIGH",): high, (TOTAL,): low + high}
        return Grid("T", "", (level,), "u", {codes: Count(n, n, n) for codes, n in cells.items()}, sensitive=True)

    first = of(0, 40)
    old = passed([first], TABLE, {"T"}).shown["T", ""]
    assert set(old.values()) == {HIDDEN}
    before = {("T", ""): {codes: [Kept(first[codes], cell)] for codes, cell in old.items()}}
    second = of(1, 40)
    draft = gate._draft([second], TABLE, before, {})
    assert draft.shown[0]["HIGH",] == HIDDEN
    known = _known(draft, TABLE.bound)
    assert all(bound.low <= second[codes].n <= bound.high for (_, codes), bound in known.items())
    assert passed([second], TABLE, {"T"}, before).shown["T", ""] == old


@given(seed=st.integers(0, 10**6))
@settings(max_examples=5, deadline=None)
def test_the_gate_says_the_same_whatever_the_order(seed: int) -> None:
    everybody = people(150, seed)
    one, other = year(everybody, SMALL), year(everybody[::-1], SMALL)[::-1]
    names = set(SMALL)
    assert passed(one, TABLE, names).shown == passed(other, TABLE, names).shown


def test_months_and_quarters_are_one_block() -> None:
    monthly, quarterly = grid("I01A", (MONTH, AREA, SEX), people(40, 3)), grid("I01B", (QUARTER, AREA, SEX, A5), people(40, 3))
    names = Counter(name.where for codes in monthly.every() for name in coarser(monthly, codes))
    assert names[name_of(quarterly, ("2026-Q3", AREA.codes[0], "F", TOTAL)).where] >= 3
    assert gate.METHOD == "gate-1"
