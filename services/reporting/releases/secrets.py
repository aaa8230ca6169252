"""What only the worker knows: the seed of the record keys, and which noise (statistics chapter, section 8, Secrets).

Kept with its table and the table's SHA-256, so that a later numpy or scipy cannot change a figure. A release names its
secret's id; a revision uses that of its first edition.
"""

import base64
import hashlib
import json
import secrets as chance
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from services.reporting.disclosure.ptable import PTable, make
from shared.errors import GabayError

BOUNDS: Final = (5, 6, 7)
VARIANCES: Final = (2.6, 4.0)


class SecretsError(GabayError):
    """The secrets of the disclosure gate are missing or were changed."""


@dataclass(frozen=True, slots=True)
class Secret:
    """id: as releases name it; seed: 32 bytes."""

    id: str
    seed: bytes
    table: PTable


def draw(year: int, known: tuple[str, ...]) -> Secret:
    """A new secret: D from {5, 6, 7}, V uniformly from [2.6, 4.0]; drawn again where that pair has no noise."""
    number = 1 + max((int(each.rsplit("-", 1)[1]) for each in known if each.startswith(f"s-{year}-")), default=0)
    while True:
        bound = chance.choice(BOUNDS)
        low, high = VARIANCES
        variance = round(low + (high - low) * chance.randbelow(1 << 32) / (1 << 32), 4)
        try:
            return Secret(f"s-{year}-{number}", chance.token_bytes(32), make(bound, variance))
        except ValueError:
            continue


def load(text: str) -> dict[str, Secret]:
    """All secrets by id, the newest first. Raises SecretsError."""
    if not text:
        raise SecretsError("The disclosure gate has no secrets (GABAY_STATISTICS_SECRETS). Make them: ./gabay statistics secrets new")
    try:
        return {each["id"]: _read(each) for each in json.loads(text)}
    except (ValueError, KeyError, TypeError) as error:
        raise SecretsError("GABAY_STATISTICS_SECRETS cannot be read: restore the file that was kept in custody.") from error


def dump(secrets: list[Secret]) -> str:
    """As the file holds them."""
    return json.dumps([_written(each) for each in secrets], separators=(",", ":"))


def _written(secret: Secret) -> dict[str, Any]:
    rows = {str(n): [d.tolist(), cumulative.tolist()] for n, (d, cumulative) in secret.table.rows.items()}
    return {
        "id": secret.id, "seed": base64.b64encode(secret.seed).decode(), "bound": secret.table.bound,
        "variance": secret.table.variance, "rows": rows, "sha256": _sum(rows),
    }  # fmt: skip


def _read(told: dict[str, Any]) -> Secret:
    if _sum(told["rows"]) != told["sha256"]:
        raise ValueError("the table is not the one that was drawn")
    rows = {int(n): (np.array(d, dtype=np.int64), np.array(w, dtype=np.int64)) for n, (d, w) in told["rows"].items()}
    return Secret(told["id"], base64.b64decode(told["seed"], validate=True), PTable(told["bound"], told["variance"], rows))


def _sum(rows: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
