"""The national stack in containers and clusters: reporting with what regions released, and the mirror. No keyring, no KEK.

Made from deploy/regions/national.toml and the table of access, so that what is mirrored cannot differ from what may be read.
"""

from __future__ import annotations

from typing import Any

from deploy.manifests import components, kubernetes, network
from deploy.manifests.region import FILES, HEAD
from deploy.manifests.table import MADE, Process, labels, text_of
from deploy.mirror import PRINCIPAL, TARGET, properties, scram, topics
from shared.messaging.topics import mirrored
from shared.region_national import National, Source, load_national

PROCESSES = (Process("reporting", "api", national=True), Process("reporting", "worker", national=True))
TARGETS = ("access", "reporting")
NAMESPACE = "gabay-national"
MIRROR = {"strimzi.io/cluster": "mirror", "strimzi.io/kind": "KafkaMirrorMaker2"}
HOST = "national.gabay.example"
SETTINGS = """\
# What is the national stack's own.
GABAY_MODE=production
GABAY_NATIONAL=yes
GABAY_REGION=national
GABAY_HTTP_HOST=0.0.0.0
GABAY_LOG_FORMAT=json
GABAY_STATISTICS_PUBLIC=on
GABAY_KAFKA_SECURITY=SASL_SSL
GABAY_KAFKA_CA_FILE=/etc/gabay/authorities/kafka.crt
GABAY_KAFKA_BOOTSTRAP=gabay-kafka-bootstrap:9093
GABAY_OIDC_ISSUER=https://id.national.gabay.example/realms/gabay
"""


def mirror_of_compose() -> str:
    """deploy/compose/mm2.properties. Passwords stay in files, one a region: deploy/compose/secrets/mirror/<region>."""
    regions = {
        each.region: scram(each.kafka, f"${{directory:/run/secrets/mirror:{each.region}}}", f"/run/secrets/mirror/{each.region}.ca.pem")
        for each in _national().regions
    }
    provider = (
        "config.providers = directory\nconfig.providers.directory.class = org.apache.kafka.common.config.provider.DirectoryConfigProvider\n"
    )
    return f"# {MADE}\n" + properties({"bootstrap.servers": "kafka:9092"}, regions, replication=1) + provider


def pages() -> dict[str, str]:
    """File of the overlay -> text."""
    kustomization: dict[str, Any] = {
        **HEAD,
        "namespace": NAMESPACE,
        "resources": ["reporting.yaml", "network.yaml", "kafka.yaml", "mirror.yaml", "cnpg.yaml", "ingress.yaml"],
        "configMapGenerator": [{"name": "gabay", "envs": ["national.env"]}],
    }
    api = PROCESSES[0]
    migrations = [kubernetes.migrate(target) for target in TARGETS]
    parts = [part for each in PROCESSES for part in kubernetes.workload(each)]
    about = "The national stack: what regions released, side by side. Nothing of a person is here, so no key is."
    return {
        "kustomization.yaml": text_of([kustomization], MADE, about),
        "reporting.yaml": text_of([*parts, *migrations], MADE),
        "network.yaml": text_of(
            [
                network.deny_all(),
                *(network.flows(each) for each in PROCESSES),
                *(network.migration_flows(each) for each in TARGETS),
                network.broker_flows(),
                _mirror_flows(),
            ],
            MADE,
        ),
        "kafka.yaml": text_of(
            [*components.kafka({"podSelector": {"matchLabels": MIRROR}}), *(_topic(each) for each in _national().regions), *_users()], MADE
        ),
        "mirror.yaml": text_of([_mirror()], MADE, "The region's access control is the fence; this list is the intention."),
        "cnpg.yaml": text_of([part for target in TARGETS for part in components.database(target, PROCESSES)], MADE),
        "ingress.yaml": text_of([_ingress(api)], MADE),
        "national.env": SETTINGS,
    }


def _national() -> National:
    return load_national(FILES / "national.toml")


def _topic(source: Source) -> dict[str, Any]:
    return components.topic(mirrored(source.region))


