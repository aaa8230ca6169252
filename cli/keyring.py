"""`gabay keyring status|rotate`: by which key-encryption keys the keyring is wrapped; `reconcile` is in `cli/recovery.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any

import typer

from cli.process import settings_of
from cli.recovery import keyring
from shared.errors import Rejected

__all__ = ["keyring"]

HOLDERS = {"intake": ("identity", "profile"), "casework": ("narrative", "protected"), "referrals": ("packet",)}
"""Who holds the key-encryption key of a class; of several one."""


@keyring.command("status")
def status() -> None:
    """How many keys of each class are wrapped by which version of its key-encryption key."""
    for service, classes in HOLDERS.items():
        for which, found in asyncio.run(_keyring(service, partial(_versions, classes=classes))).items():
            told = ", ".join(f"version {version}: {keys}" for version, keys in found.items()) or "no keys"
            print(f"{which:<10} {told}")


@keyring.command("rotate")
def rotate(which: Annotated[str, typer.Option("--class", help="identity, profile, narrative, protected or packet")]) -> None:
    """Wrap every key of a class by its newest key-encryption key. Nobody waits; no event changes; may be stopped.

    Newest: the first version of the GABAY_KEK_ setting, or the latest one at OpenBao. Before, with files: hand out both versions
    to every process of the class, the old one first; then the new one first; then this. After it `gabay keyring status` names no
    old version, and the old one may go once its backups are gone. Keys move from files into OpenBao the same way: the name of the
    key there is what is handed out.

    gabay keyring rotate --class identity
    """
    from rich.progress import Progress

    from shared.privacy.classes import FieldClass
    from shared.privacy.rotate import rotate as run

    service = next((service for service, classes in HOLDERS.items() if which in classes), None)
    if service is None:
        raise Rejected("not-found", f"There is no class {which}: one of {', '.join(FieldClass)}.")
    wanted = FieldClass(which)

    async def work(pool: Any, keks: Any) -> int:
        found = (await _versions(pool, keks, (which,)))[wanted]
        newest = await keks.newest(wanted)
        stale = sum(keys for version, keys in found.items() if version != newest)
        with Progress(transient=True) as progress:
            bar = progress.add_task(f"{which}: keys wrapped anew", total=stale)
            return await run(pool, keks, wanted, told=lambda done: progress.update(bar, completed=done))

    print(f"{which}: {asyncio.run(_keyring(service, work))} keys wrapped anew")


async def _versions(pool: Any, keks: Any, classes: Sequence[str]) -> Any:
    from shared.privacy.classes import FieldClass
    from shared.privacy.rotate import versions

    return await versions(pool, frozenset(map(FieldClass, classes)))


async def _keyring(service: str, work: Callable[[Any, Any], Awaitable[Any]]) -> Any:
    from shared.compose import open_keks
    from shared.eventsourcing.database import open_pool

    settings = settings_of(service, "worker")
    pool = await open_pool(settings.keyring_url, minimum=1, maximum=1, application="gabay keyring")
    try:
        async with open_keks(settings) as keks:
            return await work(pool, keks)
    finally:
        await pool.close()
