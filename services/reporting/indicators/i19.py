"""19 Screening coverage: by the seventh day."""

from services.reporting.indicators.declaration import Indicator, Measure, Series
from services.reporting.indicators.published import share

INDICATOR = Indicator(
    number=19,
    title={"en": "Screening coverage", "fr": "Couverture du dépistage", "fil": "Saklaw ng pagsusuri"},
    method={
        "en": "Screened by the seventh day, of the clients whose seventh day lies in the period.",
        "fr": "Dépistés au septième jour au plus tard, parmi les clients dont le septième jour tombe dans la période.",
        "fil": "Nasuri bago lumampas ang ikapitong araw, sa mga kliyenteng ang ikapitong araw ay nasa panahon.",
    },
    series=(
        Series(
            title={"en": "Screened in time", "fr": "Dépistés à temps", "fil": "Nasuri sa oras"},
            kind="screened",
            measure=Measure.SHARE,
            outcome=True,
        ),
    ),
)

PUBLIC = (share("Q", "SITE", INDICATOR.series[0], "person"),)
