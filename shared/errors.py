"""Every failure that Gabay raises on purpose.

GabayError
├── Rejected          a rule of the domain says no        403, 409, 410, 422
│   └── OutOfScope    the caller must not learn that it exists               404
├── Conflict          somebody else appended first; load again               409
├── Stale             the caller's version is no longer the current one      412
├── Mismatch          this key was used with another request                 422
├── Unreadable        a stored event no longer decodes: a defect             500
├── Unavailable       Postgres, Kafka or the keyring is away                 503
└── Hole              a version is missing: the consumer stops      (no answer)
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID


class GabayError(Exception):
    """Anything below: raised on purpose, with a sentence for people and no value that a person typed."""


class Rejected(GabayError):
    """A rule of the domain refuses the command.

    code: one of `PROBLEMS`; remedy: one sentence that says what to do; members: extension members of the problem
    (codes, ids and field names only, never values).
    """

    def __init__(self, code: str, remedy: str = "", **members: Any) -> None:
        super().__init__(f"{code}: {remedy}" if remedy else code)
        self.code = code
        self.remedy = remedy
        self.members: Mapping[str, Any] = members


class OutOfScope(Rejected):
    """It does not exist, or the caller must not learn that it does: both read the same."""

    def __init__(self) -> None:
        super().__init__("not-found")


class Conflict(GabayError):
    """Three lost races for one stream: load it again and repeat the command."""

    def __init__(self, stream_id: UUID, version: int) -> None:
        super().__init__(f"stream {stream_id} moved to version {version} three times meanwhile: load it and repeat")
        self.stream_id = stream_id
        self.version = version


class Stale(GabayError):
    """The record changed meanwhile: the caller expected `base`, the stream stands at `current`."""

    def __init__(self, stream_id: UUID, base: int, current: int, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"stream {stream_id} is at version {current}, you expected {base}: load it and repeat")
        self.stream_id = stream_id
        self.base = base
        self.current = current
        self.members: Mapping[str, Any] = members or {}


class Mismatch(GabayError):
    """This idempotency key belongs to another request: use a new key for a new wish."""


class Unreadable(GabayError):
    """A stored event does not decode any more: a defect of this release, never of the caller."""


class Unavailable(GabayError):
    """A part that Gabay needs does not answer just now; nothing was done, repeat with the same key."""

    def __init__(self, part: str, remedy: str = "") -> None:
        super().__init__(f"{part} does not answer. {remedy}".strip())
        self.part = part


class Hole(GabayError):
    """A version of a stream is missing on the topic: the consumer stops rather than skip a fact."""

    def __init__(self, consumer: str, stream_id: str, applied: int, version: int) -> None:
        super().__init__(
            f"{consumer}: stream {stream_id} jumps from version {applied} to {version}. "
            f"Send it again: ./gabay replay <topic> --for {consumer} --stream {stream_id}"
        )
        self.stream_id = stream_id
        self.applied = applied
        self.version = version