def _users() -> list[dict[str, Any]]:
    """reporting reads what was mirrored; the mirror writes that and its own bookkeeping; nobody else is there."""
    read = [_acl("topic", mirrored(each.region).name, "Read", "Describe") for each in _national().regions]
    write = [
        _acl("topic", mirrored(each.region).name, "Write", "Describe", "DescribeConfigs", "AlterConfigs") for each in _national().regions
    ]
    own = [_acl("topic", "mirrormaker2-", "All", prefix=True), _acl("topic", "mm2-", "All", prefix=True)]
    groups = [_acl("group", "mirrormaker2-", "All", prefix=True)]
    return [
        _user(
            "svc-reporting",
            [*read, _acl("group", "reporting.", "Read", prefix=True), {"resource": {"type": "cluster"}, "operations": ["IdempotentWrite"]}],
        ),
        _user("mm2", [*write, *own, *groups]),
    ]


def _user(name: str, acls: list[dict[str, Any]]) -> dict[str, Any]:
    spec = {"authentication": {"type": "scram-sha-512"}, "authorization": {"type": "simple", "acls": acls}}
    return {
        "apiVersion": components.STRIMZI,
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": "gabay"}},
        "spec": spec,
    }


def _acl(kind: str, name: str, *operations: str, prefix: bool = False) -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": "prefix" if prefix else "literal"}, "operations": list(operations)}


def _mirror() -> dict[str, Any]:
    """Strimzi's MirrorMaker 2: one flow a region, into this cluster."""
    flows = [
        {
            "source": {
                "alias": each.region,
                "bootstrapServers": each.kafka,
                **_access(PRINCIPAL, f"mirror-{each.region}", "ca.crt", f"mirror-{each.region}"),
            },
            "sourceConnector": {
                "tasksMax": 1,
                "config": {
                    "replication.factor": 3,
                    "offset-syncs.topic.replication.factor": 3,
                    "offset-syncs.topic.location": "target",
                    "sync.topic.acls.enabled": "false",
                    "refresh.topics.interval.seconds": 60,
                    "replication.policy.class": "org.apache.kafka.connect.mirror.DefaultReplicationPolicy",
                },
            },
            "topicsPattern": "|".join(name.replace(".", "\\.") for name in topics()),
            "groupsPattern": "",
        }
        for each in _national().regions
    ]
    target = {
        "alias": TARGET,
        "bootstrapServers": "gabay-kafka-bootstrap:9093",
        **_access("mm2", "gabay-cluster-ca-cert", "ca.crt"),
        "groupId": "mirrormaker2-cluster",
        "configStorageTopic": "mirrormaker2-cluster-configs",
        "offsetStorageTopic": "mirrormaker2-cluster-offsets",
        "statusStorageTopic": "mirrormaker2-cluster-status",
    }
    resources = {"requests": {"memory": "1Gi", "cpu": "250m"}, "limits": {"memory": "1Gi", "cpu": "1"}}
    spec = {"version": "4.1.1", "replicas": 1, "target": target, "mirrors": flows, "resources": resources}
    return {"apiVersion": components.STRIMZI, "kind": "KafkaMirrorMaker2", "metadata": {"name": "mirror"}, "spec": spec}


def _access(principal: str, ca: str, certificate: str, held: str = "mm2") -> dict[str, Any]:
    return {
        "tls": {"trustedCertificates": [{"secretName": ca, "certificate": certificate}]},
        "authentication": {
            "type": "scram-sha-512",
            "username": principal,
            "passwordSecret": {"secretName": held, "password": "password"},
        },
    }


def _mirror_flows() -> dict[str, Any]:
    """The one way out of this namespace: to the regions' listeners, whose addresses the operator of the network narrows."""
    out = {
        "ports": [
            {"protocol": "TCP", "port": port} for port in sorted({int(each.kafka.rpartition(":")[2]) for each in _national().regions})
        ]
    }
    here = network.to({"strimzi.io/cluster": "gabay", "strimzi.io/kind": "Kafka"}, 9093)
    return network.policy("mirror", {"matchLabels": MIRROR}, ingress=None, egress=[network.DNS, here, out])


def _ingress(api: Process) -> dict[str, Any]:
    paths = [
        {"path": path, "pathType": "Prefix", "backend": {"service": {"name": api.name, "port": {"name": "http"}}}}
        for path in ("/statistics/", "/v1/")
    ]
    spec = {"tls": [{"secretName": "gabay-tls", "hosts": [HOST]}], "rules": [{"host": HOST, "http": {"paths": paths}}]}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "gabay", "labels": labels("ingress")},
        "spec": spec,
    }
