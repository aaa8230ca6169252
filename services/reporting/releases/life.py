"""The life of a release (statistics chapter, section 9): which state follows which, and who may say so. Pure."""

from enum import StrEnum

from shared.errors import Rejected


class State(StrEnum):
    FROZEN = "FROZEN"
    """cut-off passed, gate and audit passed, bytes fixed"""
    PUBLISHED = "PUBLISHED"
    REVISED = "REVISED"
    """a later edition exists; the bytes are served under their own id"""
    WITHDRAWN = "WITHDRAWN"
    """a grave error: the bytes answer 410, their hashes stay in the chain"""
    DISCARDED = "DISCARDED"


NEXT: dict[State, frozenset[State]] = {
    State.FROZEN: frozenset((State.PUBLISHED, State.DISCARDED)),
    State.PUBLISHED: frozenset((State.REVISED, State.WITHDRAWN)),
    State.REVISED: frozenset((State.WITHDRAWN,)),
    State.WITHDRAWN: frozenset(),
    State.DISCARDED: frozenset(),
}

PUBLIC = (State.PUBLISHED, State.REVISED)
IN_CHAIN = (State.FROZEN, State.PUBLISHED, State.REVISED, State.WITHDRAWN)


def move(now: State, then: State) -> State:
    """The new state. Raises Rejected `invalid-state`, naming what is allowed."""
    if then not in NEXT[now]:
        allowed = [state.value for state in sorted(NEXT[now])]
        raise Rejected("invalid-state", "See what this release may become.", state=now.value, allowed=allowed)
    return then


def check_signer(frozen_by: str, by: str) -> None:
    """Nobody publishes what they froze. Raises Rejected `same-person-signoff`."""
    if frozen_by == by:
        raise Rejected("same-person-signoff", "A dpo who did not freeze this release has to publish it.")
