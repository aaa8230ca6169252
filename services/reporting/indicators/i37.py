"""37 Referrals acknowledged on time."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=37,
    title={"en": "Acknowledged on time", "fr": "Accusés de réception à temps", "fil": "Tinanggap na abiso sa oras"},
    method={
        "en": "First answer by its due time, of referrals sent out whose answer was due in the period and that were not withdrawn before.",
        "fr": (
            "Première réponse dans le délai, parmi les référencements envoyés dont la réponse était due dans la "
            "période et non retirés avant."
        ),
        "fil": "Unang sagot sa loob ng takda, sa mga ipinadalang referral na ang sagot ay takda sa panahon at hindi binawi bago noon.",
    },
    series=(
        Series(
            title={"en": "On time", "fr": "À temps", "fil": "Nasa oras"},
            kind="promise",
            measure=Measure.SHARE,
            outcome=True,
            only={"c2": ("ACK",)},
            by=(Dimension("SERVICE", "c1", "ServiceCode"), Dimension("ORG", "c3", "Agency"), Dimension("PRIORITY", "c4", "Priority")),
        ),
    ),
)

PUBLIC = (share("Q", "PRIORITY", INDICATOR.series[0], "fact"), share("A", "ORG", INDICATOR.series[0], "fact"))
