"""Reporting's worker: it counts what the other services tell, and says until when it has counted all of it."""

from functools import cache

from services.reporting.facts import zones
from services.reporting.facts.projection import facts
from services.reporting.facts.watermark import watch_watermark
from services.reporting.live.projection import rollup
from services.reporting.releases.work import watch_releases
from shared.contracts.reporting.rollup import ROLLUP
from shared.http import audit_end
from shared.messaging.forgetting import Forgetting
from shared.messaging.worker import run_worker
from shared.region import Region, load_region
from shared.settings import Settings


@cache
def region() -> Region:
    """Read when a fact first needs a clock, so that `gabay migrate` may import this module without a region."""
    return load_region(Settings.load("reporting", "cli").region_path)


PROJECTIONS = (facts, rollup)
REACTIONS = None

zones.follow(lambda: region().centres)


def main(settings: Settings) -> None:
    """Run until SIGTERM; on a national stack what is made of roll-ups alone."""
    if settings.national:
        from services.reporting.national.process import work

        return work(settings)
    zones.follow(lambda: load_region(settings.region_path).centres)
    loops = (watch_watermark, watch_releases, Forgetting(PROJECTIONS), audit_end.watch)
    run_worker(settings, aggregates=(ROLLUP,), projections=PROJECTIONS, loops=loops)
