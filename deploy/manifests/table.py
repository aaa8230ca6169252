"""What every stack is made of, whoever runs it: processes, their ports, the secrets that each may read, images.

`docker-compose.yml` and `deploy/kubernetes/base` are written from this table by `gabay manifests`, so that they cannot disagree
about who may read which key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from deploy.embedded.home import DEFAULT_PORTS
from shared.settings import KEK_CLASSES, SERVICES

MADE = "Made by `./gabay manifests` from deploy/manifests. Change those, then run it; a test compares the two."
VERSION = "0.1.0"
USER = 10001
ATTACHMENTS = "/var/lib/gabay/attachments"  # one folder for intake's api and worker, and for nobody else
AUTHORITIES = "/etc/gabay/authorities"
CERTIFICATES = {"kafka": "gabay-cluster-ca-cert", "issuer": "issuer-ca"}  # the first is Strimzi's own; a database's is CloudNativePG's

# Exact tags; a digest is added by whoever can reach a registry (deploy/compose/images.lock).
IMAGES = {
    "python": "python:3.11.14-slim-bookworm",
    "gabay": f"gabay:{VERSION}",
    "postgres": "postgres:18.1-bookworm",
    "kafka": "apache/kafka:4.1.1",
    "keycloak": "keycloak/keycloak:26.4.5",
    "otel-collector": "otel/opentelemetry-collector-contrib:0.140.1",
    "prometheus": "prom/prometheus:v3.7.3",
    "alertmanager": "prom/alertmanager:v0.29.0",
    "grafana": "grafana/grafana:12.3.0",
    "tempo": "grafana/tempo:2.9.0",
}


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a service. memory: its limit in MiB; grace: seconds between SIGTERM and SIGKILL.

    national: of a national stack, where nothing is sealed and nothing is signed.
    """

    service: str
    kind: str
    national: bool = False

    @property
    def name(self) -> str:
        return f"{self.service}-{self.kind}"

    @property
    def command(self) -> list[str]:
        return [{"api": "serve", "worker": "work", "live": "live"}[self.kind], self.service]

    @property
    def port(self) -> int:
        return DEFAULT_PORTS[self.name]

    @property
    def grace(self) -> int:
        return 60 if self.kind == "api" else 90

    @property
    def memory(self) -> int:
        return 384

    @property
    def health(self) -> str:
        return "/health/ready"

    @property
    def replicas(self) -> int:
        """The live board sums over all partitions in one memory; it may be away for a minute, so nothing stands by."""
        return 1 if self.kind == "live" else 2

    @property
    def principal(self) -> str:
        """Its name on Kafka (shared/messaging/access.py)."""
        return "svc-live" if self.kind == "live" else f"svc-{self.service}"

    @property
    def databases(self) -> list[str]:
        """Those that it reaches: its own, and of those that services share the ones whose address it is given."""
        given = self.secrets()
        return [self.service, *(each for each in ("keyring", "access") if f"GABAY_{each.upper()}_URL_FILE" in given)]

    def secrets(self) -> dict[str, str]:
        """Variable -> name of the secret whose file it names. Nothing that this process has no use for."""
        role = "app" if self.kind == "api" else "worker"
        if self.kind == "live":  # it opens nothing and signs nothing
            return {"GABAY_DATABASE_URL_FILE": f"{self.service}-{role}-url"}
        found = {
            "GABAY_ACCESS_URL_FILE": f"{self.service}-access-url",
            "GABAY_DATABASE_URL_FILE": f"{self.service}-{role}-url",
            "GABAY_KEYRING_URL_FILE": f"{self.service}-keyring-url",
            "GABAY_FINGERPRINT_KEYS_FILE": "fingerprint-keys",
            "GABAY_CURSOR_KEY_FILE": "cursor-key",
        }
        found |= {f"GABAY_KEK_{name.upper()}_FILE": f"kek-{name}" for name in KEK_CLASSES[self.service]}
        if self.service == "intake":
            found["GABAY_BLIND_INDEX_KEY_FILE"] = "blind-index-key"
        if (self.service, self.kind) == ("reporting", "worker"):
            found |= {"GABAY_RELEASE_KEY_FILE": "release-key", "GABAY_STATISTICS_SECRETS_FILE": "statistics-secrets"}
        if self.national:
            keys = ("GABAY_KEYRING_", "GABAY_KEK_", "GABAY_RELEASE_", "GABAY_STATISTICS_")
            found = {name: secret for name, secret in found.items() if not name.startswith(keys)}
        return dict(sorted(found.items()))


PROCESSES = (*(Process(service, kind) for service in SERVICES for kind in ("api", "worker")), Process("reporting", "live"))
TARGETS = ("keyring", "access", *SERVICES)


def all_secrets() -> list[str]:
    """Names of every secret file of a region."""
    owners = [f"{target}-owner-url" for target in TARGETS]
    used = {name for process in PROCESSES for name in process.secrets().values()}
    return sorted({*used, *owners, "postgres-password"})


def labels(component: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": "gabay", "app.kubernetes.io/component": component}


def text_of(documents: Iterable[Any], *comment: str) -> str:
    """YAML of some documents, in the order of their members, below a comment."""
    head = "".join(f"# {line}\n" for line in comment)
    return head + "---\n".join(yaml.dump(each, Dumper=_Plain, sort_keys=False, width=140, allow_unicode=True) for each in documents)


class _Plain(yaml.SafeDumper):
    """Without anchors: each part can be read where it stands. Lists are indented like their neighbours in other YAML."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
