"""How to reach Kafka: addresses and security, and clients with the settings that Gabay needs everywhere."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError

if TYPE_CHECKING:
    from shared.settings import Settings

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Broker:
    """A Kafka cluster as one principal sees it. security: aiokafka's keyword arguments."""

    bootstrap: str
    security: Mapping[str, Any] = field(default_factory=dict, repr=False)
    client_id: str = "gabay"

    @classmethod
    def of(cls, settings: "Settings") -> Self:
        """The cluster that the settings name."""
        security: dict[str, Any] = {"security_protocol": settings.kafka_security}
        if settings.kafka_security in ("SSL", "SASL_SSL"):
            context = ssl.create_default_context(cafile=settings.kafka_ca_file)
            if settings.kafka_cert_file:
                context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file)
            security["ssl_context"] = context
        if settings.kafka_security.startswith("SASL"):
            security |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": settings.kafka_username,
                "sasl_plain_password": settings.kafka_password,
            }
        return cls(settings.kafka_bootstrap, security, f"gabay-{settings.service or 'cli'}")

    def producer(self) -> AIOKafkaProducer:
        """The relay's producer: idempotent, all replicas, batches made by the outbox query and not by waiting."""
        return AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            client_id=self.client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=256 * 1024,
            max_request_size=MIB,
            compression_type="zstd",
            request_timeout_ms=10_000,
            **self.security,
        )

    def consumer(self, *, group: str | None, partitions: int, sharing: int = 1) -> AIOKafkaConsumer:
        """A consumer whose positions come from Postgres.

        partitions: how many it may be assigned; sharing: how many consumers its process runs. Both bound the memory of that
        process: what all of them have fetched and not yet taken is 16 MiB, of records as small as zstd makes them.
        """
        fetched = 16 * MIB // max(1, sharing)
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            client_id=self.client_id,
            group_id=group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",  # a surprise must raise, not skip to an end
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
            session_timeout_ms=30_000,
            heartbeat_interval_ms=3_000,
            max_poll_interval_ms=600_000,  # an outage of the database must not shuffle partitions
            fetch_max_bytes=fetched,
            max_partition_fetch_bytes=max(64 * 1024, fetched // max(1, partitions)),
            check_crcs=True,
            **self.security,
        )

    def admin(self) -> AIOKafkaAdminClient:
        """For creating and describing topics."""
        return AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, client_id=self.client_id, request_timeout_ms=15_000, **self.security)

    async def partitions(self) -> dict[str, int]:
        """Every topic that this principal may see, with its number of partitions.

        By the admin client: a consumer knows the partitions of a topic only after it was told to read it.
        """
        admin = self.admin()
        try:
            async with asyncio.timeout(30):
                await admin.start()
                return {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}
        finally:
            await admin.close()


async def let_go(client: AIOKafkaConsumer | AIOKafkaProducer, seconds: float = 10) -> bool:
    """Stop a client whatever its state; returns whether it stopped in time."""
    # A consumer without group cancels a task that may not have begun yet, and then its cancellation would look like ours.
    await asyncio.sleep(0)
    try:
        await asyncio.wait_for(client.stop(), seconds)
    except TimeoutError:
        return False
    except KafkaError:
        pass
    return True


def assert_extension() -> None:
    """Refuse to start without aiokafka's C extension: the pure Python one is 20 to 25 times slower."""
    from aiokafka.util import NO_EXTENSIONS

    if NO_EXTENSIONS:
        raise RuntimeError("aiokafka was installed without its C extension: install its wheel again (./gabay doctor)")
