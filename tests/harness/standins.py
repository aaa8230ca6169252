"""What a region's overlay finds in its cluster, for tests: PostgreSQL, Kafka and an identity provider as plain Pods over TLS.

They stand behind the names that the operators would make, with the images of deploy/compose/offline.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from deploy.embedded.secure import _certificates
from deploy.manifests.table import AUTHORITIES, CERTIFICATES, IMAGES, PROCESSES, TARGETS, USER
from services.reporting.releases.secrets import draw, dump
from shared.http import issuer
from shared.messaging.broker import Broker
from shared.settings import ROOT, SERVICES
from tests.harness.cluster import Cluster

KAFKA, OUTSIDE = "gabay-kafka-bootstrap", "10.96.0.94"
BROKER = f"""
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listeners=CLIENT://:9093,OUTSIDE://:9094,CONTROLLER://127.0.0.1:9095
advertised.listeners=CLIENT://{KAFKA}:9093,OUTSIDE://{OUTSIDE}:9094
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:SASL_SSL,OUTSIDE:PLAINTEXT
inter.broker.listener.name=OUTSIDE
controller.quorum.voters=1@127.0.0.1:9095
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=/held/server.pem
log.dirs=/data/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""
PROVIDER = """
import http.server, pathlib, ssl
class Documents(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(pathlib.Path('/told', self.path.rsplit('/', 1)[1]).read_bytes())
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/held/server.pem')
server = http.server.ThreadingHTTPServer(('', 8443), Documents)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""

TERMINATOR = """
import asyncio, ssl, struct
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/held/server.pem')
async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
async def come(reader, writer):
    try:
        first = await reader.readexactly(8)
        if first == struct.pack('!II', 8, 80877103):
            writer.write(b'S')
            await writer.drain()
            await writer.start_tls(context)
            first = b''
        there, to = await asyncio.open_connection('127.0.0.1', 5432)
        to.write(first)
        await asyncio.gather(pump(reader, to), pump(there, writer))
    except (OSError, EOFError):
        writer.close()
async def main():
    async with await asyncio.start_server(come, '', 5433) as server:
        await server.serve_forever()
