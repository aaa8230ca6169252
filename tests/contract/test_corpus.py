"""The corpus: what was released is read for ever, and what is written today is read by yesterday's readers."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints
from uuid import UUID

import orjson
import pytest
from cloudevents.core.v1.event import CloudEvent
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jsonschema import Draft202012Validator, FormatChecker

import services
from cli.contracts import corpus, samples
from shared.eventsourcing.event import Event
from shared.eventsourcing.wire import subject_of
from shared.messaging.cloudevents import decode
from shared.messaging.contracts import aggregates
from shared.privacy.classes import ERASED, FieldClass
from shared.privacy.keyring import SubjectKey
from shared.privacy.sealed import SealedItem, open_blob

ROOT = corpus.ROOT
RECORDS = sorted(corpus.GOLDEN.glob("*/*/*/*.json"))
VERSIONS = sorted({path.parent for path in RECORDS})
SCHEMA_FILES = sorted(corpus.SCHEMAS.rglob("*.json"))
BY_TOPIC = {aggregate.topic: aggregate for aggregate in aggregates()}


def short(path: Path) -> str:
    return path.relative_to(corpus.GOLDEN if path.is_relative_to(corpus.GOLDEN) else corpus.SCHEMAS).as_posix()


@cache
def folds() -> Mapping[type[Event], tuple[Any, Any]]:
    """Event -> (initial state, evolve) of the aggregate that holds it: the state.py whose `evolve` names it."""
    found: dict[type[Event], tuple[Any, Any]] = {}
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".state"):
            state = importlib.import_module(module.name)
            for event in get_args(get_type_hints(state.evolve)["event"]):
                found[event] = (state.State(), state.evolve)
    return found


def record(path: Path) -> SimpleNamespace:
    """As aiokafka would hand it out."""
    kept = corpus.read(path)
    headers = tuple((name, value.encode()) for name, value in kept["headers"].items())
    return SimpleNamespace(
        topic=kept["topic"], partition=0, offset=0, key=kept["key"].encode(), value=orjson.dumps(kept["value"]), headers=headers
    )


def event_of(path: Path, *, opened: bool) -> Event:
    """The fact of a kept record as today's code reads it from a store that kept it in its old shape."""
    kept = corpus.read(path)
    aggregate, name = BY_TOPIC[kept["topic"]], path.parents[1].name
    event = aggregate.events[name]
    data = aggregate.upcast(name, kept["stored_schema"], kept["value"])
    members = {member: value for member, value in data.items() if member not in ("ctx", "sealed")}
    plain = kept.get("plain", {})
    for which in event.sealed_classes:
        if which in plain:
            members[which] = event.sealed_model(which).model_validate_json(orjson.dumps(plain[which])) if opened else ERASED
        elif event.model_fields[which].is_required():
            members[which] = ERASED
    return event.model_validate(members)


def test_every_contract_is_as_it_was_released() -> None:
    found = [str(finding) for finding in corpus.findings()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", RECORDS, ids=short)
def test_a_record_of_any_release_is_read_and_folded_today(path: Path) -> None:
    fact = decode(record(path))
    assert fact.type.split(".")[2] == path.parents[1].name
    for opened in (True, False):
        event = event_of(path, opened=opened)
        assert type(event) in folds(), f"no state.py folds {type(event).__name__}"
        initial, evolve = folds()[type(event)]
        evolve(initial, event)


@pytest.mark.parametrize("path", RECORDS, ids=short)
def test_a_record_is_valid_under_the_schema_it_names_and_every_older_one(path: Path) -> None:
    """Those of today's version are what new code writes: they must be valid under every published minor of their major."""
    kept, number = corpus.read(path), path.parent.name
    major, minor = map(int, number.split("."))
    folder = corpus.SCHEMAS / path.parents[2].name / path.parents[1].name
    assert kept["headers"]["ce_dataschema"].endswith(f":{number}")
    for older in range(minor + 1):
        schema = folder / f"{major}.{older}.json"
        assert not errors(corpus.read(schema), kept["value"]), schema
        for which, plain in kept.get("plain", {}).items():
            sealed = folder / f"{major}.{older}" / "sealed" / f"{which}.json"
            assert older < minor or sealed.exists()
            assert not sealed.exists() or not errors(corpus.read(sealed), plain), sealed


def errors(schema: dict[str, Any], value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value)]


