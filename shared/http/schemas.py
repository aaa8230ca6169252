"""`/v1/schemas`: the published contracts of the topics, for whoever reads facts. Public, and the same on every stack.

Served from `docs/reference`, where they are kept version by version; what is not among those files does not exist.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.http.answer import Answer
from shared.http.call import Call
from shared.http.command import CommandRouter
from shared.http.meta import cached
from shared.http.operation import PUBLIC
from shared.http.problems import Problem
from shared.settings import ROOT

REFERENCE = ROOT / "docs" / "reference"
router = CommandRouter("schemas")


@cache
def published() -> Mapping[str, Path]:
    """`<service>/<event>/<major>.<minor>` (and `.../sealed/<class>`) -> file. By name: no path is ever made of a request."""
    folder = REFERENCE / "schemas"
    return {path.relative_to(folder).as_posix().removesuffix(".json"): path for path in folder.rglob("*.json")}


@router.read("GET", "/v1/schemas/asyncapi.json", action=PUBLIC, public=True)
async def read_asyncapi(call: Call) -> Answer:
    """Every topic and every type of fact on it, as AsyncAPI 3.0."""
    return _file(call, REFERENCE / "asyncapi.json")


@router.read("GET", "/v1/schemas/{service}/{event}/{version}", action=PUBLIC, public=True)
async def read_schema(call: Call) -> Answer:
    """JSON Schema of the value of one version of a fact: what `ce_dataschema` names."""
    return _schema(call, f"{call.path['service']}/{call.path['event']}/{call.path['version']}")


@router.read("GET", "/v1/schemas/{service}/{event}/{version}/sealed/{class}", action=PUBLIC, public=True)
async def read_sealed_schema(call: Call) -> Answer:
    """JSON Schema of what a sealed blob of this version holds, for those who hold keys."""
    return _schema(call, f"{call.path['service']}/{call.path['event']}/{call.path['version']}/sealed/{call.path['class']}")


def _schema(call: Call, name: str) -> Answer:
    path = published().get(name)
    if path is None:
        raise Problem("not-found")
    return _file(call, path)


def _file(call: Call, path: Path) -> Answer:
    try:
        return cached(call, path.read_bytes())
    except FileNotFoundError:
        raise Problem("not-found") from None
