"""An error that heals by itself is taken for the record's fault: the record is parked."""

from typing import Any

from shared.messaging import assignment, consume, failures, parked, project, reactions


def plant() -> None:
    judge = failures.judge

    def blames(error: BaseException, connection: Any = None) -> str:
        return "poison" if getattr(error, "sqlstate", None) == "53100" else judge(error, connection)

    for module in (assignment, consume, parked, project, reactions):
        module.judge = blames  # type: ignore[attr-defined]
