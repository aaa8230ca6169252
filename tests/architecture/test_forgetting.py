"""Every read model that knows of people forgets them: whoever adds a table with a client in it is told here."""

import importlib
import re
from pathlib import Path

import pytest

from shared.eventsourcing.projection import Projection
from shared.messaging.batch import erases
from shared.messaging.write import folder

SERVICES = ("intake", "casework", "referrals", "reporting")
PERSON = re.compile(r"^\s+(client_id|client|subject_id|member_id)\s+uuid\b", re.MULTILINE)
TABLE = re.compile(r"^create table (\w+) \((.*?)^\)", re.MULTILINE | re.DOTALL)
PROJECTIONS: list[Projection] = [each for s in SERVICES for each in importlib.import_module(f"services.{s}.worker").PROJECTIONS]


def tables_of_people(projection: Projection) -> set[str]:
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(folder(projection).glob("tables*.sql")))
    return {name for name, columns in TABLE.findall(text) if PERSON.search(columns)}


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda each: each.name)
def test_tables_of_people_are_declared(projection: Projection) -> None:
    """`Projection(..., forgets=[...])` names every table with a column of a person."""
    assert tables_of_people(projection) <= set(projection.forgets)


@pytest.mark.parametrize("projection", [each for each in PROJECTIONS if each.forgets], ids=lambda each: each.name)
def test_what_is_declared_is_forgotten(projection: Projection) -> None:
    """By a handler of `client-erased`, or by a `purge.sql` that deletes from each of its tables."""
    if any(erases(kind) for kind in projection.handlers):
        return
    statement = Path(folder(projection) / "purge.sql").read_text(encoding="utf-8")
    assert set(projection.forgets) == set(re.findall(r"delete from (\w+)", statement))


@pytest.mark.parametrize("service", SERVICES)
def test_every_worker_acknowledges(service: str) -> None:
    assert "Forgetting(PROJECTIONS" in Path(f"services/{service}/worker.py").read_text(encoding="utf-8")
