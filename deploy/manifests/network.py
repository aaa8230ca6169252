"""Who may talk to whom in a cluster: nobody, and the named flows of the operations chapter, section 1, from both of their ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deploy.manifests.table import Process, labels

DNS = {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
       "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}  # fmt: skip
OUT = {"ports": [{"protocol": "TCP", "port": 443}, {"protocol": "TCP", "port": 6443}]}
"""To the cluster's api and to backups, for what operators run. Whoever operates the network narrows it: no address is known here."""


def deny_all() -> dict[str, Any]:
    return policy("deny-all", {}, ingress=None, egress=None)


def policy(name: str, selector: dict[str, Any], *, ingress: Any, egress: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"podSelector": selector, "policyTypes": ["Ingress", "Egress"]}
    spec |= {key: value for key, value in (("ingress", ingress), ("egress", egress)) if value}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def flows(process: Process) -> dict[str, Any]:
    """The named flows of the operations chapter, section 1, for one process."""
    api = process.kind == "api"
    egress = [DNS, *(to({"cnpg.io/cluster": name}, 5432) for name in process.databases)]
    egress.append(to({"app.kubernetes.io/name": "otel-collector"}, 4318))
    if api:
        issuer = {"namespaceSelector": {"matchLabels": {"gabay/role": "identity"}}}
        egress.append({"to": [issuer], "ports": [{"protocol": "TCP", "port": 8443}]})
        door = {"namespaceSelector": {"matchLabels": {"gabay/role": "ingress"}}}
        ingress: Any = [{"from": [door], "ports": [{"protocol": "TCP", "port": process.port}]}]
    else:
        egress.append(to({"strimzi.io/cluster": "gabay", "strimzi.io/kind": "Kafka"}, 9093))
        ingress = None
    return policy(process.name, {"matchLabels": labels(process.name)}, ingress=ingress, egress=egress)


def migration_flows(target: str) -> dict[str, Any]:
    name = f"migrate-{target}"
    return policy(name, {"matchLabels": labels(name)}, ingress=None, egress=[DNS, to({"cnpg.io/cluster": target}, 5432)])


def database_flows(target: str, processes: Iterable[Process]) -> dict[str, Any]:
    """Of a PostgreSQL cluster: those that reach it, its own instances, its operator; and out, to the cluster's api and the backups.

    processes: of the stack.
    """
    guests = [labels(each.name) for each in processes if target in each.databases] + [labels(f"migrate-{target}")]
    own = {"cnpg.io/cluster": target}
    named = [{"podSelector": {"matchLabels": each}} for each in (own, *guests)]
    operator = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "cnpg-system"}}}
    ingress = [{"from": named, "ports": [_tcp(5432)]}, {"from": [operator], "ports": [_tcp(5432), _tcp(8000)]}]
    return policy(f"postgres-{target}", {"matchLabels": own}, ingress=ingress, egress=[DNS, to(own, 5432), OUT])


def broker_flows() -> dict[str, Any]:
    """Out of the brokers and their operators in this namespace. Who may come in, Strimzi writes from the listener's peers."""
    own = {"strimzi.io/cluster": "gabay"}
    return policy("kafka", {"matchLabels": own}, ingress=None, egress=[DNS, {"to": [{"podSelector": {"matchLabels": own}}]}, OUT])


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}


def to(match: dict[str, str], port: int) -> dict[str, Any]:
    return {"to": [{"podSelector": {"matchLabels": match}}], "ports": [{"protocol": "TCP", "port": port}]}
