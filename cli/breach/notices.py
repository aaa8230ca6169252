"""Drafts of the two notices that a breach asks for, in the languages of the interface. What only people know is in brackets."""

from collections.abc import Iterator
from typing import Final

from cli.breach.assessment import Assessment

LANGUAGES: Final = ("en", "fr", "fil")

COMMISSION: Final = {
    "en": """DRAFT - Notice of a personal data breach to the Commission, due by {deadline}

Known since: {known}. What leaked: {what}. Between {since} and {until}.
Persons affected: {persons}; of these with assessments, protection matters or referral packets: {grave}.
By kind of data: {classes}.

Nature of the breach: [what happened, how it was found]
Possible harm: [to whom, how likely]
Measures taken: [account or device blocked at ..., ...]
Measures towards the persons affected: [...]
Contact: [name and phone of the data-protection officer]
""",
    "fr": """PROJET - Notification d'une violation de données à la Commission, avant le {deadline}

Connue depuis : {known}. Ce qui a fui : {what}. Entre le {since} et le {until}.
Personnes concernées : {persons} ; dont évaluations, protection ou dossiers transmis : {grave}.
Par type de données : {classes}.

Nature de la violation : [ce qui s'est passé, comment elle a été découverte]
Dommages possibles : [pour qui, avec quelle probabilité]
Mesures prises : [compte ou appareil bloqué le ..., ...]
Mesures envers les personnes concernées : [...]
Contact : [nom et téléphone du délégué à la protection des données]
""",
    "fil": """BURADOR - Abiso sa Komisyon tungkol sa paglabag sa personal na datos, bago ang {deadline}

Nalaman noong: {known}. Ang nalantad: {what}. Mula {since} hanggang {until}.
Mga taong apektado: {persons}; may pagtatasa, proteksyon o referral: {grave}.
Ayon sa uri ng datos: {classes}.

Uri ng paglabag: [ano ang nangyari, paano natuklasan]
Posibleng pinsala: [kanino, gaano kalamang]
Mga hakbang na ginawa: [hinarang ang account o device noong ..., ...]
Mga hakbang para sa mga apektado: [...]
Makipag-ugnayan: [pangalan at telepono ng data protection officer]
""",
}

PERSON: Final = {
    "en": """DRAFT - To a person whose data may have been seen by somebody without a right to

On [date] we learned that {what} was in wrong hands between {since} and {until}. Information about you could be seen.
What it was: [explain in plain words: {classes}].
What we have done: [...]
What you can do: [change a phone number, tell us if anybody contacts you, ...]
You may ask us who saw your data, and complain to the National Privacy Commission.
Come to us or call: [centre, name, phone]
""",
    "fr": """PROJET - À une personne dont les données ont pu être vues sans droit

Le [date], nous avons appris que {what} était en de mauvaises mains entre le {since} et le {until}. Des informations vous
concernant ont pu être vues.
De quoi il s'agit : [expliquer simplement : {classes}].
Ce que nous avons fait : [...]
Ce que vous pouvez faire : [changer de numéro, nous signaler tout contact, ...]
Vous pouvez demander qui a vu vos données et porter plainte auprès de l'autorité de protection des données.
Venez nous voir ou appelez : [centre, nom, téléphone]
""",
    "fil": """BURADOR - Sa taong maaaring nakita ang datos nang walang karapatan

Noong [petsa] nalaman namin na ang {what} ay nasa maling kamay mula {since} hanggang {until}. Maaaring nakita ang
impormasyon tungkol sa iyo.
Ano ito: [ipaliwanag sa simpleng salita: {classes}].
Ano ang ginawa namin: [...]
Ano ang magagawa mo: [magpalit ng numero, sabihin sa amin kung may kumontak sa iyo, ...]
Maaari mong itanong kung sino ang nakakita ng iyong datos, at magreklamo sa National Privacy Commission.
Pumunta o tumawag: [sentro, pangalan, telepono]
""",
}
WHAT: Final = {
    "en": {"actor": "the account of a member of staff", "device": "a device of a centre"},
    "fr": {"actor": "le compte d'un membre du personnel", "device": "un appareil d'un centre"},
    "fil": {"actor": "account ng isang kawani", "device": "isang device ng sentro"},
}


def drafts(found: Assessment) -> Iterator[tuple[str, str]]:
    """(file name, text) of every draft. They name nobody: the list of persons is apart."""
    counts = found.counts()
    classes = ", ".join(f"{name} {number}" for name, number in counts.items() if name not in ("persons", "grave")) or "-"
    for language in LANGUAGES:
        words = {
            "deadline": f"{found.deadline:%Y-%m-%d %H:%M} UTC",
            "known": f"{found.known_at:%Y-%m-%d %H:%M} UTC",
            "what": WHAT[language]["device" if found.device else "actor"],
            "since": f"{found.since:%Y-%m-%d %H:%M}",
            "until": f"{found.until:%Y-%m-%d %H:%M}",
            "persons": counts["persons"],
            "grave": counts["grave"],
            "classes": classes,
        }
        yield f"notice-commission.{language}.txt", COMMISSION[language].format(**words)
        yield f"notice-person.{language}.txt", PERSON[language].format(**words)
