"""What casework's reactions read before they decide: search rows of our own appends, and our own read models."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.casework.case.decisions import case_at, centre_of, open_case
from services.casework.parts import CASELOAD, CONSENTS
from services.casework.reactions import Answered, Arrived, Assisted, Ended, OpenOne
from shared.codes import CaseState
from shared.compose import Parts
from shared.eventsourcing.projection import Fact
from shared.http.reach import WHOLE
from shared.messaging.forgetting import remember
from shared.messaging.shown import shown
from shared.privacy.classes import PROFILE
from shared.privacy.sealed import SealedItem


async def minor(fact: Fact, handle: Any) -> bool | None:
    """From the profile, opened for the few who want a case and not for everybody who registers."""
    blob = fact.data.get("sealed", {}).get(PROFILE)
    if not fact.data["open_case"] or blob is None:
        return None
    client = UUID(fact.stream)
    opened = await handle.sealer.open_many([SealedItem(client, client, UUID(fact.event_id), "client-registered", PROFILE, blob)])
    if not opened[0]:
        return None
    told = orjson.loads(opened[0])["adult_child"]
    return None if told == "U" else bool(told == "CHILD")


async def open_cases(fact: Fact, handle: Any) -> list[OpenOne]:
    """Of the person, under all records that were merged: what they say is told on the record that goes on."""
    if not fact.data.get("urgent", True):
        return []
    records = await handle.store.pool.fetch(CONSENTS.records, UUID(fact.stream), WHOLE)
    return [case for row in records for case in await open_cases_of(row[0], handle)]


async def open_cases_of_both(fact: Fact, handle: Any) -> tuple[list[OpenOne], list[OpenOne]]:
    """Of two records that turned out to be one person."""
    return await open_cases_of(UUID(fact.stream), handle), await open_cases_of(UUID(fact.data["retired_id"]), handle)


async def open_cases_of(client_id: UUID, handle: Any) -> list[OpenOne]:
    """Open cases of one record. Hits of a search row are candidates: each is loaded and checked."""
    row = open_case(client_id)
    found = []
    for case_id in (await handle.search([row])).get(row, []):
        loaded = await handle.load(case_at(""), case_id)
        if loaded.version and loaded.state.state is not CaseState.CLOSED and loaded.state.client_id == client_id:
            found.append(OpenOne(case_id, centre_of(loaded)))
    return found


async def open_cases_of_erased(fact: Fact, handle: Any) -> list[OpenOne]:
    """Once our own read model has lost the consents, no case can be opened any more: then they are found."""
    subjects = await remember(fact, handle.store.pool)
    for subject in subjects:
        handle.keyring.forget_cached(subject)
    await shown(handle.store.pool, "casework.consents", fact.stream, fact.version)
    return [case for subject in subjects for case in await open_cases_of(subject, handle)]


async def left_of_erased(parts: Parts, subjects: Sequence[UUID]) -> list[str]:
    """What has to end before an erasure can be acknowledged."""
    return ["case" for subject in subjects for _ in await open_cases_of(subject, parts.handle)]


async def open_cases_without_consent(fact: Fact, handle: Any) -> list[OpenOne]:
    """Once our own read model shows the end of the consent, no command can rest on it any more: then the cases are found."""
    if fact.data["purpose"] != "CASE_MANAGEMENT":
        return []
    await shown(handle.store.pool, "casework.consents", fact.stream, fact.version)
    return await open_cases(fact, handle)


SPECIFIC = frozenset({"TRACING", "CONSULAR", "RETURN", "FOLLOW_UP_CONTACT"})


async def assisted(fact: Fact, handle: Any) -> Ended | None:
    """As above, for a consent on which something in a case rests that does not end with the case."""
    purpose = fact.data["purpose"]
    if purpose not in SPECIFIC:
        return None
    await shown(handle.store.pool, "casework.consents", fact.stream, fact.version)
    cases = []
    for case in await open_cases(fact, handle):
        loaded = await handle.load(case_at(""), case.case_id)
        cases.append(Assisted(case.case_id, case.centre, loaded.state))
    return Ended(purpose, fact.data.get("recipient_org"), cases)


async def assisted_without_consent(fact: Fact, handle: Any) -> Ended | None:
    """Looked for in the read model as it is now: if it does not know of the end yet, the fact of the end finds the step."""
    lapsed = await _lapsed(fact, handle)
    if lapsed is None:
        return None
    loaded = await handle.load(case_at(""), UUID(fact.stream))
    return Ended(lapsed["purpose"], lapsed["recipient_org"], [Assisted(UUID(fact.stream), centre_of(loaded), loaded.state)])


async def opened_without_consent(fact: Fact, handle: Any) -> list[OpenOne]:
    """The same for the case itself. One that is to be looked at for the same reason already is not asked for again."""
    lapsed = await _lapsed(fact, handle)
    if lapsed is None or lapsed["purpose"] != "CASE_MANAGEMENT":
        return []
    loaded = await handle.load(case_at(""), UUID(fact.stream))
    late = loaded.state.state is not CaseState.CLOSED and loaded.state.grace_until is None
    return [OpenOne(UUID(fact.stream), centre_of(loaded))] if late else []


async def _lapsed(fact: Fact, handle: Any) -> Any:
    """Purpose and recipient of the consent on which a fact of ours rests, if it has ended."""
    subject, consent = fact.ctx.get("subject_id"), fact.ctx.get("consent_id")
    if subject is None or consent is None:
        return None
    pool = handle.store.pool
    for record in filter(None, (UUID(subject), await pool.fetchval(CONSENTS.survivor, UUID(subject), WHOLE))):
        if lapsed := await pool.fetchrow(CONSENTS.lapsed, record, UUID(consent), WHOLE):
            return lapsed
    return None


async def arrived(fact: Fact, handle: Any) -> Arrived | None:
    """Only the acceptance of an inbound referral names a client."""
    if (client := fact.data.get("client_id")) is None:
        return None
    cases = await open_cases_of(UUID(client), handle)
    consent_id = await handle.store.pool.fetchval(CONSENTS.newest, UUID(client), "CASE_MANAGEMENT", WHOLE)
    return Arrived(any(case.centre == fact.ctx["centre"] for case in cases), consent_id)


async def action(fact: Fact, handle: Any) -> Answered | None:
    """The referral's first fact alone names its case and step: our own caseload has kept it."""
    pool = handle.store.pool
    await shown(pool, "casework.caseload", fact.stream, fact.version)
    row = await pool.fetchrow(CASELOAD.referral, UUID(fact.stream), WHOLE)
    if row is None or row["action_id"] is None:
        return None
    loaded = await handle.load(case_at(""), row["case_id"])
    return Answered(row["case_id"], row["action_id"], centre_of(loaded)) if loaded.version else None
