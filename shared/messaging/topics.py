"""The one table of topics. The embedded bootstrap, Kubernetes resources, ACLs and AsyncAPI are made from it.

Nobody creates a topic by producing to it: `ensure` creates what is missing and reports, never changes, what differs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.messaging.broker import Broker
from shared.messaging.failures import Restart
from shared.privacy.classes import IDENTITY, NARRATIVE, PACKET, PROFILE, PROTECTED, FieldClass

DAY_MS = 86_400_000
MIB = 1 << 20

Kind = Literal["event", "rollup", "replay", "changelog"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. sealed: classes its blobs may have; opens for holders of the keys only."""

    name: str
    sealed: tuple[FieldClass, ...] = ()
    kind: Kind = "event"
    partitions: int = 6

    @property
    def service(self) -> str:
        """Who writes it: the first word of its name."""
        return self.name.partition(".")[0]

    def settings(self, *, replication: int = 1, retention_days: int = -1) -> dict[str, str]:
        """Kafka's topic settings, as its admin protocol takes them."""
        forever = "-1" if retention_days < 0 else str(retention_days * DAY_MS)
        common = {
            "min.insync.replicas": "2" if replication >= 3 else "1",
            "max.message.bytes": str(MIB),
            "unclean.leader.election.enable": "false",
            "message.timestamp.type": "CreateTime",
            # A relay whose clock is ahead must not stand still: Kafka refuses records from more than an hour ahead by default.
            "message.timestamp.after.max.ms": str((1 << 63) - 1),
            "compression.type": "producer",
            "segment.bytes": str(128 * MIB),
        }
        match self.kind:
            case "event":
                return common | {"cleanup.policy": "delete", "retention.ms": forever}
            case "rollup":
                return common | {
                    "cleanup.policy": "compact",
                    "retention.ms": "-1",
                    "max.compaction.lag.ms": str(DAY_MS),
                    "delete.retention.ms": str(30 * DAY_MS),
                }
            case "replay":
                return common | {"cleanup.policy": "delete", "retention.ms": str(7 * DAY_MS)}
            case "changelog":
                return common | {"cleanup.policy": "compact"}


TOPICS: tuple[Topic, ...] = (
    Topic("intake.client.v1", (IDENTITY, PROFILE)),
    Topic("intake.household.v1", (IDENTITY, PROFILE)),
    Topic("intake.encounter.v1"),
    Topic("intake.outreach-session.v1"),
    Topic("intake.incident.v1", (IDENTITY, PROFILE)),
    Topic("casework.case.v1", (PROFILE, NARRATIVE, PROTECTED)),
    Topic("casework.stay.v1", (PROFILE, NARRATIVE, PROTECTED)),
    Topic("casework.training-session.v1", (PROFILE,)),
    Topic("casework.feedback.v1", (NARRATIVE,)),
    Topic("referrals.referral.v1", (PACKET,)),
    Topic("referrals.service-entry.v1"),
    # One partition: a national stack reads few records, and their order across tables may matter to it.
    Topic("reporting.rollup.v1", kind="rollup", partitions=1),
    Topic("reporting-live-counts-changelog", kind="changelog"),
    Topic("reporting-live-windows-changelog", kind="changelog"),
)
BY_NAME: Mapping[str, Topic] = {topic.name: topic for topic in TOPICS}
EVENT_TOPICS: tuple[str, ...] = tuple(topic.name for topic in TOPICS if topic.kind == "event")


def mirrored(region: str) -> Topic:
    """A region's roll-ups at the national side, as MirrorMaker's DefaultReplicationPolicy names the topic."""
    original = next(topic for topic in TOPICS if topic.kind == "rollup")
    return Topic(f"{region}.{original.name}", kind="rollup", partitions=original.partitions)


def replay_topic(consumer: str, topic: str) -> Topic:
    """The topic that carries copies of `topic` for one consumer alone."""
    original = BY_NAME[topic]
    return Topic(f"replay.{consumer}.{topic}", original.sealed, "replay", original.partitions)


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting of an existing topic that is not the table's. `gabay` never changes it: it may be an operator's choice."""

    topic: str
    setting: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, the table says {self.wanted}"


@dataclass(frozen=True, slots=True)
class Ensured:
    """What `ensure` did: topics it created, and what it found different and left alone."""

    created: tuple[str, ...]
    different: tuple[Difference, ...]


async def ensure(broker: Broker | str, *, replication: int = 1, retention_days: int = -1, topics: Iterable[Topic] = TOPICS) -> Ensured:
    """Create the topics that do not exist; may be repeated.

    broker: or the bootstrap addresses of one without security; replication: of the cluster (1 on a single node).
    Raises Restart when the broker refuses a creation (authorisation, a cluster with too few nodes).
    """
    wanted = {topic.name: topic for topic in topics}
    broker = Broker(broker) if isinstance(broker, str) else broker
    existing = await broker.partitions()
    admin = broker.admin()
    await admin.start()
    try:
        new = [
            NewTopic(
                topic.name,
                topic.partitions,
                replication,
                topic_configs=topic.settings(replication=replication, retention_days=retention_days),
            )
            for topic in wanted.values()
            if topic.name not in existing
        ]
        created = await _create(admin, new) if new else ()
    finally:
        await admin.close()
    older = [topic for topic in wanted.values() if topic.name in existing]
    found = await differences(broker, replication=replication, retention_days=retention_days, topics=older)
    return Ensured(created, found)


async def differences(
    broker: Broker, *, replication: int = 1, retention_days: int = -1, topics: Iterable[Topic] = TOPICS
) -> tuple[Difference, ...]:
    """Where existing topics are not as the table says: number of partitions and settings."""
    wanted = {topic.name: topic for topic in topics}
    partitions = {name: count for name, count in (await broker.partitions()).items() if name in wanted}
    admin = broker.admin()
    await admin.start()
    try:
        found = await _settings(admin, list(partitions))
    finally:
        await admin.close()
    counts = [
        Difference(name, "partitions", str(wanted[name].partitions), str(count))
        for name, count in partitions.items()
        if count != wanted[name].partitions
    ]
    settings = [
        Difference(name, setting, value, found[name].get(setting, "unset"))
        for name in found
        for setting, value in wanted[name].settings(replication=replication, retention_days=retention_days).items()
        if found[name].get(setting) != value
    ]
    return (*counts, *settings)


async def _create(admin: AIOKafkaAdminClient, new: list[NewTopic]) -> tuple[str, ...]:
    created = []
    response = await admin.create_topics(new, timeout_ms=15_000)
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if error is NoError:
            created.append(name)
        elif error is not TopicAlreadyExistsError:  # somebody else made it meanwhile: just what was wanted
            raise Restart(f"the broker refused to create topic {name}: {error.__name__}. See: ./gabay doctor")
    return tuple(created)


async def _settings(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(resources):
        for resource in response.resources:
            entries: list[Any] = resource[4]
            found[resource[3]] = {entry[0]: entry[1] for entry in entries}
    return found
