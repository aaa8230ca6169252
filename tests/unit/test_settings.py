"""Settings: read once, refused as a whole, shown without a secret; production takes nothing that was made for a laptop."""

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared.settings import Misconfigured, Settings, is_exposed, refuse_brokers, refuse_database


def key(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


DEVELOPMENT = {
    "GABAY_DATABASE_URL": "postgresql://intake_app@/intake?host=/run/postgres",
    "GABAY_ACCESS_URL": "postgresql://intake_access@/access?host=/run/postgres",
    "GABAY_KEYRING_URL": "postgresql://intake_keyring@/keyring?host=/run/postgres",
    "GABAY_FINGERPRINT_KEYS": f"2026:{key(1)},2025:{key(2)}",
    "GABAY_CURSOR_KEY": key(3),
    "GABAY_BLIND_INDEX_KEY": key(4),
    "GABAY_KEK_IDENTITY": f"1:{key(5)},2:{key(6)}",
    "GABAY_KEK_PROFILE": f"1:{key(7)}",
}
PRODUCTION = DEVELOPMENT | {
    "GABAY_MODE": "production",
    "GABAY_OIDC_ISSUER": "https://id.example.org/realms/masbate",
    "GABAY_KAFKA_SECURITY": "SASL_SSL",
    "GABAY_KAFKA_PASSWORD": "k" * 32,
    "GABAY_ACCEPT_FILE_KEK": "yes",
}
OPENBAO = {
    "GABAY_KEK_SOURCE": "openbao",
    "GABAY_OPENBAO_ADDR": "https://bao.example.org:8200",
    "GABAY_OPENBAO_TOKEN_FILE": "/run/gabay/openbao-token",
    "GABAY_KEK_IDENTITY": "gabay-identity",
    "GABAY_KEK_PROFILE": "gabay-profile",
}


def load(environ: dict[str, str], service: str = "intake", process: str = "api") -> Settings:
    return Settings.load(service, process, environ)


def reasons(environ: dict[str, str], service: str = "intake", process: str = "api") -> list[str]:
    with pytest.raises(Misconfigured) as refused:
        load(environ, service, process)
    return [f"{reason.rule} {reason.what}" for reason in refused.value.reasons]


def test_values_have_their_types_and_defaults() -> None:
    settings = load(DEVELOPMENT | {"GABAY_RELAY_POLL_MS": "30-90", "GABAY_STATISTICS_PUBLIC": "on", "OTEL_TRACES_SAMPLER_ARG": "0.5"})
    assert settings.kek["identity"] == [(1, bytes([5]) * 32), (2, bytes([6]) * 32)]  # as written: 2 is handed out, 1 still wraps
    assert settings.fingerprint_keys == {2026: bytes([1]) * 32, 2025: bytes([2]) * 32}
    assert settings.relay_poll_ms == (30, 90)
    assert settings.statistics_public is True
    assert settings.otel_sampler_arg == 0.5
    assert settings.rate_limits["search"] == "60/minute;300/hour"
    assert (settings.http_port, settings.oidc_audience) == (8101, "gabay-intake")


@pytest.mark.parametrize(
    ("service", "process", "port"), [("referrals", "api", 8103), ("referrals", "worker", 8123), ("reporting", "live", 8125)]
)
def test_each_process_has_its_own_health_port(service: str, process: str, port: int) -> None:
    keks = {f"GABAY_KEK_{name}": f"1:{key(9)}" for name in ("PACKET", "PROFILE")}
    assert load(DEVELOPMENT | keks, service, process).health_port == port


def test_building_settings_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GABAY_BATCH_ITEMS", "7")
    assert Settings(service="intake").batch_items == 500


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(key(3) + "\n")
    file.chmod(0o600)
    given = {name: value for name, value in DEVELOPMENT.items() if name != "GABAY_CURSOR_KEY"}
    assert load(given | {"GABAY_CURSOR_KEY_FILE": str(file)}).cursor_key == bytes([3]) * 32
    assert reasons(DEVELOPMENT | {"GABAY_CURSOR_KEY_FILE": str(file)}) == ["CONFIG GABAY_CURSOR_KEY and GABAY_CURSOR_KEY_FILE are both set"]
    assert "cannot be read" in reasons(given | {"GABAY_CURSOR_KEY_FILE": str(tmp_path / "none")})[0]


@pytest.mark.parametrize("name", ["OPENBAO_CA", "KAFKA_CA", "KAFKA_CERT", "KAFKA_KEY", "OIDC_CA"])
def test_a_certificate_that_is_not_there_is_said_at_start(tmp_path: Path, name: str) -> None:
    file = tmp_path / "ca.pem"
    assert reasons(DEVELOPMENT | {f"GABAY_{name}_FILE": str(file)}) == [f"CONFIG GABAY_{name}_FILE names no file that can be read"]
    file.touch()
    load(DEVELOPMENT | {f"GABAY_{name}_FILE": str(file)})


@pytest.mark.parametrize("mode", ["development", "test", "production"])
@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o602])
def test_a_secret_that_others_may_read_is_refused_in_every_mode(tmp_path: Path, mode: str, bits: int) -> None:
    file = tmp_path / "key"
    file.write_text(key(3))
    file.chmod(bits)
    given = {name: value for name, value in PRODUCTION.items() if name != "GABAY_CURSOR_KEY"}
    with pytest.raises(Misconfigured) as refused:
        load(given | {"GABAY_MODE": mode, "GABAY_CURSOR_KEY_FILE": str(file)})
    (reason,) = refused.value.reasons
    assert (reason.what, reason.remedy) == (
        "others than its owner may read the file that GABAY_CURSOR_KEY_FILE names", 'chmod 600 "$GABAY_CURSOR_KEY_FILE"'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bits", "owner", "flags", "mounted", "refused"),
    [
        (0o440, 0, os.ST_RDONLY, True, False),  # a secret of Kubernetes with fsGroup, of Compose with a group
        (0o444, 0, os.ST_RDONLY, True, True),
        (0o440, 0, os.ST_RDONLY, False, True),
        (0o440, 0, 0, True, True),
        (0o440, 1000, os.ST_RDONLY, True, True),
        (0o400, 1000, 0, True, False),
    ],
)
def test_a_group_may_read_what_a_platform_mounts(
    monkeypatch: pytest.MonkeyPatch, bits: int, owner: int, flags: int, mounted: bool, refused: bool
) -> None:
    monkeypatch.setattr(Path, "stat", lambda _: SimpleNamespace(st_mode=bits, st_uid=owner))
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flags))
    assert is_exposed(Path("secret"), mounted=mounted) is refused


