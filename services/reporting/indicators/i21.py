"""21 Trafficking: two series, never added."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

_BY = (Dimension("EXPLOITATION", "c2", "Exploitation", many=True, sensitive=True),)

INDICATOR = Indicator(
    number=21,
    title={"en": "Trafficking", "fr": "Traite", "fil": "Trafficking"},
    method={
        "en": "Persons first assessed in the period as possible, and as actual victims of trafficking. A later assessment changes neither.",
        "fr": (
            "Personnes évaluées pour la première fois dans la période comme victimes possibles, et comme victimes avérées, de "
            "la traite. Une évaluation ultérieure n'y change rien."
        ),
        "fil": (
            "Mga taong unang natasa sa panahon bilang posibleng biktima, at bilang tunay na biktima ng trafficking. Walang "
            "binabago ang sumunod na pagtatasa."
        ),
    },
    klass="S",
    series=(
        Series(
            letter="a",
            title={"en": "Possible victims", "fr": "Victimes possibles", "fil": "Posibleng biktima"},
            kind="trafficking",
            measure=Measure.PERSONS,
            outcome=True,
            only={"c1": ("POSSIBLE",)},
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Actual victims", "fr": "Victimes avérées", "fil": "Tunay na biktima"},
            kind="trafficking",
            measure=Measure.PERSONS,
            outcome=True,
            only={"c1": ("ACTUAL",)},
            by=_BY,
        ),
    ),
)

_BOTH = tuple(counted(each, "person", each.letter.upper()) for each in INDICATOR.series)
PUBLIC = (table("A", "SITE", *_BOTH), table("A", "SEX A2", *_BOTH))
