"""What production refuses that only the database and the brokers can tell: rules P04, P05, P06, P08 and P10.

The other rules need the environment alone and are asked when the settings are read.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from shared.errors import Unavailable
from shared.settings import Misconfigured, Reason, is_private, refuse_brokers, refuse_database, refuse_schema

if TYPE_CHECKING:
    from shared.settings import Settings

SCHEMA: Final = (9, 9)  # oldest and newest revision of a service's store that this release works with
SHARED: Final = {"access": (4, 4), "keyring": (1, 1)}  # the same of the databases that services share
WATCHED: Final = "intake.client.v1"  # all topics of a region are made alike


async def refuse(settings: "Settings", known: Sequence[Reason] = ()) -> None:
    """Ask whatever this process stands on. Raises Misconfigured with every reason, Unavailable if a part is away.

    known: what already speaks against a start. Then a part that is away is not asked, nor is a database whose server is
    not verified (P03): no password goes there.
    """
    reasons = list(known)
    try:
        if is_private(settings.database_url):
            reasons += await of_database(settings.database_url)
        for target, dsn in (("access", settings.access_url), ("keyring", settings.keyring_url)):
            if dsn and is_private(dsn):
                reasons += await of_shared(target, dsn)
        if settings.process == "worker":
            reasons += await of_brokers(settings)
    except Unavailable:
        if not known:
            raise
    if reasons:
        raise Misconfigured(reasons)


async def of_database(dsn: str) -> list[Reason]:
    """dsn: as the process itself will use it, so that its own rights are judged."""
    async with _connected(dsn, "GABAY_DATABASE_URL") as connection:
        return await refuse_database(connection, supported=SCHEMA, version=await _version(connection))


async def of_shared(target: str, dsn: str) -> list[Reason]:
    """Rule P06 for `access` or `keyring`."""
    async with _connected(dsn, f"GABAY_{target.upper()}_URL") as connection:
        return list(refuse_schema(await _version(connection), SHARED[target], target))


@asynccontextmanager
async def _connected(dsn: str, name: str) -> AsyncIterator[Any]:
    try:
        connection: Any = await asyncpg.connect(dsn, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Unavailable("The database", f"See {name}.") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _version(connection: Any) -> int:
    """The newest revision that ran; 0 where none did, or where an older release kept it from this role."""
    if not await connection.fetchval("select has_table_privilege(to_regclass('public.alembic_version'), 'select')"):
        return 0
    return int(await connection.fetchval("select max(version_num) from alembic_version") or 0)


async def of_brokers(settings: "Settings") -> list[Reason]:
    """How many brokers there are, and how many of them must have a record before it counts as sent."""
    from shared.messaging.broker import Broker

    admin = Broker.of(settings).admin()
    try:
        async with asyncio.timeout(30):
            await admin.start()
            cluster = await admin.describe_cluster()
            topics = await admin.describe_topics([WATCHED])
            answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, WATCHED)])
    except (TimeoutError, OSError, KafkaError) as error:
        raise Unavailable("Kafka", "See GABAY_KAFKA_BOOTSTRAP and the password: a wrong one looks the same.") from error
    finally:
        await admin.close()
    replicas = [len(partition["replicas"]) for topic in topics for partition in topic["partitions"]]
    entries = [entry for answer in answers for resource in answer.resources for entry in resource[4]]
    insync = next((int(entry[1]) for entry in entries if entry[0] == "min.insync.replicas"), 1)
    return refuse_brokers(settings, brokers=len(cluster["brokers"]), replication=min(replicas, default=0), min_insync=insync)