def test_a_misspelt_name_is_an_error() -> None:
    assert reasons(DEVELOPMENT | {"GABAY_STATISTIC_PUBLIC": "off"}) == ["CONFIG GABAY_STATISTIC_PUBLIC is no setting of Gabay"]


def test_all_that_is_wrong_is_said_at_once_and_no_value_is_repeated() -> None:
    wrong = DEVELOPMENT | {"GABAY_MODE": "prod-like", "GABAY_BATCH_ITEMS": "zweihundert", "GABAY_KEK_IDENTITY": "1:swordfish"}
    with pytest.raises(Misconfigured) as refused:
        load(wrong)
    text = str(refused.value)
    assert "GABAY_MODE" in text
    assert "GABAY_BATCH_ITEMS" in text
    assert not any(value in text for value in ("prod-like", "zweihundert", "swordfish"))
    with pytest.raises(Misconfigured, match="GABAY_KEK_IDENTITY is not base64") as refused:
        load(DEVELOPMENT | {"GABAY_KEK_IDENTITY": "1:swordfish!"})
    assert "swordfish" not in str(refused.value)


def test_what_a_process_needs_and_lacks_is_named() -> None:
    assert "CONFIG GABAY_KEK_PACKET is missing" in reasons(DEVELOPMENT, "referrals", "worker")
    assert reasons({}, "intake", "migrate") == ["CONFIG GABAY_DATABASE_OWNER_URL is missing"]


def test_keys_at_a_key_service_are_named_and_need_no_consent() -> None:
    settings = load(PRODUCTION | OPENBAO | {"GABAY_ACCEPT_FILE_KEK": "no"})
    assert settings.kek_names == {"identity": "gabay-identity", "profile": "gabay-profile"}
    assert settings.kek == {}
    assert load(DEVELOPMENT).kek_names == {}


