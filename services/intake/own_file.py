"""What intake holds on a person: their records, families, encounters and incidents."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from services.intake.client.decisions import CLIENT as CLIENT_DECIDER
from services.intake.encounter.decisions import of_client as encounters_of
from services.intake.household.decisions import of_declarant, of_member
from services.intake.incident.decisions import of_client as incidents_of
from services.intake.parts import Intake
from services.intake.records import of_person
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.contracts.intake.household import HOUSEHOLD
from shared.contracts.intake.incident import INCIDENT
from shared.errors import OutOfScope, Rejected
from shared.http.own_file import MOST, Held, Holding, own_file_router
from shared.own_file import OwnAttachment
from shared.privacy.classes import IDENTITY, PROFILE


async def find(parts: Intake, client: UUID) -> Holding:
    """All streams that tell of a person. Raises OutOfScope for nobody, Rejected `client-erased` for somebody forgotten."""
    if not (await parts.handle.load(CLIENT_DECIDER, client)).version:
        raise OutOfScope()
    records = await of_person(client, parts.handle)
    # A duplicate may be forgotten while the record that goes on is kept: what is left then is told all the same.
    known = [record for record, state in records.items() if state.status != "erased"]
    if next(iter(records)) not in known:
        raise Rejected("client-erased", "This person asked to be forgotten.")
    held = [Held(CLIENT, record) for record in known]
    for aggregate, rows, shared in (
        (HOUSEHOLD, [row(record) for record in known for row in (of_declarant, of_member)], True),
        (ENCOUNTER, [encounters_of(record) for record in known], False),
        (INCIDENT, [incidents_of(record) for record in known], False),
    ):
        found = await parts.handle.search(rows, limit=MOST)
        held += [Held(aggregate, stream, shared) for stream in sorted({each for streams in found.values() for each in streams})]
    return Holding(known, held)


async def attached(parts: Intake, records: Sequence[UUID]) -> list[OwnAttachment]:
    """What was attached to a person, described. The files themselves are handed over by who works with the person, who may read
    them one by one (`GET /v1/attachments/{id}`): an officer reads no scans for that."""
    return [
        OwnAttachment(record, each, file.kind, len(file.content), hashlib.sha256(file.content).hexdigest(), file.at, file.by)
        for record in records
        for each, file in (await parts.attachments.of_client(record)).items()
    ]


router = own_file_router(find, (IDENTITY, PROFILE), files=attached)
