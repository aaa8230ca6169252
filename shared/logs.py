"""Log lines: JSON on stdout, an event name and declared fields; of an exception its type and frames, never its text.

Used through `shared.telemetry`, which knows the trace that a line belongs to.
"""

import asyncio
import atexit
import importlib
import logging
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson


def _without_rich(name: str) -> Any:
    """A module as if rich were not installed: it is 4 MiB in each process, for tracebacks that never leave one."""
    known = sys.modules.get("rich")
    sys.modules["rich"] = None  # type: ignore[assignment]  # as the import system says that there is none
    try:
        return importlib.import_module(name)
    finally:
        del sys.modules["rich"]
        if known:
            sys.modules["rich"] = known


if TYPE_CHECKING:
    import structlog
else:
    structlog = _without_rich("structlog")

Where = Callable[[], tuple[str, str, bool] | None]
"""Gives (trace id, span id, sampled) of what is going on."""


def nowhere() -> None:
    """No trace is open."""


# Fields of a log line. Ids of streams and events may appear; of people only as stream ids; never a value somebody typed.
LOG_FIELDS: Final = frozenset(
    """
    ts level event service region process trace span
    method route status ms staff device problem reason rule part address port pid state seconds count size limit attempts
    consumer topic partition offset stream version command_id event_id type aggregate group lag_seconds read_model generation
    exception frames logger template where chain n head grant role centre org action granted_by confirmed_by release
    records pending since signal exit_code remedy_code revision target operator
    """.split()  # noqa: SIM905  # as a list it were a screen of quotes
)


_plain_stamp: Any = None  # set where request lines may take the short way: JSON on stdout at level info


def setup_logs(*, here: Where = nowhere, level: str = "info", pretty: bool = False, to_stderr: bool = False, **constant: str) -> None:
    """structlog to stdout, and other people's loggers through the same sieve. constant: service, region, process."""
    global _plain_stamp
    stamp = _stamp(constant, here)
    _plain_stamp = None if pretty or to_stderr or level != "info" else stamp
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            stamp,
            _exception,
            _allow,
            structlog.dev.ConsoleRenderer(timestamp_key="ts", colors=False) if pretty else _json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: _Line(to_stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Foreign()]
    root.setLevel(max(getattr(logging, level.upper()), logging.INFO))


def logger() -> Any:
    """The logger: event name in snake case, then fields of LOG_FIELDS."""
    if not structlog.is_configured():
        # structlog's own default prints tracebacks with the values of local variables.
        setup_logs(to_stderr=True)
    return structlog.get_logger()


def log_request(**fields: Any) -> None:
    """The one line of a request: the same as `logger().info("request", ...)` at a fifth of its cost, written with a delay
    of at most 0.1 s. The caller names fields of LOG_FIELDS only.
    """
    if _plain_stamp is None:
        logger().info("request", **fields)
        return
    _later(_json(None, "", _plain_stamp(None, "info", {"event": "request", **fields})))


class _Line:
    """Where a finished line goes: the stream is looked up each time, since tests and daemons replace it."""

    __slots__ = ("_to_stderr",)

    def __init__(self, to_stderr: bool) -> None:
        self._to_stderr = to_stderr

    def msg(self, line: str | bytes) -> None:
        _flush()  # what was held back came first
        _write((line.encode() if isinstance(line, str) else line) + b"\n", sys.stderr if self._to_stderr else sys.stdout)

    debug = info = warning = warn = error = critical = exception = fatal = msg


_held: list[bytes] = []


def _later(line: bytes) -> None:
    """Hold a line back for a moment: under load one write serves many requests."""
    _held.append(line)
    if len(_held) == 1:
        try:
            asyncio.get_running_loop().call_later(0.1, _flush)
        except RuntimeError:
            _flush()
    elif len(_held) >= 500:
        _flush()


def _flush() -> None:
    if _held:
        lines = b"\n".join(_held) + b"\n"
        _held.clear()
        _write(lines, sys.stdout)


def _write(lines: bytes, stream: Any) -> None:
    try:
        stream.buffer.write(lines)
        stream.flush()
    except (ValueError, OSError, AttributeError):
        pass  # the reader of our log is gone: that must not fail a request


atexit.register(_flush)


def frames(error: BaseException) -> list[str]:
    """Where an exception came from, innermost last: `module:line`, no text and no values."""
    return [f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)][-12:]


def _stamp(constant: Mapping[str, str], where: Where) -> "structlog.typing.Processor":
    def stamp(_: Any, level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        here = where()
        head: dict[str, Any] = {
            "ts": datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": "warning" if level == "warn" else "error" if level == "exception" else level,
            "event": line.pop("event", ""),
            **constant,
        }
        if here:
            head["trace"], head["span"] = here[0], here[1]
        head.update(line)
        return head

    return stamp


def _exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception becomes its type and frames: its text may hold what somebody typed."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["exception"] = f"{type(error).__module__}.{type(error).__qualname__}"
        line["frames"] = frames(error)
    return line


def _allow(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in line.items() if key in LOG_FIELDS}


def _json(_: Any, __: str, line: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(line, default=lambda value: type(value).__name__)


class _Foreign(logging.Handler):
    """Lines of libraries: which logger and where, and the unformatted template where we know that it holds no value."""

    KNOWN = ("uvicorn", "aiokafka", "alembic")

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
        if record.name.split(".")[0] in self.KNOWN and isinstance(record.msg, str) and record.args:
            fields["template"] = record.msg[:200]
        level = "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else "info"
        getattr(logger(), level)("library", exc_info=record.exc_info, **fields)
