"""05 Disability among active clients (Washington Group, short set)."""

from services.reporting.indicators.declaration import Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=5,
    title={"en": "Disability", "fr": "Handicap", "fil": "Kapansanan"},
    method={
        "en": (
            "Of the active persons of five years or more who were ever assessed: those who are disabled by their latest "
            "assessment until the end of the period."
        ),
        "fr": (
            "Parmi les personnes actives de cinq ans ou plus déjà évaluées : celles en situation de handicap selon leur "
            "dernière évaluation."
        ),
        "fil": (
            "Sa mga aktibong taong limang taon pataas na nasuri na: ang mga may kapansanan ayon sa huling pagsusuri hanggang "
            "katapusan ng panahon."
        ),
    },
    klass="S",
    series=(
        Series(
            title={"en": "Disabled", "fr": "En situation de handicap", "fil": "May kapansanan"},
            kind="disabled",
            measure=Measure.PERSON_SHARE,
            outcome=True,
        ),
    ),
)

PUBLIC = (share("A", "SITE SEX", INDICATOR.series[0], "person"),)
