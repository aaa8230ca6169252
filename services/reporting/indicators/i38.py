"""38 Acceptance of referrals."""

from services.reporting.indicators.declaration import Dimension, Indicator, Measure, Series

INDICATOR = Indicator(
    number=38,
    title={"en": "Referrals accepted", "fr": "Référencements acceptés", "fil": "Mga tinanggap na referral"},
    method={
        "en": "Of the referrals sent in the period and not withdrawn before an answer: accepted within 14 days after its end.",
        "fr": "Parmi les référencements envoyés et non retirés avant réponse : acceptés dans les 14 jours suivant la période.",
        "fil": "Sa mga ipinadala at hindi binawi bago sagutin: tinanggap sa loob ng 14 araw matapos ang panahon.",
    },
    series=(
        Series(
            title={"en": "Accepted", "fr": "Acceptés", "fil": "Tinanggap"},
            kind="referral",
            measure=Measure.ACCEPTED,
            by=(
                Dimension("SERVICE", "c1", "ServiceCode"),
                Dimension("ORG", "c3", "Agency"),
                Dimension("PRIORITY", "c5", "Priority"),
                Dimension("REASON", "declined_for", "DeclineReason"),
            ),
            only={"c2": ("OUT",)},
        ),
    ),
)
