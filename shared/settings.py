"""Every setting of a process, read once from its environment.

Composition (`api.py`, `worker.py`, the command line) calls `Settings.load` and passes values on as arguments; nothing else
reads the environment. Names, defaults and meanings: docs/reference/settings.md. A secret `X` may stand in a file named by
`X_FILE`; a `GABAY_` name that nobody knows is an error, since a misspelt protection would be none.

Production mode refuses what suits a laptop only: rules P01 to P10, all that apply at once, exit status 78.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits.h: restarting does not help

Service = Literal["intake", "casework", "referrals", "reporting"]
Target = Literal["intake", "casework", "referrals", "reporting", "keyring", "access"]  # what `migrate` also takes
Process = Literal["api", "worker", "live", "migrate", "issuer", "cli"]
SERVICES: tuple[Service, ...] = ("intake", "casework", "referrals", "reporting")

KEK_CLASSES: dict[str, tuple[str, ...]] = {
    "intake": ("identity", "profile"),
    "casework": ("profile", "narrative", "protected"),
    "referrals": ("packet",),
    "reporting": ("profile",),
}

ALL_KEKS = ("identity", "profile", "narrative", "protected", "packet")

# Values printed in tutorials, manuals and default files: whoever reads those knows them.
PUBLISHED = frozenset({"changeme", "change-me", "secret", "password", "postgres", "admin", "gabay", "test", "example", "s3cr3t", "letmein"})

RATE_LIMITS: Any = "read=600/minute,write=300/minute,batch=120/minute,search=60/minute;300/hour,export=10/hour"


class Misconfigured(Exception):
    """The environment does not describe a process that may start; says every reason and its remedy. Exit status 78.

    settings: what was read, if it had the right form, so that database and brokers can be asked before all is told.
    """

    def __init__(self, reasons: list[Reason], settings: Settings | None = None) -> None:
        self.reasons, self.settings = reasons, settings
        super().__init__("\n".join(str(reason) for reason in reasons))


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason not to start. `rule` is a production rule (P01 to P10) or CONFIG for what is wrong in any mode."""

    rule: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.rule}  {self.what}: {self.remedy}"


def decode_key(text: str) -> bytes:
    """The bytes of one base64 key. `dev-` before it marks a key made for a laptop; production refuses it (P01)."""
    try:
        key = base64.b64decode(text.removeprefix("dev-"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    if len(key) < 16:
        raise ValueError("is shorter than 16 bytes")
    return key


def _key(value: object) -> object:
    return decode_key(value) if isinstance(value, str) and value else value or b""


def _keys_by_number(value: object) -> object:
    """`2026:base64,2025:base64` -> {2026: bytes, 2025: bytes}, in the order written."""
    if not isinstance(value, str):
        return value
    keys: dict[int, bytes] = {}
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        number, colon, text = part.partition(":")
        if not (colon and number.isdigit()):
            raise ValueError("is not of the form 2:base64,1:base64")
        if int(number) in keys:
            raise ValueError("names one version twice")
        keys[int(number)] = decode_key(text)
    return keys


def _words(value: object) -> object:
    return tuple(filter(None, (word.strip() for word in value.split(",")))) if isinstance(value, str) else value


def _switch(value: object) -> object:
    match value:
        case "on" | "yes" | "true":
            return True
        case "off" | "no" | "false" | "":
            return False
        case _:
            return value


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    low, _, high = value.partition("-")
    return int(low), int(high or low)


def _limits(value: object) -> object:
    return dict(part.split("=", 1) for part in value.split(",") if part) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words), NoDecode]
