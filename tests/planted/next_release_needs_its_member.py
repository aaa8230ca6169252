"""A release whose reader needs a member that only its own writer adds: what was sent before has none."""

from services.reporting.facts.projection import facts
from shared.eventsourcing.projection import Fact
from tests.planted.next_release_adds_a_member import MEMBER

TYPE = "gabay.intake.client-registered.v1"


def plant() -> None:
    handler = facts.handlers[TYPE]

    def needs(fact: Fact) -> object:
        assert fact.data[MEMBER]
        return handler(fact)

    needs.__module__ = handler.__module__  # beside which the statements are looked for
    facts.handlers[TYPE] = needs
