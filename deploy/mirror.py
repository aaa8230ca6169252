"""MirrorMaker 2's configuration at the national side (messaging chapter, section 11): made from the one table of access.

What may leave a region is what `mm2-national` may read there; the allow-list names just that. The access control of the
region is the fence, this list the intention.
"""

import re
from collections.abc import Mapping
from typing import Final

from shared.messaging.access import Operation, Resource, table

PRINCIPAL: Final = "mm2-national"
TARGET: Final = "national"
FLOW: Final = """\
{region}->{target}.enabled = true
{target}->{region}.enabled = false
{region}->{target}.topics = {topics}
{region}->{target}.groups =
{region}->{target}.emit.checkpoints.enabled = false
{region}->{target}.sync.group.offsets.enabled = false
{region}->{target}.sync.topic.acls.enabled = false
{region}->{target}.emit.heartbeats.enabled = false
{region}->{target}.offset-syncs.topic.location = target
"""
COMMON: Final = """\
replication.policy.class = org.apache.kafka.connect.mirror.DefaultReplicationPolicy
plugin.discovery = service_load
refresh.topics.interval.seconds = 60
tasks.max = 1
replication.factor = {replication}
offset-syncs.topic.replication.factor = {replication}
offset.storage.replication.factor = {replication}
status.storage.replication.factor = {replication}
config.storage.replication.factor = {replication}
offset.flush.interval.ms = 5000
"""


def topics() -> tuple[str, ...]:
    """What the mirror may read in a region, and nothing more."""
    return tuple(g.name for g in table({}) if g.principal == PRINCIPAL and (g.resource, g.operation) == (Resource.TOPIC, Operation.READ))


def properties(national: Mapping[str, str], regions: Mapping[str, Mapping[str, str]], *, replication: int, allowed: str = "") -> str:
    """The file. national: client settings of the national brokers; regions: name -> client settings of a region's.

    allowed: another allow-list than the table's (tests: that the fence holds without it).
    """
    # The file's own escapes take one backslash, the regular expression needs the other.
    listed = allowed or ",".join(re.escape(name).replace("\\", "\\\\") for name in topics())
    lines = [f"clusters = {', '.join((*regions, TARGET))}\n"]
    for name, client in {**regions, TARGET: national}.items():
        lines += [f"{name}.{key} = {value}\n" for key, value in client.items()]
    lines += [FLOW.format(region=region, target=TARGET, topics=listed) for region in regions]
    return "".join([*lines, COMMON.format(replication=replication)])


def scram(bootstrap: str, password: str, ca: str) -> dict[str, str]:
    """Client settings for a region's secured listener. password: itself, or a reference of a config provider."""
    module = "org.apache.kafka.common.security.scram.ScramLoginModule required"
    return {
        "bootstrap.servers": bootstrap,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.jaas.config": f'{module} username="{PRINCIPAL}" password="{password}";',
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": ca,
    }
