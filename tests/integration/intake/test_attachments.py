"""A scan or a recording of a client: sealed, bound to them, read on record, gone with them."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.intake import look_ups
from services.intake.attachment import folder, routes
from shared.errors import Unreadable
from shared.eventsourcing.projection import Fact
from shared.messaging.forgetting import Forgetting, remember
from tests.harness.people import a_consent, a_registration, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_clients import about
from tests.integration.intake.test_consents import withdraw
from tests.integration.intake.test_erasure import HOLD, WHY, asked, do

SCAN = b"%PDF-1.7 consent of Marisol Banegas " * 50


def file_of(desk: Desk, client: str, attachment: str) -> Path:
    return desk.parts.attachments.root / client / attachment


async def attached(desk: Desk) -> tuple[str, str]:
    """A client and an attachment of theirs."""
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    answer = await desk.attach(client, SCAN)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"id": answer.json()["id"], "client_id": client, "media_type": "application/pdf", "bytes": len(SCAN)}
    return client, answer.json()["id"]


async def test_what_is_attached_is_sealed_and_comes_back_as_it_was_sent(desk: Desk) -> None:
    client, attachment = await attached(desk)
    raw = file_of(desk, client, attachment).read_bytes()
    assert b"Marisol" not in raw
    assert b"PDF" not in raw
    got = await desk.send("GET", f"/v1/attachments/{attachment}?client_id={client}")
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, SCAN, "application/pdf")
    assert got.headers["content-disposition"] == f'attachment; filename="{attachment}.pdf"'
    log = (await desk.as_("dpo").send("GET", f"/v1/clients/{client}/access-log", Gabay_Purpose="OVERSIGHT")).json()["items"]
    assert ["attachment"] in [each["fields"] for each in log]


async def test_the_same_again_is_kept_once_and_another_file_under_its_key_is_refused(desk: Desk) -> None:
    client, _ = await attached(desk)
    key = new_id()
    first, again = await desk.attach(client, SCAN, key=key), await desk.attach(client, SCAN, key=key)
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (201, 200, "true")
    assert first.json() == again.json()
    other = await desk.attach(client, SCAN + b"!", key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")
    assert len(list(file_of(desk, client, "x").parent.iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"MZ a program", "application/pdf", 415, "unsupported-media-type"),
        (SCAN, "text/html", 415, "unsupported-media-type"),
        (b"%PDF-" + b"0" * routes.MOST, "application/pdf", 413, "body-too-large"),
    ],
    ids=["not what it says", "not on the list", "too large"],
)
async def test_what_is_not_taken_is_refused_and_not_kept(desk: Desk, content: bytes, kind: str, status: int, code: str) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    refused = await desk.attach(client, content, kind)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not file_of(desk, client, "x").parent.exists()


async def test_another_centre_learns_nothing_of_it(desk: Desk) -> None:
    client, attachment = await attached(desk)
    stranger = desk.as_("caseworker", "HN-CH-01")
    for answer in (
        await stranger.attach(client, SCAN),
        await stranger.send("GET", f"/v1/attachments/{attachment}?client_id={client}"),
        await desk.send("GET", f"/v1/attachments/{new_id()}?client_id={client}"),
        await desk.send("GET", f"/v1/attachments/{attachment}?client_id={new_id()}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_file_that_was_moved_to_another_person_does_not_open(desk: Desk) -> None:
    (client, attachment), (other, _) = await attached(desk), await attached(desk)
    await desk.parts.attachments.read(UUID(client), UUID(attachment))
    file_of(desk, client, attachment).rename(file_of(desk, client, mine := new_id()))
    with pytest.raises(Unreadable):
        await desk.parts.attachments.read(UUID(client), UUID(mine))
    file_of(desk, client, mine).rename(file_of(desk, other, attachment))
    told = await desk.send("GET", f"/v1/attachments/{attachment}?client_id={other}")
    assert told.status_code == 410 or told.status_code >= 500
    assert b"Marisol" not in told.content


async def test_with_the_person_their_files_go_and_none_is_taken_any_more(desk: Desk) -> None:
    client, attachment = await attached(desk)
    sealed = file_of(desk, client, attachment).read_bytes()
    assert (await do(desk, client, ":erase", await asked(desk, client))).status_code == 200
    parts: Any = SimpleNamespace(settings=SimpleNamespace(attachments_url=str(desk.parts.attachments.root)))
    for _ in range(2):
        assert await folder.forget_attachments(parts, [UUID(client)]) == ["attachments"]
    assert not file_of(desk, client, attachment).parent.exists()
    for answer in (await desk.attach(client, SCAN), await desk.send("GET", f"/v1/attachments/{attachment}?client_id={client}")):
        assert (answer.status_code, answer.json()["code"]) == (410, "client-erased")
    # As it would come back from a copy of the folder.
    file_of(desk, client, attachment).parent.mkdir()
    file_of(desk, client, attachment).write_bytes(sealed)
    told = await desk.send("GET", f"/v1/attachments/{attachment}?client_id={client}")
    assert (told.status_code, told.json()["code"]) == (410, "client-erased")


async def made_late(desk: Desk, client: str) -> None:
    """A key whose making began before the others went, and committed afterwards."""
    owner = await asyncpg.connect(desk.keyring_owner)
    key = "insert into subject_key (subject_id, class, key_id, wrapped_key, kek_version) values ($1, 'narrative', $1, $2, 1)"
    await owner.execute(key, UUID(client), b"wrapped")
    await owner.close()


async def test_what_was_on_its_way_to_the_disk_while_the_keys_went_is_taken_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    what, at = await asked(desk, client), file_of(desk, client, "x").parent
    sealed, written, loop, write = asyncio.Event(), threading.Event(), asyncio.get_running_loop(), folder.write_once

    def late(file: Path, raw: bytes) -> bool:
        loop.call_soon_threadsafe(sealed.set)
        return written.wait(30) and write(file, raw)

    monkeypatch.setattr(folder, "write_once", late)
    attaching = asyncio.create_task(desk.attach(client, SCAN))
    pool = await asyncpg.create_pool(desk.worker_dsn, min_size=1, max_size=1)
    try:
        await sealed.wait()
        assert (await do(desk, client, ":erase", what)).status_code == 200
        told = "2026-03-02T00:00:00Z"
        await remember(Fact("intake.client.v1", 0, 0, client, 9, "", "", told, told, "", {}), pool)
        settings = SimpleNamespace(attachments_url=str(desk.parts.attachments.root), service="intake")
        parts: Any = SimpleNamespace(pool=pool, keyring=desk.parts.handle.keyring, settings=settings)
        janitor = Forgetting([], finish=look_ups.forget_the_rest)
        await janitor.once(parts)
        said = await desk.parts.handle.keyring.acknowledged(UUID(client))
        assert "intake" in [each.service for each in said]
        written.set()
        await attaching
        assert at.exists(), "nothing was written late: the test shows nothing"
        await made_late(desk, client)
        await janitor.once(parts, again=True)
        assert not at.exists()
        assert await desk.keys_of(client) == set()
    finally:
        written.set()
        await asyncio.gather(attaching, return_exceptions=True)
        await pool.close()


async def test_a_picture_goes_with_the_consent_to_it_and_a_scan_stays(desk: Desk) -> None:
    body = a_registration(local_id=new_id())
    client = (await desk.register(body))["id"]
    scan = (await desk.attach(client, SCAN)).json()["id"]
    picture = (await desk.attach(client, b"\x89PNG\r\n\x1a\n picture", "image/png")).json()["id"]
    consent = a_consent("PHOTO")
    given = await desk.add(f"/v1/clients/{client}/consents", consent)
    assert given.status_code == 200, given.text
    shown = await desk.read(client)
    change = about(body, reason="NEW_FACT", identity={"photo_ref": picture})
    amended = await desk.send("PATCH", f"/v1/clients/{client}", change, If_Match=f'"{shown["version"]}"')
    assert amended.status_code == 200, amended.text
    hold = (await do(desk, client, "/holds", HOLD)).json()["hold_id"]
    await withdraw(desk, client, consent["consent_id"])

    async def heard(**data: Any) -> None:
        told = "2026-03-02T00:00:00Z"
        fact = Fact("intake.client.v1", 0, 0, client, 9, "", "", told, told, "", data)
        await look_ups.delete_pictures(fact, desk.parts.handle, desk.parts.attachments.root)

    await heard(purpose="PHOTO")
    assert file_of(desk, client, picture).exists(), "a hold keeps it"
    assert (await do(desk, client, f"/holds/{hold}:lift", WHY)).status_code == 200
    await heard(purpose="STATISTICS")
    assert file_of(desk, client, picture).exists(), "another consent ended"
    for _ in range(2):
        await heard()
        assert (file_of(desk, client, picture).exists(), file_of(desk, client, scan).exists()) == (False, True)
    gone = await desk.send("GET", f"/v1/attachments/{picture}?client_id={client}")
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")


async def test_who_asks_what_is_held_on_them_is_told_of_each_file(desk: Desk) -> None:
    client, attachment = await attached(desk)
    officer = desk.as_("dpo", strong=True)
    answer = await officer.send("GET", f"/v1/clients/{client}/export?lang=fil", Gabay_Purpose="SUBJECT_REQUEST")
    [told] = answer.json()["attachments"]
    assert (told["id"], told["client_id"], told["by"]) == (attachment, client, "stf-caseworker")
    assert (told["media_type"], told["bytes"], told["sha256"]) == ("application/pdf", len(SCAN), hashlib.sha256(SCAN).hexdigest())
    assert ["Uri", "dokumento (application/pdf)"] in told["lines"]
    assert told["at"].startswith("20")
