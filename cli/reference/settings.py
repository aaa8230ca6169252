"""docs/reference/settings.md: every setting, its default and meaning, and what production refuses."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cli.reference.table import made_from, table
from shared.settings import KEK_CLASSES, ROOT, SECRET_FIELDS, UNREAD, URL_FIELDS, Settings, variable

INTRO = """# Settings

A process reads its environment once, when it starts. `./gabay config --service intake --process api` prints what it would
see, secrets masked. `./gabay up` sets everything that the embedded stack needs; you set nothing.

- A name that begins with `GABAY_` and is not listed here is an error: a misspelt protection would be none.
- A secret or database address `X` may stand in a file that `X_FILE` names; both set is an error. Nobody but its owner may
  read that file (`chmod 600`), or no process starts. In production a group may, where a platform hands it over: owned by
  root, on a read-only mount, mode 0440 (in Kubernetes `defaultMode: 0440` with `fsGroup`).
- An empty value counts as not set.

"""
MEANING = {
    "mode": "`production` refuses what suits a laptop only: see below",
    "region": "the region's name; also in `ce_source` of every record",
    "region_file": "the region's centres, sources and calendars; default `deploy/regions/<region>.toml`",
    "national": "`yes`: a national stack, which shows what regions release; it has no keyring and no KEK",
    "service": "which service; `gabay serve intake` sets it",
    "process": "which process; set by the verb",
    "home": "where the embedded stack keeps data, keys, logs",
    "http_host": "address to listen on",
    "http_port": "default by service: intake 8101, casework 8102, referrals 8103, reporting 8104, issuer 8100",
    "health_port": "of a worker 8121 to 8124 in the same order, live 8125; of an api its HTTP port",
    "trusted_proxies": "addresses whose `X-Forwarded-For` is believed, with commas",
    "cors_origins": "exact origins, with commas",
    "statistics_public": "`on`: released tables without a login",
    "surge_season": "`on`: the surge watch multiplies what it expects by last year's season (for a centre with yearly peaks)",
    "database_url": "the service's database, as role `<service>_app` (api) or `<service>_worker` (worker)",
    "database_owner_url": "the same as role `<service>_owner`: migrations and rebuilds only",
    "keyring_url": "database `keyring`, as role `<service>_keyring`",
    "access_url": "database `access` (staff, grants, devices), as role `<service>_access`",
    "db_pool_min": "connections kept",
    "db_pool_max": "connections at most",
    "db_statement_timeout_ms": "longest statement",
    "db_lock_timeout_ms": "longest wait for a lock",
    "kek_source": "where key-encryption keys come from; `openbao` is also Vault",
    "kek_identity": "KEK versions as `2:base64,1:base64`, 32 bytes each, the first one wraps; with `openbao` a name; both while keys move",
    "kek_profile": "as above",
    "kek_narrative": "as above",
    "kek_protected": "as above",
    "kek_packet": "as above",
    "openbao_addr": "with `GABAY_KEK_SOURCE=openbao`: its https address",
    "openbao_mount": "path of the transit engine",
    "openbao_token_file": "file of mode 0600 with the token, read at every call: a renewed one needs no restart",
    "openbao_ca_file": "who must have signed the server's certificate; none: an authority that this machine trusts",
    "fingerprint_keys": "HMAC keys of request fingerprints by year: `2026:base64,2025:base64`",
    "cursor_key": "HMAC key of cursors and search tokens",
    "blind_index_key": "HMAC key of blind search terms; intake alone",
    "statistics_secrets": "of the disclosure gate; reporting's worker alone",
    "release_key": "signs releases; reporting's worker alone",
    "attachments_url": "folder of intake's sealed attachments, which its api and its worker share",
    "kafka_bootstrap": "brokers to begin with",
    "kafka_security": "how they are reached",
    "kafka_username": "with SASL",
    "kafka_password": "with SASL",
    "kafka_ca_file": "certificate authority of the brokers",
    "kafka_cert_file": "client certificate, with SSL",
    "kafka_key_file": "its key",
    "topic_retention_days": "-1: for ever. A finite number means that a rebuild needs a replay first",
    "oidc_issuer": "the identity provider",
    "oidc_ca_file": "who must have signed its certificate; none: an authority that everybody trusts",
    "oidc_audience": "default `gabay-<service>`",
    "oidc_algorithms": "signatures that are accepted",
    "oidc_step_up_acr": "`acr` of a strong login",
    "reporting_url": "where the local issuer passes the dashboard's requests on to; development only",
    "relay_batch": "events a transaction of the relay",
    "relay_poll_ms": "shortest and longest pause while the outbox is empty",
    "consume_batch": "records a transaction of a consumer at most; consumers of one process share 8,000 in hand",
    "watchdog_s": "a consumer that has not polled for so long ends its process, to be restarted",
    "batch_items": "items a `:batch`",
    "body_bytes": "of a single command",
    "rate_limits": "per principal: `read=600/minute,...`",
    "erasure_by_retention": "`on`: propose to erase whoever's time is over (no clock erases anybody), tell receivers"
    " to delete their copies, delete old rows of the access log",
    "access_log_days": "how long the log of reads is kept at least; `access_log_years` of the region file may say longer",
    "backup_days": "how long backups of the stores are kept",
    "keyring_backup_days": "how long backups of the keyring are kept: the longest life of a destroyed key",
    "otel_endpoint": "collector for traces and metrics; none: telemetry off",
    "otel_sampler_arg": "share of requests that are traced",
    "log_level": "",
    "log_format": "`pretty` for people",
    "accept_single_node": "`yes`: written consent to one broker in production (P08)",
    "accept_file_kek": "`yes`: written consent to KEKs in files in production (P07)",
}
NO_EFFECT_YET = frozenset({"cors_origins"})
"""Read and checked, and used by parts that come with later releases."""

RULES = """## What production refuses

