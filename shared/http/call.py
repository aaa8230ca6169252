"""What a route function gets: who calls, which command this is, and the four things it may do (run, load, show, list).

async def give_consent(call: Call, body: ConsentBody) -> Answer:
    return await call.run(CLIENT, call.path["id"], GiveConsent(...), subject_id=call.path["id"])
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from shared import telemetry
from shared.errors import OutOfScope, Rejected, Stale
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Context, Event, Recorded, instant
from shared.http import authorise
from shared.http.answer import Answer, Caller
from shared.http.audit import Action, Reading
from shared.http.authorise import Decision, Resource
from shared.http.bodies import CommandBody
from shared.http.difference import difference
from shared.http.ids import IfMatch
from shared.http.problems import Problem, invalid, violation
from shared.http.reach import reach_of
from shared.privacy.classes import FieldClass

if TYPE_CHECKING:
    from shared.eventsourcing.handle import Envelope, Outcome
    from shared.eventsourcing.loaded import Loaded
    from shared.http.operation import Operation
    from shared.http.runtime import Runtime

ResourceOf = Resource | Callable[[Any], Resource]


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of one operation. `path`: its parameters by name as declared; `parts`: what the service's api made."""

    op: "Operation"
    runtime: "Runtime"
    caller: Caller
    path: Mapping[str, Any]
    trace: str
    language: str = "en"
    query: Any = None
    body: Any = None
    purpose: str | None = None
    if_none_match: str | None = None
    accept: str | None = None
    byte_range: str | None = None
    # of commands
    command_id: UUID | None = None
    key: str = ""
    request: bytes = b""
    expected: IfMatch = None
    occurred_at: datetime | None = None
    told_at: datetime | None = None
    via: str | None = None
    batched: bool = False
    shown: bool = False
    emergency: str | None = None  # why, where the caller sees it by break-glass
    seen: "dict[UUID, tuple[Decider[Any, Any], Loaded[Any]]]" = field(default_factory=dict)  # streams that it has folded

    @property
    def parts(self) -> Any:
        """The service's own objects: what `resources` of its api yielded."""
        return self.runtime.parts

    # Authorisation

    def allow(self, resource: Resource, action: str | None = None) -> Decision:
        """The object check. Raises OutOfScope (404), or Rejected `not-assigned` where break-glass would help."""
        decision = authorise.decide(self.caller.subject, action or self.op.action, resource)
        if decision.allow:
            self._note(decision, resource)
            return decision
        telemetry.AUTHZ_DENIED.add(1, {"reason": decision.problem})
        if decision.problem == "not-assigned":
            raise Rejected("not-assigned", break_glass=True)
        if decision.problem == "forbidden":
            raise Problem("forbidden")
        raise OutOfScope()

    def may(self, action: str, resource: Resource | None = None) -> bool:
        """Whether the caller has another function too (for this object, if one is given)."""
        subject = self.caller.subject
        if resource is None:
            return authorise.may(subject, action)
        decision = authorise.decide(subject, action, resource)
        self._note(decision, resource)
        return decision.allow

    @property
    def reach(self) -> str:
        """What row-level security lets this call see at most: the last argument of each statement on a read model."""
        return reach_of(self.caller.subject, self.op.action)

    def supervises(self, centre: str | None) -> bool:
        """Whether the caller signs for others at a centre."""
        return any(grant.role in authorise.SUPERVISORS and grant.centre == centre for grant in self.caller.subject.grants)

    # Commands

    def ctx(self, *, subject_id: UUID | None = None, centre: str | None = None, role: str | None = None) -> Context:
        """Who did it, for what purpose, whom it concerns: from the caller and the body's common members."""
        body = self.body
        assert isinstance(body, CommandBody)
        actor = self.caller.staff_id
        if subject_id is not None and body.basis is None:
            raise invalid(violation("/basis", "missing"))
        if body.basis is not None and body.basis.value == "CONSENT" and body.consent_id is None and subject_id is not None:
            raise invalid(violation("/consent_id", "missing"))
        if body.requested_by is not None and body.requested_by == actor:
            raise Rejected("same-person-signoff", "Let somebody else carry it out.")
        centre = centre or body.centre or self._own_centre()
        return Context(
            centre=centre,
            actor=actor,
            role=role or self._acting_role(centre),
            purpose=body.purpose.value,
            basis=body.basis.value if body.basis else None,
            consent_id=body.consent_id,
            subject_id=subject_id,
            requested_by=body.requested_by,
        )

    def envelope(self, ctx: Context) -> "Envelope":
        """The envelope of this command: its id, time, fingerprint and trace."""
        from shared.eventsourcing.handle import Envelope

        assert self.command_id is not None
        assert self.occurred_at is not None
        extra: dict[str, Any] = {}
        if self.told_at is not None:
            extra["told_at"] = instant(self.told_at)
        if self.via is not None:
            extra["via"] = self.via
        prints = self.runtime.fingerprints
        return Envelope(
            command_id=self.command_id,
            ctx=ctx,
            occurred_at=self.occurred_at,
            fingerprint=prints.of(self.request, self.runtime.now()),
            same_request=prints.same(self.request),
            traceparent=telemetry.traceparent(),
            extra=extra,
        )

    async def run(
        self,
        decider: Decider[Any, Any],
        stream_id: UUID | None,
        command: Any,
        *,
        resource: ResourceOf | None = None,
        subject_id: UUID | None = None,
        ctx: Context | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Carry out the command and shape the answer.

        stream_id: of a creation None (then `local_id`, or else the command id). resource: what the object check sees;
        for an existing stream a function of its state (default: `state.centre`). subject_id: whom it concerns; of a
        creation of a subject the stream's own id by `subject_id=call.new_id()`. extra: members added to the answer.
        """
        if self.op.concurrency == "creation":
            stream_id = stream_id or self.new_id()
            place = resource if isinstance(resource, Resource) else Resource(centre=self.body.centre)
            anybody = self.op.public and self.caller.identity is None
            role = self.caller.principal if anybody else self.allow(place).role
            envelope = self.envelope(ctx or self.ctx(subject_id=subject_id, role=role))
            outcome = await self._handle.run(decider, stream_id, command, envelope, None)
            return self.answer(outcome, created=True, extra=extra)
        assert stream_id is not None
        resource_of = _resource_of(resource)
        expected = await self._expected(decider, stream_id, resource_of)
        envelope = self.envelope(ctx or self.ctx(subject_id=subject_id))
        try:
            seen = self._known(decider, stream_id)
            outcome = await self._handle.run(self._checked(decider, resource_of), stream_id, command, envelope, expected, seen)
        except Stale as stale:
            # The version is compared before `decide`, so the object check has not run yet: a stranger must not learn
            # from a 412 that the record exists.
            loaded = await self._scoped(decider, stream_id, resource_of)
            told = difference(decider, loaded.facts, stale.base, command)
            raise Stale(stream_id, stale.base, loaded.version, {**stale.members, **told}) from None
        return self.answer(outcome, created=False, extra=extra)

    def answer(self, outcome: "Outcome", *, created: bool, extra: Mapping[str, Any] | None = None) -> Answer:
        """The answer to a command: ids, versions, codes and counts only, never personal data."""
        effect = outcome.effect
        content = {
            "id": outcome.stream_id,
            "version": outcome.version,
            "recorded_at": instant(outcome.recorded_at),
            "events": [{"event_id": e.event_id, "type": e.type, "version": e.version} for e in outcome.events],
            **(extra or {}),
        }
        headers = {"ETag": f'"{outcome.version}"', "Vary": "Authorization, Accept-Language"}
        if outcome.replayed:
            headers["Idempotency-Replayed"] = "true"
        elif not effect:
            headers["Gabay-Effect"] = "none"
        created = created and effect
        if created:
            headers["Location"] = f"{self.op.path}/{outcome.stream_id}"
        if created and outcome.replayed and outcome.events[0].event_id != uuid5(self.command_id, "0"):  # type: ignore[arg-type]
            created = False  # another principal made it, with the same request: it exists, it was not created now
        return Answer(
            content, 201 if created else 200, headers,
            id=outcome.stream_id, version=outcome.version, replayed=outcome.replayed, extra=extra or {},
        )  # fmt: skip

    def new_id(self) -> UUID:
        """The stream id of a creation: the app's own, else the command id, so that a repetition finds its first."""
        local: UUID | None = getattr(self.body, "local_id", None)
        assert self.command_id is not None
        return local or self.command_id

    # Reads

    async def load(self, decider: Decider[Any, Any], stream_id: UUID, resource: ResourceOf | None = None) -> "Loaded[Any]":
        """Fold a stream that the caller may see; else OutOfScope, the same as for one that does not exist."""
        return await self._scoped(decider, stream_id, _resource_of(resource))

    async def fold(self, decider: Decider[Any, Any], stream_id: UUID) -> "Loaded[Any]":
        """Fold a stream, whoever asks: the caller checks who may see it. version 0: it does not exist."""
        loaded: Loaded[Any] = await self._handle.load(decider, stream_id)
        self.seen[stream_id] = (decider, loaded)
        return loaded

    async def history(self, decider: Decider[Any, Any], stream_id: UUID, opens: frozenset[FieldClass]) -> list[Recorded[Event]]:
        """The facts of a stream with these classes opened. Check its scope by `load` first."""
        facts: list[Recorded[Event]] = await self._handle.read(decider.aggregate, stream_id, opens)
        return facts

    async def show(
        self,
        content: Any,
        *,
        subjects: Sequence[UUID] = (),
        classes: Collection[str] | None = None,
        fields: Sequence[str] = (),
        action: Action = "READ",
        version: int | None = None,
        centre: str | None = None,
        query_hmac: bytes | None = None,
        status: int = 200,
        decision: str = "ALLOWED",
        export_id: UUID | None = None,
    ) -> Answer:
        """Answer a read. What shows a sealed class is on record before the answer leaves; without its row nothing is shown.

        subjects: everybody whom the answer shows. classes: of the declared ones those that it really shows. fields:
        names, never values. version: gives the ETag of one stream. decision: what the access log says (`unusual`).
        export_id: ties a file to its rows.
        """
        headers = {"Vary": "Authorization, Accept-Language"}
        if version is not None:
            headers["ETag"] = f'"{version}"'
        shows = self.op.classes if classes is None else classes
        self.shown = True
        if version is not None and self.if_none_match in (f'"{version}"', "*"):
            return Answer(b"", 304, headers)
        if shows:
            if self.emergency and action == "READ":
                action = "BREAK_GLASS"
            count = len(subjects) if action in ("LIST", "SEARCH", "EXPORT") else None
            await self.record(
                action, subjects, shows, fields, centre=centre, decision=decision, query_hmac=query_hmac, result_count=count,
                export_id=export_id,
            )  # fmt: skip
        return Answer(content, status, headers)

    async def record(
        self,
        action: Action,
        subjects: Sequence[UUID],
        classes: Collection[str],
        fields: Sequence[str] = (),
        *,
        centre: str | None = None,
        decision: str = "ALLOWED",
        query_hmac: bytes | None = None,
        result_count: int | None = None,
        export_id: UUID | None = None,
        break_glass_reason: str | None = None,
    ) -> None:
        """Write one row of the access log and wait until it is committed. Raises Problem `audit-unavailable`."""
        centre = centre or next(iter(sorted(self.caller.centres)), None)
        await self.runtime.audit.write(
            Reading(
                at=self.runtime.now(), actor=self.caller.staff_id, role=self._acting_role(centre), centre=centre,
                device=self.via or self.caller.device, purpose=self.purpose, subject_id=list(subjects), classes=sorted(classes),
                fields=list(fields), action=action, query_hmac=query_hmac, result_count=result_count, export_id=export_id,
                decision=decision, break_glass_reason=break_glass_reason or self.emergency, trace_id=self.trace,
            )
        )  # fmt: skip

    # private

    @property
    def _handle(self) -> Any:
        return self.runtime.parts.handle

    def _note(self, decision: Decision, resource: Resource) -> None:
        """Remember that it is shown by break-glass only, and why: its row in the access log says so."""
        if decision.allow and authorise.BREAK_GLASS in decision.obligations and resource.subject_id is not None:
            self.emergency = self.caller.subject.emergencies.get(resource.subject_id, "UNKNOWN")

    def _own_centre(self) -> str:
        centres = sorted(self.caller.centres)
        if not centres:
            raise invalid(violation("/centre", "missing"))
        return centres[0]

    def _acting_role(self, centre: str | None) -> str:
        """The role under which a fact or a reading is written: one that has this function, of this centre if possible."""
        row = authorise.matrix().get(self.op.action, {})
        able = [g for g in self.caller.subject.grants if row.get(g.role, ".") != "."]
        return next((g.role for g in able if g.centre == centre), able[0].role if able else "none")

    def _known(self, decider: Decider[Any, Any], stream_id: UUID) -> "Loaded[Any] | None":
        """The stream as this call folded it a moment ago in the same way, so that its command need not load it again."""
        known, loaded = self.seen.pop(stream_id, (None, None))
        alike = known is not None and (known.aggregate, known.evolve, known.record, known.opens) == (
            decider.aggregate, decider.evolve, decider.record, decider.opens,
        )  # fmt: skip
        return loaded if alike and loaded and loaded.version else None

    def _checked(self, decider: Decider[Any, Any], resource_of: Callable[[Any], Resource]) -> Decider[Any, Any]:
        """The decider with the object check before its own rules, on the very state that they see."""

        def decide(command: Any, state: Any) -> list[Event]:
            self.allow(resource_of(state))
            return decider.decide(command, state)

        return replace(decider, decide=decide)

    async def _scoped(self, decider: Decider[Any, Any], stream_id: UUID, resource_of: Callable[[Any], Resource]) -> "Loaded[Any]":
        loaded = await self.fold(decider, stream_id)
        if loaded.version == 0:
            raise OutOfScope()
        self.allow(resource_of(loaded.state))
        return loaded

    async def _expected(self, decider: Decider[Any, Any], stream_id: UUID, resource_of: Callable[[Any], Resource]) -> Any:
        """What If-Match says; 428 with the current version if it says too little and the command is not a repetition."""
        if self.expected is not None and (self.expected != "*" or self.op.concurrency == "additive"):
            return self.expected
        loaded = await self._scoped(decider, stream_id, resource_of)
        if self.command_id in await self._handle.find_commands([self.command_id]):
            return "*"
        raise Problem("precondition-required", {"ETag": f'"{loaded.version}"'})


def _resource_of(resource: ResourceOf | None) -> Callable[[Any], Resource]:
    if resource is None:
        return lambda state: Resource(centre=state.centre)
    if isinstance(resource, Resource):
        return lambda state: resource
    return resource
