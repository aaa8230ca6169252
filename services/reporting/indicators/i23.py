"""23 Illegal recruitment: reports."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import Share, counted, table

INDICATOR = Indicator(
    number=23,
    title={"en": "Illegal recruitment", "fr": "Recrutement illégal", "fil": "Ilegal na pangangalap"},
    method={
        "en": "Reports of illegal recruitment by the day of the event, and for 100 active clients who plan to leave or are leaving.",
        "fr": "Signalements de recrutement illégal au jour de l'événement, et pour 100 clients actifs qui projettent de partir ou partent.",
        "fil": (
            "Mga ulat ng ilegal na pangangalap ayon sa araw ng pangyayari, at sa bawat 100 aktibong kliyenteng nagbabalak umalis o paalis."
        ),
    },
    klass="S",
    series=(
        Series(
            letter="a",
            title={"en": "Reports", "fr": "Signalements", "fil": "Mga ulat"},
            kind="incident",
            only={"c1": ("ILLEGAL_RECRUITMENT",)},
            by=(Dimension("DOC", "c3", "Documented"),),
        ),
        Series(
            letter="b",
            title={
                "en": "Active, planning to leave or leaving",
                "fr": "Actifs, en projet ou en voie de départ",
                "fil": "Aktibo at nagbabalak o paalis",
            },
            kind="active",
            measure=Measure.PERSONS,
            outcome=True,
            only={"types": ("PROSPECTIVE", "OUTBOUND")},
        ),
    ),
)

_REPORTS, _LEAVING = INDICATOR.series
PUBLIC = (table("A", "AREA", counted(_REPORTS, "fact", "NUM"), counted(_LEAVING, "person", "DEN"), shares=(Share(rate=True),)),)
