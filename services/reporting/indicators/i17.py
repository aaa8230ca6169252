"""17 Journey profile: why, and where to."""

from services.reporting.indicators.declaration import NAT, Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=17,
    title={"en": "Journey profile", "fr": "Profil du parcours", "fil": "Larawan ng paglalakbay"},
    method={
        "en": "Persons by the reason and the destination of their latest arrival or declaration in the period.",
        "fr": "Personnes selon le motif et la destination de leur dernière arrivée ou déclaration dans la période.",
        "fil": "Mga tao ayon sa dahilan at destinasyon ng huli nilang pagdating o pahayag sa panahon.",
    },
    series=(
        Series(
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="journey",
            measure=Measure.PERSONS,
            outcome=True,
            latest=True,
            by=(Dimension("REASON", "c1", "MigrationReason"), Dimension("COUNTRY", "c2", "Country"), NAT),
        ),
    ),
)

PUBLIC = (table("A", "REASON COUNTRY", counted(INDICATOR.series[0], "person")),)
