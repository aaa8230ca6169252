"""28 Plan timeliness."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=28,
    title={"en": "Plan timeliness", "fr": "Plans établis à temps", "fil": "Planong nasa oras"},
    method={
        "en": (
            "First plan agreed by its limit: 30 days after the return for reintegration, else 14 days after the "
            "opening; by the day of the limit."
        ),
        "fr": (
            "Premier plan convenu dans le délai : 30 jours après le retour pour la réintégration, sinon 14 jours "
            "après l'ouverture ; au jour du délai."
        ),
        "fil": (
            "Unang planong napagkasunduan sa takda: 30 araw mula pagbabalik para sa reintegration, kung hindi 14 "
            "na araw mula pagbukas; sa araw ng takda."
        ),
    },
    series=(
        Series(
            title={"en": "On time", "fr": "À temps", "fil": "Nasa oras"},
            kind="planned",
            measure=Measure.SHARE,
            outcome=True,
            by=(Dimension("CASE_TYPE", "c2", "CaseType"),),
        ),
    ),
)

PUBLIC = (share("A", "SITE", INDICATOR.series[0], "fact"),)
