"""Break-glass at intake: asked for by the client, whether or not there is a confidential case."""

from uuid import UUID

from services.intake.parts import Intake
from shared.errors import OutOfScope
from shared.http.break_glass import OpenClientBody, break_glass_router
from shared.http.command import Call
from shared.privacy.classes import IDENTITY

from .decisions import CLIENT


async def of_client(call: Call, body: OpenClientBody) -> tuple[UUID, str]:
    """The client and the centre of their record. Raises OutOfScope where there is no such client."""
    parts: Intake = call.parts
    if (await parts.handle.load(CLIENT, body.client_id)).version == 0:
        raise OutOfScope()
    return body.client_id, await parts.centre_of(body.client_id)


router = break_glass_router(OpenClientBody, of_client, IDENTITY)
