"""07 Intended destinations of those who want to leave."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=7,
    title={"en": "Intended destinations", "fr": "Destinations envisagées", "fil": "Mga balak puntahan"},
    method={
        "en": "Prospective migrants by the country and occupation of their latest declaration in the period.",
        "fr": "Personnes projetant de migrer selon le pays et la profession de leur dernière déclaration dans la période.",
        "fil": "Mga nagbabalak mangibang-bansa ayon sa bansa at hanapbuhay ng huli nilang pahayag sa panahon.",
    },
    series=(
        Series(
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="intended",
            measure=Measure.PERSONS,
            outcome=True,
            latest=True,
            only={"types": ("PROSPECTIVE",)},
            by=(Dimension("COUNTRY", "c1", "Country"), Dimension("ISCO1", "c2", "Isco")),
        ),
    ),
)

_INTENDED = counted(INDICATOR.series[0], "person")
PUBLIC = (table("A", "COUNTRY SEX", _INTENDED), table("A", "ISCO1 SEX", _INTENDED))
