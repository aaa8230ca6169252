"""14 Recruitment cost ratio (in the style of SDG indicator 10.7.1)."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=14,
    title={"en": "Recruitment cost", "fr": "Coût du recrutement", "fil": "Gastos sa pagkuha"},
    method={
        "en": (
            "Middle of what the recruitment cost in months of the first pay, of departures of the last 36 months; in pesos by "
            "the rates of the month of departure, without a rate left out."
        ),
        "fr": (
            "Médiane du coût du recrutement en mois du premier salaire, pour les départs des 36 derniers mois ; en pesos au "
            "taux du mois de départ, sans taux non comptés."
        ),
        "fil": (
            "Gitna ng gastos sa pagkuha sa buwan ng unang sahod, sa mga umalis sa huling 36 buwan; sa piso ayon sa palitan ng "
            "buwan ng pag-alis, hindi isinama kung walang palitan."
        ),
    },
    series=(
        Series(
            title={"en": "Months of pay", "fr": "Mois de salaire", "fil": "Buwan ng sahod"},
            kind="cost",
            measure=Measure.DURATION,
            outcome=True,
            latest=True,
            window=0,
            by=(Dimension("COUNTRY", "c1", "Country"), Dimension("ISCO1", "c2", "Isco")),
        ),
    ),
)

PUBLIC = (table("A", "COUNTRY", counted(INDICATOR.series[0], "person", figure="ratio")),)
