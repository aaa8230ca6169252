"""What casework holds on a person: their cases, stays and trainings. A counsellor's own notes are named and not shown."""

from uuid import UUID

from services.casework.case.decisions import case_of
from services.casework.parts import Casework
from services.casework.stay.decisions import stay_of
from services.casework.training.decisions import session_of
from shared.codes import NoteKind
from shared.contracts.casework.case import CASE, CaseNoteRecorded
from shared.contracts.casework.stay import STAY
from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.eventsourcing.event import Event, Recorded
from shared.http.command import Call, Resource
from shared.http.own_file import MOST, Held, Holding, own_file_router
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED


async def find(parts: Casework, client: UUID) -> Holding:
    """All streams that tell of a person, confidential cases too: they are theirs."""
    records = await parts.records(client)
    held: list[Held] = []
    for aggregate, row_of, shared in ((CASE, case_of, False), (STAY, stay_of, False), (TRAINING_SESSION, session_of, True)):
        found = await parts.handle.search([row_of(record) for record in records], limit=MOST)
        held += [Held(aggregate, stream, shared) for stream in sorted({each for streams in found.values() for each in streams})]
    return Holding(records, held)


def unread(call: Call, fact: Recorded[Event]) -> bool:
    """Whether a fact is a counselling note that is not the caller's to read, by the matrix."""
    if not isinstance(fact.event, CaseNoteRecorded) or fact.event.kind is not NoteKind.COUNSELLING:
        return False
    own = Resource(centre=fact.ctx.centre, assigned=frozenset({fact.ctx.actor}), subject_id=fact.ctx.subject_id)
    return not call.may("case.read-counselling", own)


router = own_file_router(find, (PROFILE, NARRATIVE, PROTECTED), unread=unread)