Switch = Annotated[bool, BeforeValidator(_switch), NoDecode]
Key = Annotated[bytes, BeforeValidator(_key), NoDecode, Field(repr=False)]
KeysByNumber = Annotated[dict[int, bytes], BeforeValidator(_keys_by_number), NoDecode, Field(repr=False)]
Hidden = Annotated[str, Field(repr=False)]
Url = Annotated[str, Field(repr=False)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What one process was told. Immutable; `Settings.load()` reads the environment, `Settings(...)` reads nothing."""

    model_config = SettingsConfigDict(env_prefix="GABAY_", frozen=True, extra="forbid", ignored_types=(cached_property,))

    mode: Literal["development", "test", "production"] = "development"
    region: str = "development"
    region_file: Path | None = None
    national: Switch = False
    service: Target | None = None
    process: Process | None = None

    home: Path = ROOT / ".gabay"  # what the embedded stack keeps: the local issuer's key lies in `issuer/`

    http_host: str = "127.0.0.1"
    http_port: Port = 0
    health_port: Port = 0
    trusted_proxies: Words = ()
    cors_origins: Words = ()
    statistics_public: Switch = False
    surge_season: Switch = False

    database_url: Url = ""
    database_owner_url: Url = ""
    keyring_url: Url = ""
    access_url: Url = ""
    db_pool_min: int = Field(2, ge=0)
    db_pool_max: int = Field(8, ge=1)
    db_statement_timeout_ms: int = Field(15_000, ge=0)
    db_lock_timeout_ms: int = Field(5_000, ge=0)

    kek_source: Literal["file", "openbao"] = "file"
    kek_identity: Hidden = ""
    kek_profile: Hidden = ""
    kek_narrative: Hidden = ""
    kek_protected: Hidden = ""
    kek_packet: Hidden = ""
    openbao_addr: str = ""
    openbao_mount: Annotated[str, Field(pattern=r"^[\w-]+(/[\w-]+)*$")] = "transit"
    openbao_token_file: Path | None = None
    openbao_ca_file: Path | None = None
    fingerprint_keys: KeysByNumber = Field(default_factory=dict)
    cursor_key: Key = b""
    blind_index_key: Key = b""
    statistics_secrets: Hidden = ""
    release_key: Hidden = ""
    attachments_url: str = ".gabay/attachments"

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_username: str = ""
    kafka_password: Hidden = ""
    kafka_ca_file: Path | None = None
    kafka_cert_file: Path | None = None
    kafka_key_file: Path | None = None
    topic_retention_days: int = Field(-1, ge=-1)

    oidc_issuer: str = "http://127.0.0.1:8100"
    oidc_ca_file: Path | None = None
    oidc_audience: str = ""
    oidc_algorithms: Words = ("ES256", "PS256", "RS256")
    oidc_step_up_acr: str = "gold"
    reporting_url: str = "http://127.0.0.1:8104"  # where the local issuer passes the dashboard's requests on to

    relay_batch: int = Field(1000, ge=1)
    relay_poll_ms: Annotated[tuple[int, int], BeforeValidator(_span), NoDecode] = (20, 250)
    consume_batch: int = Field(2000, ge=1)
    watchdog_s: int = Field(60, ge=1)
    batch_items: int = Field(500, ge=1)
    body_bytes: int = Field(262_144, ge=1024)
    rate_limits: Annotated[dict[str, str], BeforeValidator(_limits), NoDecode] = Field(default=RATE_LIMITS, validate_default=True)
    erasure_by_retention: Switch = False
    access_log_days: int = Field(1095, ge=1)
    backup_days: int = Field(28, ge=1)
    keyring_backup_days: int = Field(7, ge=1)

    otel_endpoint: str = ""
    otel_sampler_arg: float = Field(0.05, ge=0, le=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "pretty"] = "json"
    accept_single_node: Switch = False
    accept_file_kek: Switch = False

    # What production has to know about secrets and their values no longer tell: fields read from a file below `.gabay/`,
    # and fields that were marked `dev-`.
    laptop_files: frozenset[str] = frozenset()
    laptop_marks: frozenset[str] = frozenset()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @classmethod
    def load(cls, service: str | None = None, process: str | None = None, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of this process; `service` and `process` of the command line win over the environment.

        Raises Misconfigured with every reason: unknown names, a secret given twice, values of a wrong form, settings that
        this process needs and lacks, and in production mode the rules that the environment alone can break.
        """
        environ = os.environ if environ is None else environ
        values, reasons = _read(environ)
        if service is not None:
            values["service"] = service
        if process is not None:
            values["process"] = process
        try:
            settings = cls(**values)
        except ValidationError as error:
            reasons += [_reason(each["loc"], each["msg"]) for each in error.errors(include_input=False, include_url=False)]
            raise Misconfigured(reasons) from None
        reasons += _missing(settings)
        reasons += _far_issuer(settings)
        reasons += _unreadable(settings)
        if settings.mode == "production":
            reasons += refusals(settings)
        if reasons:
            raise Misconfigured(reasons, settings)
        return settings

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_service(cls, values: dict[str, Any]) -> dict[str, Any]:
        service, process = values.get("service"), values.get("process")
        index = SERVICES.index(service) if service in SERVICES else None
        if process == "issuer":
            values.setdefault("http_port", 8100)
        elif index is not None:
            values.setdefault("http_port", 8101 + index)
            health = 8125 if process == "live" else 8121 + index if process == "worker" else values["http_port"]
            values.setdefault("health_port", health)
            values.setdefault("oidc_audience", f"gabay-{service}")
        return values

    @model_validator(mode="after")
    def _keks_have_the_form(self) -> Self:
        _ = self.kek, self.kek_names
        if self.db_pool_max < self.db_pool_min:
            raise ValueError("GABAY_DB_POOL_MAX is below GABAY_DB_POOL_MIN")
        return self

    @cached_property
    def kek(self) -> dict[str, list[tuple[int, bytes]]]:
        """Class -> its key-encryption keys that are spelt out (version, 32 bytes), as written: the first one wraps, all unwrap.

        With source `openbao` those that stand beside a name or in its place: a region moves its keys, class by class.
        """
        keys: dict[str, list[tuple[int, bytes]]] = {}
        for name, text in self._keks_of("file"):
            try:
                found = _keys_by_number(text)
            except ValueError as error:
                raise ValueError(f"GABAY_KEK_{name.upper()} {error}") from None
            assert isinstance(found, dict)
            if any(len(key) != 32 for key in found.values()):
                raise ValueError(f"GABAY_KEK_{name.upper()} holds a key that is not 32 bytes long")
            keys[name] = list(found.items())
        return keys

    @property
    def kek_names(self) -> dict[str, str]:
        """Class -> the name of its key in the transit engine. Of source `openbao`."""
        names = dict(self._keks_of("openbao"))
        for name, text in names.items():
            if not re.fullmatch(r"[\w.-]+", text):
                raise ValueError(f"GABAY_KEK_{name.upper()} is no name of a key: letters, digits, dots, hyphens and underscores")
        return names

    @property
    def kek_wrapped_by_name(self) -> frozenset[str]:
        """The classes whose new keys OpenBao wraps: a name stands first."""
        first = {name: getattr(self, f"kek_{name}").partition(",")[0] for name in self.kek_names}
        return frozenset(name for name, part in first.items() if ":" not in part)

    def _keks_of(self, source: str) -> Iterator[tuple[str, str]]:
        for name in ALL_KEKS:
            parts = [part.strip() for part in getattr(self, f"kek_{name}").split(",")]
            of_files = [part for part in parts if self.kek_source == "file" or ":" in part]
            if mine := [part for part in parts if part and (part in of_files) == (source == "file")]:
                yield name, ",".join(mine)

    @property
    def region_path(self) -> Path:
        """The region file: `GABAY_REGION_FILE`, else the one of the region's name."""
        return self.region_file or ROOT / "deploy" / "regions" / f"{self.region}.toml"

    def masked(self) -> dict[str, str]:
        """Name of the variable -> value as it may be shown: of a secret only that it is set, of an address no password."""
        shown: dict[str, str] = {}
        for name in sorted(type(self).model_fields):
            if name in UNREAD:
                continue
            value = getattr(self, name)
            if name in SECRET_FIELDS:
                text = "***" if value else ""
            elif name in URL_FIELDS:
                text = re.sub(r"(//[^:/@]*:)[^@/]*@", r"\1***@", str(value))
                text = re.sub(r"(password=)[^&]*", r"\1***", text)
            elif isinstance(value, tuple):
                text = ",".join(map(str, value))
            elif isinstance(value, dict):
                text = ",".join(f"{key}={each}" for key, each in value.items())
            else:
                text = "" if value is None else str(value)
            shown[variable(name)] = text
        return shown


SECRET_FIELDS = frozenset(
    {
        "kek_identity", "kek_profile", "kek_narrative", "kek_protected", "kek_packet", "fingerprint_keys", "cursor_key",
        "blind_index_key", "statistics_secrets", "release_key", "kafka_password",
    }
)  # fmt: skip
URL_FIELDS = frozenset({"database_url", "database_owner_url", "keyring_url", "access_url"})


STANDARD_NAMES = {"otel_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT", "otel_sampler_arg": "OTEL_TRACES_SAMPLER_ARG"}
UNREAD = frozenset({"laptop_files", "laptop_marks"})
MAY_BE_EMPTY = frozenset({"rate_limits", "oidc_audience"})  # elsewhere `NAME=` means: as if it were not set


def variable(field: str) -> str:
    """The environment's name of a field."""
    return STANDARD_NAMES.get(field) or f"GABAY_{field.upper()}"


def _read(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Reason]]:
    """Raw values by field, and what is wrong with the names."""
    field_of = {variable(field): field for field in Settings.model_fields if field not in UNREAD}
    secrets = SECRET_FIELDS | URL_FIELDS
    given = {field: environ[name] for name, field in field_of.items() if name in environ}
    reasons: list[Reason] = []
    laptop_files: set[str] = set()
    for name in sorted(environ):
        base = name.removesuffix("_FILE")
        field = field_of.get(base, "")
        if name in field_of or not name.startswith("GABAY_"):
            continue
        if base == name or field not in secrets:
            reasons.append(Reason("CONFIG", f"{name} is no setting of Gabay", "unset it or correct its spelling (gabay config lists all)"))
        elif base in environ:
            reasons.append(Reason("CONFIG", f"{base} and {name} are both set", "keep one of the two"))
        else:
            path = Path(environ[name])
            try:
                given[field] = path.read_text(encoding="utf-8").strip()
                if is_exposed(path, mounted=environ.get("GABAY_MODE") == "production"):
                    reasons.append(Reason("CONFIG", f"others than its owner may read the file that {name} names", f'chmod 600 "${name}"'))
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "not text"
                reasons.append(Reason("CONFIG", f"the file that {name} names cannot be read ({why})", "correct the path or its rights"))
            if ".gabay" in path.absolute().parts:
                laptop_files.add(field)
    marks = {field for field in secrets if re.search(r"(^|[:,/@])dev-", given.get(field, ""))}
    source = EnvSettingsSource(Settings, env_prefix="GABAY_")
    source.env_vars = {f"gabay_{field}": text for field, text in given.items() if text != "" or field in MAY_BE_EMPTY}
    return {**source(), "laptop_files": frozenset(laptop_files), "laptop_marks": frozenset(marks)}, reasons


