"""24 Tracing success."""

from services.reporting.indicators.declaration import Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=24,
    title={"en": "Tracing success", "fr": "Recherches abouties", "fil": "Tagumpay sa paghahanap"},
    method={
        "en": "Of the searches opened 12 to 24 months before the end of the period: those that found the person within 12 months.",
        "fr": "Parmi les recherches ouvertes 12 à 24 mois avant la fin de la période : celles qui ont abouti dans les 12 mois.",
        "fil": "Sa mga paghahanap na binuksan 12 hanggang 24 buwan bago matapos ang panahon: ang mga nakatagpo sa loob ng 12 buwan.",
    },
    klass="S",
    series=(
        Series(
            title={"en": "Found", "fr": "Retrouvés", "fil": "Natagpuan"},
            kind="traced",
            measure=Measure.SHARE,
            outcome=True,
            window=0,
        ),
    ),
)

PUBLIC = (share("A", "", INDICATOR.series[0], "fact"),)
