"""Who calls, and what they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from shared.http.auth import Identity
from shared.http.authorise import Subject

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GUARDS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""What every answer tells a browser: keep nothing, guess nothing, load nothing, frame nothing, tell nobody where you were."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. subject: our grants for them; identity: None for the few calls without a login."""

    subject: Subject
    identity: Identity | None = None
    principal: str = "public"

    @property
    def staff_id(self) -> str:
        return self.subject.staff_id or self.subject.device or "public"

    @property
    def device(self) -> str | None:
        return self.subject.device

    @property
    def roles(self) -> frozenset[str]:
        return self.subject.roles

    @property
    def centres(self) -> frozenset[str]:
        return self.subject.centres

    @property
    def orgs(self) -> frozenset[str]:
        return self.subject.orgs


@dataclass(slots=True)
class Answer:
    """What a route gives back. content: JSON value, bytes, or an iterator of bytes (exports).

    For commands also what an item of a batch reports: id, version, replayed and `extra` (counts, codes, ids).
    """

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    id: UUID | None = None
    version: int | None = None
    replayed: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def page(cls, text: str, content_type: str = "text/html; charset=utf-8") -> "Answer":
        """A page made on the server, or its style sheet: only what this very host serves may load with it."""
        return cls(text.encode(), headers={"Content-Security-Policy": PAGE_POLICY}, content_type=content_type)