def is_exposed(path: Path, *, mounted: bool) -> bool:
    """Whether others than the owner may read or write a file with a secret.

    mounted: a group may read what belongs to root on a read-only file system. So container platforms hand a secret to a
    process that is not root, which could not read it otherwise; nobody in the container could widen its rights.
    """
    found = path.stat()
    handed_over = mounted and found.st_uid == 0 and bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    return bool(found.st_mode & (0o026 if handed_over else 0o066))


def _reason(location: tuple[int | str, ...], message: str) -> Reason:
    """One finding of pydantic without the value it was about."""
    message = message.removeprefix("Value error, ")
    if not location:
        return Reason("CONFIG", message, "correct it")
    field = str(location[0])
    name = variable(field) if field in Settings.model_fields else field
    return Reason("CONFIG", f"{name} has a wrong form", message[:1].lower() + message[1:])


def _missing(settings: Settings) -> Iterator[Reason]:
    needed: list[str] = []
    match settings.process:
        case "api":
            needed = ["database_url", "access_url", "fingerprint_keys", "cursor_key"]
        case "worker" | "live":
            needed = ["database_url"]
        case "migrate":
            needed = ["database_owner_url"]
    if settings.process in ("api", "worker") and settings.service and not settings.national:
        needed += ["keyring_url", *(f"kek_{name}" for name in KEK_CLASSES[settings.service])]
        needed += ["blind_index_key"] if settings.service == "intake" else []
        needed += ["openbao_addr", "openbao_token_file"] if settings.kek_source == "openbao" else []
    if settings.national:
        for field in ("keyring_url", *(f"kek_{name}" for name in ALL_KEKS)):
            if getattr(settings, field):
                yield Reason(
                    "CONFIG", f"{variable(field)} is set on a national stack", "unset it: nothing there is sealed, and no key belongs"
                )
    for field in needed:
        if not getattr(settings, field):
            name = variable(field)
            either = f"it, or {name}_FILE" if field in SECRET_FIELDS | URL_FIELDS else "it"
            yield Reason("CONFIG", f"{name} is missing", f"set {either} (./gabay up sets all that the embedded stack needs)")
    if (token := settings.openbao_token_file) and token.exists() and is_exposed(token, mounted=settings.mode == "production"):
        yield Reason(
            "CONFIG", "others than its owner may read the file of GABAY_OPENBAO_TOKEN_FILE", 'chmod 600 "$GABAY_OPENBAO_TOKEN_FILE"'
        )


