"""04 Consent coverage: the one figure over all clients."""

from services.reporting.indicators.declaration import Indicator, Measure, Series
from services.reporting.indicators.published import PublicTable, Share, part_and_whole, table

INDICATOR = Indicator(
    number=4,
    title={"en": "Consent coverage", "fr": "Couverture des consentements", "fil": "Saklaw ng pahintulot"},
    method={
        "en": (
            "Of the registered clients of whom there was a fact in the twelve months before the end of the period: those who "
            "allow statistics at that day."
        ),
        "fr": (
            "Parmi les clients enregistrés ayant eu un fait dans les douze mois précédant la fin de la période : ceux qui "
            "acceptent les statistiques ce jour-là."
        ),
        "fil": (
            "Sa mga nakarehistrong kliyenteng may pangyayari sa labindalawang buwan bago matapos ang panahon: ang mga "
            "pumapayag sa estadistika sa araw na iyon."
        ),
    },
    series=(
        Series(
            title={"en": "Allow statistics", "fr": "Acceptent les statistiques", "fil": "Pumapayag sa estadistika"},
            kind="covered",
            measure=Measure.PERSON_SHARE,
            outcome=True,
            window=0,
        ),
    ),
)

PUBLIC: tuple[PublicTable, ...] = (table("A", "SITE", *part_and_whole(INDICATOR.series[0], "person"), shares=(Share(rough=True),)),)