asyncio.run(main())
"""
"""TLS before PostgreSQL: that of the wheel is built without it."""


class InCluster:
    """A region in a cluster, with those members of deploy.embedded.stack.Stack that a Region of the tests asks for.

    folder: for the key that signs tokens.
    """

    def __init__(self, cluster: Cluster, name: str, folder: Path) -> None:
        self.cluster, self.name, self.namespace = cluster, name, f"gabay-{name}"
        self.home = SimpleNamespace(path=folder)
        self.host = f"id.{name}.gabay.example"
        self.issuer_url = f"https://{self.host}/realms/gabay"
        self.bootstrap = f"{OUTSIDE}:9094"
        self._password = secrets.token_hex(24)
        self._roles = {f"{target}_owner": target for target in TARGETS}
        for service in SERVICES:
            self._roles |= {f"{service}_app": service, f"{service}_worker": service}
            self._roles |= {f"{service}_{shared}": shared for shared in ("keyring", "access")}

    def address(self, service: str) -> str:
        """Where a Service of this region answers within the cluster, and so on this machine."""
        return self.cluster.kubectl("get", "service", service, "--namespace", self.namespace, "--output=jsonpath={.spec.clusterIP}")

    def api_url(self, service: str) -> str:
        return f"http://{self.address(f'{service}-api')}"

    def dsn(self, role: str, database: str) -> str:
        """As superuser alone."""
        return f"postgresql://{role}:{self._password}@{self.address('intake-rw')}:5432/{database}"

    def port(self, name: str) -> int:
        return 0

    def broker(self, principal: str) -> Broker:
        return Broker(self.bootstrap)

    def documents(self) -> list[dict[str, Any]]:
        """Everything that stands in for operators and people: Pods, their Services, and the Secrets that are to be there."""
        names = [KAFKA, f"{KAFKA}.{self.namespace}.svc", self.host, *(f"{target}-rw" for target in TARGETS)]
        authority, server = _certificates(*names)
        users = {each.principal: secrets.token_hex(24) for each in PROCESSES}
        known = {each: authority for each in (*(f"{target}-ca" for target in TARGETS), *CERTIFICATES.values())}
        return [
            *(self._secret(name, {"ca.crt": text}) for name, text in known.items()),
            self._secret("server", {"server.pem": server, "postgres-password": self._password}),
            *self._of_processes(users), *self._postgres(), *self._kafka(users), *self._provider(),
        ]  # fmt: skip

    def _of_processes(self, users: dict[str, str]) -> list[dict[str, Any]]:
        """The Secret of each process and of each owner, with the files that its Pods name."""
        held = {name: f"1:{_key()}" for process in PROCESSES for name in process.secrets().values() if name.startswith("kek-")}
        held |= {name: _key() for name in ("cursor-key", "blind-index-key", "release-key")}
        held |= {"fingerprint-keys": f"{time.gmtime().tm_year}:{_key()}", "statistics-secrets": dump([draw(time.gmtime().tm_year, ())])}
        for role, database in self._roles.items():
            verified = f"sslmode=verify-full&sslrootcert={AUTHORITIES}/{database}.crt"
            name = f"{role.replace('_', '-')}-url"
            held[name] = f"postgresql://{role}:{role}-{self._password}@{database}-rw:5432/{database}?{verified}"
        made = [self._secret(f"{target}-owner", {f"{target}-owner-url": held[f"{target}-owner-url"]}) for target in TARGETS]
        for process in PROCESSES:
            mine = {name: held[name] for name in process.secrets().values()}
            made.append(self._secret(process.name, mine | ({} if process.kind == "api" else {"kafka-password": users[process.principal]})))
        return made

    def _postgres(self) -> list[dict[str, Any]]:
        roles = (ROOT / "deploy/embedded/roles.sql").read_text().replace("'dev-' || name", "name")
        settings = (ROOT / "deploy/compose/postgres/postgresql.conf").read_text() + "max_connections = 400\n"  # of six servers in one
        first = (ROOT / "deploy/compose/postgres/10-roles.sh").read_text()
        files = {"roles.sql": roles, "10-roles.sh": first, "postgresql.conf": settings, "tls.py": TERMINATOR}
        tls = {"name": "tls", "image": IMAGES["python"], "command": ["python", "/told/tls.py"]}
        container = {
            "args": ["postgres", "-c", "config_file=/told/postgresql.conf"],
            "env": [
                {"name": "POSTGRES_PASSWORD_FILE", "value": "/run/secrets/postgres-password"},
                {"name": "POSTGRES_INITDB_ARGS", "value": "--data-checksums --encoding=UTF8 --locale=C --auth-host=scram-sha-256"},
            ],
            "readinessProbe": {"exec": {"command": ["pg_isready", "-q", "-U", "postgres", "-h", "127.0.0.1"]}, "periodSeconds": 2},
        }
        mounts = [
            {"name": "told", "mountPath": "/docker-entrypoint-initdb.d/10-roles.sh", "subPath": "10-roles.sh"},
            {"name": "told", "mountPath": "/etc/gabay/roles.sql", "subPath": "roles.sql"},
            {"name": "held", "mountPath": "/run/secrets/postgres-password", "subPath": "postgres-password"},
            {"name": "data", "mountPath": "/var/lib/postgresql"},
            {"name": "run", "mountPath": "/var/run/postgresql"},
        ]
        services = [self._service(f"{target}-rw", "postgres", {5432: 5433}) for target in TARGETS]
        return [self._map("postgres", files), self._deployment("postgres", "postgres", container, mounts, tls, user=999), *services]

    def _kafka(self, users: dict[str, str]) -> list[dict[str, Any]]:
        scram = " ".join(f"--add-scram 'SCRAM-SHA-512=[name={name},password={password}]'" for name, password in users.items())
        told = "/told/server.properties"
        script = f"kafka-run-class.sh kafka.tools.StorageTool format --ignore-formatted -t 5L6g3nShT-eMCtK--X86sw -c {told} {scram}\n"
        script += f"exec kafka-run-class.sh kafka.Kafka {told}\n"
        ready = {"tcpSocket": {"port": 9093}, "periodSeconds": 2}
        container = {"command": ["bash", "-ec", f"PATH=$PATH:/opt/kafka/bin\n{script}"], "readinessProbe": ready}
        files = {"server.properties": BROKER}
        return [
            self._map("kafka", files),
            self._deployment("kafka", "kafka", container, [{"name": "data", "mountPath": "/data"}], user=1000),
            self._service(KAFKA, "kafka", {9093: 9093}),
            self._service("kafka-outside", "kafka", {9094: 9094}, address=OUTSIDE),
        ]

    def _provider(self) -> list[dict[str, Any]]:
        key = issuer.signing_key(self.home.path).as_dict(private=False)
        told = {"issuer": self.issuer_url, "jwks_uri": f"{self.issuer_url}/jwks", "id_token_signing_alg_values_supported": ["ES256"]}
        files = {"openid-configuration": json.dumps(told), "jwks": json.dumps({"keys": [key]}), "serve.py": PROVIDER}
        container = {"command": ["python", "/told/serve.py"], "readinessProbe": {"tcpSocket": {"port": 8443}, "periodSeconds": 2}}
        service = self._service("issuer", "issuer", {443: 8443})
        return [self._map("issuer", files), self._deployment("issuer", "python", container, [], user=USER), service]

    # --- the forms ---

    def _meta(self, name: str) -> dict[str, Any]:
        return {"name": name, "namespace": self.namespace, "labels": {"stand-in": name}}

    def _secret(self, name: str, files: dict[str, str]) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": self._meta(name), "stringData": files}

    def _map(self, name: str, files: dict[str, str]) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": self._meta(name), "data": files}

    def _service(self, name: str, of: str, ports: dict[int, int], address: str | None = None) -> dict[str, Any]:
        spec: dict[str, Any] = {"selector": {"stand-in": of}, "ports": [{"port": port, "targetPort": to} for port, to in ports.items()]}
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": self._meta(name),
            "spec": spec | ({"clusterIP": address} if address else {}),
        }

    def _deployment(
        self, name: str, image: str, container: dict[str, Any], mounts: list[dict[str, Any]], *beside: dict[str, Any], user: int
    ) -> dict[str, Any]:
        safe = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        always = [{"name": "held", "mountPath": "/held"}, {"name": "told", "mountPath": "/told"}]
        spec = {
            "enableServiceLinks": False, "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 5,
            "securityContext": {"runAsNonRoot": True, "runAsUser": user, "runAsGroup": user, "fsGroup": user,
                                "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                container | {"name": name, "image": IMAGES[image], "securityContext": safe, "volumeMounts": [*always, *mounts]},
                *(each | {"securityContext": safe, "volumeMounts": always} for each in beside),
            ],
            "volumes": [{"name": "held", "secret": {"secretName": "server", "defaultMode": 0o440}},
                        {"name": "told", "configMap": {"name": name, "defaultMode": 0o555}},
                        {"name": "data", "emptyDir": {}}, {"name": "run", "emptyDir": {}}],
        }  # fmt: skip
        template = {"metadata": {"labels": {"stand-in": name}}, "spec": spec}
        selector = {"matchLabels": {"stand-in": name}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": self._meta(name),
            "spec": {"selector": selector, "template": template},
        }


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
