"""How a service declares its operations: the one import of a `routes.py`.

    router = CommandRouter("clients")

    @router.command("POST", "/v1/clients/{id:uuid}/consents", body=ConsentBody, action="consent.give", concurrency="additive")
    async def give_consent(call: Call, body: ConsentBody) -> Answer:
        return await call.run(CLIENT, call.path["id"], GiveConsent(...), subject_id=call.path["id"])

    @router.read("GET", "/v1/clients/{id:uuid}", action="client.read", classes=(IDENTITY, PROFILE))
    async def read_client(call: Call) -> Answer: ...

    router.batch("/v1/clients:batch", creation=register_client, additive=[give_consent, screen])

The same function serves the single route and an item of a batch.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from shared.errors import OutOfScope, Rejected
from shared.http import authorise
from shared.http.answer import Answer, Caller
from shared.http.authorise import Resource
from shared.http.batch import batch_operation
from shared.http.bodies import CentreCode, CommandBody, CreationBody, Form, NewId, StaffId
from shared.http.call import Call
from shared.http.ids import public_path
from shared.http.operation import PUBLIC, Concurrency, Function, Operation
from shared.http.problems import Problem, invalid, violation

__all__ = [
    "Answer", "Call", "Caller", "CentreCode", "CommandBody", "CommandRouter", "CreationBody", "Form", "NewId", "OutOfScope",
    "Problem", "Rejected", "Resource", "StaffId", "invalid", "violation",
]  # fmt: skip


class CommandRouter:
    """The operations of one aggregate or read model. tag: their group in the OpenAPI document."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def command(
        self,
        method: str,
        path: str,
        *,
        body: type[BaseModel],
        action: str,
        concurrency: Concurrency,
        subject: str | None = None,
        public: bool = False,
        statuses: Sequence[int] = (),
    ) -> Callable[[Function], Function]:
        """Declare a command. The function gets (call, body) and answers with `call.run`."""
        if method not in ("POST", "PATCH", "PUT"):
            raise ValueError(f"{method} {path}: a command is POST, PATCH or PUT")

        def declare(function: Function) -> Function:
            self._add(
                kind="command", method=method, declared=path, action=action, function=function, body=body,
                concurrency=concurrency, subject=subject, public=public, limit=_limit(action, "write"),
                scope=_scope(action, "gabay:write"), statuses=tuple(statuses),
            )  # fmt: skip
            return function

        return declare

    def read(
        self,
        method: str,
        path: str,
        *,
        action: str,
        classes: Sequence[str] = (),
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        answer: type[BaseModel] | None = None,
        subject: str | None = None,
        limit: str | None = None,
        public: bool = False,
        media: str = "application/json",
        statuses: Sequence[int] = (),
    ) -> Callable[[Function], Function]:
        """Declare a read. The function gets (call) or (call, body); where `classes` are named it answers with `call.show`.

        statuses: what it may answer beside what every read may.
        """
        if method not in ("GET", "POST"):
            raise ValueError(f"{method} {path}: a read is GET, or POST for a search")

        def declare(function: Function) -> Function:
            kind = "export" if path.endswith(":export") else "search" if path.endswith("/search") else "read"
            self._add(
                kind="read", method=method, declared=path, action=action, function=function, body=body, query=query, answer=answer,
                classes=tuple(str(c) for c in classes), subject=subject, limit=limit or kind, scope=_scope(action, "gabay:read"),
                public=public, media=media, statuses=tuple(statuses),
            )  # fmt: skip
            return function

        return declare

    def upload(
        self, method: str, path: str, *, action: str, media: Sequence[str], most: int, query: type[BaseModel] | None = None
    ) -> Callable[[Function], Function]:
        """Declare what takes a file as it is. The function gets (call, bytes). media: what it takes; most: bytes."""

        def declare(function: Function) -> Function:
            self._add(
                kind="upload", method=method, declared=path, action=action, function=function, query=query, takes=tuple(media),
                most=most, limit="write", scope=_scope(action, "gabay:write"), subject=None,
            )  # fmt: skip
            return function

        return declare

    def batch(self, path: str, *, creation: Function | None = None, additive: Sequence[Function] = (), action: str | None = None) -> None:
        """Offer commands in a batch: one creation (items without `path`) and additive commands by the path of each.

        action: what the items count as in the matrix, where that differs from the single command (`service.record`).
        """
        by_function = {op.function: op for op in self.operations}
        try:
            first = by_function[creation] if creation else None
            others = [by_function[function] for function in additive]
        except KeyError as error:
            raise ValueError(f"{path}: {error.args[0].__name__} is no command of this router; declare it above the batch") from None
        self.operations.append(batch_operation(path, first, others, self.tag, action))

    def _add(self, *, declared: str, action: str, function: Function, subject: str | None, **rest: Any) -> None:
        if action not in authorise.matrix() and not (action == PUBLIC and rest["public"]):
            raise ValueError(f"{declared}: the action {action!r} stands in no row of matrix.csv")
        if subject is None and declared.startswith("/v1/clients/{"):
            subject = declared.split("{", 1)[1].split("}", 1)[0].split(":", 1)[0]
        self.operations.append(
            Operation(
                declared=declared, path=public_path(declared), action=action, function=function, subject=subject, tag=self.tag,
                name=function.__name__, **rest,
            )
        )  # fmt: skip


def _scope(action: str, usual: str) -> str:
    if action in authorise.PRIVACY_ACTIONS:
        return "gabay:privacy"
    if action in authorise.ADMIN_ACTIONS:
        return "gabay:admin"
    return "statistics:read" if action.startswith("stats.") else usual


def _limit(action: str, usual: str) -> str:
    return "breakglass" if action == "breakglass.open" else usual