With `GABAY_MODE=production` a process ends with status 78 and names every reason at once, with the rule and the remedy.

| Rule | Refused |
| --- | --- |
| P01 | a secret from a file below `.gabay/`, one that begins with `dev-`, a published example value, one below 32 bytes, two equal ones |
| P02 | an issuer that is local or not https; an empty audience |
| P03 | Kafka in clear text; a database without `sslmode=verify-full` or a Unix socket; traces or keys in clear text to another machine |
| P04 | a role of api or worker that is owner or superuser or may change rows of `event`; the append-only trigger missing |
| P05 | `fsync`, `full_page_writes` or `synchronous_commit` off |
| P06 | a schema older or newer than this release supports: of the service, of `access` or of `keyring` |
| P07 | a KEK outside the service's classes; KEKs from files without `GABAY_ACCEPT_FILE_KEK=yes` |
| P08 | one broker, replication 1 or `min.insync.replicas` 1 without `GABAY_ACCEPT_SINGLE_NODE=yes` |
| P09 | every origin allowed, log level debug; `/docs` is not served |
| P10 | a clock that differs from the database's by more than 5 s |
"""


def page() -> str:
    """The whole page."""
    fields = {name: field for name, field in Settings.model_fields.items() if name not in UNREAD}
    rows = [(f"`{variable(name)}`", _default(name, field), _form(name, field), _meaning(name)) for name, field in fields.items()]
    text = made_from("`shared/settings.py`") + INTRO + table(("Variable", "Default", "Form", "Meaning"), rows)
    keks = [(service, ", ".join(classes)) for service, classes in KEK_CLASSES.items()]
    return text + "\n## Which KEKs a service holds\n\n" + table(("Service", "Classes"), keks) + "\n" + RULES


def _meaning(name: str) -> str:
    return MEANING[name] + (" *(no effect yet)*" if name in NO_EFFECT_YET else "")


def _default(name: str, field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value in (None, "", b"", (), {}):
        return "none"
    if name == "home":
        return f"`{value.relative_to(ROOT)}`"
    if isinstance(value, bool):
        return "`off`"
    if isinstance(value, tuple):
        return f"`{('-' if all(isinstance(each, int) for each in value) else ',').join(map(str, value))}`"
    return f"`{value}`"


def _form(name: str, field: FieldInfo) -> str:
    if name in SECRET_FIELDS:
        return "secret"
    if name in URL_FIELDS:
        return "address, may hold a secret"
    if codes := _codes(field.annotation):
        return " ".join(f"`{code}`" for code in codes)
    if field.annotation is bool:
        return "`on` `off`"
    words = {int: "number", float: "number", dict[int, bytes]: "secret"}
    return words.get(field.annotation, "text")  # type: ignore[arg-type]


def _codes(hint: Any) -> tuple[str, ...]:
    if get_origin(hint) is Literal:
        return get_args(hint)
    return next((found for option in get_args(hint) if (found := _codes(option))), ())
