"""A house with random guests against a simple model: a set of people per unit, and never more than its capacity."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.codes import AdultChild, RoomClass, Sex, UnitKind
from shared.errors import Rejected
from shared.region_centre import ShelterUnit
from tests.unit.casework.stays import ARRIVED, UNITS, ending, extending, moving, starting
from tests.unit.casework.stays import STAYS as DECIDER

units = st.sampled_from(UNITS)
people = st.tuples(st.sampled_from(list(Sex)), st.sampled_from(list(AdultChild)), st.booleans())


class House(RuleBasedStateMachine):
    """The facts of each stay and the places as an append counts them, beside the model: guest -> unit."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[list[Any]] = []
        self.taken: Counter[str] = Counter()
        self.model: dict[int, tuple[ShelterUnit, tuple[Any, ...]]] = {}
        self.left: set[int] = set()

    def append(self, guest: int, command: Any) -> str | None:
        """Decide and, like the store, take and give places or refuse all of it; the code of the refusal."""
        state = DECIDER.fold(self.facts[guest])
        try:
            events = DECIDER.decide(command, state)
        except Rejected as refusal:
            return refusal.code
        rows = DECIDER.rows_of(_no_id, state, events)
        if any(row.kind == "take" and self.taken[row.key] >= row.limit for row in rows):
            return "unit-full"
        for row in rows:
            self.taken[row.key] += {"take": 1, "give": -1}.get(row.kind, 0)
        self.facts[guest] += events
        return None

    @rule(unit=units, person=people)
    def arrive(self, unit: ShelterUnit, person: tuple[Any, ...]) -> None:
        sex, age, family = person
        self.facts.append([])
        guest = len(self.facts) - 1
        refused = self.append(guest, starting(unit=unit, sex=sex, adult_child=age, family=family))
        assert refused == self.expected(unit, person)
        if refused is None:
            self.model[guest] = (unit, person)

    @precondition(lambda self: self.model)
    @rule(unit=units, data=st.data())
    def move(self, unit: ShelterUnit, data: st.DataObject) -> None:
        guest = data.draw(st.sampled_from(sorted(self.model)))
        here, person = self.model[guest]
        refused = self.append(guest, moving(unit, sex=person[0]))
        if UnitKind.SAFE in (here.kind, unit.kind):
            assert refused == "validation"
        elif unit == here:
            assert refused is None
        else:
            assert refused == self.expected(unit, person)
        if refused is None:
            self.model[guest] = (unit, person)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), hours=st.integers(0, 60))
    def leave(self, data: st.DataObject, hours: int) -> None:
        guest = data.draw(st.sampled_from(sorted(self.model)))
        left = ARRIVED + timedelta(hours=min(hours, 54))
        assert self.append(guest, ending(left=left)) is None
        # 23:00 on the first evening: midnight comes after an hour, and then every 24
        assert self.facts[guest][-1].nights == (min(hours, 54) + 23) // 24
        del self.model[guest]
        self.left.add(guest)

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def knock_again(self, data: st.DataObject) -> None:
        guest = data.draw(st.sampled_from(sorted(self.left)))
        assert self.append(guest, ending()) == self.append(guest, extending()) == "invalid-state"

    @invariant()
    def nobody_sleeps_where_there_is_no_place(self) -> None:
        full = Counter(unit.code for unit, _ in self.model.values())
        assert +self.taken == +full
        assert all(full[unit.code] <= unit.capacity for unit in UNITS)

    @invariant()
    def nobody_sleeps_where_they_must_not(self) -> None:
        for unit, (sex, age, family) in self.model.values():
            assert not (unit.room_class is RoomClass.CHILD and age is AdultChild.ADULT)
            assert not (unit.room_class is RoomClass.DORM_F and (sex is not Sex.F or family))

    def expected(self, unit: ShelterUnit, person: tuple[Any, ...]) -> str | None:
        sex, age, family = person
        alone = age is AdultChild.ADULT and not family
        fits = {
            RoomClass.DORM_F: alone and sex is Sex.F,
            RoomClass.DORM_M: alone and sex is Sex.M,
            RoomClass.FAMILY: family,
            RoomClass.CHILD: age is not AdultChild.ADULT,
        }
        if not fits.get(unit.room_class, True):
            return "separation-rule"
        full = sum(there == unit for there, _ in self.model.values()) >= unit.capacity
        return "unit-full" if full else None


_no_id: Any = None

TestHouse = House.TestCase
TestHouse.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
