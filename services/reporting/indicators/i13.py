"""13 Occupation abroad: departures by ISCO-08 major group."""

from services.reporting.indicators.declaration import ISCO1, Dimension, Indicator, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=13,
    title={"en": "Occupation abroad", "fr": "Profession à l'étranger", "fil": "Hanapbuhay sa ibang bansa"},
    method={
        "en": "Departures with a known occupation, by its first digit.",
        "fr": "Départs dont la profession est connue, selon son premier chiffre.",
        "fil": "Mga pag-alis na alam ang hanapbuhay, ayon sa unang numero nito.",
    },
    series=(
        Series(
            title={"en": "Departures", "fr": "Départs", "fil": "Mga pag-alis"},
            kind="departure",
            only={"isco": tuple("0123456789")},
            by=(ISCO1, Dimension("COUNTRY", "c1", "Country")),
        ),
    ),
)

_OCCUPIED = counted(INDICATOR.series[0], "fact", only={"isco": tuple("0123456789")})
PUBLIC = (table("A", "ISCO1 SEX", _OCCUPIED), table("A", "ISCO1 COUNTRY", _OCCUPIED))
