"""08 Known absent: a stock, and coverage rather than prevalence."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import PerInhabitants, counted, table

INDICATOR = Indicator(
    number=8,
    title={"en": "Known absent", "fr": "Absents connus", "fil": "Mga kilalang nasa ibang bansa"},
    method={
        "en": (
            "Clients, and members declared by clients, who have been abroad for a year or longer (or mean to be) at the end "
            "of the period, heard of in the last 24 months. Coverage by the centres, not prevalence: "
            "also for each 1,000 inhabitants of a province by the census of 1 July 2024 (PSGC 2026-1Q), of all ages and both sexes."
        ),
        "fr": (
            "Clients, et membres déclarés par eux, à l'étranger depuis un an ou plus (ou comptant l'être) à la fin de la "
            "période, avec des nouvelles de moins de 24 mois. Couverture des centres, non prévalence : aussi pour "
            "1 000 habitants d'une province au recensement du 1er juillet 2024 (PSGC 2026-1Q), tous âges et sexes confondus."
        ),
        "fil": (
            "Mga kliyente, at kasaping ipinahayag nila, na isang taon na o higit pa (o balak) sa ibang bansa sa dulo ng "
            "panahon, at may balita sa huling 24 buwan. Saklaw ng mga sentro, hindi laganap: gayundin sa "
            "bawat 1,000 nakatira sa lalawigan ayon sa senso noong Hulyo 1, 2024 (PSGC 2026-1Q), lahat ng edad at kasarian."
        ),
    },
    series=(
        Series(
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="absent",
            measure=Measure.PERSONS_PER_1000,
            outcome=True,
            window=0,
            by=(Dimension("COUNTRY", "c1", "Country"),),
        ),
    ),
)

PUBLIC = (table("A", "AREA COUNTRY SEX", counted(INDICATOR.series[0], "person", "NUM"), rates=(PerInhabitants(),)),)
