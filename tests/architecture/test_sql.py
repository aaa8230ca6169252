"""SQL stands in .sql files or in plain strings; what a person typed reaches it as a parameter only."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.sources import called, findings, lint, sources

QUERIES = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "cursor", "copy_from_query"})

# File -> why it builds a statement: identifiers can't be parameters, and these come from the project's own tables.
BUILT = {
    "shared/eventsourcing/migrate.py": "the number of a lock, a constant",
    "services/reporting/facts/watermark.py": "the schema of the generation that its own projection names",
    "shared/messaging/models.py": "names of schemas, tables and roles that projections of this project declare",
}


def built_sql(module: ast.AST) -> Iterator[tuple[int, str]]:
    """A statement put together from strings: f"", %, + or .format() as the first argument of a query."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or called(node).rpartition(".")[2] not in QUERIES or not node.args:
            continue
        statement = node.args[0]
        joined = isinstance(statement, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in statement.values)
        glued = isinstance(statement, ast.BinOp) and isinstance(statement.op, ast.Add | ast.Mod)
        if joined or glued or called(statement).rpartition(".")[2] in ("format", "join"):
            yield node.lineno, f"{called(node)}() of a statement built from strings"


@cache
def built() -> list[str]:
    return lint(built_sql, sources("shared/**/*.py", "services/**/*.py", "cli/**/*.py", "deploy/**/*.py"))


def test_no_statement_is_built_from_strings() -> None:
    bad = [line for line in built() if line.partition(":")[0] not in BUILT]
    assert not bad, "\n".join(bad)


def test_every_exception_is_still_needed() -> None:
    assert set(BUILT) == {line.partition(":")[0] for line in built()}


@pytest.mark.parametrize(
    "snippet",
    [
        "await pool.fetch(f'select {name} from event')",
        "connection.execute('select * from event where id = ' + given)",
        "connection.execute('select %s' % given)",
        "connection.fetchval('select {}'.format(given))",
    ],
)
def test_a_built_statement_is_found(snippet: str) -> None:
    assert len(findings(built_sql, f"async def f():\n    {snippet}")) == 1


def test_parameters_are_welcome() -> None:
    assert not findings(built_sql, "pool.fetch('select 1 where id = $1', given)\npool.fetch(SQL.of_client, client_id)")
