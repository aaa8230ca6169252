"""33 Placement within 90 days (DOLE style)."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=33,
    title={"en": "Placement", "fr": "Placement", "fil": "Pagkakapasok sa trabaho"},
    method={
        "en": (
            "Persons who found work within 90 days after their first referral to a job, of those referred 90 to "
            "180 days before the end of the period."
        ),
        "fr": (
            "Personnes ayant trouvé un emploi dans les 90 jours suivant leur première orientation, parmi les personnes "
            "orientées 90 à 180 jours avant la fin de la période."
        ),
        "fil": (
            "Mga nakapagtrabaho sa loob ng 90 araw mula sa unang referral, sa mga ni-refer 90 hanggang 180 araw bago matapos ang panahon."
        ),
    },
    series=(
        Series(
            title={"en": "Placed", "fr": "Placés", "fil": "Nakapasok"},
            kind="placed",
            measure=Measure.PERSON_SHARE,
            outcome=True,
            window=90,
            by=(Dimension("WORK", "c1", fixed=("LOCAL", "OVERSEAS", "_Z")),),
        ),
    ),
)

PUBLIC = (share("A", "SITE SEX", INDICATOR.series[0], "person"),)
