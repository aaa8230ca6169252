"""deploy/kubernetes/components: what a region's cluster may bring along, by operators: Kafka, PostgreSQL, scaling, the door.

Their custom resources are checked for form only; a cluster with the operators' own definitions checks the rest.
"""

from __future__ import annotations

from typing import Any

from deploy.manifests.table import IMAGES, MADE, PROCESSES, TARGETS, Process, labels, text_of
from shared.messaging.access import Pattern, Resource, principals, table
from shared.messaging.topics import TOPICS
from shared.settings import SERVICES

PARTITIONS = 6
STRIMZI = "kafka.strimzi.io/v1"
"""Of Strimzi 0.49 and later; 1.0 took v1beta2 away."""


def pages() -> dict[str, str]:
    """Path below deploy/kubernetes -> text."""
    return {
        **_component("ingress", [_ingress()]),
        **_component("strimzi", [*kafka(), *(topic(each) for each in TOPICS), *_users()]),
        **_component("cnpg", [part for target in TARGETS for part in database(target)]),
        **_component("keda", [_scaler(process) for process in PROCESSES if process.kind == "worker"]),
    }


def _component(name: str, documents: list[Any]) -> dict[str, str]:
    head = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": [f"{name}.yaml"]}
    return {f"components/{name}/kustomization.yaml": text_of([head], MADE), f"components/{name}/{name}.yaml": text_of(documents, MADE)}


def rules_of(host: str) -> dict[str, Any]:
    """An ingress' rules: a host for each service, below that of the region."""
    hosts = {service: f"{service}.{host}" for service in SERVICES}
    backend = {service: {"service": {"name": f"{service}-api", "port": {"name": "http"}}} for service in SERVICES}
    rules = [
        {"host": hosts[each], "http": {"paths": [{"path": "/v1/", "pathType": "Prefix", "backend": backend[each]}]}} for each in SERVICES
    ]
    return {"tls": [{"secretName": "gabay-tls", "hosts": list(hosts.values())}], "rules": rules}


def _ingress() -> dict[str, Any]:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "gabay", "labels": labels("ingress")},
            "spec": rules_of("gabay.example")}  # fmt: skip


def kafka() -> list[dict[str, Any]]:
    head = {"apiVersion": STRIMZI}
    tls = {"name": "tls", "port": 9093, "type": "internal", "tls": True, "authentication": {"type": "scram-sha-512"}}
    config = {
        "default.replication.factor": 3, "min.insync.replicas": 2, "offsets.topic.replication.factor": 3,
        "auto.create.topics.enable": False, "unclean.leader.election.enable": False, "message.max.bytes": 1048576,
        "transaction.state.log.replication.factor": 3, "transaction.state.log.min.isr": 2,
    }  # fmt: skip
    kafka = {**head, "kind": "Kafka", "metadata": {"name": "gabay"},
             "spec": {"kafka": {"version": "4.1.1", "listeners": [tls], "authorization": {"type": "simple"}, "config": config,
                                "rack": {"topologyKey": "topology.kubernetes.io/zone"}},
                      "entityOperator": {"topicOperator": {}, "userOperator": {}}}}  # fmt: skip
    disk = {"type": "persistent-claim", "size": "50Gi", "deleteClaim": False}
    pool = {**head, "kind": "KafkaNodePool", "metadata": {"name": "brokers", "labels": {"strimzi.io/cluster": "gabay"}},
            "spec": {"replicas": 3, "roles": ["controller", "broker"], "storage": disk,
                     "resources": {"requests": {"memory": "2Gi", "cpu": "500m"}, "limits": {"memory": "2Gi", "cpu": "2"}}}}  # fmt: skip
    return [kafka, pool]


def topic(topic: Any) -> dict[str, Any]:
    return {
        "apiVersion": STRIMZI,
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name, "labels": {"strimzi.io/cluster": "gabay"}},
        "spec": {"partitions": topic.partitions, "replicas": 3, "config": topic.settings(replication=3, retention_days=-1)},
    }


