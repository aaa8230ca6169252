"""09 Departures."""

from services.reporting.indicators.declaration import ISCO1, Dimension, Indicator, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=9,
    title={"en": "Departures", "fr": "Départs", "fil": "Mga pag-alis"},
    method={
        "en": "Departures of clients by their date; one of which only the year is known counts in years alone.",
        "fr": "Départs des clients selon leur date ; si seule l'année est connue, ils ne comptent que par année.",
        "fil": "Mga pag-alis ng kliyente ayon sa petsa; kung taon lamang ang alam, sa taon lamang binibilang.",
    },
    series=(
        Series(
            title={"en": "Departures", "fr": "Départs", "fil": "Mga pag-alis"},
            kind="departure",
            by=(
                Dimension("COUNTRY", "c1", "Country"),
                Dimension("LANDSEA", "c2", "LandSea"),
                Dimension("HIRE", "c3", "HireType"),
                Dimension("DOC", "c4", "Documented"),
                Dimension("CHANNEL", "c5", "Channel"),
                ISCO1,
            ),
            margins=("COUNTRY", "AREA"),
        ),
    ),
)

_TERM = {**INDICATOR.series[0].dimensions, "TERM": Dimension("TERM", "c1", fixed=("LONG_TERM", "TEMPORARY"))}
_DEPARTURES = counted(INDICATOR.series[0], "fact")
PUBLIC = (
    table("Q", "AREA SEX", _DEPARTURES),
    table("A", "COUNTRY SEX A5", _DEPARTURES),
    table("A", "AREA LANDSEA HIRE", _DEPARTURES),
    # For how long is known at the end of the period only.
    table("A", "AREA TERM", counted(INDICATOR.series[0], "fact", kind="gone", outcome=True, dimensions=_TERM)),
)