def _unreadable(settings: Settings) -> Iterator[Reason]:
    # Else it shows as an identity provider, a broker or a key service that cannot be reached.
    for field in ("openbao_ca_file", "kafka_ca_file", "kafka_cert_file", "kafka_key_file", "oidc_ca_file"):
        if (file := getattr(settings, field)) and not (file.is_file() and os.access(file, os.R_OK)):
            yield Reason("CONFIG", f"{variable(field)} names no file that can be read", "name a PEM file that this process may read")


def _far_issuer(settings: Settings) -> Iterator[Reason]:
    issuer = urlsplit(settings.oidc_issuer)
    if settings.process == "api" and settings.mode != "production" and issuer.scheme != "https" and not is_near(issuer.hostname):
        yield Reason("CONFIG", "GABAY_OIDC_ISSUER is neither https nor near", "name it by https, or one of this machine or its containers")


# --- what production refuses -----------------------------------------------------------------------------------------------


def refusals(settings: Settings) -> Iterator[Reason]:
    """The production rules that the environment alone can break (P01, P02, P03, P07, P09)."""
    yield from _weak_secrets(settings)
    yield from _weak_addresses(settings)
    allowed = KEK_CLASSES.get(settings.service or "", ())
    for name in ALL_KEKS:
        if settings.service and name not in allowed and getattr(settings, f"kek_{name}"):
            yield Reason("P07", f"GABAY_KEK_{name.upper()} is set, and {settings.service} seals no such class", "unset it here")
    from_files = settings.kek_source == "file" or settings.kek
    if from_files and settings.process in ("api", "worker") and not settings.accept_file_kek:
        yield Reason("P07", "the KEKs come from files", "use GABAY_KEK_SOURCE=openbao, or accept it: GABAY_ACCEPT_FILE_KEK=yes")
    if "*" in settings.cors_origins:
        yield Reason("P09", "GABAY_CORS_ORIGINS allows every origin", "list exact origins")
    if settings.log_level == "debug":
        yield Reason("P09", "GABAY_LOG_LEVEL is debug", "set info, warning or error")


