"""Attaching a file to a client, and reading it."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.intake.client.decisions import CLIENT
from services.intake.parts import Intake
from shared.errors import Mismatch, Rejected
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CommandRouter, Resource
from shared.privacy.classes import IDENTITY
from shared.privacy.member import member

from .folder import Attached
from .kinds import SUFFIX, kind_of

router = CommandRouter("attachments")

MOST: Final = 20 << 20
"""Bytes of one attachment (http chapter, section 11)."""


class OfClient(BaseModel):
    """Whose attachment it is."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[UUID, member("The client whom it is about.")]


@router.upload("POST", "/v1/attachments", action="attachment.give", query=OfClient, media=tuple(SUFFIX), most=MOST)
async def attach(call: Call, content: bytes) -> Answer:
    """Keep a scan, a picture or a recording of a client, sealed. A fact then names it by its id: `proof_ref`, `photo_ref`."""
    parts: Intake = call.parts
    client: UUID = call.query.client_id
    await _reachable(call, client)
    kind = kind_of(content)
    if kind is None:
        raise Rejected("unsupported-media-type", "Send a PDF, PNG, JPEG, WebP, MP3 or M4A file.")
    assert call.command_id is not None
    sent = Attached(content, kind, call.caller.staff_id, instant(call.runtime.now()))
    kept = await parts.attachments.keep(client, call.command_id, sent)
    if kept.content != content:
        raise Mismatch("This key belongs to another request.")
    told = {"id": call.command_id, "client_id": client, "media_type": kind, "bytes": len(content)}
    replayed = kept is not sent
    return Answer(told, 200 if replayed else 201, {"Idempotency-Replayed": "true"} if replayed else {}, id=call.command_id)


@router.read("GET", "/v1/attachments/{id:uuid}", action="client.read", classes=(IDENTITY,), query=OfClient, media="*/*")
async def read_attachment(call: Call) -> Answer:
    """An attachment as it was sent, as a file to save."""
    parts: Intake = call.parts
    client: UUID = call.query.client_id
    centre = await _reachable(call, client)
    found = await parts.attachments.read(client, call.path["id"])
    answer = await call.show(found.content, subjects=[client], fields=["attachment"], centre=centre)
    answer.content_type = found.kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{call.path["id"]}.{SUFFIX[found.kind]}"'
    return answer


async def _reachable(call: Call, client: UUID) -> str:
    """The client's centre. Raises OutOfScope for a client whom the caller may not see; Rejected `client-erased`."""
    parts: Intake = call.parts
    centre = await parts.centre_of(client)
    loaded = await call.load(CLIENT, client, Resource(centre=centre, subject_id=client))
    if loaded.state.status == "erased":
        raise Rejected("client-erased", "This person asked to be forgotten.")
    return centre
