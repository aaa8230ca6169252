"""15 Remittance-dependent households."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=15,
    title={
        "en": "Households that depend on remittances",
        "fr": "Ménages dépendant des envois d'argent",
        "fil": "Mga pamilyang umaasa sa padala",
    },
    method={
        "en": "Households whose latest statement of the period is half of the income or more, of those that know their share.",
        "fr": "Ménages dont la dernière déclaration de la période est la moitié du revenu ou plus, parmi ceux qui connaissent leur part.",
        "fil": "Mga pamilyang kalahati o higit pa ng kita ang padala sa huling pahayag sa panahon, sa mga nakaaalam ng bahagi.",
    },
    series=(
        Series(
            title={"en": "Half or more", "fr": "La moitié ou plus", "fil": "Kalahati o higit pa"},
            kind="remittances",
            measure=Measure.PERSON_SHARE,
            outcome=True,
            latest=True,
            by=(Dimension("BAND", "c1", "RemittanceBand"),),
        ),
    ),
)

PUBLIC = (share("A", "AREA", INDICATOR.series[0], "household"),)
