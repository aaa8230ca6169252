"""The table of access: what services need stands in it, and nothing that nobody should have."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from deploy.embedded.stack import ROOT, SERVICES
from shared.messaging.access import READS, Operation, Pattern, Resource, load_integrators, principals, table
from shared.messaging.contracts import contracts
from shared.messaging.topics import EVENT_TOPICS

TABLE = table({"acme": ("casework.case.v1",)})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_read_what_its_consumers_name(service: str) -> None:
    worker = importlib.import_module(f"services.{service}.worker")
    named = {topic for projection in worker.PROJECTIONS for topic in projection.topics}
    reactions = getattr(worker, "REACTIONS", None)
    if reactions is not None:
        named |= set(reactions.topics or [topic for kind in reactions.rules for topic in contracts()[kind].topics])
    assert named <= set(READS[service]), f"add {sorted(named - set(READS[service]))} to READS of shared/messaging/access.py"


def test_nobody_reads_or_writes_by_wildcard() -> None:
    wide = [
        str(grant) for grant in TABLE if grant.name in ("", "*") and grant.operation not in (Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS)
    ]
    assert not wide


def test_a_service_writes_its_own_topics_alone() -> None:
    for grant in TABLE:
        if grant.operation is Operation.WRITE and grant.principal.startswith("svc-"):
            assert grant.name.startswith(grant.principal.removeprefix("svc-").replace("live", "reporting"))


def test_operators_read_no_fact() -> None:
    assert not [grant for grant in TABLE if grant.principal == "ops" and grant.operation is Operation.READ]


def test_an_integrator_has_the_topics_of_its_agreement_and_its_own_copies_and_groups() -> None:
    assert {(g.resource, g.pattern, g.name, g.operation) for g in TABLE if g.principal == "integrator-acme"} == {
        (Resource.TOPIC, Pattern.LITERAL, "casework.case.v1", Operation.READ),
        (Resource.TOPIC, Pattern.PREFIXED, "replay.integrator.acme.", Operation.READ),
        (Resource.GROUP, Pattern.PREFIXED, "integrator.acme.", Operation.READ),
    }


def test_apis_are_not_in_it() -> None:
    assert {name for name in principals({}) if name.startswith("svc-")} == {f"svc-{service}" for service in SERVICES} | {"svc-live"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[Acme]\ntopics = []\n', "small letters"),
        ('[acme]\n', "topics"),
        ('[acme]\ntopics = []\nkeys = 1\n', "nothing else"),
        ('[acme]\ntopics = ["reporting-live-counts-changelog"]\n', "no topic of facts"),
        ('[acme]\ntopics = ["*"]\n', "no topic of facts"),
    ],
)  # fmt: skip
def test_a_file_of_integrators_that_is_wrong_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(ValueError, match=words):
        load_integrators(tmp_path / "r.toml")


def test_the_files_of_the_regions_are_right() -> None:
    for path in (ROOT / "deploy" / "integrators").glob("*.toml"):
        for topics in load_integrators(path).values():
            assert set(topics) <= set(EVENT_TOPICS)
