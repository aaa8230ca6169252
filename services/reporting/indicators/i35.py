"""35 Return assistance and consular requests."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series
from services.reporting.indicators.published import counted, table

_COUNTRY = Dimension("COUNTRY", "c2", "Country")
_BACK = (Dimension("COUNTRY", "c1", "Country"),)
_STAGES = ("SUBMITTED", "ISSUED", "REFUSED")

INDICATOR = Indicator(
    number=35,
    title={"en": "Return assistance", "fr": "Aide au retour", "fil": "Tulong sa pag-uwi"},
    method={
        "en": (
            "Persons by the stage of their return at the end of the period; days from request to departure; withdrawn, of "
            "those that departed or were withdrawn; consular requests that were submitted, issued or refused."
        ),
        "fr": (
            "Personnes selon l'étape de leur retour à la fin de la période ; jours entre demande et départ ; retirés, parmi "
            "les partis et les retirés ; demandes consulaires déposées, délivrées ou refusées."
        ),
        "fil": (
            "Mga tao ayon sa yugto ng pag-uwi sa dulo ng panahon; mga araw mula hiling hanggang pag-alis; binawi, sa mga "
            "umalis o binawi; mga hiling sa konsulado na isinumite, ibinigay o tinanggihan."
        ),
    },
    series=(
        Series(
            letter="a",
            title={"en": "By stage", "fr": "Par étape", "fil": "Ayon sa yugto"},
            kind="stage",
            measure=Measure.PERSONS,
            outcome=True,
            window=0,
            by=(Dimension("STAGE", "c1", "ReturnStage"), _COUNTRY),
        ),
        Series(
            letter="b",
            title={"en": "Days to departure", "fr": "Jours jusqu'au départ", "fil": "Mga araw bago umalis"},
            kind="departing",
            measure=Measure.DURATION,
            outcome=True,
            by=_BACK,
        ),
        Series(
            letter="c",
            title={"en": "Withdrawn", "fr": "Retirés", "fil": "Binawi"},
            kind="withdrawn",
            measure=Measure.SHARE,
            outcome=True,
            by=_BACK,
        ),
        Series(
            letter="d",
            title={"en": "Consular requests", "fr": "Demandes consulaires", "fil": "Mga hiling sa konsulado"},
            kind="consular",
            outcome=True,
            by=(Dimension("STAGE", "c1", "ConsularStage"), Dimension("DOCUMENT", "c2", "ConsularDocument")),
        ),
    ),
)

_STAGE, _DAYS, _, _CONSULAR = INDICATOR.series
PUBLIC = (
    table("A", "STAGE", counted(_STAGE, "person")),
    table(
        "A", "COUNTRY", counted(_DAYS, "person"), title={"en": "Assisted returns", "fr": "Retours aidés", "fil": "Mga natulungang umuwi"}
    ),
    table(
        "A",
        "DOCUMENT",
        *(counted(_CONSULAR, "fact", each, narrowed={"c1": (each,)}) for each in _STAGES),
        klass="S",
        title=_CONSULAR.title,
    ),
)
