"""26 Case duration: median days and bins."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series

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
            by=(Dimension("CASE_TYPE", "c2", "CaseType"), Dimension("BIN", "c3")),
        ),
    ),
)
