"""Two algorithms side by side: what either has sealed opens, in its place only."""

import os
from base64 import b64decode, b64encode
from uuid import UUID, uuid4

import pytest

from shared.errors import Unreadable
from shared.privacy.classes import ERASED, IDENTITY, NARRATIVE
from shared.privacy.keyring import SubjectKey
from shared.privacy.sealed import ALGORITHM, CHACHA20, SealedItem, open_blob, seal

SUBJECT, STREAM, EVENT = (UUID(int=n) for n in range(1, 4))
KEY = SubjectKey.of(uuid4(), os.urandom(32))
BOTH = pytest.mark.parametrize("algorithm", [ALGORITHM, CHACHA20], ids=["aes-256-gcm", "chacha20-poly1305"])


def sealed(algorithm: bytes) -> SealedItem:
    blob = seal(KEY, b'{"given":"Maria"}', SUBJECT, STREAM, EVENT, "client-registered", IDENTITY, algorithm=algorithm)
    return SealedItem(SUBJECT, STREAM, EVENT, "client-registered", IDENTITY, blob)


@BOTH
def test_what_was_sealed_opens(algorithm: bytes) -> None:
    item = sealed(algorithm)
    assert b64decode(item.blob)[:1] == algorithm
    assert open_blob(KEY, item) == b'{"given":"Maria"}'


@BOTH
@pytest.mark.parametrize(
    "moved",
    [{"subject": STREAM}, {"stream": SUBJECT}, {"event_id": SUBJECT}, {"event_type": "client-erased"}, {"which": NARRATIVE}],
    ids=lambda moved: next(iter(moved)),
)
def test_a_blob_that_was_moved_does_not_open(algorithm: bytes, moved: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        open_blob(KEY, sealed(algorithm)._replace(**moved))


@BOTH
def test_a_blob_does_not_pass_for_one_of_the_other_algorithm(algorithm: bytes) -> None:
    item = sealed(algorithm)
    raw = b64decode(item.blob)
    other = CHACHA20 if algorithm == ALGORITHM else ALGORITHM
    with pytest.raises(Unreadable):
        open_blob(KEY, item._replace(blob=b64encode(other + raw[1:]).decode()))


@BOTH
def test_without_its_key_it_reads_as_erased(algorithm: bytes) -> None:
    assert open_blob(None, sealed(algorithm)) is ERASED
    assert open_blob(SubjectKey.of(uuid4(), os.urandom(32)), sealed(algorithm)) is ERASED


def test_an_algorithm_of_tomorrow_is_a_defect_and_not_erased() -> None:
    item = sealed(ALGORITHM)
    with pytest.raises(Unreadable):
        open_blob(KEY, item._replace(blob=b64encode(b"\x03" + b64decode(item.blob)[1:]).decode()))


def test_a_key_does_not_show_itself() -> None:
    secret = b"kanario" + bytes(25)
    assert "kanario" not in repr(SubjectKey.of(uuid4(), secret))
