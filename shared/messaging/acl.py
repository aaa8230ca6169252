"""Access control lists and SCRAM users of a broker, by Kafka's own protocol: aiokafka's admin client has neither."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1, DescribeAclsRequest_v1
from aiokafka.protocol.api import RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

from shared.messaging.access import Grant, Operation, Pattern, Resource
from shared.messaging.broker import Broker
from shared.messaging.failures import Restart

ALLOW: Final = 3
ANY: Final = 1
SCRAM_SHA_512: Final = 2
ITERATIONS: Final = 8192


@dataclass(frozen=True, slots=True)
class Applied:
    """What was changed: permissions granted, and those taken away because the table does not have them."""

    granted: tuple[Grant, ...]
    revoked: tuple[str, ...]


async def apply(broker: Broker, wanted: Iterable[Grant]) -> Applied:
    """Make the broker's lists equal to the table. broker: as a super user. Safe to repeat."""
    admin = broker.admin()
    await admin.start()
    try:
        missing, surplus = _compared(await _found(admin), wanted)
        if missing:
            request = CreateAclsRequest_v1(
                [(g.resource, g.name, g.pattern, f"User:{g.principal}", "*", g.operation, ALLOW) for g in missing]
            )
            _judge((code for code, _ in (await ask(admin, request)).creation_responses), "grant")
        if surplus:
            filters = [
                (r, name, pattern, who, host, operation, permission) for r, name, pattern, who, host, operation, permission in surplus
            ]
            _judge((each[0] for each in (await ask(admin, DeleteAclsRequest_v1(filters))).filter_responses), "revoke")
    finally:
        await admin.close()
    return Applied(tuple(missing), tuple(_told(each) for each in surplus))


async def check(broker: Broker, wanted: Iterable[Grant]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(missing, surplus): what the table has and the broker does not, and the other way round."""
    admin = broker.admin()
    await admin.start()
    try:
        missing, surplus = _compared(await _found(admin), wanted)
    finally:
        await admin.close()
    return tuple(map(str, missing)), tuple(_told(each) for each in surplus)


async def set_passwords(broker: Broker, passwords: Mapping[str, str]) -> None:
    """Make SCRAM-SHA-512 users, or give them these passwords. Only salted hashes travel."""
    admin = broker.admin()
    await admin.start()
    try:
        rows: list[tuple[Any, ...]] = []
        for name, password in passwords.items():
            salt = os.urandom(24)
            salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
            rows.append((name, SCRAM_SHA_512, ITERATIONS, salt, salted, {}))
        answer = await ask(admin, _AlterScram_v0([], rows, {}))
        _judge((each[1] for each in answer.results), "set the password of")
    finally:
        await admin.close()


Binding = tuple[int, str, int, str, str, int, int]


async def _found(admin: AIOKafkaAdminClient) -> set[Binding]:
    answer = await ask(admin, DescribeAclsRequest_v1(ANY, None, ANY, None, None, ANY, ANY))
    _judge([answer.error_code], "read")
    return {
        (kind, name, pattern, *acl)
        for kind, name, pattern, acls in answer.resources
        for acl in acls
    }  # fmt: skip


def _compared(found: set[Binding], wanted: Iterable[Grant]) -> tuple[list[Grant], list[Binding]]:
    table = {(int(g.resource), g.name, int(g.pattern), f"User:{g.principal}", "*", int(g.operation), ALLOW): g for g in wanted}
    return [grant for binding, grant in table.items() if binding not in found], sorted(found - table.keys())


def _told(binding: Binding) -> str:
    kind, name, pattern, who, host, operation, permission = binding
    try:
        grant = Grant(who.removeprefix("User:"), Resource(kind), Pattern(pattern), name, Operation(operation))
    except ValueError:
        return f"{who}: operation {operation} on kind {kind} {name}"
    return f"{grant}{'' if permission == ALLOW else ' (denied)'}{'' if host == '*' else f' from {host}'}"


def _judge(codes: Iterable[int], what: str) -> None:
    for code in codes:
        if code:
            raise Restart(f"the broker refused to {what} access: {for_code(code).__name__}. Is this principal a super user?")


async def ask(admin: AIOKafkaAdminClient, request: Any) -> Any:
    """One request as it stands, and the broker's answer to it."""
    # All of these go to the controller, and one broker of a KRaft cluster passes them on.
    return await admin._send_request(_Plain(request))


class _Plain:
    """What aiokafka asks of a request, for one whose version we choose ourselves: these have not changed since Kafka 2."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def prepare(self, versions: dict[int, tuple[int, int]]) -> Any:
        return self._made


class _AlterScramResponse_v0(Response):  # type: ignore[misc]  # published without types
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")), ("error_code", Int16), ("error_message", CompactString("utf-8")), ("tags", TaggedFields)
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterScram_v0(RequestStruct):  # type: ignore[misc]  # published without types
    """AlterUserScramCredentials (KIP-554)."""

    API_KEY = 51
    API_VERSION = 0
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _AlterScramResponse_v0
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields))),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )
