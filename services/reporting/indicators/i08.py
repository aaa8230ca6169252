"""08 Known absent: a stock, and coverage rather than prevalence."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=8,
    title={"en": "Known absent", "fr": "Absents connus", "fil": "Mga kilalang nasa ibang bansa"},
    method={
        "en": (
            "Clients, and members declared by clients, who have been abroad for a year or longer (or mean to be) at the end "
            "of the period, heard of in the last 24 months. Coverage by the centres, not prevalence."
        ),
        "fr": (
            "Clients, et membres déclarés par eux, à l'étranger depuis un an ou plus (ou comptant l'être) à la fin de la "
            "période, avec des nouvelles de moins de 24 mois. Couverture des centres, non prévalence."
        ),
        "fil": (
            "Mga kliyente, at kasaping ipinahayag nila, na isang taon na o higit pa (o balak) sa ibang bansa sa dulo ng "
            "panahon, at may balita sa huling 24 buwan. Saklaw ng mga sentro, hindi laganap."
        ),
    },
    series=(
        Series(
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="absent",
            measure=Measure.PERSONS,
            outcome=True,
            window=0,
            by=(Dimension("COUNTRY", "c1", "Country"),),
        ),
    ),
)

PUBLIC = (table("A", "AREA COUNTRY SEX", counted(INDICATOR.series[0], "person")),)
