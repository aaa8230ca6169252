"""deploy/kubernetes/base and components: what every region's cluster runs. Overlays say where; deploy/manifests/region.py writes those."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deploy.manifests import components
from deploy.manifests.table import ATTACHMENTS, IMAGES, MADE, PROCESSES, USER, VERSION, Process, labels, text_of
from shared.settings import SERVICES

# Databases that a process reaches: its own, the keys, and an api the grants as well.
DNS = {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
       "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}  # fmt: skip


def pages() -> dict[str, str]:
    """Path below deploy/kubernetes -> text."""
    found = {"base/kustomization.yaml": _kustomization(["shared", *SERVICES])}
    found["base/shared/kustomization.yaml"] = _shared_kustomization()
    found["base/shared/network.yaml"] = text_of([deny_all()], MADE, "Nothing may talk to anything that no other policy names.")
    found["base/shared/migrate.yaml"] = text_of([migrate("keyring"), migrate("access")], MADE)
    for service in SERVICES:
        mine = [each for each in PROCESSES if each.service == service]
        own = ["attachments.yaml"] if service == "intake" else []
        found[f"base/{service}/kustomization.yaml"] = _kustomization(
            [*(f"{each.kind}.yaml" for each in mine), *own, "migrate.yaml", "network.yaml"]
        )
        found[f"base/{service}/migrate.yaml"] = text_of([migrate(service)], MADE, "Before the Pods: expand, deploy, contract.")
        found[f"base/{service}/network.yaml"] = text_of([flows(each) for each in mine], MADE)
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
                    "GABAY_KAFKA_CA_FILE=/etc/gabay/kafka/ca.crt",
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
        {"name": "kafka-ca", "mountPath": "/etc/gabay/kafka", "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    volumes: list[dict[str, Any]] = [
        # One Secret a process, with the files that are listed here and no others: a service never holds another's keys.
        {"name": "secrets", "secret": {"secretName": process.name, "defaultMode": 0o440,
                                       "items": [{"key": name, "path": name} for name in sorted(set(secrets.values()))]}},
        {"name": "kafka-ca", "secret": {"secretName": "kafka-ca", "defaultMode": 0o444}},
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
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
    volumes = [{"name": "secrets", "secret": {"secretName": f"{target}-owner", "defaultMode": 0o440,
                                              "items": [{"key": secret, "path": secret}]}}]  # fmt: skip
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


def deny_all() -> dict[str, Any]:
    return policy("deny-all", {}, ingress=None, egress=None)


def policy(name: str, selector: dict[str, Any], *, ingress: Any, egress: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"podSelector": selector, "policyTypes": ["Ingress", "Egress"]}
    spec |= {key: value for key, value in (("ingress", ingress), ("egress", egress)) if value}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def flows(process: Process) -> dict[str, Any]:
    """The named flows of the operations chapter, section 1, for one process."""
    api = process.kind == "api"
    databases = [process.service, *([] if process.national or process.kind == "live" else ["keyring"]), *(["access"] if api else [])]
    egress = [DNS, *(to({"cnpg.io/cluster": name}, 5432) for name in databases)]
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


def to(match: dict[str, str], port: int) -> dict[str, Any]:
    return {"to": [{"podSelector": {"matchLabels": match}}], "ports": [{"protocol": "TCP", "port": port}]}
