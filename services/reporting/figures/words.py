"""Words for what figures are divided by, and the catalogue of what can be asked, in English, French and Filipino."""

from collections.abc import Mapping
from typing import Any

from services.reporting.indicators.catalogue import INDICATORS
from services.reporting.indicators.declaration import AGES, TIME, Dimension, Words
from shared.codes import psgc
from shared.codes.age import bands
from shared.codes.label import label, labels

UNKNOWN: Words = {"en": "Unknown", "fr": "Inconnu", "fil": "Hindi alam"}
OTHER: Words = {"en": "Other", "fr": "Autres", "fil": "Iba pa"}
ABROAD: Words = {"en": "Abroad", "fr": "À l'étranger", "fil": "Ibang bansa"}
NONE: Words = {"en": "Does not apply", "fr": "Sans objet", "fil": "Hindi angkop"}

DIMENSIONS: Mapping[str, Words] = {
    "MONTH": {"en": "Month", "fr": "Mois", "fil": "Buwan"},
    "QUARTER": {"en": "Quarter", "fr": "Trimestre", "fil": "Kuwarter"},
    "YEAR": {"en": "Year", "fr": "Année", "fil": "Taon"},
    "CENTRE": {"en": "Centre", "fr": "Centre", "fil": "Sentro"},
    "SITE": {"en": "Province of the centre", "fr": "Province du centre", "fil": "Lalawigan ng sentro"},
    "AREA": {"en": "Province of the person", "fr": "Province de la personne", "fil": "Lalawigan ng tao"},
    "MUN": {"en": "Municipality of the person", "fr": "Municipalité de la personne", "fil": "Munisipalidad ng tao"},
    "SEX": {"en": "Sex", "fr": "Sexe", "fil": "Kasarian"},
    "A11": {"en": "Age", "fr": "Âge", "fil": "Edad"},
    "A5": {"en": "Age (UNHCR)", "fr": "Âge (HCR)", "fil": "Edad (UNHCR)"},
    "A2": {"en": "Adult or child", "fr": "Adulte ou enfant", "fil": "Nasa gulang o bata"},
    "TYPE": {"en": "Type of client", "fr": "Type de client", "fil": "Uri ng kliyente"},
    "NAT": {"en": "Nationality", "fr": "Nationalité", "fil": "Nasyonalidad"},
    "EDU": {"en": "Education (ISCED 2011)", "fr": "Éducation (CITE 2011)", "fil": "Edukasyon (ISCED 2011)"},
    "ISCO1": {"en": "Occupation", "fr": "Profession", "fil": "Hanapbuhay"},
    "CHANNEL": {"en": "Channel", "fr": "Voie", "fil": "Paraan"},
    "TOPIC": {"en": "Topic", "fr": "Sujet", "fil": "Paksa"},
    "COUNTRY": {"en": "Country", "fr": "Pays", "fil": "Bansa"},
    "LANDSEA": {"en": "Land or sea", "fr": "Terre ou mer", "fil": "Lupa o dagat"},
    "HIRE": {"en": "New or rehired", "fr": "Nouveau ou réengagé", "fil": "Bago o muling kinuha"},
    "DOC": {"en": "Papers in order", "fr": "Papiers en règle", "fil": "May wastong papeles"},
    "REASON": {"en": "Reason", "fr": "Raison", "fil": "Dahilan"},
    "DISTRESSED": {"en": "In distress", "fr": "En détresse", "fil": "Nasa kagipitan"},
    "TRAVEL_GROUP": {"en": "Travel group", "fr": "Groupe de voyage", "fil": "Kasama sa biyahe"},
    "POINT": {"en": "Observation point", "fr": "Point d'observation", "fil": "Lugar ng pagmamasid"},
    "MODE": {"en": "Means of transport", "fr": "Moyen de transport", "fil": "Sasakyan"},
    "SERVICE": {"en": "Service", "fr": "Service", "fil": "Serbisyo"},
    "SUBC": {"en": "Sub-committee", "fr": "Sous-comité", "fil": "Sub-committee"},
    "VIA": {"en": "Given", "fr": "Rendu", "fil": "Ibinigay"},
    "UNIT": {"en": "Unit", "fr": "Unité", "fil": "Yunit"},
    "ORG": {"en": "Organisation", "fr": "Organisation", "fil": "Organisasyon"},
    "PRIORITY": {"en": "Priority", "fr": "Priorité", "fil": "Prayoridad"},
    "KIND": {"en": "Kind", "fr": "Type", "fil": "Uri"},
    "BAND": {"en": "Share of the income", "fr": "Part du revenu", "fil": "Bahagi ng kita"},
    "ROUTE": {"en": "Route", "fr": "Itinéraire", "fil": "Ruta"},
    "CAUSE": {"en": "Cause", "fr": "Cause", "fil": "Sanhi"},
    "COURSE": {"en": "Course", "fr": "Cours", "fil": "Kurso"},
    "LEVEL": {"en": "Level", "fr": "Niveau", "fil": "Antas"},
    "CASE_TYPE": {"en": "Type of case", "fr": "Type de dossier", "fil": "Uri ng kaso"},
    "BIN": {"en": "Days", "fr": "Jours", "fil": "Mga araw"},
    "NEED": {"en": "Need", "fr": "Besoin", "fil": "Pangangailangan"},
    "OUTCOME": {"en": "Outcome", "fr": "Résultat", "fil": "Kinalabasan"},
    "FTYPE": {"en": "Follow-up", "fr": "Suivi", "fil": "Follow-up"},
    "TERM": {"en": "Time away", "fr": "Durée d'absence", "fil": "Tagal sa labas"},
    "WELL": {"en": "Field of help", "fr": "Domaine d'aide", "fil": "Uri ng tulong"},
    "EXPLOITATION": {"en": "Exploitation", "fr": "Exploitation", "fil": "Pagsasamantala"},
    "SEPARATION": {"en": "On their own", "fr": "Isolement", "fil": "Pagkahiwalay"},
    "WORKER": {"en": "Worker", "fr": "Responsable", "fil": "Tauhan"},
    "UNIT_KIND": {"en": "Kind of unit", "fr": "Type d'unité", "fil": "Uri ng yunit"},
    "STAGE": {"en": "Stage", "fr": "Étape", "fil": "Yugto"},
    "DOCUMENT": {"en": "Document", "fr": "Document", "fil": "Dokumento"},
    "WORK": {"en": "Work found", "fr": "Emploi trouvé", "fil": "Nakuhang trabaho"},
}

