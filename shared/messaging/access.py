"""The one table of who may do what on Kafka: services, operators, integrators, the national mirror. Nothing else is allowed.

`gabay acl apply` makes a cluster's access control lists equal to it; Kubernetes' KafkaUsers are made from it too. No wildcard
topic to read or write, no creation of topics but copies on request. Apis are not in it: they never speak Kafka.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple

from shared.messaging.topics import BY_NAME, EVENT_TOPICS


class Resource(IntEnum):
    """Kafka's own numbers."""

    TOPIC = 2
    GROUP = 3
    CLUSTER = 4


class Pattern(IntEnum):
    """How a name is meant: this one, or everything that begins so."""

    LITERAL = 3
    PREFIXED = 4


class Operation(IntEnum):
    """Kafka's own numbers. Read, Write and Alter imply Describe."""

    READ = 3
    WRITE = 4
    CREATE = 5
    ALTER = 7
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10
    IDEMPOTENT_WRITE = 12


class Grant(NamedTuple):
    """One permission of one principal."""

    principal: str
    resource: Resource
    pattern: Pattern
    name: str
    operation: Operation

    def __str__(self) -> str:
        star = "*" if self.pattern is Pattern.PREFIXED else ""
        return f"{self.principal}: {self.operation.name.lower()} on {self.resource.name.lower()} {self.name}{star}"

    def covers(self, resource: Resource, name: str, operation: Operation) -> bool:
        """Whether it allows this (implied Describe included)."""
        implied = operation is Operation.DESCRIBE and self.operation in (Operation.READ, Operation.WRITE, Operation.ALTER)
        if self.resource is not resource or not (self.operation is operation or implied):
            return False
        if self.pattern is Pattern.PREFIXED:
            return name.startswith(self.name)
        return self.name in (name, "*")


CLIENT, CASE = "intake.client.v1", "casework.case.v1"
READS: Final[Mapping[str, tuple[str, ...]]] = {
    "intake": (
        CLIENT, "intake.household.v1", "intake.encounter.v1", "intake.outreach-session.v1", "intake.incident.v1", CASE, "casework.stay.v1",
        "referrals.referral.v1",
    ),
    "casework": (
        CLIENT, "intake.incident.v1", CASE, "casework.stay.v1", "casework.training-session.v1", "casework.feedback.v1",
        "referrals.referral.v1",
    ),
    "referrals": (CLIENT, CASE, "referrals.referral.v1", "referrals.service-entry.v1"),
    "reporting": EVENT_TOPICS,
}  # fmt: skip
"""The topics that a service's consumers name; a test holds it against them. Reporting counts everything."""

LIVE_TOPICS: Final = (CLIENT, "intake.encounter.v1", CASE, "casework.stay.v1", "referrals.referral.v1")
LIVE_APP: Final = "reporting-live"
ROLLUP: Final = "reporting.rollup.v1"
SUPER_USERS: Final = ("admin", "broker")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}").fullmatch

Integrators = Mapping[str, Sequence[str]]


def table(integrators: Integrators) -> tuple[Grant, ...]:
    """Every permission there is. integrators: name -> topics of the agreement."""
    found: list[Grant] = []
    for service in READS:
        found += _service(service)
    found += _live()
    found += _operators()
    for name, topics in sorted(integrators.items()):
        found += _integrator(name, topics)
    found += [_topic("mm2-national", ROLLUP, Operation.READ), _topic("mm2-national", ROLLUP, Operation.DESCRIBE_CONFIGS)]
    return tuple(dict.fromkeys(found))


def principals(integrators: Integrators) -> tuple[str, ...]:
    """Everybody in the table, in its order."""
    return tuple(dict.fromkeys(grant.principal for grant in table(integrators)))


def load_integrators(path: Path) -> dict[str, tuple[str, ...]]:
    """`[name]` with `topics = [...]` each; none if the file is not there. Raises ValueError naming what is wrong."""
    if not path.exists():
        return {}
    found = {}
    for name, said in tomllib.loads(path.read_text(encoding="utf-8")).items():
        topics = said.get("topics") if isinstance(said, dict) else None
        if not _NAME(name):
            raise ValueError(f"{path.name}: an integrator is named by 2 to 31 small letters, digits and dashes")
        if not isinstance(topics, list) or set(said) - {"topics", "webhooks"}:
            raise ValueError(f"{path.name}: [{name}] has topics = [...] and, for webhooks, [[{name}.webhooks]]; nothing else")
        if wrong := [topic for topic in topics if topic not in EVENT_TOPICS]:
            raise ValueError(f"{path.name}: [{name}] names {wrong[0]}, which is no topic of facts: gabay topics list")
        found[name] = tuple(topics)
    return found


def _service(service: str) -> Iterator[Grant]:
    principal = f"svc-{service}"
    if service == "reporting":
        yield _topic(principal, ROLLUP, Operation.WRITE)
    else:
        yield _topics(principal, f"{service}.", Operation.WRITE)
        yield _topics(principal, f"{service}.", Operation.DESCRIBE)
    for topic in READS[service]:
        yield _topic(principal, topic, Operation.READ)
    yield _topics(principal, f"replay.{service}.", Operation.READ)
    yield Grant(principal, Resource.GROUP, Pattern.PREFIXED, f"{service}.", Operation.READ)
    yield Grant(principal, Resource.CLUSTER, Pattern.LITERAL, "kafka-cluster", Operation.IDEMPOTENT_WRITE)


def _live() -> Iterator[Grant]:
    for topic in LIVE_TOPICS:
        yield _topic("svc-live", topic, Operation.READ)
    for name in BY_NAME:
        if name.startswith(f"{LIVE_APP}-") and name.endswith("-changelog"):
            yield _topic("svc-live", name, Operation.READ)
            yield _topic("svc-live", name, Operation.WRITE)
    yield Grant("svc-live", Resource.GROUP, Pattern.LITERAL, LIVE_APP, Operation.READ)
    yield Grant("svc-live", Resource.CLUSTER, Pattern.LITERAL, "kafka-cluster", Operation.IDEMPOTENT_WRITE)


def _operators() -> Iterator[Grant]:
    """`gabay` itself: looks at everything's shape, writes copies on request, reads no fact."""
    for operation in (Operation.CREATE, Operation.ALTER, Operation.DESCRIBE, Operation.WRITE):
        yield _topics("ops", "replay.", operation)
    yield _topic("ops", "*", Operation.DESCRIBE)
    yield _topic("ops", "*", Operation.DESCRIBE_CONFIGS)
    yield Grant("ops", Resource.GROUP, Pattern.LITERAL, "*", Operation.DESCRIBE)


def _integrator(name: str, topics: Sequence[str]) -> Iterator[Grant]:
    principal = f"integrator-{name}"
    for topic in topics:
        yield _topic(principal, topic, Operation.READ)
    yield _topics(principal, f"replay.integrator.{name}.", Operation.READ)
    yield Grant(principal, Resource.GROUP, Pattern.PREFIXED, f"integrator.{name}.", Operation.READ)


def _topic(principal: str, name: str, operation: Operation) -> Grant:
    return Grant(principal, Resource.TOPIC, Pattern.LITERAL, name, operation)


def _topics(principal: str, prefix: str, operation: Operation) -> Grant:
    return Grant(principal, Resource.TOPIC, Pattern.PREFIXED, prefix, operation)
