"""01 New clients: persons by their registration."""

from services.reporting.indicators.declaration import EDU, NAT, Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

INDICATOR = Indicator(
    number=1,
    title={"en": "New clients", "fr": "Nouveaux clients", "fil": "Mga bagong kliyente"},
    method={
        "en": "Persons who allowed statistics, by the day of their registration.",
        "fr": "Personnes ayant accepté les statistiques, selon le jour de leur enregistrement.",
        "fil": "Mga taong pumayag sa estadistika, ayon sa araw ng pagpaparehistro.",
    },
    series=(
        Series(
            title={"en": "Persons", "fr": "Personnes", "fil": "Mga tao"},
            kind="registration",
            # One registration for each person: counting facts counts persons.
            measure=Measure.FACTS,
            by=(NAT, EDU, Dimension("CHANNEL", "c1", "EncounterChannel"), Dimension("MUN", "c2", "Psgc")),
            margins=("NAT", "AREA", "TYPE"),
        ),
    ),
)

_NEW = counted(INDICATOR.series[0], "person")
PUBLIC = (
    table("M", "SITE SEX", _NEW),
    table("Q", "AREA SEX A5", _NEW),
    table("A", "AREA TYPE SEX", _NEW),
    table("A", "NAT SEX", _NEW),
    table("A", "EDU SEX", _NEW),
    table("A", "MUN", _NEW),
)
