"""docker-compose.yml: one region on one machine, in containers."""

from __future__ import annotations

from typing import Any

from deploy.manifests.table import ATTACHMENTS, IMAGES, MADE, PROCESSES, TARGETS, USER, Process, all_secrets, text_of

SECRETS = "./deploy/compose/secrets"
PLAIN = {
    "GABAY_MODE": "${GABAY_MODE:-development}",
    "GABAY_REGION": "${GABAY_REGION:-route-example}",
    "GABAY_HTTP_HOST": "0.0.0.0",  # inside its own network; the host binds 127.0.0.1
    "GABAY_KAFKA_BOOTSTRAP": "kafka:9092",
    "GABAY_OIDC_ISSUER": "${GABAY_OIDC_ISSUER:-http://issuer:8100}",
    "GABAY_LOG_FORMAT": "json",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "${OTEL_EXPORTER_OTLP_ENDPOINT:-}",
}
# Of a laptop, whose demo would else meet the limits of an interactive region (deploy/embedded/stack.py).
RATES = "read=60000/minute,write=30000/minute,batch=12000/minute,search=6000/minute;30000/hour,export=1000/hour"


def page() -> str:
    """The whole file."""
    return text_of(
        [document()],
        MADE,
        "One region on one machine: https, an identity provider and three brokers are what production adds.",
        "First, once: printf 'GABAY_UID=%s\\nGABAY_GID=%s\\n' \"$(id -u)\" \"$(id -g)\" > .env",
        "then: docker compose run --rm secrets, and: docker compose up --wait",
    )  # fmt: skip


def document() -> dict[str, Any]:
    services: dict[str, Any] = {"postgres": _postgres(), "kafka": _kafka(), "migrate": _migrate(), "topics": _topics()}
    for process in PROCESSES:
        services[process.name] = _process(process)
    services |= {"issuer": _issuer(), **_auth(), **_observability(), **_national(), **_tools()}
    return {
        "name": "gabay",
        "services": services,
        "networks": {"edge": {}, "back": {"internal": True}},
        "volumes": {name: {} for name in ("postgres-data", "kafka-data", "issuer", "attachments", "prometheus", "grafana", "tempo")},
        "secrets": {name: {"file": f"{SECRETS}/{name}"} for name in all_secrets()},
    }


def outside() -> str:
    """deploy/compose/outside.yml: what tests and verbs of this machine need besides (deploy/compose/target.py reads both)."""
    key = "./.gabay/compose/issuer:/var/lib/gabay/home/issuer"
    services = {
        "postgres": {"networks": ["outside"], "ports": ["127.0.0.1:15432:5432"]},
        "kafka": {"networks": ["outside"], "ports": ["127.0.0.1:9094:9094"]},
        "issuer": {"volumes": [key]},
        "cli": {"volumes": [f"{key}:ro"]},
    }
    return text_of(
        [{"services": services, "networks": {"outside": {}}}],
        MADE,
        "For tests from this machine alone: it opens PostgreSQL and Kafka to it, and shows it the key of the development issuer.",
        "mkdir -p .gabay/compose/issuer; docker compose -f docker-compose.yml -f deploy/compose/outside.yml up --wait",
    )


def _locked(image: str, **more: Any) -> dict[str, Any]:
    """What each container has in common: nothing that it does not need."""
    return {
        "image": IMAGES[image],
        "init": True,
        "read_only": True,
        "tmpfs": ["/tmp"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "ulimits": {"core": 0},
        "restart": "unless-stopped",
        "networks": ["back"],
        **more,
    }


def _ours(name: str, command: list[str], secrets: dict[str, str], environment: dict[str, str], **more: Any) -> dict[str, Any]:
    files = {variable: f"/run/secrets/{secret}" for variable, secret in secrets.items()}
    return _locked(
        "gabay",
        user=f"${{GABAY_UID:-{USER}}}:${{GABAY_GID:-{USER}}}",
        command=command,
        environment={**PLAIN, **environment, **files},
        secrets=sorted(set(secrets.values())),
        mem_limit="384m",
        **more,
    )


def _probe(port: int, path: str) -> dict[str, Any]:
    ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout=3)"
    return {"test": ["CMD", "python", "-c", ask], "interval": "10s", "timeout": "5s", "retries": 6, "start_period": "60s"}


def _after(*once: str, healthy: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: {"condition": "service_completed_successfully"} for name in once} | {
        name: {"condition": "service_healthy"} for name in healthy
    }


