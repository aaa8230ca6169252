"""`rewrap`: keys of subjects that a rotation of their key-encryption key wraps anew in a second."""

from __future__ import annotations

import os
import time
from typing import Any
from uuid import uuid4

from bench.run import Options
from bench.stack import opened
from shared.eventsourcing.database import open_pool
from shared.privacy.classes import IDENTITY
from shared.privacy.kek import FileKeks
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.rotate import rotate

FLOOR = 20_000  # keys a second
PAGE = 5_000


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """A million keys or as many as `--to` says (--quick: 20,000), wrapped by one version and then by another."""
    pages = max((20_000 if options.quick else to) // PAGE, 1)
    old, new = os.urandom(32), os.urandom(32)
    async with opened(()) as stack:
        pool = await open_pool(stack.dsn("intake_keyring", await stack.fresh("keyring")))
        try:
            keyring = Keyring(pool, FileKeks({IDENTITY: [(1, old)]}))
            for page in range(pages):
                options.progress(f"rewrap: {page * PAGE:,} keys made")
                await keyring.for_sealing([Wanted(uuid4(), IDENTITY) for _ in range(PAGE)], fresh=True)
            began = time.perf_counter()
            keys = await rotate(pool, FileKeks({IDENTITY: [(2, new), (1, old)]}), IDENTITY, page=PAGE)
            rate = keys / (time.perf_counter() - began)
        finally:
            await pool.close()
    return {"rewrap": [{"keys": keys, "keys_a_second": round(rate), "floor": FLOOR, "verdict": "holds" if rate >= FLOOR else "missed"}]}