def test_while_keys_move_to_a_key_service_files_stand_beside_its_names() -> None:
    moving = PRODUCTION | OPENBAO | {"GABAY_ACCEPT_FILE_KEK": "yes"}
    behind = load(moving | {"GABAY_KEK_IDENTITY": f"1:{key(31)}, gabay-identity"})
    assert (behind.kek_names["identity"], behind.kek, behind.kek_wrapped_by_name) == (
        "gabay-identity", {"identity": [(1, bytes([31]) * 32)]}, {"profile"},
    )  # fmt: skip
    first = load(moving | {"GABAY_KEK_IDENTITY": f"gabay-identity,1:{key(31)}", "GABAY_KEK_PROFILE": f"1:{key(32)}"})
    assert (first.kek_names, set(first.kek), first.kek_wrapped_by_name) == (
        {"identity": "gabay-identity"}, {"identity", "profile"}, {"identity"},
    )  # fmt: skip
    assert "P07 the KEKs come from files" in str(reasons(moving | {"GABAY_KEK_PROFILE": f"1:{key(32)}", "GABAY_ACCEPT_FILE_KEK": "no"}))
    assert reasons(moving | {"GABAY_KEK_PROFILE": "gabay-profile,gabay-other"})[0].startswith(
        "CONFIG GABAY_KEK_PROFILE is no name of a key"
    )


def test_a_key_service_needs_an_address_a_token_and_names_of_keys(tmp_path: Path) -> None:
    given = DEVELOPMENT | OPENBAO
    assert reasons(given | {"GABAY_OPENBAO_ADDR": "", "GABAY_OPENBAO_TOKEN_FILE": ""}) == [
        "CONFIG GABAY_OPENBAO_ADDR is missing",
        "CONFIG GABAY_OPENBAO_TOKEN_FILE is missing",
    ]
    assert reasons(given | {"GABAY_KEK_PROFILE": "../sys/seal"})[0].startswith("CONFIG GABAY_KEK_PROFILE is no name of a key")
    assert reasons(given | {"GABAY_OPENBAO_MOUNT": "../sys"}) == ["CONFIG GABAY_OPENBAO_MOUNT has a wrong form"]
    token = tmp_path / "token"
    token.write_text("s.12345")
    token.chmod(0o644)
    assert "CONFIG others than its owner may read the file of GABAY_OPENBAO_TOKEN_FILE" in reasons(
        given | {"GABAY_OPENBAO_TOKEN_FILE": str(token)}
    )


def test_no_secret_is_ever_shown() -> None:
    settings = load(DEVELOPMENT | {"GABAY_DATABASE_URL": "postgresql://intake_app:hunter2@db/intake?password=hunter2"})
    shown = "\n".join(settings.masked().values()) + repr(settings) + str(settings)
    for secret in ("hunter2", *(key(number) for number in range(1, 8)), repr(bytes([3]) * 32)[2:-1]):
        assert secret not in shown


def test_an_issuer_in_clear_text_is_near() -> None:
    assert load(DEVELOPMENT | {"GABAY_OIDC_ISSUER": "http://issuer:8100"}).oidc_issuer
    assert reasons(DEVELOPMENT | {"GABAY_OIDC_ISSUER": "http://id.example.org"}) == ["CONFIG GABAY_OIDC_ISSUER is neither https nor near"]


