"""What every process of a service is made of: pools, keyring and the one runner. Composition only, no rules."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.eventsourcing.database import open_pool
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.store import PostgresStore
from shared.privacy.classes import FieldClass
from shared.privacy.kek import FileKeks, Keks
from shared.privacy.keyring import Keyring
from shared.privacy.sealed import Sealer
from shared.privacy.transit import open_transit
from shared.privacy.two_keepers import TwoKeepers
from shared.region import Region, load_region
from shared.settings import Settings

if TYPE_CHECKING:
    import asyncpg


@dataclass(frozen=True, slots=True)
class Parts:
    """The opened parts of one process."""

    settings: Settings
    pool: "asyncpg.Pool[Any]"
    keyring: Keyring
    sealer: Sealer
    handle: Handle


def region_of(service: str) -> Callable[[], Region]:
    """The region of a service's process, read when something first needs it: `gabay migrate` imports workers without one."""

    @cache
    def region() -> Region:
        return load_region(Settings.load(service, "cli").region_path)

    return region


@asynccontextmanager
async def open_keks(settings: Settings) -> AsyncIterator[Keks]:
    """The key-encryption keys of this process, from where its settings say. Raises Unavailable."""
    files = FileKeks({FieldClass(name): versions for name, versions in settings.kek.items()})
    if settings.kek_source == "file":
        yield files
        return
    names = {FieldClass(name): key for name, key in settings.kek_names.items()}
    assert settings.openbao_token_file  # asked for when the settings are read
    where = (settings.openbao_addr, settings.openbao_mount, settings.openbao_token_file)
    async with open_transit(*where, names, ca_file=settings.openbao_ca_file) as transit:
        if not settings.kek:
            yield transit
            return
        by_name = settings.kek_wrapped_by_name
        first = {FieldClass(name): transit if name in by_name else files for name in {*settings.kek, *names}}
        keks = TwoKeepers(files, transit, first)
        await keks.check()
        yield keks


@asynccontextmanager
async def open_parts(settings: Settings, *, appended: Callable[[], None] = lambda: None) -> AsyncIterator[Parts]:
    """Open the service's database and the keyring as this process's roles; closes both at the end.

    appended: called after each append of this process (a relay that lives in it wakes at once).
    Raises Unavailable if a part does not answer.
    """
    name = f"gabay-{settings.service}-{settings.process}"
    pool = await open_pool(
        settings.database_url,
        minimum=settings.db_pool_min,
        maximum=settings.db_pool_max,
        statement_timeout_ms=settings.db_statement_timeout_ms,
        lock_timeout_ms=settings.db_lock_timeout_ms,
        application=name,
    )
    try:
        keys = await open_pool(settings.keyring_url, minimum=1, maximum=4, lock_timeout_ms=settings.db_lock_timeout_ms, application=name)
        try:
            async with open_keks(settings) as keks:
                keyring = Keyring(keys, keks)
                handle = Handle(PostgresStore(pool), keyring, blind_key=settings.blind_index_key, appended=appended)
                yield Parts(settings, pool, keyring, handle.sealer, handle)
        finally:
            await keys.close()
    finally:
        await pool.close()
