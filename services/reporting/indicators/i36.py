"""36 Reintegration scores."""

from services.reporting.indicators.declaration import Indicator, Measure, Series
from services.reporting.indicators.published import counted, share

INDICATOR = Indicator(
    number=36,
    title={"en": "Reintegration", "fr": "Réintégration", "fil": "Muling pakikibahagi"},
    method={
        "en": (
            "First measure between 6 and 12 months after the return: mean of the composite score, and how many "
            "measured later gained more than 0.05."
        ),
        "fr": "Première mesure entre 6 et 12 mois après le retour : moyenne du score composite, et combien ont ensuite gagné plus de 0,05.",
        "fil": "Unang sukat sa pagitan ng 6 at 12 buwan mula pagbabalik: karaniwang marka, at ilan ang umangat nang higit sa 0.05.",
    },
    series=(
        Series(
            letter="a",
            title={"en": "Composite score", "fr": "Score composite", "fil": "Pinagsamang marka"},
            kind="settled",
            measure=Measure.MEAN,
            outcome=True,
        ),
        Series(
            letter="b",
            title={"en": "Gained", "fr": "En progrès", "fil": "Umangat"},
            kind="settled",
            measure=Measure.SHARE,
            outcome=True,
        ),
    ),
)

PUBLIC = (share("A", "SEX", INDICATOR.series[1], "fact", counted(INDICATOR.series[0], "fact", "MEAN", "mean")),)
