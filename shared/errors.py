"""Every failure that Gabay raises on purpose.

GabayError
├── Rejected          a rule of the domain says no        403, 409, 410, 422
│   └── OutOfScope    the caller must not learn that it exists               404
├── Conflict          somebody else appended first; load again               409
├── Stale             the caller's version is no longer the current one      412
├── Mismatch          this key was used with another request                 422
├── Unreadable        a stored event no longer decodes: a defect             500
├── Unavailable       Postgres, Kafka or the keyring is away                 503
│   └── InProgress    the same key or stream is being written elsewhere      409
└── Hole              a version is missing: the consumer stops      (no answer)
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
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


class InProgress(Unavailable):
    """Another process is still writing this stream, or carries out this very command: wait a second and repeat with the same key."""

    def __init__(self) -> None:
        super().__init__("The first request", "Wait a second and repeat with the same key.")


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


class ProblemType(NamedTuple):
    """What a problem code means to a client: its status, its title, and what to do where the refusal itself does not say it.

    Both in English; the other languages of the region stand in `shared/http/messages`.
    """

    status: int
    title: str
    remedy: str


# Every problem code of the API (docs/reference/problems.md lists them with their members; a test holds the two equal).
# `type` is `urn:gabay:problem:<code>`. A code never changes its status, and never disappears within a major version.
PROBLEMS: Final[Mapping[str, ProblemType]] = {
    # the protocol
    "malformed-json": ProblemType(400, "The body is not strict JSON", "Send strict JSON in UTF-8; `reason` says what is wrong."),
    "malformed-request": ProblemType(400, "A header or parameter cannot be read", "Correct the header or parameter that `where` names."),
    "idempotency-key-missing": ProblemType(
        400, "The Idempotency-Key header is missing", "Send a UUID of version 4 or 7 as Idempotency-Key; keep it for every repetition."
    ),
    "idempotency-key-invalid": ProblemType(400, "The Idempotency-Key is not a UUID", "Send a UUID of version 4 or 7 as Idempotency-Key."),
    "cursor-invalid": ProblemType(
        400, "The cursor does not belong to this list", "List from the start; a cursor belongs to one list and its filters."
    ),
    "purpose-needed": ProblemType(400, "Say for what purpose you read", "Send the Gabay-Purpose header with the purpose of the reading."),
    "unauthenticated": ProblemType(401, "A valid token is needed", "Sign in again and send the new token."),
    "step-up-needed": ProblemType(
        401, "This needs a recent strong login", "Sign in again with the stronger method and repeat within 15 minutes."
    ),
    "forbidden": ProblemType(
        403, "None of your roles has this function", "Ask a colleague who has the role, or your administrator for a grant."
    ),
    "scope-insufficient": ProblemType(403, "The token lacks a scope", "Ask for a token with the scope that `scope` names."),
    "not-assigned": ProblemType(
        403, "The case is not assigned to you", "Ask its worker or a supervisor; in an emergency open it by break-glass."
    ),
    "device-blocked": ProblemType(403, "This device is blocked", "Hand the device in; what it holds of clients has to be wiped."),
    "not-found": ProblemType(404, "Not found", "Check the id; what is outside your reach reads the same."),
    "method-not-allowed": ProblemType(405, "Method not allowed", "Use one of the methods that the Allow header names."),
    "not-acceptable": ProblemType(406, "No such format", "Ask for application/json."),
    "request-timeout": ProblemType(408, "The request came too slowly", "Send it again over a better connection, or in smaller parts."),
    "already-exists": ProblemType(409, "It exists already with other content", "Read what is there; for something new draw a new id."),
    "concurrent-write": ProblemType(409, "Others are changing the record: repeat", "Read the record again and repeat with the same key."),
    "idempotency-in-progress": ProblemType(409, "The first request is still running", "Wait a second and repeat with the same key."),
    "cursor-expired": ProblemType(410, "The cursor is too old: list from the start", "List from the start."),
    "stale-version": ProblemType(
        412, "The record changed meanwhile", "Look at `changes`, decide again, and send the new version in If-Match."
    ),
    "body-too-large": ProblemType(413, "The body is too large", "Send at most as many bytes as `limit` says."),
    "batch-too-large": ProblemType(413, "The batch is too large", "Send it in several batches of at most `limit`."),
    "uri-too-long": ProblemType(414, "The address is too long", "Shorten the address; put long filters into a search."),
    "unsupported-media-type": ProblemType(
        415, "Only application/json in UTF-8, not compressed", "Send application/json in UTF-8 without Content-Encoding."
    ),
    "validation": ProblemType(422, "The request does not fit the form", "Correct each member that `errors` names, by its code."),
    "idempotency-mismatch": ProblemType(422, "This key was used with another request", "Use a new key for a new wish."),
    "precondition-required": ProblemType(428, "Say which version you saw (If-Match)", "Send the version from ETag in If-Match."),
    "rate-limited": ProblemType(429, "Too many requests", "Wait as many seconds as Retry-After says."),
    "headers-too-large": ProblemType(431, "The headers are too large", "Send fewer or shorter headers."),
    "internal": ProblemType(
        500, "Something unforeseen happened", "Repeat with the same key; if it stays so, tell your administrator the `trace`."
    ),
    "unavailable": ProblemType(
        503, "A needed part is away: repeat with the same key", "Nothing was done: repeat with the same key after Retry-After."
    ),
    "audit-unavailable": ProblemType(503, "The access log cannot be written: nothing was shown", "Repeat in a moment."),
    "not-attempted": ProblemType(503, "Not begun in time: send this item again", "Send this item again with the same key."),
    "storage-full": ProblemType(507, "The storage is full", "Tell your administrator; repeat with the same key when there is room."),
    # the domain
    "invalid-state": ProblemType(409, "Not possible in this state", "See `state` and what is `allowed` now."),
    "consent-missing": ProblemType(409, "A consent is missing", "Ask the client for the consent to this purpose."),
    "consent-expired": ProblemType(409, "The consent has ended", "Ask the client again."),
    "assent-refused": ProblemType(409, "The child did not agree", "Respect it; talk again when the child wishes to."),
    "withheld-item": ProblemType(409, "The client withheld this item", "Leave it out, or ask the client whether it may be shared."),
    "protection-block": ProblemType(409, "Blocked for protection", "Ask the protection supervisor."),
    "legal-hold": ProblemType(409, "A legal hold forbids it", "Ask the data protection officer."),
    "service-in-progress": ProblemType(409, "A service is in progress", "End what runs first, or ask for it with force."),
    "client-retired": ProblemType(409, "The client was merged into another", "Use the record that goes on in its place."),
    "agreement-missing": ProblemType(
        409, "No agreement with this organisation", "Choose an organisation with which an agreement is in force."
    ),
    "entry-stale": ProblemType(409, "The directory entry must be verified first", "Have the entry verified, or choose another."),
    "approval-needed": ProblemType(409, "An approval is needed", "A supervisor issues it and names who asked (`requested_by`)."),
    "plan-not-approved": ProblemType(409, "The plan is not approved", "Ask a supervisor to approve the plan first."),
    "open-items": ProblemType(409, "Something is still open", "End or answer what `kinds` names first."),
    "unit-full": ProblemType(409, "The unit is full", "Choose a unit with a free place: `GET /v1/units` shows them."),
    "separation-rule": ProblemType(409, "The rule of separation forbids it", "Choose a unit whose room class fits sex, age and family."),
    "session-full": ProblemType(409, "The session is full", "Choose another session, or wait until somebody gives a seat up."),
    "caseload-limit": ProblemType(409, "The worker has too many cases", "Choose another worker, or send `acknowledge_caseload`."),
    "episode-closed": ProblemType(409, "The episode is closed", "Begin a new episode for another migration."),
    "not-voidable": ProblemType(409, "This entry cannot be voided", "Void what followed on it first, or ask a supervisor."),
    "account-not-allowed": ProblemType(422, "An account of this is not taken here", "Offer a confidential case, in which it is told once."),
    "packet-incomplete": ProblemType(422, "The packet is incomplete", "Fill in what `fields` names."),
    "date-in-future": ProblemType(422, "A date is in the future", "Correct the dates that `fields` names."),
    "same-person-signoff": ProblemType(403, "Somebody else must sign", "Let somebody else carry it out."),
    "client-erased": ProblemType(410, "The client was erased", "This person asked to be forgotten: register them anew if they come back."),
    # statistics
    "unknown-release": ProblemType(404, "No such release", "See `GET /v1/statistics/releases`."),
    "unknown-table": ProblemType(404, "No such table", "See which tables the release has."),
    "not-yet-known": ProblemType(409, "Not known yet at that time", "Ask for an earlier instant, or wait."),
    "audit-failed": ProblemType(409, "The release failed its audit", "Read the audit's findings before anything is frozen."),
    "parked-streams": ProblemType(409, "Parked streams hold it back", "Release or discard them first."),
    "release-withdrawn": ProblemType(410, "The release was withdrawn", "Use the release that took its place."),
    "bad-period": ProblemType(422, "No such period", "Write a month as 2026-07, a quarter as 2026-Q3, a year as 2026."),
    "too-many-dimensions": ProblemType(422, "Too many dimensions", "Name at most three, each once."),
}
