"""Rows for person.sql and fact.sql: one text each, because an array costs as much for each null as for a whole row.

The text is Postgres' own of a row, and the order of its fields that of the types `said_of_person` and `said_of_fact`.
"""

from collections.abc import Iterable

from services.reporting.facts.zones import day_at
from shared.codes.partial_date import middle, precision
from shared.eventsourcing.projection import Fact, Op


def packed(fields: Iterable[str | int | None]) -> str:
    """A row as text: fields parted by commas, in quotation marks where they hold a sign of this form, empty for None."""
    texts = ["" if field is None else field if type(field) is str else str(field) for field in fields]
    row = ",".join(texts)
    if row.count(",") != len(texts) - 1 or '"' in row or "\\" in row or ")" in row:
        row = ",".join(_quoted(text) if text else "" for text in texts)
    return f"({row})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


def person(
    what: str,
    f: Fact,
    attributes: Iterable[str | int | None],
    *,
    day: str | None = None,
    centre: str | None = None,
    channel: str | None = None,
    consent: str | None = None,
) -> Op:
    """A step of a person. what: REGISTERED, GIVEN, ENDED or the reason of an amendment; attributes: all nine, or Nones."""
    told = day_at(f.data["ctx"]["centre"], f.occurred_at).isoformat()
    fields = (what, f.stream, f.version, f.event_id, f.recorded_at, day, centre, channel, consent, *attributes, told)
    return Op("person", (packed(fields),))


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
    centre: str | None = None,
) -> Op:
    """day: the fact's own date, whole or partial (YYYY, YYYY-MM); None: the day at the centre when it happened.

    Of a partial date the row keeps its middle, at which ages are taken, and its precision, which says in which periods it
    counts. centre: where it counts, if that is not where it was told. sex, age, nat: only of facts that describe themselves;
    those of a person are resolved in the database.
    """
    here = f.data["ctx"]["centre"]
    exact, told = "D", None
    if day is None or client is not None:
        told = day_at(here, f.occurred_at).isoformat()
    if day is None:
        day = told
    elif len(day) < 10:
        exact, day = precision(day), middle(day).isoformat()
    fields = (
        kind, f.stream, f.event_id, part, f.version, client, centre or here, day, exact, f.recorded_at, item, sex, age, nat,
        c1, c2, c3, c4, c5, c6, qty, due, done, told,
    )  # fmt: skip
    return Op("fact", (packed(fields),))


def heard(f: Fact, client: str) -> Op:
    """That there was something about a client, of which nothing is told without consent to statistics."""
    return Op("heard", (client, day_at(f.data["ctx"]["centre"], f.occurred_at).isoformat()))
