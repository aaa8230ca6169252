"""Where attachments lie: a folder a client, a sealed file each.

Sealed under the client's identity key and bound to client and attachment, so that a file that was moved or renamed does not
open, and one whose key was destroyed never opens again. Who attached it, and when, stands sealed in its head.
"""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import orjson

from shared.compose import Parts
from shared.errors import OutOfScope, Rejected
from shared.privacy.classes import ERASED, IDENTITY
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.sealed import associated_data, open_raw, seal_raw

NAME: Final = "attachment"
"""In the place of an event's name, in what ties a blob to where it belongs."""


@dataclass(frozen=True, slots=True)
class Attached:
    """content: as it was sent. kind: its media type. by, at: who attached it, and when."""

    content: bytes
    kind: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The attachments of intake. root: of `GABAY_ATTACHMENTS_URL`."""

    root: Path
    keyring: Keyring

    async def keep(self, client: UUID, attachment: UUID, attached: Attached) -> Attached:
        """Keep it, once: what lies there already under this id is given back as it is.

        Raises Rejected `client-erased` for somebody who was forgotten; Unavailable; OSError where the disk is full.
        """
        keys = await self.keyring.for_sealing([Wanted(client, IDENTITY)], fresh=False)
        if not keys:
            raise Rejected("client-erased", "This person asked to be forgotten.")
        head = orjson.dumps({"kind": attached.kind, "by": attached.by, "at": attached.at})
        belongs = associated_data(client, client, attachment, NAME, IDENTITY)
        raw = seal_raw(keys[client, IDENTITY], head + b"\n" + attached.content, belongs)
        # In a thread: nobody else waits for the disk.
        if await asyncio.to_thread(write_once, self._file(client, attachment), raw):
            return attached
        return await self.read(client, attachment)

    async def of_client(self, client: UUID) -> dict[UUID, Attached]:
        """All of a client, by id, in the order in which they came. Raises as `read`."""
        folder = self.root / str(client)
        names = await asyncio.to_thread(lambda: [file.name for file in folder.iterdir()] if folder.exists() else [])
        found = {UUID(name): await self.read(client, UUID(name)) for name in names if not name.startswith(".")}
        return dict(sorted(found.items(), key=lambda each: each[1].at))

    async def read(self, client: UUID, attachment: UUID) -> Attached:
        """One of a client. Raises OutOfScope if there is none; Rejected `client-erased`; Unreadable for one out of place."""
        try:
            raw = await asyncio.to_thread(self._file(client, attachment).read_bytes)
        except FileNotFoundError:
            raise OutOfScope() from None
        keys = await self.keyring.for_opening([(client, IDENTITY)])
        belongs = associated_data(client, client, attachment, NAME, IDENTITY)
        plain = open_raw(keys.get((client, IDENTITY)), raw, belongs, f"attachment {attachment}")
        if plain is ERASED:
            raise Rejected("client-erased", "This person asked to be forgotten.")
        assert isinstance(plain, bytes)
        head, _, content = plain.partition(b"\n")
        return Attached(content=content, **orjson.loads(head))

    def _file(self, client: UUID, attachment: UUID) -> Path:
        return self.root / str(client) / str(attachment)


def write_once(file: Path, raw: bytes) -> bool:
    """Whole and on the disk, or not there at all; False if the name is taken."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_name(f".{uuid4()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        os.link(partial, file)
    except FileExistsError:
        return False
    finally:
        partial.unlink(missing_ok=True)
    return True


async def forget_attachments(parts: Parts, clients: Sequence[UUID]) -> Sequence[str]:
    """Delete everything of people who were forgotten, and name it. Their keys went before: what a late writer leaves is noise, and
    goes when it is looked for again, every minute of a day (`Forgetting`)."""
    await asyncio.to_thread(purge, Path(parts.settings.attachments_url), clients)
    return ["attachments"]


def delete(root: Path, client: UUID, names: Sequence[str]) -> None:
    """Some attachments of a client. What a fact names is typed by people: whatever is no file here is passed over."""
    folder = root / str(client)
    there = {file.name: file for file in folder.iterdir()} if folder.exists() else {}
    for name in set(names) & there.keys():
        there[name].unlink(missing_ok=True)


def purge(root: Path, clients: Sequence[UUID]) -> None:
    """Done twice it does nothing the second time."""
    for folder in (root / str(client) for client in clients):
        if folder.exists():
            shutil.rmtree(folder)