def _secrets(settings: Settings) -> Iterator[tuple[str, str, int]]:
    """(field, text as given or hex, length in bytes) of each single secret, versions of a key apart."""
    for field in sorted(SECRET_FIELDS):
        value = getattr(settings, field)
        if isinstance(value, dict):
            yield from ((field, key.hex(), len(key)) for key in value.values())
        elif isinstance(value, bytes):
            if value:
                yield field, value.hex(), len(value)
        elif field.startswith("kek_"):
            name = field.removeprefix("kek_")
            yield from ((field, key.hex(), len(key)) for _, key in settings.kek.get(name, []))
        elif value:
            yield field, value, len(value.encode())
    for field in sorted(URL_FIELDS):
        parts = urlsplit(getattr(settings, field))
        password = parts.password or (parse_qs(parts.query).get("password") or [""])[0]
        if password:
            yield field, unquote(password), len(unquote(password).encode())


def _weak_secrets(settings: Settings) -> Iterator[Reason]:
    new = "make another: openssl rand -base64 48"
    seen: dict[str, str] = {}
    for field in sorted(settings.laptop_files):
        yield Reason(
            "P01", f"{variable(field)}_FILE lies in .gabay/, where development secrets are kept", "keep production secrets elsewhere"
        )
    for field, text, length in _secrets(settings):
        name = variable(field)
        if length < 32:
            yield Reason("P01", f"{name} holds a secret shorter than 32 bytes", new)
        if text.startswith("dev-") or field in settings.laptop_marks:
            yield Reason("P01", f"{name} begins with dev-: it was made for a laptop", new)
        if text.lower() in PUBLISHED:
            yield Reason("P01", f"{name} is a published example value", new)
        if text in seen:
            yield Reason("P01", f"{name} repeats a secret of {seen[text]}", new)
        seen.setdefault(text, name)


