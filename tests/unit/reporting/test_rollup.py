"""Which table a national stack is told to show, and to show no more (messaging chapter, section 11)."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.reporting.rollup.decisions import TABLE, PublishTable, WithdrawTable
from shared.contracts.reporting.rollup import ROLLUP, TablePublished, TableWithdrawn, stream_of
from tests.unit.kit import given


def published(edition: int = 0) -> TablePublished:
    return TablePublished(
        release=f"antique-2026Q3.{edition}", table="I01B", period="2026-Q3", edition=edition, chain="0" * 64, manifest="{}",
        signature="A" * 86 + "==", data="{}",
    )  # fmt: skip


def withdrawn(edition: int = 0, *, grave: bool = True) -> TableWithdrawn:
    return TableWithdrawn(
        release=f"antique-2026Q3.{edition}", table="I01B", period="2026-Q3", edition=edition, chain="0" * 64, withdrawn=grave
    )


def test_the_roll_up_travels_on_its_one_topic() -> None:
    assert ROLLUP.topic == "reporting.rollup.v1"
    assert ROLLUP.ce_type("table-published") == "gabay.reporting.table-published.v1"


def test_a_table_of_a_period_is_one_stream_whatever_its_edition() -> None:
    assert stream_of("antique", "I01B", "2026-Q3") == uuid5(NAMESPACE_URL, "urn:gabay:table:antique:I01B:2026-Q3")


def test_a_published_table_is_told_once() -> None:
    given(TABLE).when(PublishTable(table=published())).then(published()).when(PublishTable(table=published())).nothing()


def test_a_revision_replaces() -> None:
    given(TABLE, published()).when(PublishTable(table=published(1))).then(published(1))


def test_an_older_edition_never_replaces_a_later_one() -> None:
    given(TABLE, published(1)).when(PublishTable(table=published())).rejected("invalid-state", state="antique-2026Q3.1")


def test_a_withdrawal_takes_back_its_own_release() -> None:
    given(TABLE, published()).when(WithdrawTable(table=withdrawn())).then(withdrawn())


def test_a_withdrawn_edition_that_a_later_one_had_replaced_changes_nothing() -> None:
    given(TABLE, published(), published(1)).when(WithdrawTable(table=withdrawn(0))).nothing()


def test_a_later_edition_without_the_table_takes_it_back() -> None:
    given(TABLE, published()).when(WithdrawTable(table=withdrawn(1, grave=False))).then(withdrawn(1, grave=False))


def test_a_table_that_was_never_told_is_not_taken_back() -> None:
    given(TABLE).when(WithdrawTable(table=withdrawn(1, grave=False))).nothing()


def test_an_earlier_edition_stands_again_after_a_withdrawal() -> None:
    given(TABLE, published(), published(1), withdrawn(1)).when(PublishTable(table=published())).then(published())


class Editions(RuleBasedStateMachine):
    """Editions come out, some without the table, some are withdrawn: what stands is always the newest that is public and has it."""

    def __init__(self) -> None:
        super().__init__()
        self.state = TABLE.initial
        self.public: list[tuple[int, bool]] = []  # edition, whether it has the table
        self.next = 0

    def run(self, command: PublishTable | WithdrawTable) -> None:
        for event in TABLE.decide(command, self.state):
            self.state = TABLE.evolve(self.state, event)

    @rule(has=st.booleans())
    def publish(self, has: bool) -> None:
        self.public.append((self.next, has))
        self.run(PublishTable(table=published(self.next)) if has else WithdrawTable(table=withdrawn(self.next, grave=False)))
        self.next += 1

    @rule(at=st.integers(min_value=0, max_value=20))
    def withdraw(self, at: int) -> None:
        if not self.public:
            return
        edition, _ = self.public.pop(at % len(self.public))
        stood = self.state.edition == edition
        self.run(WithdrawTable(table=withdrawn(edition)))
        if stood and self.public and self.public[-1][1]:
            self.run(PublishTable(table=published(self.public[-1][0])))

    @rule()
    def repeat(self) -> None:
        if self.state.edition is not None:
            self.run(PublishTable(table=published(self.state.edition)))

    @invariant()
    def what_stands_is_public_and_the_newest_that_was_told(self) -> None:
        editions = [edition for edition, has in self.public if has]
        assert self.state.edition is None or self.state.edition in editions

    @invariant()
    def an_older_edition_is_refused(self) -> None:
        if self.state.edition:
            older = PublishTable(table=published(self.state.edition - 1))
            given(TABLE, published(self.state.edition)).when(older).rejected("invalid-state")


TestEditions = Editions.TestCase
TestEditions.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
