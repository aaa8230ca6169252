"""What reporting's routes stand on."""

from dataclasses import dataclass, field
from typing import Any, Final

from services.reporting.figures.plan import Place
from services.reporting.figures.read import Reader
from services.reporting.pages.pen import Charts
from services.reporting.releases.ledger import Ledger
from shared.eventsourcing.handle import Handle
from shared.http import authorise
from shared.http.authorise import Grant, Resource, Subject
from shared.region import Region

KEPT: Final = 1000  # different sets of grants: 41 places each, 4 MB


@dataclass(frozen=True, slots=True)
class Reporting:
    """reader: asks the read model; ledger: what is published; charts: draws true counts, pictures: what is public,
    each in a process of its own; still: pages become files, on which there is nothing to send."""

    pool: Any
    handle: Handle
    region: Region
    reader: Reader
    ledger: Ledger
    charts: Charts
    pictures: Charts
    still: bool = False
    _places: dict[tuple[Grant, ...], list[Place]] = field(default_factory=dict)

    def places(self, subject: Subject) -> list[Place]:
        """The centres whose true counts somebody may see. The same grants always see the same centres, so it is kept."""
        if (found := self._places.get(subject.grants)) is None:
            found = [
                Place(centre.code, centre.area, centre.zone)
                for centre in self.region.centres
                if authorise.decide(subject, "stats.centre", Resource(centre=centre.code)).allow
            ]
            if len(self._places) >= KEPT:
                self._places.clear()
            self._places[subject.grants] = found
        return found
