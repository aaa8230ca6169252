"""39 Delivery on time, and silence."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import lettered, part_and_whole, share, table

_BY = (Dimension("SERVICE", "c1", "ServiceCode"), Dimension("ORG", "c3", "Agency"), Dimension("PRIORITY", "c4", "Priority"))

INDICATOR = Indicator(
    number=39,
    title={"en": "Delivery and silence", "fr": "Prestation et silence", "fil": "Paghahatid at katahimikan"},
    method={
        "en": "Delivered by the due time; and, of referrals whose time to answer ended in the period, those that nobody answered.",
        "fr": (
            "Rendus dans le délai ; et, parmi les référencements dont le temps de réponse a pris fin dans la "
            "période, ceux restés sans réponse."
        ),
        "fil": "Naihatid sa loob ng takda; at sa mga referral na natapos ang oras ng pagsagot sa panahon, ang walang sumagot.",
    },
    series=(
        Series(
            letter="a",
            title={"en": "Delivered on time", "fr": "Rendus à temps", "fil": "Naihatid sa oras"},
            kind="promise",
            measure=Measure.SHARE,
            outcome=True,
            only={"c2": ("SERVICE",)},
            by=_BY,
        ),
        Series(
            letter="b",
            title={"en": "Without an answer", "fr": "Sans réponse", "fil": "Walang sagot"},
            kind="promise",
            measure=Measure.SHARE,
            outcome=True,
            only={"c2": ("SILENCE",)},
            by=_BY,
        ),
    ),
)

_DELIVERED, _SILENCE = INDICATOR.series
PUBLIC = (
    table(
        "Q",
        "PRIORITY",
        *part_and_whole(_DELIVERED, "fact", "A"),
        *part_and_whole(_SILENCE, "fact", "B"),
        shares=(lettered("A"), lettered("B")),
    ),
    share("A", "SERVICE", _DELIVERED, "fact"),
)
