"""In which order a projection's operations take effect."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventsourcing.projection import Op, Projection
from shared.messaging.write import Writer, folder


def a_writer(at: Path, **statements: str) -> Writer:
    for name, text in statements.items():
        (at / f"{name}.sql").write_text(text)
    return Writer(Projection("casework.ledger", version=1, topics=[]), at)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    return a_writer(tmp_path_factory.mktemp("sql"), a="select 1", b="select 2", many="-- repeats: rows of their own\nselect 3")


def test_operations_of_many_streams_become_one_call_a_name(writer: Writer) -> None:
    asked = [(stream, Op(name, (stream, name))) for stream in ("s1", "s2", "s3") for name in ("a", "b")]
    assert writer.arrange(asked) == [
        ("a", [("s1", "a"), ("s2", "a"), ("s3", "a")]),
        ("b", [("s1", "b"), ("s2", "b"), ("s3", "b")]),
    ]


def test_a_stream_appears_once_in_a_call_unless_the_statement_says_that_it_may_repeat(writer: Writer) -> None:
    asked = [("s", Op(name, (n,))) for n, name in enumerate(("a", "many", "many", "a"))]
    assert writer.arrange(asked) == [("a", [(0,)]), ("many", [(1,), (2,)]), ("a", [(3,)])]


def test_an_earlier_name_after_a_later_one_waits_for_its_turn(writer: Writer) -> None:
    asked = [("s", Op("a", (1,))), ("s", Op("b", (2,))), ("s", Op("a", (3,))), ("t", Op("b", (4,)))]
    assert writer.arrange(asked) == [("a", [(1,)]), ("b", [(2,), (4,)]), ("a", [(3,)])]


@given(st.lists(st.tuples(st.sampled_from("stu"), st.sampled_from(["a", "b", "many"])), max_size=40))
def test_every_stream_sees_its_operations_in_the_order_of_its_facts(asked: list[tuple[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as at:
        writer = a_writer(Path(at), a="", b="", many="-- repeats: yes")
    calls = writer.arrange([(stream, Op(name, (stream, n))) for n, (stream, name) in enumerate(asked)])
    done: dict[str, list[int]] = {}
    for name, rows in calls:
        for stream, n in rows:
            done.setdefault(stream, []).append(n)
        if name != "many":
            assert len({stream for stream, _ in rows}) == len(rows)
    assert all(order == sorted(order) for order in done.values())
    assert sum(map(len, done.values())) == len(asked)


async def test_a_statement_without_a_file_is_named(writer: Writer) -> None:
    with pytest.raises(LookupError, match=r"casework\.ledger has no statement nothing\.sql"):
        await writer.write(None, [("s", Op("nothing", (1,)))])  # type: ignore[arg-type]


async def test_rows_travel_as_columns(writer: Writer) -> None:
    class Connection:
        calls: list[Any] = []  # noqa: RUF012  # one test, one use

        async def execute(self, text: str, *columns: Any) -> None:
            self.calls.append((text, columns))

    connection: Any = Connection()
    await writer.write(connection, [("s", Op("a", (1, "x"))), ("t", Op("a", (2, "y")))])
    assert connection.calls == [("select 1", ((1, 2), ("x", "y")))]


def test_the_statements_are_beside_the_handlers() -> None:
    projection = Projection("casework.ledger", version=1, topics=[])
    projection.on("gabay.casework.paid.v1")(lambda fact: None)
    assert folder(projection) == Path(__file__).parent
