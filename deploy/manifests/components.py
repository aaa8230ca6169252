"""deploy/kubernetes/components: what a region's cluster may bring along, by operators: Kafka, PostgreSQL, scaling, the door.

Their custom resources are checked for form only; a cluster with the operators' own definitions checks the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deploy.manifests import network
from deploy.manifests.table import CERTIFICATES, IMAGES, MADE, PROCESSES, TARGETS, Process, labels, text_of
from shared.messaging.access import Pattern, Resource, principals, table
from shared.messaging.topics import TOPICS
from shared.settings import SERVICES

PARTITIONS = 6
KEDA = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "keda"}}}
WORKERS = tuple(each for each in PROCESSES if each.kind == "worker")
STRIMZI = "kafka.strimzi.io/v1"
"""Of Strimzi 0.49 and later; 1.0 took v1beta2 away."""


def pages() -> dict[str, str]:
    """Path below deploy/kubernetes -> text."""
    return {
        **_component("ingress", [_ingress()]),
        **_component("strimzi", [*kafka(KEDA), network.broker_flows(), *(topic(each) for each in TOPICS), *_users()]),
        **_component("cnpg", [part for target in TARGETS for part in database(target, PROCESSES)]),
        **_component("keda", [part for process in WORKERS for part in _scaler(process)], patches=[_scaled()]),
    }


def _component(name: str, documents: list[Any], **more: Any) -> dict[str, str]:
    head = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": [f"{name}.yaml"], **more}
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


def kafka(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """more: who may reach the brokers beside the processes, as a peer of a network policy."""
    head = {"apiVersion": STRIMZI}
    peers = [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gabay"}}}, *more]
    tls = {"name": "tls", "port": 9093, "type": "internal", "tls": True, "authentication": {"type": "scram-sha-512"},
           "networkPolicyPeers": peers}  # fmt: skip
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


def database(target: str, processes: Iterable[Process]) -> list[dict[str, Any]]:
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
                "max_connections": "200", "archive_timeout": "60s", "log_error_verbosity": "terse", "log_parameter_max_length": "0",
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
    return [cluster, store, plan, network.database_flows(target, processes)]


def _scaler(process: Process) -> list[dict[str, Any]]:
    """KEDA looks from a namespace of its own, in the name of the worker whose lag it is."""
    held = [{"parameter": "password", "name": process.name, "key": "kafka-password"},
            {"parameter": "ca", "name": CERTIFICATES["kafka"], "key": "ca.crt"}]  # fmt: skip
    user = {"parameter": "username", "name": "GABAY_KAFKA_USERNAME", "containerName": process.kind}
    access = {"apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication", "metadata": {"name": process.name},
              "spec": {"secretTargetRef": held, "env": [user]}}  # fmt: skip
    told = {"bootstrapServersFromEnv": "GABAY_KAFKA_BOOTSTRAP", "consumerGroup": f"{process.service}.reactions", "lagThreshold": "5000",
            "sasl": "scram_sha512", "tls": "enable"}  # fmt: skip
    trigger = {"type": "kafka", "metadata": told, "authenticationRef": {"name": process.name}}
    scaled = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": process.name},
              "spec": {"scaleTargetRef": {"name": process.name}, "minReplicaCount": process.replicas, "maxReplicaCount": PARTITIONS,
                       "triggers": [trigger]}}  # fmt: skip
    return [access, scaled]


def _scaled() -> dict[str, Any]:
    """How many workers there are is KEDA's to say: an overlay that is applied again must not take it back."""
    return {"target": {"kind": "Deployment", "name": ".*-worker"}, "patch": "- op: remove\n  path: /spec/replicas\n"}