@pytest.mark.parametrize("path", RECORDS, ids=short)
def test_the_blobs_of_a_record_open_with_the_published_test_keys_and_with_no_others(path: Path) -> None:
    kept = corpus.read(path)
    event = BY_TOPIC[kept["topic"]].events[path.parents[1].name]
    headers = kept["headers"]
    for which, blob in kept["value"].get("sealed", {}).items():
        subject = subject_of(event, FieldClass(which), UUID(headers["ce_subject"]), kept["value"])
        assert str(subject) == kept["keys"][which]["subject_id"]
        item = SealedItem(
            UUID(str(subject)), UUID(headers["ce_subject"]), UUID(headers["ce_id"]), path.parents[1].name, FieldClass(which), blob
        )
        key = SubjectKey(UUID(kept["keys"][which]["key_id"]), AESGCM(b64decode(kept["keys"][which]["key"])))
        plain = open_blob(key, item)
        assert isinstance(plain, bytes)
        assert orjson.loads(plain) == kept["plain"][which]
        assert open_blob(None, item) is ERASED


@pytest.mark.parametrize("path", RECORDS, ids=short)
def test_a_second_reader_takes_the_headers_for_a_cloud_event(path: Path) -> None:
    headers = corpus.read(path)["headers"]
    attributes: dict[str, Any] = {name.removeprefix("ce_"): value for name, value in headers.items() if name.startswith("ce_")}
    attributes["time"] = datetime.fromisoformat(attributes["time"])
    assert CloudEvent(attributes=attributes, data={}).get_id() == headers["ce_id"]


@pytest.mark.parametrize("folder", VERSIONS, ids=short)
def test_every_version_keeps_at_least_three_records(folder: Path) -> None:
    assert len(list(folder.glob("*.json"))) >= 3


@pytest.mark.parametrize("path", SCHEMA_FILES, ids=short)
def test_a_published_schema_is_one_and_says_what_every_member_means_and_how_long_it_may_be(path: Path) -> None:
    schema = corpus.read(path)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].startswith("urn:gabay:schema:")
    silent = [at for at, each in members(schema) if not each.get("description")]
    assert not silent, f"no description: {silent}"
    endless = [at for at, each in members(schema) if each.get("type") == "string" and not each.keys() & {"maxLength", "pattern", "format"}]
    assert not endless, f"no bound: {endless}"
    assert '"additionalProperties": false' not in path.read_text()


def members(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, each in schema.get("properties", {}).items():
        yield f"{path}{name}", each
        yield from members(each.get("items", each), f"{path}{name}.")


@pytest.mark.parametrize("path", RECORDS, ids=short)
def test_a_record_that_is_made_again_is_the_same(path: Path) -> None:
    """So that two branches which release the same version do not disagree."""
    aggregate = BY_TOPIC[corpus.read(path)["topic"]]
    event = aggregate.events[path.parents[1].name]
    if path.parent.name != f"{event.schema_major}.{event.schema_minor}":
        pytest.skip("of an older version: today's code makes records of today's")
    first = next(
        version.aggregate for version in corpus.versions() if version.event is event and version.aggregate.service == aggregate.service
    )
    assert corpus.text_of(samples.golden(first, event, path.stem)) == path.read_text(encoding="utf-8")


def test_nothing_released_was_ever_edited_or_deleted() -> None:
    """By the history of this branch: each old content must stand in withdrawn.txt, with the reason."""
    folders = ["tests/contract/golden", "docs/reference/schemas"]
    command = ["git", "log", "--no-merges", "--no-renames", "--diff-filter=MD", "--raw", "--no-abbrev", "--format=", "HEAD", "--", *folders]
    history = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    dirty = subprocess.run(["git", "diff", "--no-renames", "--diff-filter=MD", "--raw", "--no-abbrev", "HEAD", "--", *folders],
                           cwd=ROOT, capture_output=True, text=True, check=True).stdout  # fmt: skip
    withdrawn = {line.split()[0] for line in corpus.WITHDRAWN.read_text().splitlines() if line and not line.startswith("#")}
    changed = []
    for line in (history + dirty).splitlines():
        about, _, name = line.partition("\t")
        if name.endswith(".json") and about.split()[2] not in withdrawn:
            changed.append(name)
    assert not changed, (
        f"released contracts were edited or deleted: {sorted(set(changed))}\nPut them back (git log -- FILE), and release a new minor; "
        "or ./gabay contracts withdraw SERVICE/EVENT/VERSION --reason TEXT where nobody can have relied on it"
    )
