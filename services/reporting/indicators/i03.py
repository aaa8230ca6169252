"""03 Encounters: contacts with or without a name; outreach and media reach are series of their own, never added."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

_KIND = (Dimension("KIND", "c1", "OutreachKind"),)

INDICATOR = Indicator(
    number=3,
    title={"en": "Encounters", "fr": "Contacts", "fil": "Mga pakikipag-ugnayan"},
    method={
        "en": "Contacts on the day they took place; one with two topics is one in the total and one in each topic.",
        "fr": "Contacts au jour où ils ont eu lieu ; un contact sur deux sujets compte une fois au total, une fois par sujet.",
        "fil": "Mga pakikipag-ugnayan sa araw na nangyari; ang may dalawang paksa ay isa sa kabuuan at isa sa bawat paksa.",
    },
    series=(
        Series(
            letter="a",
            title={"en": "Encounters", "fr": "Contacts", "fil": "Pakikipag-ugnayan"},
            kind="encounter",
            by=(Dimension("CHANNEL", "c1", "EncounterChannel"), Dimension("TOPIC", "c2", "Topic", many=True)),
            margins=("CHANNEL", "TOPIC"),
        ),
        Series(
            letter="b",
            title={"en": "Outreach", "fr": "Actions de terrain", "fil": "Pag-abot sa komunidad"},
            kind="outreach",
            measure=Measure.QTY,
            by=_KIND,
        ),
        Series(
            letter="c",
            title={"en": "Media reach", "fr": "Portée des médias", "fil": "Naabot ng media"},
            kind="media",
            measure=Measure.QTY,
            by=_KIND,
        ),
    ),
)

_ENCOUNTERS, _OUTREACH, _MEDIA = INDICATOR.series
PUBLIC = (
    table("Q", "SITE CHANNEL", counted(_ENCOUNTERS, "fact")),
    table("Q", "SITE TOPIC", counted(_ENCOUNTERS, "fact")),
    table("A", "SITE KIND", counted(_OUTREACH, "group"), title=_OUTREACH.title),
    table("A", "SITE", counted(_MEDIA, "fact", figure="plain"), title=_MEDIA.title),
)
