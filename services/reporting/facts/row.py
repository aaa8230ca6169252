"""One row of `fact`, in the order of the parameters of fact.sql."""

from services.reporting.facts.zones import day_at
from shared.codes.partial_date import middle, precision
from shared.eventsourcing.projection import Fact, Op


def fact(
    kind: str,
    f: Fact,
    day: str | None,
    *,
    client: str | None = None,
    item: str | None = None,
    part: int = 0,
    sex: str | None = None,
    age: str | None = None,
    nat: str | None = None,
    c1: str | None = None,
    c2: str | None = None,
    c3: str | None = None,
    c4: str | None = None,
    c5: str | None = None,
    c6: str | None = None,
    qty: str | int | None = None,
    due: str | None = None,
    done: str | None = None,
) -> Op:
    """day: the fact's own date, whole or partial (YYYY, YYYY-MM); None: the day at the centre when it happened.

    Of a partial date the row keeps its middle, at which ages are taken, and its precision, which says in which periods it
    counts. sex, age, nat: only of facts that describe themselves; those of a person are resolved in the database.
    """
    centre = f.data["ctx"]["centre"]
    exact = "D"
    if day is None:
        day = day_at(centre, f.occurred_at).isoformat()
    elif len(day) < 10:
        exact, day = precision(day), middle(day).isoformat()
    return Op(
        "fact",
        (
            kind, f.stream, f.event_id, part, f.version, client, centre, day, exact, f.recorded_at, item, sex, age, nat,
            c1, c2, c3, c4, c5, c6, qty, due, done,
        ),
    )  # fmt: skip
