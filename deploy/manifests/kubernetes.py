"""deploy/kubernetes/base and components: what every region's cluster runs. Overlays say where; deploy/manifests/region.py writes those."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deploy.manifests import components
from deploy.manifests.network import deny_all, flows, migration_flows
from deploy.manifests.table import (
    ATTACHMENTS,
    AUTHORITIES,
    CERTIFICATES,
    IMAGES,
    MADE,
    PROCESSES,
    USER,
    VERSION,
    Process,
    labels,
    text_of,
)
from shared.settings import SERVICES

OUT = {"ports": [{"protocol": "TCP", "port": 443}, {"protocol": "TCP", "port": 6443}]}


def pages() -> dict[str, str]:
    """Path below deploy/kubernetes -> text."""
    found = {"base/kustomization.yaml": _kustomization(["shared", *SERVICES])}
    found["base/shared/kustomization.yaml"] = _shared_kustomization()
    found["base/shared/network.yaml"] = text_of(
        [deny_all(), *(migration_flows(each) for each in ("keyring", "access"))], MADE, "Nothing may talk to anything that no policy names."
    )
    found["base/shared/migrate.yaml"] = text_of([migrate("keyring"), migrate("access")], MADE)
    for service in SERVICES:
        mine = [each for each in PROCESSES if each.service == service]
        own = ["attachments.yaml"] if service == "intake" else []
        found[f"base/{service}/kustomization.yaml"] = _kustomization(
            [*(f"{each.kind}.yaml" for each in mine), *own, "migrate.yaml", "network.yaml"]
        )
        found[f"base/{service}/migrate.yaml"] = text_of([migrate(service)], MADE, "Before the Pods: expand, deploy, contract.")
        found[f"base/{service}/network.yaml"] = text_of([*(flows(each) for each in mine), migration_flows(service)], MADE)
        for each in mine:
            found[f"base/{service}/{each.kind}.yaml"] = text_of(workload(each), MADE)
    found["base/intake/attachments.yaml"] = text_of([_attachments()], MADE, "Scans and pictures, sealed. An overlay may ask for more room.")
    return found | components.pages()


def workload(process: Process) -> list[dict[str, Any]]:
    """A process with its account, and how much of it may be gone."""
    parts = [_account(process.name), _deployment(process)] + ([_disruption(process)] if process.replicas > 1 else [])
    return parts + ([_service(process)] if process.kind == "api" else [])


def _kustomization(resources: Iterable[str]) -> str:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return text_of([{**head, "resources": list(resources)}], MADE)


def _shared_kustomization() -> str:
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["network.yaml", "migrate.yaml"],
        "configMapGenerator": [
            {
                "name": "gabay",
                "literals": [
                    "GABAY_MODE=production",
                    "GABAY_HTTP_HOST=0.0.0.0",
                    "GABAY_LOG_FORMAT=json",
                    "GABAY_KAFKA_SECURITY=SASL_SSL",
                    f"GABAY_KAFKA_CA_FILE={AUTHORITIES}/kafka.crt",
                ],
            }
        ],
    }
    return text_of([document], MADE, "What is the same in every region. An overlay adds its own names to this map, and nothing else.")


def _meta(name: str, component: str | None = None) -> dict[str, Any]:
    return {"name": name, "labels": labels(component or name)}


def _account(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _meta(name), "automountServiceAccountToken": False}


def _pod(name: str, container: dict[str, Any], volumes: list[dict[str, Any]], *, grace: int) -> dict[str, Any]:
    return {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": grace,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "image": IMAGES["gabay"],
                "imagePullPolicy": "IfNotPresent",
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                **container,
            }
        ],
        "volumes": [*volumes, {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}],
    }


def _deployment(process: Process) -> dict[str, Any]:
    api = process.kind == "api"
    port = "GABAY_HTTP_PORT" if api else "GABAY_HEALTH_PORT"
    environment = [
        {"name": "GABAY_SERVICE", "value": process.service},
        {"name": "GABAY_PROCESS", "value": process.kind},
        {"name": port, "value": str(process.port)},
        {"name": "GABAY_KAFKA_USERNAME", "value": process.principal},
    ]
    secrets = process.secrets() | ({} if api else {"GABAY_KAFKA_PASSWORD_FILE": "kafka-password"})
    environment += [{"name": variable, "value": f"/run/secrets/gabay/{name}"} for variable, name in secrets.items()]
    mounts = [
        {"name": "secrets", "mountPath": "/run/secrets/gabay", "readOnly": True},
        {"name": "authorities", "mountPath": AUTHORITIES, "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    volumes: list[dict[str, Any]] = [
        # One Secret a process, with the files that are listed here and no others: a service never holds another's keys.
        {"name": "secrets", "secret": {"secretName": process.name, "defaultMode": 0o440,
                                       "items": [{"key": name, "path": name} for name in sorted(set(secrets.values()))]}},
        _authorities(process.databases),
    ]  # fmt: skip
    if process.service == "intake":
        environment.append({"name": "GABAY_ATTACHMENTS_URL", "value": ATTACHMENTS})
        mounts.append({"name": "attachments", "mountPath": ATTACHMENTS})
        volumes.append({"name": "attachments", "persistentVolumeClaim": {"claimName": "attachments"}})
    memory = f"{process.memory}Mi"
    container = {
        "name": process.kind,
        "args": process.command,
        "ports": [{"name": "http", "containerPort": process.port}],
        "env": environment,
        "envFrom": [{"configMapRef": {"name": "gabay"}}],
        "resources": {"requests": {"cpu": "250m", "memory": memory}, "limits": {"cpu": "1", "memory": memory}},
        "startupProbe": _probe("/health/live", period=2, failures=30),
        "livenessProbe": _probe("/health/live" if api else "/health/progress", period=10, failures=3),
        "readinessProbe": _probe("/health/ready", period=5, failures=2),
        "volumeMounts": mounts,
    }
    spread = {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway",
              "labelSelector": {"matchLabels": labels(process.name)}}  # fmt: skip
    pod = _pod(process.name, container, volumes, grace=process.grace) | {"topologySpreadConstraints": [spread]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _meta(process.name),
        "spec": {
            "replicas": process.replicas,
            "revisionHistoryLimit": 5,
            "selector": {"matchLabels": labels(process.name)},
            # Two live boards would share the partitions and each see half: the old one ends before the new one starts.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
            if process.replicas > 1
            else {"type": "Recreate"},
            "template": {"metadata": {"labels": labels(process.name)}, "spec": pod},
        },
    }


def _authorities(databases: Iterable[str]) -> dict[str, Any]:
    """The certificates by which a Pod knows whom it talks to, where the operators put them; that of the issuer may be a public one."""
    held = {each: f"{each}-ca" for each in databases} | CERTIFICATES
    sources = [
        {
            "secret": {
                "name": secret,
                "items": [{"key": "ca.crt", "path": f"{name}.crt"}],
                **({"optional": True} if name == "issuer" else {}),
            }
        }
        for name, secret in held.items()
    ]
    return {"name": "authorities", "projected": {"defaultMode": 0o444, "sources": sources}}


def _attachments() -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": _meta("attachments", "intake"),
        "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "50Gi"}}},
    }  # fmt: skip


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": "http"}, "periodSeconds": period, "timeoutSeconds": 2, "failureThreshold": failures}


def _service(process: Process) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": _meta(process.name),
        "spec": {"selector": labels(process.name), "ports": ports},
    }  # fmt: skip


def _disruption(process: Process) -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": _meta(process.name),
        "spec": {"minAvailable": 1, "selector": {"matchLabels": labels(process.name)}},
    }  # fmt: skip


def migrate(target: str) -> dict[str, Any]:
    # A Job can't be changed, so that of each release has a name of its own.
    name = f"migrate-{target}-{VERSION.replace('.', '-')}"
    account = "default"
    secret = f"{target}-owner-url"
    container = {
        "name": "migrate",
        "args": ["migrate", target],
        "env": [{"name": "GABAY_DATABASE_OWNER_URL_FILE", "value": f"/run/secrets/gabay/{secret}"}],
        "envFrom": [{"configMapRef": {"name": "gabay"}}],
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        "volumeMounts": [
            {"name": "secrets", "mountPath": "/run/secrets/gabay", "readOnly": True},
            {"name": "authorities", "mountPath": AUTHORITIES, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
    volumes = [{"name": "secrets", "secret": {"secretName": f"{target}-owner", "defaultMode": 0o440,
                                              "items": [{"key": secret, "path": secret}]}}, _authorities([target])]  # fmt: skip
    pod = _pod(account, container, volumes, grace=30) | {"restartPolicy": "Never"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _meta(name, f"migrate-{target}"),
        "spec": {
            "backoffLimit": 3, "activeDeadlineSeconds": 1800, "ttlSecondsAfterFinished": 604800,
            "template": {"metadata": {"labels": labels(f"migrate-{target}")}, "spec": pod},
        },
    }  # fmt: skip