def _weak_addresses(settings: Settings) -> Iterator[Reason]:
    issuer = urlsplit(settings.oidc_issuer)
    if settings.process in ("api", None):
        if issuer.scheme != "https":
            yield Reason("P02", "GABAY_OIDC_ISSUER is not https", "name the identity provider by its https address")
        if _is_loopback(issuer.hostname):
            yield Reason(
                "P02", "GABAY_OIDC_ISSUER is on this machine: the local issuer gives anybody any role", "name the identity provider"
            )
        if not settings.oidc_audience:
            yield Reason("P02", "GABAY_OIDC_AUDIENCE is empty: a token made for another system would do", "set it, e.g. gabay-intake")
    if settings.process != "migrate" and settings.kafka_security in ("PLAINTEXT", "SASL_PLAINTEXT"):
        yield Reason("P03", f"Kafka is reached in clear text ({settings.kafka_security})", "GABAY_KAFKA_SECURITY=SASL_SSL or SSL")
    for field in sorted(URL_FIELDS):
        if (text := getattr(settings, field)) and not is_private(text):
            yield Reason(
                "P03", f"{variable(field)} does not verify the server", "add sslmode=verify-full (and sslrootcert), or use a Unix socket"
            )
    keys = urlsplit(settings.openbao_addr)
    if settings.kek_source == "openbao" and keys.scheme != "https" and not _is_loopback(keys.hostname):
        yield Reason("P03", "GABAY_OPENBAO_ADDR is not https: keys would cross the network in clear text", "name the key service by https")
    otlp = urlsplit(settings.otel_endpoint)
    if otlp.scheme == "http" and not _is_loopback(otlp.hostname):
        yield Reason(
            "P03", "OTEL_EXPORTER_OTLP_ENDPOINT sends traces in clear text to another machine", "use https or a collector on loopback"
        )


def _is_loopback(host: str | None) -> bool:
    return host is not None and (host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host == "::1")


def is_near(host: str | None) -> bool:
    """Whether a name is of this machine, or has no dot: then a container of the same network answers to it, and nobody else."""
    host = host or "."
    return _is_loopback(host) or not set(".:") & set(host)


