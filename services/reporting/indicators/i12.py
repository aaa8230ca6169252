"""12 Undocumented departures, of those of which it is known."""

from typing import Any

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=12,
    title={"en": "Undocumented departures", "fr": "Départs sans papiers en règle", "fil": "Mga pag-alis na walang papeles"},
    method={
        "en": "Departures without papers, of those of which it is known.",
        "fr": "Départs sans papiers en règle, parmi ceux dont on le sait.",
        "fil": "Mga pag-alis na walang wastong papeles, sa mga nalalaman.",
    },
    klass="S",
    series=(
        Series(
            title={"en": "Without papers", "fr": "Sans papiers en règle", "fil": "Walang papeles"},
            kind="undocumented",
            measure=Measure.SHARE,
            outcome=True,
            by=(Dimension("COUNTRY", "c1", "Country"),),
        ),
    ),
)

_PART: dict[str, Any] = {"kind": "departure", "outcome": False, "only": {"c4": ("YES", "NO")}, "narrowed": {"c4": ("NO",)}}
PUBLIC = (share("A", "AREA", INDICATOR.series[0], "fact", **_PART),)
