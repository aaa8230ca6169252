"""18 Deaths and missing: at least so many."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

_BY = (Dimension("ROUTE", "c1"), Dimension("CAUSE", "c2", "DeathCause"))

INDICATOR = Indicator(
    number=18,
    title={"en": "Deaths and missing", "fr": "Décès et disparitions", "fil": "Mga namatay at nawawala"},
    method={
        "en": "People who died or are missing, at least, by the day of the event.",
        "fr": "Personnes décédées ou disparues, au moins, selon le jour de l'événement.",
        "fil": "Mga namatay o nawawala, hindi kukulangin, ayon sa araw ng pangyayari.",
    },
    klass="S",
    series=(
        Series(
            letter="a",
            title={"en": "Died", "fr": "Décédés", "fil": "Namatay"},
            kind="dead",
            measure=Measure.QTY,
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Missing", "fr": "Disparus", "fil": "Nawawala"},
            kind="missing",
            measure=Measure.QTY,
            by=_BY,
        ),
    ),
)

_DEAD, _MISSING = INDICATOR.series
PUBLIC = (
    table("A", "SITE", counted(_DEAD, "group", "A"), counted(_MISSING, "group", "B")),
    table("A", "CAUSE", counted(_DEAD, "group")),
)