def is_private(url: str) -> bool:
    """Whether nobody but the database itself can hear what is said to this address: a Unix socket, or a verified server."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = (query.get("host") or [parts.hostname or ""])[0]
    return host.startswith("/") or query.get("sslmode") == ["verify-full"]


class Connection(Protocol):
    """The two calls of an asyncpg connection that the checks need."""

    async def fetchrow(self, query: str, *args: Any) -> Any: ...
    async def fetch(self, query: str, *args: Any) -> Any: ...


async def refuse_database(connection: Connection, *, supported: tuple[int, int] | None = None, version: int | None = None) -> list[Reason]:
    """The production rules that only the database can tell: P04 (rights), P05 (durability), P06 (schema), P10 (clock).

    supported: oldest and newest schema number that this release works with; version: the one found. Returns the reasons.
    """
    reasons: list[Reason] = []
    before = datetime.now(UTC)
    row = await connection.fetchrow(_FACTS)
    after = datetime.now(UTC)
    if row["rolsuper"] or row["rolbypassrls"] or row["owns"]:
        reasons.append(
            Reason(
                "P04", f"role {row['role']} is superuser, owner or BYPASSRLS", "give the process the role <service>_app or <service>_worker"
            )
        )
    if row["may_change"]:
        reasons.append(Reason("P04", f"role {row['role']} may change rows of event", "revoke update, delete, truncate on event"))
    if row["has_event"] and not row["guarded"]:
        reasons.append(Reason("P04", "the trigger that keeps event append-only is missing or off", "run: gabay migrate SERVICE"))
    for setting in await connection.fetch(_DURABILITY):
        reasons.append(Reason("P05", f"{setting['name']} is off on the database server", "turn it on: an answered command could be lost"))
    if supported and version is not None:
        reasons += refuse_schema(version, supported, "SERVICE")
    drift = max((before - row["now"]).total_seconds(), (row["now"] - after).total_seconds())
    if drift > 5:
        reasons.append(Reason("P10", f"this clock and the database's differ by {drift:.0f} s", "synchronise both by NTP"))
    return reasons


def refuse_schema(version: int, supported: tuple[int, int], target: str) -> Iterator[Reason]:
    """Rule P06. supported: oldest and newest revision that this release works with; target: what `gabay migrate` calls it."""
    if not supported[0] <= version <= supported[1]:
        which = "the schema" if target == "SERVICE" else f"the schema of {target}"
        remedy = f"run: gabay migrate {target}" if version < supported[0] else "upgrade Gabay on this machine"
        yield Reason("P06", f"{which} is at {version}, this release works with {supported[0]} to {supported[1]}", remedy)


def refuse_brokers(settings: Settings, *, brokers: int, replication: int, min_insync: int) -> list[Reason]:
    """Rule P08: what was found at the cluster must survive the loss of one broker, unless somebody consented in writing."""
    if settings.accept_single_node or (brokers > 1 and replication > 1 and min_insync > 1):
        return []
    what = f"Kafka has {brokers} broker(s), replication {replication}, min.insync.replicas {min_insync}"
    return [Reason("P08", what, "use three brokers, or accept it: GABAY_ACCEPT_SINGLE_NODE=yes")]


_FACTS = """
select current_user::text as role, r.rolsuper, r.rolbypassrls, clock_timestamp() as now,
       e.oid is not null as has_event,
       coalesce(pg_has_role(current_user, e.relowner, 'member'), false) as owns,
       coalesce(has_table_privilege(e.oid, 'update, delete, truncate'), false) as may_change,
       exists (select from pg_trigger t where t.tgrelid = e.oid and not t.tgisinternal and t.tgenabled <> 'D') as guarded
  from pg_roles r
  left join pg_class e on e.oid = to_regclass('public.event')
 where r.rolname = current_user
"""

_DURABILITY = """
select name from pg_settings
 where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
"""
