"""What intake publishes, all of it told by its change feed: to the centre of each fact."""

from typing import Final

from shared.changes.projection import changes
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.contracts.intake.household import HOUSEHOLD
from shared.contracts.intake.incident import INCIDENT
from shared.contracts.intake.outreach import OUTREACH_SESSION

AGGREGATES: Final = (CLIENT, HOUSEHOLD, ENCOUNTER, OUTREACH_SESSION, INCIDENT)

FEED = changes("intake", AGGREGATES)
