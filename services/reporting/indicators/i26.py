"""26 Case duration: median days and bins."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

BINS = ("D0T30", "D31T90", "D91T180", "D_GE181")

INDICATOR = Indicator(
    number=26,
    title={"en": "Case duration", "fr": "Durée des dossiers", "fil": "Tagal ng kaso"},
    method={
        "en": "Days from opening to first closure, for cases first closed in the period.",
        "fr": "Jours entre l'ouverture et la première fermeture, pour les dossiers fermés pour la première fois dans la période.",
        "fil": "Mga araw mula pagbukas hanggang unang pagsara, para sa mga unang isinara sa panahon.",
    },
    series=(
        Series(
            title={"en": "Median days", "fr": "Jours (médiane)", "fil": "Gitnang bilang ng araw"},
            kind="duration",
            measure=Measure.DURATION,
            outcome=True,
            by=(Dimension("CASE_TYPE", "c2", "CaseType"), Dimension("BIN", "c3", fixed=BINS)),
        ),
    ),
)

_MEDIAN = counted(INDICATOR.series[0], "fact", "MEDIAN", "median")
PUBLIC = (table("A", "SITE", _MEDIAN, *(counted(INDICATOR.series[0], "fact", each, narrowed={"c3": (each,)}) for each in BINS)),)
