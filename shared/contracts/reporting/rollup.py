"""What reporting tells a national stack: released tables that passed the disclosure gate, and their end. Nobody is in them.

A stream is one table of one period of one region; its newest fact says what stands. The topic is compacted, so a reader may
meet a stream at any version.
"""

from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from shared.eventsourcing.event import Aggregate, Event

LONGEST_TABLE = 900_000
"""Characters of a table's data: a record may have 1 MiB."""

Release = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,40}-[0-9]{4}([0-9]{2}|Q[1-4])?\.[0-9]{1,3}$")]
Table = Annotated[str, Field(pattern=r"^I[0-9]{2}[A-Z]?$")]
Period = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}|-Q[1-4])?$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]


def stream_of(region: str, table: str, period: str) -> UUID:
    """The stream of a table of a period: the same for every edition."""
    return uuid5(NAMESPACE_URL, f"urn:gabay:table:{region}:{table}:{period}")


class TablePublished(Event, type="table-published"):
    """A table of a published release, as its bytes were frozen. Whoever has an older edition replaces it."""

    release: Release = Field(description="Id of the release.")
    table: Table = Field(description="Name of the table.")
    period: Period = Field(description="The month, quarter or year that it counts.")
    edition: int = Field(ge=0, le=999, description="0 first, then one more with each revision.")
    chain: Sha256 = Field(description="Chain id of the release: SHA-256 of the manifest.")
    manifest: str = Field(max_length=200_000, description="The release's manifest, canonical JSON: it names the SHA-256 of data.")
    signature: Signature = Field(description="Ed25519 signature of the manifest, base64.")
    data: str = Field(max_length=LONGEST_TABLE, description="The released JSON-stat 2.0 file, byte for byte.")


class TableWithdrawn(Event, type="table-withdrawn"):
    """A table does not stand any more. Whoever has it removes it."""

    release: Release = Field(description="The release that was withdrawn, or the later edition that lacks the table.")
    table: Table = Field(description="Name of the table.")
    period: Period = Field(description="The month, quarter or year that it counted.")
    edition: int = Field(ge=0, le=999, description="Edition of that release.")
    chain: Sha256 = Field(description="Chain id of that release.")
    withdrawn: bool = Field(description="True after a withdrawal for a grave error; false where a later edition lacks the table.")


RollupEvent = TablePublished | TableWithdrawn

ROLLUP = Aggregate("reporting", "rollup", TablePublished, TableWithdrawn)
