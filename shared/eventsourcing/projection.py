"""The language of read models: a projection says what to write; the consumer loop writes it.

    board = Projection("referrals.board", version=1)

    @board.on("gabay.referrals.referral-acknowledged.v1")
    def acknowledged(fact: Fact) -> Op:
        return Op("acknowledge", (fact.stream, fact.data["at"]))

Facts come as they travel (strings and numbers of JSON), because a model per event would cost more than all the rest
of a consumer (performance chapter, rule 7). Operations of one name in a batch become one statement over arrays: the
file `<name>.sql` beside the projection, whose parameters `$1, $2 ...` are the columns of the operation in order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.privacy.classes import ERASED, Erased, FieldClass


class Op(tuple[str, tuple[Any, ...]]):
    """One row for the statement `name`: its columns in the order of the statement's parameters."""

    __slots__ = ()

    def __new__(cls, name: str, row: tuple[Any, ...]) -> "Op":
        return super().__new__(cls, (name, row))


@dataclass(slots=True)
class Fact:
    """A fact as it arrived from a topic. Times are RFC 3339 text; `data` holds `ctx` and the open fields.

    opened: plaintext (parsed JSON) of the classes that the projection asked for, where they still open.
    made: what the handler of a consumer's projection said of it, as a list or one operation, or what it raised.
    """

    topic: str
    partition: int
    offset: int
    stream: str
    version: int
    type: str
    event_id: str
    occurred_at: str
    recorded_at: str
    source: str
    data: dict[str, Any]
    causation_id: str = ""
    correlation_id: str = ""
    traceparent: str = ""
    opened: dict[FieldClass, Any] = field(default_factory=dict)
    made: Any = None

    @property
    def ctx(self) -> Mapping[str, Any]:
        ctx: Mapping[str, Any] = self.data["ctx"]
        return ctx

    def open(self, which: FieldClass) -> Any | Erased | None:
        """The plaintext of a class: parsed JSON, ERASED if it no longer opens, None if the event carries none."""
        if which in self.opened:
            return self.opened[which]
        return ERASED if which in self.data.get("sealed", ()) else None


Handler = Callable[[Fact], Op | Iterable[Op] | None]


class Projection:
    """Facts -> operations on one read model. Pure; every handler may be applied twice with the same result.

    name: `<service>.<read model>`; version: generation of its tables: raise it when the shape or meaning changes, and
    the read model is rebuilt beside the old one. topics: what it reads. opens: sealed classes it needs opened.
    statements: package of its .sql files, if it is not that of its handlers. forgets: its tables that hold rows of people, gone
    once a client is erased: by a handler of `client-erased` where the model reads that topic anyway, else by `purge.sql`.
    compacted: its topics keep only the newest fact of a stream, which says all, so a missing version is no hole.
    shown: the tables and views that the api may read; all of them, if none is named.
    """

    def __init__(
        self,
        name: str,
        *,
        version: int,
        topics: Iterable[str],
        opens: Iterable[FieldClass] = (),
        statements: str | None = None,
        forgets: Iterable[str] = (),
        compacted: bool = False,
        shown: Iterable[str] = (),
    ) -> None:
        self.name, self.version = name, version
        self.statements = statements
        self.topics = tuple(topics)
        self.opens = frozenset(opens)
        self.forgets = tuple(forgets)
        self.compacted = compacted
        self.shown = tuple(shown)
        self.handlers: dict[str, Handler] = {}

    @property
    def consumer(self) -> str:
        return f"{self.name}.v{self.version}"

    @property
    def schema(self) -> str:
        """The Postgres schema of this generation: `<read model>_v<n>`."""
        return f"{self.name.partition('.')[2].replace('-', '_')}_v{self.version}"

    def on(self, *types: str) -> Callable[[Handler], Handler]:
        """Register the handler of one or several `ce_type`s."""

        def register(handler: Handler) -> Handler:
            for ce_type in types:
                if ce_type in self.handlers:
                    raise ValueError(f"{self.name} handles {ce_type} twice")
                self.handlers[ce_type] = handler
            return handler

        return register
