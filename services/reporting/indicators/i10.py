"""10 Returns: one for each migration episode."""

from services.reporting.indicators.declaration import Dimension, Indicator, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=10,
    title={"en": "Returns", "fr": "Retours", "fil": "Mga pagbabalik"},
    method={
        "en": "Returns of clients by their date, one for each episode of migration.",
        "fr": "Retours des clients selon leur date, un par épisode de migration.",
        "fil": "Mga pagbabalik ng kliyente ayon sa petsa, isa sa bawat yugto ng migrasyon.",
    },
    series=(
        Series(
            title={"en": "Returns", "fr": "Retours", "fil": "Mga pagbabalik"},
            kind="return",
            by=(
                Dimension("COUNTRY", "c1", "Country"),
                Dimension("REASON", "c2", "ReturnReason"),
                Dimension("DISTRESSED", "c3"),
                Dimension("TRAVEL_GROUP", "c4", "TravelGroup"),
            ),
            margins=("COUNTRY", "REASON", "AREA"),
        ),
    ),
)

_RETURNS = counted(INDICATOR.series[0], "fact")
PUBLIC = (table("Q", "AREA SEX", _RETURNS), table("A", "COUNTRY REASON", _RETURNS), table("A", "AREA SEX A5", _RETURNS))
