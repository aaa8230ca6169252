"""Break-glass at casework: asked for by a general case of the own centre. A confidential one does not exist here."""

from uuid import UUID

from services.casework.parts import Casework
from shared.errors import OutOfScope
from shared.http.break_glass import OpenCaseBody, break_glass_router
from shared.http.command import Call
from shared.privacy.classes import NARRATIVE

from .decisions import case_at, centre_of


async def of_case(call: Call, body: OpenCaseBody) -> tuple[UUID, str]:
    """The client of the case and its centre. Raises OutOfScope where there is no such case, or a confidential one."""
    parts: Casework = call.parts
    loaded = await parts.handle.load(case_at(""), body.case_id)
    if loaded.version == 0 or loaded.state.confidential or loaded.state.client_id is None:
        raise OutOfScope()
    return loaded.state.client_id, centre_of(loaded)


router = break_glass_router(OpenCaseBody, of_case, NARRATIVE)
