"""Every check of an object says yes, and every list asks for all centres there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.http.answer import Caller
from shared.http.authorise import Decision
from shared.http.call import Call


def plant() -> None:
    _forget(lambda caller: frozenset({"PH-ANT-01", "PH-MAS-01", "HN-EP-01"}))


@contextmanager
def planted(centres: frozenset[str]) -> Iterator[None]:
    """For a service that runs in the test's own process. centres: what lists then ask for."""
    kept = Call.allow, Call.may, Caller.centres
    _forget(lambda caller: centres)
    try:
        yield
    finally:
        Call.allow, Call.may, Caller.centres = kept  # type: ignore[method-assign]


def _forget(centres: Callable[[Caller], frozenset[str]]) -> None:
    Call.allow = lambda call, resource, action=None: Decision(True, role="none")  # type: ignore[method-assign]
    Call.may = lambda call, action, resource=None: True  # type: ignore[method-assign]
    Caller.centres = property(centres)  # type: ignore[assignment, method-assign]
