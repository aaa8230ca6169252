"""Bodies of the requests about records that may be one person."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import MergeEvidence, UnmergeReason
from shared.http.bodies import EXAMPLE_ID, CommandBody, Form, example
from shared.http.command import CentreCode
from shared.http.listing import ListQuery
from shared.privacy.member import member

OTHER_ID = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e12"
PAIR = {
    "purpose": "CASE_MANAGEMENT", "requested_by": "stf-w1", "survivor": {"id": EXAMPLE_ID, "version": 4},
    "retired": {"id": OTHER_ID, "version": 3},
}  # fmt: skip


class Seen(Form):
    """A record, and the version of it that you saw."""

    id: Annotated[UUID, member("The client.")]
    version: Annotated[int, Field(ge=1, le=1_000_000), member("Version that you saw: the record must not have moved since.")]


class MergeClientsBody(CommandBody):
    """Two records of one person. Both versions stand in the body, so there is no `If-Match`."""

    model_config = example({**PAIR, "evidence": "SAME_DOCUMENT"})

    survivor: Annotated[Seen, member("The record that goes on.")]
    retired: Annotated[Seen, member("The record that takes no more facts.")]
    evidence: Annotated[MergeEvidence, member("Why they are one person.")]


class UnmergeClientsBody(CommandBody):
    """Two records that are two people after all."""

    model_config = example({**PAIR, "reason": "WRONG_MERGE"})

    survivor: Annotated[Seen, member("The record that went on.")]
    retired: Annotated[Seen, member("The record that took no more facts.")]
    reason: Annotated[UnmergeReason, member("Why they are two.")]


class ReviewDuplicatesBody(CommandBody):
    """Who of the probable duplicates is somebody else. One who is the same person is merged instead."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "rejected": [OTHER_ID]})

    rejected: Annotated[tuple[UUID, ...], Field(max_length=50), member("Clients who are other people.")]


class ReviewQuery(ListQuery):
    """Which reviews to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
