"""The embedded stack as tests, benches and the command line use it.

    async with Stack(home, ports="free", parts=CORE) as stack:
        settings = Settings.load("intake", "worker", stack.env("intake", "worker"))

`Stack.attach(home)` is the same knowledge about a stack that somebody else runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from deploy.embedded.child import spawn
from deploy.embedded.home import ELSEWHERE, RESTORING, Home
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import DATABASES, Postgres
from deploy.embedded.problem import StackProblem
from deploy.embedded.secure import Secure
from deploy.embedded.supervisor import Part, Running, Supervisor, end_leftovers

if TYPE_CHECKING:
    from shared.messaging.broker import Broker  # 20 MiB that a supervisor does not need

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("GABAY_HOME") or ROOT / ".gabay")
SERVICES = ("intake", "casework", "referrals", "reporting")
CORE = ("postgres", "kafka")
PREPARED = (*CORE, "migrations", "topics")
APIS = tuple(f"{service}-api" for service in SERVICES)
WORKERS = tuple(f"{service}-worker" for service in SERVICES)
LIVE = "reporting-live"
PARTS = (*PREPARED, "issuer", *APIS, *WORKERS, LIVE)
NATIONAL = (*PREPARED, "mirror", "reporting-api", "reporting-worker")
"""The parts of a national stack: it shows what regions release, and holds nothing else."""

KEKS = {
    "intake": ("identity", "profile"),
    "casework": ("profile", "narrative", "protected"),
    "referrals": ("packet",),
    "reporting": ("profile",),
}
# A hundred times those of http.md: the demo and the benches run with limits on, and are not what limits are against.
RATE_LIMITS = "read=60000/minute,write=30000/minute,batch=12000/minute,search=6000/minute;30000/hour,export=1000/hour,breakglass=500/day"


class Stack:
    """One region on one machine, below one home folder.

    ports: `default` (http.md: issuer 8100, apis 8101 to 8104) or `free` (all drawn, and remembered by the home).
    parts: those of PARTS to run; settings: further `GABAY_` variables for every process; commands: other commands for
    some parts (tests); secure: TLS, SCRAM and access control on the broker. regions: of a national stack, name -> client
    settings of the region's broker (deploy/embedded/mirror.py); None: this stack is a region itself; allowed: another
    allow-list for the mirror (tests).
    Every failure is a StackProblem: what is missing, and the command that mends it.
    """

    def __init__(
        self,
        home: Path = HOME,
        *,
        ports: Literal["default", "free"] = "default",
        parts: Iterable[str] = PARTS,
        settings: Mapping[str, str] | None = None,
        commands: Mapping[str, Sequence[str]] | None = None,
        secure: bool = False,
        regions: Mapping[str, Mapping[str, str]] | None = None,
        allowed: str = "",
        changed: Callable[[Running], None] = lambda _: None,
    ) -> None:
        self.home = Home(home)
        self.parts = tuple(parts)
        self.settings = dict(settings or {})
        self.secure: Secure | None = None
        self._is_secure = secure
        self._regions, self._allowed = regions, allowed
        if regions is not None:
            self.settings = {"GABAY_NATIONAL": "yes", "GABAY_REGION": "national", "GABAY_STATISTICS_PUBLIC": "on"} | self.settings
        self._kind = ports
        self._commands = dict(commands or {})
        self._changed = changed
        self._ports: dict[str, int] = {}
        self._postgres: Postgres | None = None
        self._kafka: Kafka | None = None
        self._supervisor: Supervisor | None = None
        self._thread: _LoopThread | None = None

    @classmethod
    def attach(cls, home: Path = HOME) -> Self:
        """The stack that runs at this home, for whoever needs its addresses. Raises StackProblem when none does."""
        if not cls.is_running(home):
            raise StackProblem("the stack is not running", "./gabay up")
        return cls.at(home)

    @classmethod
    def at(cls, home: Path = HOME) -> Self:
        """The stack of this home, running or not: its addresses and secrets. Raises StackProblem when none was ever made."""
        stack = cls(home)
        ports = stack.home.remembered_ports()
        if not ports:
            raise StackProblem(f"no stack has been made at {stack.home.path}", "./gabay up")
        stack._is_secure = stack._mark.exists()
        for mark in (stack._national_mark, stack._elsewhere_mark):
            if mark.exists():
                stack.settings = json.loads(mark.read_text()) | stack.settings
        stack._know(ports)
        return stack

    @staticmethod
    def is_running(home: Path = HOME) -> bool:
        """Whether its supervisor lives here, or it is said to run by a compose file."""
        return Home(home).supervisor() is not None or (Path(home) / "run" / ELSEWHERE).exists()

    # --- life ---

    async def start(self, seconds: float = 120) -> Self:
        """Start the parts and return when all are ready; ends first what a killed run of this home has left."""
        if not self.home.take():
            raise StackProblem(f"a stack is already running at {self.home.path}", "./gabay status, or ./gabay down")
        try:
            await asyncio.to_thread(self._lay_out)
            self._supervisor = Supervisor(self.home, [self._part(name) for name in self.parts], changed=self._changed)
            await self._supervisor.start(seconds)
        except BaseException:
            self._supervisor = None
            self.home.release()
            raise
        return self

    async def stop(self) -> None:
        """End every part within ten seconds."""
        if self._supervisor is not None:
            await self._supervisor.stop()
            self._supervisor = None
        self.home.release()

    def start_sync(self, seconds: float = 120) -> Self:
        """`start` for callers without an event loop, or with one that rests between tests: a thread keeps the parts.

        The other methods then work from any loop; end with `stop_sync`.
        """
        self._thread = _LoopThread()
        try:
            self._thread.run(self.start(seconds))
        except BaseException:
            self._thread.close()
            self._thread = None
            raise
        return self

    def stop_sync(self) -> None:
        if self._thread is not None:
            self._thread.run(self.stop())
            self._thread.close()
            self._thread = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    def _lay_out(self) -> None:
        if (self.home.path / RESTORING).exists() and {*APIS, *WORKERS} & set(self.parts):
            # Appends now would use versions that consumers have applied, and keys of the forgotten would open again.
            raise StackProblem("a restore of this stack was begun and has not ended", "give the same gabay restore again")
        self.home.make()
        end_leftovers(self.home)
        # Whoever attaches must know how this run is reached.
        if self._is_secure:
            self._mark.touch()
        else:
            self._mark.unlink(missing_ok=True)
        if self.is_national:
            self._national_mark.write_text(json.dumps(self.settings))
        else:
            self._national_mark.unlink(missing_ok=True)
        self._know(self.home.ports(self._kind))
        if self.secure:
            from shared.messaging.access import principals

            self.secure.make(principals(self.integrators()))

    def _know(self, ports: dict[str, int]) -> None:
        self._ports = ports
        self._postgres = Postgres(
            self.home.path, ports["postgres"], self.home.secret("postgres-password"), by_tcp=self._elsewhere_mark.exists()
        )
        if self._is_secure:
            self.secure = Secure(self.home.secret_file("kafka"), ports["kafka-internal"])
        self._kafka = Kafka(self.home.path, ports["kafka"], ports["kafka-controller"], self.secure)

    @property
    def is_national(self) -> bool:
        return self.settings.get("GABAY_NATIONAL") == "yes"

    @property
    def _mark(self) -> Path:
        return self.home.path / "run" / "secure"

    @property
    def _national_mark(self) -> Path:
        """Holds the settings that make a stack a national one, for the verbs beside it."""
        return self.home.path / "run" / "national.json"

    @property
    def _elsewhere_mark(self) -> Path:
        return self.home.path / "run" / ELSEWHERE

    def integrators(self) -> dict[str, tuple[str, ...]]:
        """Name -> topics, of the region's file of integrators."""
        from shared.messaging.access import load_integrators

        region = self.settings.get("GABAY_REGION") or os.environ.get("GABAY_REGION", "route-example")
        return load_integrators(ROOT / "deploy" / "integrators" / f"{region}.toml")

    def administrator(self) -> Broker:
        """The broker as its super user, for topics, users and access."""
        from shared.messaging.broker import Broker

        if self.secure is None:
            return Broker(self.bootstrap)
        return Broker(f"127.0.0.1:{self.secure.internal_port}", self.secure.administrator(), "gabay-admin")

    def broker(self, principal: str) -> Broker:
        """The broker as one principal of the table sees it."""
        from shared.messaging.broker import Broker

        if self.secure is None:
            return Broker(self.bootstrap)
        security = {
            "security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "ssl_context": self.secure.client_context(),
            "sasl_plain_username": principal, "sasl_plain_password": self.secure.password(principal),
        }  # fmt: skip
        return Broker(self.bootstrap, security, f"gabay-{principal}")

    # --- addresses ---

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            raise StackProblem("the stack has not been started", "await stack.start(), or ./gabay up")
        return self._postgres

    @property
    def kafka(self) -> Kafka:
        if self._kafka is None:
            raise StackProblem("the stack has not been started", "await stack.start(), or ./gabay up")
        return self._kafka

    @property
    def bootstrap(self) -> str:
        return self.kafka.bootstrap

    @property
    def issuer_url(self) -> str:
        """What tokens name as their issuer: in containers, not where this machine would ask for it."""
        return self.settings.get("GABAY_OIDC_ISSUER") or f"http://127.0.0.1:{self.port('issuer')}"

    def api_url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.port(f'{service}-api')}"

    def health_url(self, service: str, process: str = "worker") -> str:
        return f"http://127.0.0.1:{self.port(f'{service}-{process}')}"

    def port(self, name: str) -> int:
        if name not in self._ports:
            raise StackProblem(f"nothing of this stack listens as {name}", f"one of: {', '.join(self._ports) or 'none before the start'}")
        return self._ports[name]

    def dsn(self, role: str, database: str) -> str:
        """Address of a database for a role, e.g. dsn("intake_app", "intake"); role `postgres` is the superuser."""
        return self.postgres.dsn(role, database)

    def log(self, part: str) -> Path:
        return self.home.path / "logs" / f"{part}.log"

    def env(self, service: str | None, process: str, *, databases: Mapping[str, str] | None = None) -> dict[str, str]:
        """All `GABAY_` variables of one process (api, worker, live, migrate, issuer, cli); secrets by file.

        databases: other names for some databases (tests: {"intake": "intake_17", "keyring": "keyring_3"}).
        """
        variables = {
            "GABAY_MODE": "development",
            "GABAY_REGION": os.environ.get("GABAY_REGION", "route-example"),
            "GABAY_PROCESS": process,
            "GABAY_KAFKA_BOOTSTRAP": self.bootstrap,
            "GABAY_OIDC_ISSUER": self.issuer_url,
            "GABAY_REPORTING_URL": self.api_url("reporting"),
            "GABAY_HOME": str(self.home.path),
            "GABAY_ATTACHMENTS_URL": str(self.home.path / "attachments"),
            "GABAY_RATE_LIMITS": RATE_LIMITS,
            "GABAY_LOG_FORMAT": "json",
        }
        if self.secure and process in ("worker", "live", "cli"):  # an api never speaks Kafka
            variables |= self.secure.variables({"worker": f"svc-{service}", "live": "svc-live"}.get(process, "ops"))
        if process == "issuer":
            port = str(self.port("issuer"))
            variables |= {"GABAY_HTTP_PORT": port, "GABAY_HEALTH_PORT": port}
            # It grants the roles of its development tokens, in development only.
            variables["GABAY_ACCESS_URL"] = self.dsn("access_owner", "access")
        if service is None:
            return variables | self.settings
        variables["GABAY_SERVICE"] = service
        named = {name: name for name in DATABASES} | dict(databases or {})
        if process == "migrate":
            return variables | {"GABAY_DATABASE_OWNER_URL": self.dsn(f"{service}_owner", named[service])} | self.settings
        role = "app" if process == "api" else "worker"
        if process == "live":  # it opens nothing and signs nothing: no key of any kind
            port = str(self.port(LIVE)) if LIVE in self._ports else ""
            live = {"GABAY_DATABASE_URL": self.dsn(f"{service}_worker", named[service]), "GABAY_HEALTH_PORT": port}
            return variables | {name: value for name, value in live.items() if value} | self.settings
        secret = self.home.secret_file
        variables |= {
            "GABAY_DATABASE_URL": self.dsn(f"{service}_{role}", named[service]),
            "GABAY_DATABASE_OWNER_URL": self.dsn(f"{service}_owner", named[service]) if process == "cli" else "",
            "GABAY_KEYRING_URL": "" if self.is_national else self.dsn(f"{service}_keyring", named["keyring"]),
            "GABAY_ACCESS_URL": self.dsn(f"{service}_access", named["access"]),
            "GABAY_FINGERPRINT_KEYS_FILE": str(secret("fingerprint-keys")),
            "GABAY_CURSOR_KEY_FILE": str(secret("cursor-key")),
            "GABAY_OIDC_AUDIENCE": f"gabay-{service}",
        }
        if not self.is_national:
            variables |= {f"GABAY_KEK_{name.upper()}_FILE": str(secret(f"kek-{name}")) for name in KEKS[service]}
        if service == "intake":
            variables["GABAY_BLIND_INDEX_KEY_FILE"] = str(secret("blind-index-key"))
        if service == "reporting" and process == "worker" and not self.is_national:
            kept = {"GABAY_RELEASE_KEY_FILE": secret("release-key"), "GABAY_STATISTICS_SECRETS_FILE": secret("statistics-secrets")}
            variables |= {name: str(file) for name, file in kept.items() if file.exists()}
        if f"{service}-{process}" in self._ports:
            port = str(self.port(f"{service}-{process}"))
            variables |= {"GABAY_HTTP_PORT": port} if process == "api" else {}
            variables |= {"GABAY_HEALTH_PORT": port}
        return {name: value for name, value in variables.items() if value} | self.settings

    # --- accidents and repairs ---

    def kill(self, part: str, signum: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a part, as an accident would; it is restarted."""
        self._run_by_us.kill(part, signum)

    async def wait_ready(self, part: str, seconds: float = 60) -> None:
        await self._where_it_runs(self._run_by_us.wait_ready(part, seconds))

    async def restart(self, part: str, seconds: float = 60) -> None:
        await self._where_it_runs(self._run_by_us.restart(part, seconds))

    async def stop_part(self, part: str) -> None:
        """Stop a part and keep it stopped until `start_part`."""
        await self._where_it_runs(self._run_by_us.stop_part(part))

    async def start_part(self, part: str, seconds: float = 60) -> None:
        await self._where_it_runs(self._run_by_us.start_part(part, seconds))

    async def _where_it_runs(self, work: Coroutine[Any, Any, None]) -> None:
        await (self._thread.elsewhere(work) if self._thread is not None else work)

    def pid(self, part: str) -> int | None:
        """Process id of a part, also of a stack that somebody else runs."""
        if self._supervisor is not None:
            identity = self._supervisor.running[part].identity
            return identity.pid if identity else None
        return dict((name, identity.pid) for name, identity in self.home.leftovers()).get(part)

    @property
    def _run_by_us(self) -> Supervisor:
        if self._supervisor is None:
            raise StackProblem("this process does not run the stack", "start it here (Stack.start) to kill or restart its parts")
        return self._supervisor

    # --- what the parts are ---

    def _part(self, name: str) -> Part:
        if name == "postgres":
            server = self.postgres
            address = f"{server.sockets} (or 127.0.0.1:{server.port})"
            return Part(
                name, server.start, server.log, address, prepare=server.prepare, ready=_quick(server.ready), furnish=server.furnish,
                port=server.port, stop_signal=signal.SIGINT, grace=3.5, last=True,
            )  # fmt: skip
        if name == "kafka":
            broker = self.kafka
            return Part(
                name, broker.start, broker.log, broker.bootstrap, prepare=broker.prepare, ready=_in_thread(broker.ready),
                stopped=broker.stopped, port=broker.port, grace=4.5, last=True,
            )  # fmt: skip
        if name == "migrations":
            variables = {"GABAY_HOME": str(self.home.path)} | self.settings
            return self._program(name, ("prepare", "migrations"), variables, needs=("postgres",), once=True)
        if name == "topics":
            return self._program(
                name, ("prepare", "topics"), {"GABAY_HOME": str(self.home.path)} | self.settings, needs=("kafka",), once=True
            )
        if name == "mirror":
            from deploy.embedded.mirror import Mirror

            mirror = Mirror(self.home.path, self.bootstrap, self._regions or {}, self._allowed)
            return Part(name, mirror.start, mirror.log, ", ".join(self._regions or {}), needs=("topics",), prepare=mirror.prepare)
        if name == "issuer":
            ready = _answers(self.port(name), "/.well-known/openid-configuration")
            return self._program(
                name,
                ("issuer",),
                self.env(None, "issuer"),
                needs=("migrations",),
                ready=ready,
                address=self.issuer_url,
                port=self.port(name),
            )
        service, _, process = name.partition("-")
        if service not in SERVICES or (process not in ("api", "worker") and name != LIVE):
            raise StackProblem(f"there is no part {name}", f"one of: {', '.join((*PARTS, 'mirror'))}")
        port = self.port(name)
        verb = {"api": "serve", "worker": "work", "live": "live"}[process]
        needs = ("migrations",) if process == "api" else ("migrations", "topics")
        return self._program(
            name, (verb, service), self.env(service, process), needs=needs, ready=_answers(port, "/health/ready"),
            address=f"http://127.0.0.1:{port}", port=port,
        )  # fmt: skip

    def _program(
        self,
        name: str,
        verb: Sequence[str],
        variables: Mapping[str, str],
        *,
        needs: tuple[str, ...] = (),
        once: bool = False,
        ready: Callable[[], Awaitable[bool]] | None = None,
        address: str = "",
        port: int = 0,
    ) -> Part:
        command = self._commands.get(name) or [sys.executable, "-m", "cli", *verb]
        log = self.log(name)

        def start() -> subprocess.Popen[bytes]:
            return spawn(command, env=_inherited() | dict(variables), log=log, cwd=ROOT)

        return Part(name, start, log, address, needs=needs, once=once, ready=ready, port=port)


def _inherited() -> dict[str, str]:
    """What a part gets of our environment: all but Gabay's own names, which the stack sets, save how it may log."""
    kept = ("GABAY_LOG_LEVEL", "GABAY_LOG_FORMAT", "GABAY_REGION", "GABAY_REGION_FILE")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_") or name in kept}
    return variables | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}


def _quick(question: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return question()

    return ask


def _in_thread(question: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return await asyncio.to_thread(question)

    return ask


def _answers(port: int, path: str) -> Callable[[], Awaitable[bool]]:
    """Whether a GET of this path is answered 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()

    async def ask() -> bool:
        try:
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(request)
                    status = await reader.readline()
                finally:
                    writer.close()
                    with contextlib.suppress(OSError):
                        await writer.wait_closed()
        except (OSError, TimeoutError):
            return False
        return status.split(b" ")[1:2] == [b"200"]

    return ask


class _LoopThread:
    """An event loop in a thread. Children are told when the thread that made them ends, so it lives until `close`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stack", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def elsewhere(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Run it here and let the caller's own loop wait for it."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
