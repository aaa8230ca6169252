"""27 Needs met, in cases closed in the period."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=27,
    title={"en": "Needs met", "fr": "Besoins satisfaits", "fil": "Mga natugunang pangangailangan"},
    method={
        "en": "Needs met, of those met, partly met and unmet in cases closed in the period.",
        "fr": "Besoins satisfaits, parmi les satisfaits, partiels et non satisfaits des dossiers fermés dans la période.",
        "fil": "Mga natugunan, sa mga natugunan, bahagya at hindi natugunan sa mga kasong isinara sa panahon.",
    },
    series=(
        Series(
            title={"en": "Met", "fr": "Satisfaits", "fil": "Natugunan"},
            kind="need",
            measure=Measure.SHARE,
            outcome=True,
            by=(Dimension("NEED", "c1", "NeedCode"), Dimension("OUTCOME", "c2", "NeedOutcome")),
        ),
    ),
)

PUBLIC = (share("A", "NEED", INDICATOR.series[0], "row"), share("A", "SITE", INDICATOR.series[0], "row"))
