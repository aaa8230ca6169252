"""What reporting's routes stand on."""

from dataclasses import dataclass
from typing import Any

from services.reporting.dashboard.charts import Charts
from services.reporting.figures.read import Reader
from shared.eventsourcing.handle import Handle
from shared.region import Region


@dataclass(frozen=True, slots=True)
class Reporting:
    """reader: asks the read model; charts: draws in processes of its own."""

    pool: Any
    handle: Handle
    region: Region
    reader: Reader
    charts: Charts
