"""S12: every principal, every topic, every operation, on a broker with SCRAM and access control. Nothing but the table is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, TopicAuthorizationFailedError
from aiokafka.protocol.fetch import FetchRequest_v4
from aiokafka.protocol.group import HeartbeatRequest_v1
from aiokafka.protocol.produce import ProduceRequest_v3
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from deploy.embedded.stack import Stack
from shared.messaging import access, acl
from shared.messaging.access import Grant, Operation, Pattern, Resource
from shared.messaging.broker import Broker
from shared.messaging.topics import TOPICS, ensure, replay_topic

INTEGRATORS = {"acme": ("casework.case.v1", "referrals.referral.v1", "intake.client.v1"), "other": ("intake.encounter.v1",)}
TABLE = access.table(INTEGRATORS)
PRINCIPALS = access.principals(INTEGRATORS)
COPIES = (replay_topic("casework.caseload.v2", "casework.case.v1"), replay_topic("integrator.acme", "casework.case.v1"))
NAMES = tuple(topic.name for topic in (*TOPICS, *COPIES))
GROUPS = (
    "intake.registry.v1", "casework.reactions", "referrals.board.v2", "reporting.facts.v1", "reporting-live", "integrator.acme.one",
    "integrator.other.one",
)  # fmt: skip
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
async def cluster(secure_stack: Stack) -> Stack:
    """With a second integrator, topics of copies, and a record in every partition that a reader will ask for."""
    assert secure_stack.secure
    secure_stack.secure.make(PRINCIPALS)
    admin = secure_stack.administrator()
    await ensure(admin, topics=[*TOPICS, *COPIES])
    await acl.set_passwords(admin, secure_stack.secure.passwords(PRINCIPALS))
    await acl.apply(admin, TABLE)
    producer = admin.producer()
    await producer.start()
    for name in NAMES:
        await producer.send_and_wait(name, b"{}", key=b"k", partition=0)
    await producer.stop()
    return secure_stack


def allowed(principal: str, resource: Resource, name: str, operation: Operation) -> bool:
    return any(grant.principal == principal and grant.covers(resource, name, operation) for grant in TABLE)


@asynccontextmanager
async def speaking(broker: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    """A connection that says what we want: the clients' own readers and writers wait for topics that they may not see."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap, **broker.security)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def may_read(broker: Broker) -> dict[str, bool]:
    """Fetch the first record of each topic."""
    request = FetchRequest_v4(-1, 100, 1, 1 << 20, 1, [(name, [(0, 0, 1 << 16)]) for name in NAMES])
    async with speaking(broker) as admin:
        answer = await acl.ask(admin, request)
    found = {}
    for name, [(_, code, *_rest, records)] in answer.topics:
        assert code in (0, TopicAuthorizationFailedError.errno), (name, code)
        found[name] = code == 0 and bool(records)
    return found


async def may_write(broker: Broker) -> dict[str, bool]:
    """Produce one record to each topic."""
    batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 16)
    batch.append(0, 1, b"k", b"{}", [])
    record = bytes(batch.build())
    async with speaking(broker) as admin:
        answer = await acl.ask(admin, ProduceRequest_v3(None, -1, 10_000, [(name, [(0, record)]) for name in NAMES]))
    found = {}
    for name, [(_, code, *_rest)] in answer.topics:
        assert code in (0, TopicAuthorizationFailedError.errno), (name, code)
        found[name] = code == 0
    return found


async def may_create(broker: Broker, name: str) -> bool:
    async with speaking(broker) as admin:
        [(_, code, *_rest)] = (await admin.create_topics([NewTopic(name, 1, 1)])).topic_errors
        return bool(code == 0)


async def may_use(broker: Broker, group: str) -> bool:
    """Read on a group: a heartbeat of a member that nobody knows is refused for that, or for want of the permission."""
    async with speaking(broker) as admin:
        answer = await acl.ask(admin, HeartbeatRequest_v1(group, 1, "nobody"))
    return bool(answer.error_code != GroupAuthorizationFailedError.errno)


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_a_principal_reads_exactly_what_the_table_says(cluster: Stack, principal: str) -> None:
    broker = cluster.broker(principal)
    found = await may_read(broker)
    assert found == {name: allowed(principal, Resource.TOPIC, name, Operation.READ) for name in NAMES}


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_a_principal_writes_exactly_what_the_table_says(cluster: Stack, principal: str) -> None:
    found = await may_write(cluster.broker(principal))
    assert found == {name: allowed(principal, Resource.TOPIC, name, Operation.WRITE) for name in NAMES}


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_only_copies_are_created_and_by_operators_alone(cluster: Stack, principal: str) -> None:
    broker = cluster.broker(principal)
    assert not await may_create(broker, f"intake.of-{principal}.v1")
    assert await may_create(broker, f"replay.integrator.{principal}.casework.case.v1") == (principal == "ops")


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_a_principal_uses_its_own_groups_alone(cluster: Stack, principal: str) -> None:
    broker = cluster.broker(principal)
    found = {group: await may_use(broker, group) for group in GROUPS}
    assert found == {group: allowed(principal, Resource.GROUP, group, Operation.READ) for group in GROUPS}


@pytest.mark.parametrize("name", ["nobody", "svc-intake"])
async def test_without_the_right_password_nobody_comes_in(cluster: Stack, name: str) -> None:
    wrong = {**cluster.broker("svc-intake").security, "sasl_plain_username": name, "sasl_plain_password": "wrong"}
    producer = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap, **wrong)
    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()


async def test_without_tls_nobody_comes_in(cluster: Stack) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap, request_timeout_ms=3000)
    with pytest.raises((KafkaConnectionError, OSError)):
        await asyncio.wait_for(producer.start(), 20)
    await producer.stop()


async def test_the_relays_producer_works_for_every_service(cluster: Stack) -> None:
    for service, topic in (("intake", "intake.client.v1"), ("casework", "casework.case.v1"), ("referrals", "referrals.referral.v1")):
        producer = cluster.broker(f"svc-{service}").producer()
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"k", partition=1)
        await producer.stop()


async def test_a_permission_that_is_not_in_the_table_is_found_and_taken_away(cluster: Stack) -> None:
    """The planted wildcard: reporting reads whatever there is."""
    admin = cluster.administrator()
    planted = Grant("svc-reporting", Resource.TOPIC, Pattern.LITERAL, "*", Operation.READ)
    await acl.apply(admin, [*TABLE, planted])
    missing, surplus = await acl.check(admin, TABLE)
    assert (missing, surplus) == ((), ("svc-reporting: read on topic *",))
    done = await acl.apply(admin, TABLE)
    assert done.revoked == ("svc-reporting: read on topic *",)
    assert await acl.check(admin, TABLE) == ((), ())


async def test_a_permission_that_is_gone_is_given_back_and_applying_twice_changes_nothing(cluster: Stack) -> None:
    admin = cluster.administrator()
    await acl.apply(admin, [grant for grant in TABLE if grant.principal != "ops"])
    done = await acl.apply(admin, TABLE)
    assert {grant.principal for grant in done.granted} == {"ops"}
    assert await acl.apply(admin, TABLE) == acl.Applied((), ())


async def test_what_an_ordinary_principal_may_not_do_is_change_access(cluster: Stack) -> None:
    from shared.messaging.failures import Restart

    with pytest.raises(Restart, match="super user"):
        await acl.apply(cluster.broker("ops"), TABLE)
    with pytest.raises(Restart, match="super user"):
        await acl.set_passwords(cluster.broker("integrator-acme"), {"admin": "mine"})
