"""06 Families left behind."""

from services.reporting.indicators.declaration import Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=6,
    title={"en": "Families left behind", "fr": "Familles restées au pays", "fil": "Mga pamilyang naiwan"},
    method={
        "en": "Households with an active client of the period and a member who is abroad at its end, each once.",
        "fr": "Ménages comptant un client actif dans la période et un membre à l'étranger à la fin de celle-ci, une seule fois chacun.",
        "fil": "Mga sambahayang may aktibong kliyente sa panahon at may kasaping nasa ibang bansa sa dulo nito, minsan bawat isa.",
    },
    series=(
        Series(
            title={"en": "Households", "fr": "Ménages", "fil": "Mga sambahayan"},
            kind="behind",
            measure=Measure.PERSONS,
            outcome=True,
            window=0,
        ),
    ),
)

PUBLIC = (table("A", "AREA", counted(INDICATOR.series[0], "household")),)