_CODES: Mapping[str, Words] = {
    "_U": UNKNOWN,
    "_O": OTHER,
    "_F": ABROAD,
    "_Z": NONE,
    "Y0T17": {"en": "Children (0-17)", "fr": "Enfants (0-17)", "fil": "Mga bata (0-17)"},
    "Y_GE18": {"en": "Adults (18+)", "fr": "Adultes (18+)", "fil": "Nasa gulang (18+)"},
    "DIRECT": {"en": "by the centre", "fr": "par le centre", "fil": "ng sentro"},
    "REFERRAL": {"en": "by referral", "fr": "par référencement", "fil": "sa referral"},
    "D0T30": {"en": "up to 30", "fr": "jusqu'à 30", "fil": "hanggang 30"},
    "D31T90": {"en": "31 to 90", "fr": "31 à 90", "fil": "31 hanggang 90"},
    "D91T180": {"en": "91 to 180", "fr": "91 à 180", "fil": "91 hanggang 180"},
    "D_GE181": {"en": "181 and more", "fr": "181 et plus", "fil": "181 pataas"},
    "LONG_TERM": {"en": "a year or longer", "fr": "un an ou plus", "fil": "isang taon o higit pa"},
    "TEMPORARY": {"en": "less than a year", "fr": "moins d'un an", "fil": "wala pang isang taon"},
    "LOCAL": {"en": "in the country", "fr": "dans le pays", "fil": "sa loob ng bansa"},
    "OVERSEAS": {"en": "abroad", "fr": "à l'étranger", "fil": "sa ibang bansa"},
}

_ANYWHERE = ("_U", "_O", "_F", "_Z")


def word(words: Words, lang: str) -> str:
    return words.get(lang) or words["en"]


def name_of(dimension: Dimension, code: str, lang: str) -> str:
    """A code of a dimension as people read it; the code itself where there is no word."""
    if code in _CODES:
        return word(_CODES[code], lang)
    if dimension.name in AGES:
        return code.removeprefix("Y").replace("T", "-") if "GE" not in code else f"{code.removeprefix('Y_GE')}+"
    if dimension.codes == "Psgc":
        found = psgc.name_of(code)
        coarse = dimension.name == "MUN" and psgc.municipality_of(code) is None
        return f"{found}: {word(UNKNOWN, lang).lower()}" if coarse else found
    return label(dimension.codes, code, lang) if dimension.codes else code


def is_code(dimension: Dimension, code: str) -> bool:
    """Whether a filter may name it. Dimensions without a list take what centres write; sites and centres are those in scope."""
    if dimension.name in AGES:
        return code in (*bands(dimension.name), "_U")
    if code in _ANYWHERE or dimension.name == "SITE":
        return True
    known = dimension.fixed or (labels(dimension.codes) if dimension.codes else (code,))
    return code in known


def codes_at(dimension: Dimension) -> str:
    """Path of the list of a dimension's codes; without a list of its own that of the catalogue."""
    return f"/v1/codes/{dimension.codes}" if dimension.codes else "/v1/statistics/tables"


def catalogue(lang: str) -> list[dict[str, Any]]:
    """The built indicators as `GET /v1/statistics/tables` lists them."""
    return [
        {
            "indicator": indicator.id,
            "title": word(indicator.title, lang),
            "class": indicator.klass,
            "method": word(indicator.method, lang),
            "series": [
                {
                    "series": indicator.id + series.letter,
                    "title": word(series.title, lang),
                    "measure": series.measure.value,
                    "dimensions": [
                        *({"dimension": name, "title": word(DIMENSIONS[name], lang)} for name in TIME),
                        *(_described(d, lang) for d in series.dimensions.values()),
                    ],
                }
                for series in indicator.series
            ],
        }
        for indicator in INDICATORS.values()
    ]


def _described(dimension: Dimension, lang: str) -> dict[str, Any]:
    described: dict[str, Any] = {"dimension": dimension.name, "title": word(DIMENSIONS[dimension.name], lang)}
    if dimension.name in AGES:
        described["codes"] = [{"code": code, "title": name_of(dimension, code, lang)} for code in (*bands(dimension.name), "_U")]
    elif dimension.codes:
        described["list"] = codes_at(dimension)
    if dimension.many:
        described["many"] = True
    return described
