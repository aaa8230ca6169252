"""Traps that no larger test would notice; the whole list: docs/explanation/traps.md."""

from pathlib import Path
from uuid import UUID

import aiokafka.util
import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.http import batch
from shared.http.operation import validated
from shared.messaging.broker import assert_extension
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_connection_gives_up_an_idle_transaction() -> None:
    """Trap 7: connections are opened in two places only, and both say it."""
    for name in ("shared/eventsourcing/database.py", "shared/messaging/session.py"):
        assert '"idle_in_transaction_session_timeout": "60000"' in (ROOT / name).read_text(encoding="utf-8"), name


def test_a_worker_without_the_extension_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 8."""
    assert_extension()
    monkeypatch.setattr(aiokafka.util, "NO_EXTENSIONS", True)
    with pytest.raises(Exception, match="extension"):
        assert_extension()


class Body(BaseModel):
    model_config = ConfigDict(strict=True)

    local_id: UUID


def test_strict_bodies_are_read_from_bytes() -> None:
    """Trap 21: the same value is refused as an object and taken as bytes."""
    text = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11"
    with pytest.raises(ValidationError):
        Body.model_validate({"local_id": text})
    assert validated(Body, f'{{"local_id": "{text}"}}'.encode(), {"local_id": text}) == Body(local_id=UUID(text))


def test_a_batch_is_read_in_chunks_of_twenty() -> None:
    """Trap 22: with 50, a desk beside a sync waited half as long again."""
    assert batch.CHUNK == 20


def test_a_consumer_takes_two_thousand_records_at_most() -> None:
    """Trap 24."""
    assert Settings().consume_batch <= 2000