def _process(process: Process) -> dict[str, Any]:
    api = process.kind == "api"
    environment = {"GABAY_SERVICE": process.service, "GABAY_PROCESS": process.kind, "GABAY_OIDC_AUDIENCE": f"gabay-{process.service}"}
    environment["GABAY_HTTP_PORT" if api else "GABAY_HEALTH_PORT"] = str(process.port)
    attaches = process.service == "intake"
    if attaches:
        environment["GABAY_ATTACHMENTS_URL"] = ATTACHMENTS
    if api:
        environment["GABAY_RATE_LIMITS"] = RATES
    made = _ours(
        process.name,
        process.command,
        process.secrets(),
        environment,
        **({"volumes": [f"attachments:{ATTACHMENTS}"]} if attaches else {}),
        depends_on=_after("migrate") if api else _after("migrate", "topics"),
        healthcheck=_probe(process.port, process.health),
        stop_grace_period=f"{process.grace}s",
    )
    if api:
        made |= {"networks": ["edge", "back"], "ports": [f"127.0.0.1:{process.port}:{process.port}"]}
    return made


def _migrate() -> dict[str, Any]:
    # One process that holds all owners' addresses, for as long as it runs: `gabay migrate` takes one target at a time.
    owners = {f"GABAY_OWNER_{target.upper()}_FILE": f"{target}-owner-url" for target in TARGETS}
    made = _ours("migrate", [], {}, {"GABAY_PROCESS": "migrate"}, depends_on=_after(healthy=("postgres",)), restart="no")
    # The image is built here and for all: compose looks for its build in whichever service names the same image.
    made = {"build": {"context": ".", "dockerfile": "deploy/compose/Dockerfile"}, **made}
    made["entrypoint"] = ["python", "-m", "deploy.compose.migrate"]
    made["secrets"] = sorted(owners.values())
    return made


def _topics() -> dict[str, Any]:
    return _ours("topics", ["topics", "list", "--create"], {}, {}, depends_on=_after(healthy=("kafka",)), restart="no")


def _issuer() -> dict[str, Any]:
    environment = {"GABAY_HTTP_PORT": "8100", "GABAY_HOME": "/var/lib/gabay/home", "GABAY_REPORTING_URL": "http://reporting-api:8104"}
    made = _ours(
        "issuer",
        ["issuer"],
        {"GABAY_ACCESS_URL_FILE": "access-owner-url"},
        environment,
        volumes=["issuer:/var/lib/gabay/home"],
        depends_on=_after("migrate"),
        healthcheck=_probe(8100, "/.well-known/openid-configuration"),
    )
    return made | {"networks": ["edge", "back"], "ports": ["127.0.0.1:8100:8100"]}


def _postgres() -> dict[str, Any]:
    return _locked(
        "postgres",
        user="postgres",
        command=["postgres", "-c", "config_file=/etc/gabay/postgresql.conf"],
        environment={
            "POSTGRES_PASSWORD_FILE": "/run/secrets/postgres-password",
            "POSTGRES_INITDB_ARGS": "--data-checksums --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 "
            "--auth-host=scram-sha-256",
        },
        secrets=["postgres-password"],
        volumes=[
            "postgres-data:/var/lib/postgresql",
            "./deploy/compose/postgres/postgresql.conf:/etc/gabay/postgresql.conf:ro",
            "./deploy/compose/postgres/10-roles.sh:/docker-entrypoint-initdb.d/10-roles.sh:ro",
            "./deploy/embedded/roles.sql:/etc/gabay/roles.sql:ro",
        ],
        tmpfs=["/tmp", "/var/run/postgresql:uid=999,gid=999"],
        shm_size="128m",
        mem_limit="1g",
        healthcheck={
            "test": ["CMD", "pg_isready", "-q", "-U", "postgres", "-h", "127.0.0.1"],
            "interval": "5s", "timeout": "3s", "retries": 20, "start_period": "60s",
        },
        stop_grace_period="60s",
    )  # fmt: skip


# The broker unpacks zstd's library into /tmp and loads it from there: a tmpfs is mounted noexec unless it says otherwise, and
# then no batch that a relay sends can be read.
JAVA_TMP = "/tmp:exec"


def _kafka() -> dict[str, Any]:
    return _locked(
        "kafka",
        environment={
            "CLUSTER_ID": "${GABAY_KAFKA_CLUSTER_ID:-R2FiYXlDb21wb3NlMDAwMA}",
            "KAFKA_HEAP_OPTS": "-Xms64m -Xmx320m",
        },
        volumes=["kafka-data:/var/lib/kafka/data", "./deploy/compose/kafka:/mnt/shared/config:ro"],
        tmpfs=[JAVA_TMP, "/opt/kafka/config:uid=1000,gid=1000", "/opt/kafka/logs:uid=1000,gid=1000"],
        mem_limit="1g",
        healthcheck={
            "test": ["CMD", "/opt/kafka/bin/kafka-broker-api-versions.sh", "--bootstrap-server", "127.0.0.1:9092"],
            "interval": "10s", "timeout": "10s", "retries": 12, "start_period": "60s",
        },
        stop_grace_period="60s",
    )  # fmt: skip