def _users() -> list[dict[str, Any]]:
    """Everybody in the one table of access but integrators: those come with their agreements, by the same table."""
    made = []
    for principal in principals({}):
        acls: dict[tuple[Resource, Pattern, str], list[str]] = {}
        for grant in table({}):
            if grant.principal == principal:
                acls.setdefault((grant.resource, grant.pattern, grant.name), []).append(grant.operation.name.title().replace("_", ""))
        made.append({
            "apiVersion": STRIMZI, "kind": "KafkaUser",
            "metadata": {"name": principal, "labels": {"strimzi.io/cluster": "gabay"}},
            "spec": {"authentication": {"type": "scram-sha-512"},
                     "authorization": {"type": "simple", "acls": [_acl(*on, *may) for on, may in acls.items()]}},
        })  # fmt: skip
    return made


def _acl(resource: Resource, pattern: Pattern, name: str, *operations: str) -> dict[str, Any]:
    if resource is Resource.CLUSTER:
        return {"resource": {"type": "cluster"}, "operations": list(operations)}
    about = {"type": resource.name.lower(), "name": name, "patternType": "prefix" if pattern is Pattern.PREFIXED else "literal"}
    return {"resource": about, "operations": list(operations)}


def database(target: str) -> list[dict[str, Any]]:
    """A PostgreSQL cluster of its own for each; the keyring's waits for a second copy before it answers, and is backed up apart."""
    keys = target == "keyring"
    store = {"apiVersion": "barmancloud.cnpg.io/v1", "kind": "ObjectStore", "metadata": {"name": f"{target}-backup"},
             "spec": {"retentionPolicy": "7d" if keys else "28d",
                      "configuration": {"destinationPath": f"s3://gabay-{'keys' if keys else 'stores'}/{target}",
                                        "s3Credentials": {"accessKeyId": {"name": f"{target}-backup", "key": "id"},
                                                          "secretAccessKey": {"name": f"{target}-backup", "key": "secret"}},
                                        "wal": {"compression": "gzip"}}}}  # fmt: skip
    spec: dict[str, Any] = {
        "instances": 3,
        "imageName": IMAGES["postgres"],
        "bootstrap": {"initdb": {"database": target, "owner": f"{target}_owner", "dataChecksums": True}},
        "postgresql": {
            "parameters": {
                "archive_timeout": "60s", "log_error_verbosity": "terse", "log_parameter_max_length": "0",
                "log_parameter_max_length_on_error": "0", "log_connections": "on", "password_encryption": "scram-sha-256",
            }
        },
        "plugins": [{"name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": True,
                     "parameters": {"barmanObjectName": f"{target}-backup"}}],
        "storage": {"size": "5Gi" if keys else "20Gi"},
        "resources": {"requests": {"memory": "1Gi", "cpu": "500m"}, "limits": {"memory": "1Gi", "cpu": "2"}},
    }  # fmt: skip
    if keys:
        spec["postgresql"]["synchronous"] = {"method": "any", "number": 1}
    cluster = {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"name": target}, "spec": spec}
    plan = {"apiVersion": "postgresql.cnpg.io/v1", "kind": "ScheduledBackup", "metadata": {"name": target},
            "spec": {"schedule": "0 30 1 * * *" if keys else "0 0 2 * * 0", "cluster": {"name": target},
                     "method": "plugin", "pluginConfiguration": {"name": "barman-cloud.cloudnative-pg.io"}}}  # fmt: skip
    return [cluster, store, plan]


def _scaler(process: Process) -> dict[str, Any]:
    told = {"bootstrapServers": "gabay-kafka-bootstrap:9093", "consumerGroup": f"{process.service}.reactions"}
    trigger = {"type": "kafka", "metadata": {**told, "lagThreshold": "5000", "limitToPartitionsWithLag": "true"}}
    return {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": process.name},
            "spec": {"scaleTargetRef": {"name": process.name}, "minReplicaCount": 2, "maxReplicaCount": PARTITIONS,
                     "triggers": [trigger]}}  # fmt: skip
