"""20 Vulnerability: severe risks by level (IOM DoMV)."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=20,
    title={"en": "Vulnerability", "fr": "Vulnérabilité", "fil": "Kahinaan"},
    method={
        "en": "Persons whose latest screening of the period found a severe risk, by level, of all who were screened.",
        "fr": "Personnes dont le dernier dépistage de la période a montré un risque grave, par niveau, sur toutes les personnes dépistées.",
        "fil": "Mga taong may matinding panganib sa huling pagsusuri sa panahon, ayon sa antas, sa lahat ng nasuri.",
    },
    klass="S",
    series=(
        Series(
            title={"en": "Severe risk", "fr": "Risque grave", "fil": "Matinding panganib"},
            kind="severe",
            measure=Measure.PERSON_SHARE,
            outcome=True,
            latest=True,
            by=(Dimension("LEVEL", "c1", "DomvLevel", many=True, sensitive=True),),
        ),
    ),
)

PUBLIC = (share("A", "SITE LEVEL", INDICATOR.series[0], "person"),)