def _auth() -> dict[str, Any]:
    keycloak = _locked(
        "keycloak",
        profiles=["auth"],
        command=["start-dev", "--import-realm"],
        environment={"KC_HEALTH_ENABLED": "true", "KC_HTTP_PORT": "8080"},
        volumes=["./deploy/compose/keycloak:/opt/keycloak/data/import:ro"],
        tmpfs=["/tmp", "/opt/keycloak/data/h2:uid=1000", "/opt/keycloak/data/tmp:uid=1000"],
        read_only=False,  # start-dev builds the server into its own folder, and ended at once where it could not
        mem_limit="1g",
        networks=["edge", "back"],
        ports=["127.0.0.1:8180:8080"],
        healthcheck={
            "test": ["CMD-SHELL", "exec 3<>/dev/tcp/127.0.0.1/9000; printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3; grep -q UP <&3"],
            "interval": "10s", "timeout": "5s", "retries": 12, "start_period": "60s",
        },
    )  # fmt: skip
    return {"keycloak": keycloak}


def _observability() -> dict[str, Any]:
    folder = "./deploy/observability"
    get = ["CMD", "wget", "-q", "-O", "/dev/null"]
    beat = {"interval": "15s", "timeout": "5s", "retries": 6, "start_period": "30s"}
    common: dict[str, Any] = {"profiles": ["obs"], "mem_limit": "512m"}
    return {
        "otel-collector": _locked(
            "otel-collector", **common, command=["--config=/etc/otelcol.yaml"], volumes=[f"{folder}/otelcol.yaml:/etc/otelcol.yaml:ro"],
            # The image holds one program and no shell: nothing in it could ask. Prometheus scrapes it, and says when it cannot.
            healthcheck={"disable": True},
        ),
        "prometheus": _locked(
            "prometheus", **common, command=["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.retention.time=30d"],
            volumes=[f"{folder}/prometheus.yml:/etc/prometheus/prometheus.yml:ro", f"{folder}/rules:/etc/prometheus/rules:ro",
                     "prometheus:/prometheus"],
            healthcheck={"test": [*get, "http://127.0.0.1:9090/-/ready"], **beat},
        ),
        "alertmanager": _locked(
            "alertmanager", **common, command=["--config.file=/etc/alertmanager.yml", "--storage.path=/tmp"],
            volumes=[f"{folder}/alertmanager.yml:/etc/alertmanager.yml:ro"],
            healthcheck={"test": [*get, "http://127.0.0.1:9093/-/ready"], **beat},
        ),
        "tempo": _locked(
            "tempo", **common, command=["-config.file=/etc/tempo.yaml"],
            volumes=[f"{folder}/tempo.yaml:/etc/tempo.yaml:ro", "tempo:/var/tempo"], healthcheck={"disable": True},
        ),
        "grafana": _locked(
            "grafana", **common, networks=["edge", "back"], ports=["127.0.0.1:3000:3000"],
            environment={"GF_ANALYTICS_REPORTING_ENABLED": "false", "GF_ANALYTICS_CHECK_FOR_UPDATES": "false"},
            volumes=[f"{folder}/grafana:/etc/grafana/provisioning:ro", f"{folder}/dashboards:/etc/grafana/dashboards:ro",
                     "grafana:/var/lib/grafana"],
            healthcheck={"test": [*get, "http://127.0.0.1:3000/api/health"], **beat},
        ),
    }  # fmt: skip


def _national() -> dict[str, Any]:
    mirror = _locked(
        "kafka",
        profiles=["national"],
        command=["/opt/kafka/bin/connect-mirror-maker.sh", "/etc/mm2.properties", "--clusters", "national"],
        environment={"KAFKA_HEAP_OPTS": "-Xmx256m"},
        volumes=["./deploy/compose/mm2.properties:/etc/mm2.properties:ro", f"{SECRETS}/mirror:/run/secrets/mirror:ro"],
        tmpfs=[JAVA_TMP, "/opt/kafka/logs:uid=1000,gid=1000"],
        mem_limit="512m",
        depends_on=_after(healthy=("kafka",)),
        healthcheck={"disable": True},
    )
    return {"mirror": mirror}


def _tools() -> dict[str, Any]:
    secrets = _ours(
        "secrets",
        [],
        {},
        {},
        profiles=["tools"],
        volumes=[f"{SECRETS}:/var/lib/gabay/secrets"],
        restart="no",
        healthcheck={"disable": True},
    )
    secrets["entrypoint"] = ["python", "-m", "deploy.compose.secrets", "/var/lib/gabay/secrets"]
    cli = _ours(
        "cli",
        ["--help"],
        {},
        {"GABAY_HOME": "/var/lib/gabay/home"},
        profiles=["tools"],
        volumes=["issuer:/var/lib/gabay/home:ro"],
        restart="no",
        healthcheck={"disable": True},
    )
    cli["secrets"] = [name for name in all_secrets() if name != "postgres-password"]  # a verb may ask as any process (inside.py)
    return {"secrets": secrets, "cli": cli}