def test_production_starts_when_nothing_speaks_against_it() -> None:
    assert load(PRODUCTION).mode == "production"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"GABAY_CURSOR_KEY": "dev-" + key(3)}, "P01 GABAY_CURSOR_KEY begins with dev-"),
        ({"GABAY_KEK_PROFILE": "1:dev-" + key(7)}, "P01 GABAY_KEK_PROFILE begins with dev-"),
        ({"GABAY_KAFKA_PASSWORD": "changeme"}, "P01 GABAY_KAFKA_PASSWORD is a published example value"),
        ({"GABAY_CURSOR_KEY": base64.b64encode(b"x" * 31).decode()}, "P01 GABAY_CURSOR_KEY holds a secret shorter than 32 bytes"),
        ({"GABAY_CURSOR_KEY": key(4)}, "P01 GABAY_CURSOR_KEY repeats a secret of GABAY_BLIND_INDEX_KEY"),
        ({"GABAY_OIDC_ISSUER": "http://id.example.org"}, "P02 GABAY_OIDC_ISSUER is not https"),
        ({"GABAY_OIDC_ISSUER": "https://localhost:8100"}, "P02 GABAY_OIDC_ISSUER is on this machine"),
        ({"GABAY_OIDC_AUDIENCE": ""}, "P02 GABAY_OIDC_AUDIENCE is empty"),
        ({"GABAY_KAFKA_SECURITY": "SASL_PLAINTEXT"}, "P03 Kafka is reached in clear text"),
        ({"GABAY_DATABASE_URL": "postgresql://intake_app@db/intake?sslmode=require"}, "P03 GABAY_DATABASE_URL does not verify the server"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "P03 OTEL_EXPORTER_OTLP_ENDPOINT sends traces in clear text"),
        ({"GABAY_KEK_PACKET": f"1:{key(8)}"}, "P07 GABAY_KEK_PACKET is set, and intake seals no such class"),
        ({"GABAY_ACCEPT_FILE_KEK": "no"}, "P07 the KEKs come from files"),
        (OPENBAO | {"GABAY_OPENBAO_ADDR": "http://bao.example.org:8200"}, "P03 GABAY_OPENBAO_ADDR is not https"),
        ({"GABAY_CORS_ORIGINS": "*"}, "P09 GABAY_CORS_ORIGINS allows every origin"),
        ({"GABAY_LOG_LEVEL": "debug"}, "P09 GABAY_LOG_LEVEL is debug"),
    ],
)
def test_production_refuses(change: dict[str, str], reason: str) -> None:
    assert any(found.startswith(reason) for found in reasons(PRODUCTION | change)), reason


def test_production_refuses_a_secret_of_the_embedded_stack(tmp_path: Path) -> None:
    file = tmp_path / ".gabay" / "secrets" / "cursor-key"
    file.parent.mkdir(parents=True)
    file.write_text(key(3))
    file.chmod(0o600)
    given = {name: value for name, value in PRODUCTION.items() if name != "GABAY_CURSOR_KEY"}
    assert reasons(given | {"GABAY_CURSOR_KEY_FILE": str(file)})[0].startswith("P01 GABAY_CURSOR_KEY_FILE lies in .gabay/")


class Database:
    """What a database answers, as far as the rules ask."""

    def __init__(self, *, off: tuple[str, ...] = (), hours: float = 0, **facts: Any) -> None:
        self.off, self.hours = off, hours
        self.facts = {
            "rolsuper": False,
            "rolbypassrls": False,
            "owns": False,
            "may_change": False,
            "has_event": True,
            "guarded": True,
        } | facts

    async def fetchrow(self, query: str, *args: Any) -> Any:
        return self.facts | {"role": "intake_app", "now": datetime.now(UTC) + timedelta(hours=self.hours)}

    async def fetch(self, query: str, *args: Any) -> Any:
        return [{"name": name} for name in self.off]


@pytest.mark.parametrize(
    ("database", "rules"),
    [
        (Database(), []),
        (Database(rolsuper=True), ["P04"]),
        (Database(owns=True), ["P04"]),
        (Database(may_change=True), ["P04"]),
        (Database(guarded=False), ["P04"]),
        (Database(off=("fsync",)), ["P05"]),
        (Database(hours=1), ["P10"]),
        (Database(hours=-1), ["P10"]),
    ],
)
async def test_production_refuses_a_database(database: Database, rules: list[str]) -> None:
    assert [reason.rule for reason in await refuse_database(database)] == rules


@pytest.mark.parametrize(("version", "rules"), [(3, ["P06"]), (4, []), (5, []), (6, ["P06"])])
async def test_production_refuses_a_schema_it_does_not_know(version: int, rules: list[str]) -> None:
    assert [reason.rule for reason in await refuse_database(Database(), supported=(4, 5), version=version)] == rules


def test_one_broker_needs_written_consent() -> None:
    one = {"brokers": 1, "replication": 1, "min_insync": 1}
    assert [reason.rule for reason in refuse_brokers(Settings(), **one)] == ["P08"]
    assert refuse_brokers(Settings(accept_single_node=True), **one) == []
    assert refuse_brokers(Settings(), brokers=3, replication=3, min_insync=2) == []
