"""Every failure that Gabay raises on purpose.

GabayError
├── Rejected          a rule of the domain says no        403, 409, 410, 422
│   └── OutOfScope    the caller must not learn that it exists               404
├── Conflict          somebody else appended first; load again               409
├── Stale             the caller's version is no longer the current one      412
├── Mismatch          this key was used with another request                 422
├── Unreadable        a stored event no longer decodes: a defect             500
├── Unavailable       Postgres, Kafka or the keyring is away                 503
└── Hole              a version is missing: the consumer stops      (no answer)
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID


class GabayError(Exception):
    """Anything below: raised on purpose, with a sentence for people and no value that a person typed."""


class Rejected(GabayError):
    """A rule of the domain refuses the command.

    code: one of `PROBLEMS`; remedy: one sentence that says what to do; members: extension members of the problem
    (codes, ids and field names only, never values).
    """

    def __init__(self, code: str, remedy: str = "", **members: Any) -> None:
        super().__init__(f"{code}: {remedy}" if remedy else code)
        self.code = code
        self.remedy = remedy
        self.members: Mapping[str, Any] = members


class OutOfScope(Rejected):
    """It does not exist, or the caller must not learn that it does: both read the same."""

    def __init__(self) -> None:
        super().__init__("not-found")


class Conflict(GabayError):
    """Three lost races for one stream: load it again and repeat the command."""

    def __init__(self, stream_id: UUID, version: int) -> None:
        super().__init__(f"stream {stream_id} moved to version {version} three times meanwhile: load it and repeat")
        self.stream_id = stream_id
        self.version = version


class Stale(GabayError):
    """The record changed meanwhile: the caller expected `base`, the stream stands at `current`."""

    def __init__(self, stream_id: UUID, base: int, current: int, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"stream {stream_id} is at version {current}, you expected {base}: load it and repeat")
        self.stream_id = stream_id
        self.base = base
        self.current = current
        self.members: Mapping[str, Any] = members or {}


class Mismatch(GabayError):
    """This idempotency key belongs to another request: use a new key for a new wish."""


class Unreadable(GabayError):
    """A stored event does not decode any more: a defect of this release, never of the caller."""


class Unavailable(GabayError):
    """A part that Gabay needs does not answer just now; nothing was done, repeat with the same key."""

    def __init__(self, part: str, remedy: str = "") -> None:
        super().__init__(f"{part} does not answer. {remedy}".strip())
        self.part = part


class Hole(GabayError):
    """A version of a stream is missing on the topic: the consumer stops rather than skip a fact."""

    def __init__(self, consumer: str, stream_id: str, applied: int, version: int) -> None:
        super().__init__(
            f"{consumer}: stream {stream_id} jumps from version {applied} to {version}. "
            f"Send it again: ./gabay replay <topic> --for {consumer} --stream {stream_id}"
        )
        self.stream_id = stream_id
        self.applied = applied
        self.version = version


class ProblemType(NamedTuple):
    """What a problem code means to a client: its status, and its title in the three languages of the region."""

    status: int
    en: str
    fr: str
    fil: str


# Every problem code of the API (docs/reference/problems.md lists them with their members; a test holds the two equal).
# `type` is `urn:gabay:problem:<code>`. A code never changes its status, and never disappears within a major version.
PROBLEMS: Final[Mapping[str, ProblemType]] = {
    # the protocol
    "malformed-json": ProblemType(
        400, "The body is not strict JSON", "Le corps n'est pas du JSON strict", "Hindi wastong JSON ang katawan"
    ),
    "malformed-request": ProblemType(
        400, "A header or parameter cannot be read", "Un en-tête ou un paramètre est illisible", "May header o parameter na hindi mabasa"
    ),
    "idempotency-key-missing": ProblemType(
        400, "The Idempotency-Key header is missing", "L'en-tête Idempotency-Key manque", "Kulang ng Idempotency-Key na header"
    ),
    "idempotency-key-invalid": ProblemType(
        400, "The Idempotency-Key is not a UUID", "L'Idempotency-Key n'est pas un UUID", "Hindi UUID ang Idempotency-Key"
    ),
    "cursor-invalid": ProblemType(
        400,
        "The cursor does not belong to this list",
        "Le curseur n'appartient pas à cette liste",
        "Hindi para sa listahang ito ang cursor",
    ),
    "purpose-needed": ProblemType(
        400, "Say for what purpose you read", "Indiquez la finalité de la lecture", "Sabihin kung para saan ang pagbasa"
    ),
    "unauthenticated": ProblemType(401, "A valid token is needed", "Un jeton valide est nécessaire", "Kailangan ng wastong token"),
    "step-up-needed": ProblemType(
        401, "This needs a recent strong login", "Une connexion forte récente est nécessaire", "Kailangan ng bago at matibay na pag-login"
    ),
    "forbidden": ProblemType(
        403, "None of your roles has this function", "Aucun de vos rôles n'a cette fonction", "Wala sa iyong mga tungkulin ang gawaing ito"
    ),
    "scope-insufficient": ProblemType(
        403, "The token lacks a scope", "Il manque une portée au jeton", "Kulang ang saklaw (scope) ng token"
    ),
    "not-assigned": ProblemType(
        403, "The case is not assigned to you", "Le dossier ne vous est pas attribué", "Hindi sa iyo nakatalaga ang kaso"
    ),
    "device-blocked": ProblemType(403, "This device is blocked", "Cet appareil est bloqué", "Naka-block ang device na ito"),
    "not-found": ProblemType(404, "Not found", "Introuvable", "Hindi natagpuan"),
    "method-not-allowed": ProblemType(405, "Method not allowed", "Méthode non autorisée", "Hindi pinahihintulutan ang method"),
    "not-acceptable": ProblemType(406, "No such format", "Format non disponible", "Walang ganitong format"),
    "request-timeout": ProblemType(
        408, "The request came too slowly", "La requête est arrivée trop lentement", "Masyadong mabagal ang request"
    ),
    "already-exists": ProblemType(
        409, "It exists already with other content", "Cela existe déjà avec un autre contenu", "Mayroon na nito na iba ang laman"
    ),
    "concurrent-write": ProblemType(
        409, "Others are changing the record: repeat", "D'autres modifient la fiche : répétez", "May ibang nagbabago ng tala: ulitin"
    ),
    "idempotency-in-progress": ProblemType(
        409, "The first request is still running", "La première requête est encore en cours", "Tumatakbo pa ang unang request"
    ),
    "cursor-expired": ProblemType(
        410,
        "The cursor is too old: list from the start",
        "Le curseur est trop ancien : reprenez la liste au début",
        "Luma na ang cursor: magsimula muli",
    ),
    "stale-version": ProblemType(412, "The record changed meanwhile", "La fiche a changé entre-temps", "Nabago na ang tala habang wala ka"),
    "body-too-large": ProblemType(413, "The body is too large", "Le corps est trop grand", "Masyadong malaki ang katawan"),
    "batch-too-large": ProblemType(413, "The batch is too large", "Le lot est trop grand", "Masyadong malaki ang batch"),
    "uri-too-long": ProblemType(414, "The address is too long", "L'adresse est trop longue", "Masyadong mahaba ang address"),
    "unsupported-media-type": ProblemType(
        415,
        "Only application/json in UTF-8, not compressed",
        "Seulement application/json en UTF-8, sans compression",
        "application/json lamang sa UTF-8, hindi naka-compress",
    ),
    "validation": ProblemType(
        422, "The request does not fit the form", "La requête ne correspond pas au formulaire", "Hindi tugma sa form ang request"
    ),
    "idempotency-mismatch": ProblemType(
        422,
        "This key was used with another request",
        "Cette clé a servi pour une autre requête",
        "Nagamit na ang key na ito sa ibang request",
    ),
    "precondition-required": ProblemType(
        428, "Say which version you saw (If-Match)", "Indiquez la version vue (If-Match)", "Sabihin ang bersyong nakita (If-Match)"
    ),
    "rate-limited": ProblemType(429, "Too many requests", "Trop de requêtes", "Masyadong maraming request"),
    "headers-too-large": ProblemType(431, "The headers are too large", "Les en-têtes sont trop grands", "Masyadong malaki ang mga header"),
    "internal": ProblemType(500, "Something unforeseen happened", "Un imprévu s'est produit", "May hindi inaasahang nangyari"),
    "unavailable": ProblemType(
        503,
        "A needed part is away: repeat with the same key",
        "Une partie nécessaire ne répond pas : répétez avec la même clé",
        "May bahaging hindi sumasagot: ulitin gamit ang parehong key",
    ),
    "audit-unavailable": ProblemType(
        503,
        "The access log cannot be written: nothing was shown",
        "Le journal d'accès ne peut être écrit : rien n'a été montré",
        "Hindi maisulat ang talaan ng pagbasa: walang ipinakita",
    ),
    "not-attempted": ProblemType(
        503,
        "Not begun in time: send this item again",
        "Pas commencé à temps : renvoyez cet élément",
        "Hindi nasimulan sa oras: ipadala muli",
    ),
    "storage-full": ProblemType(507, "The storage is full", "Le stockage est plein", "Puno na ang imbakan"),
    # the domain
    "invalid-state": ProblemType(409, "Not possible in this state", "Impossible dans cet état", "Hindi maaari sa kalagayang ito"),
    "consent-missing": ProblemType(409, "A consent is missing", "Il manque un consentement", "Kulang ng pahintulot"),
    "consent-expired": ProblemType(409, "The consent has ended", "Le consentement a pris fin", "Tapos na ang bisa ng pahintulot"),
    "assent-refused": ProblemType(409, "The child did not agree", "L'enfant n'a pas donné son accord", "Hindi pumayag ang bata"),
    "withheld-item": ProblemType(
        409, "The client withheld this item", "Le client a exclu cet élément", "Ipinagkait ng kliyente ang bahaging ito"
    ),
    "protection-block": ProblemType(409, "Blocked for protection", "Bloqué par mesure de protection", "Naka-block para sa proteksyon"),
    "legal-hold": ProblemType(409, "A legal hold forbids it", "Une mesure de conservation l'interdit", "May legal hold na nagbabawal nito"),
    "service-in-progress": ProblemType(409, "A service is in progress", "Un service est en cours", "May serbisyong kasalukuyang ginagawa"),
    "client-retired": ProblemType(
        409, "The client was merged into another", "La fiche a été fusionnée avec une autre", "Isinama na sa iba ang kliyente"
    ),
    "agreement-missing": ProblemType(
        409, "No agreement with this organisation", "Pas d'accord avec cette organisation", "Walang kasunduan sa organisasyong ito"
    ),
    "entry-stale": ProblemType(
        409,
        "The directory entry must be verified first",
        "L'entrée de l'annuaire doit d'abord être vérifiée",
        "Kailangang beripikahin muna ang entry",
    ),
    "approval-needed": ProblemType(409, "An approval is needed", "Une approbation est nécessaire", "Kailangan ng pag-apruba"),
    "plan-not-approved": ProblemType(409, "The plan is not approved", "Le plan n'est pas approuvé", "Hindi pa aprubado ang plano"),
    "open-items": ProblemType(409, "Something is still open", "Des éléments sont encore ouverts", "May bukas pang mga bagay"),
    "unit-full": ProblemType(409, "The unit is full", "L'unité est pleine", "Puno na ang unit"),
    "separation-rule": ProblemType(
        409, "The rule of separation forbids it", "La règle de séparation l'interdit", "Ipinagbabawal ng tuntunin sa paghihiwalay"
    ),
    "session-full": ProblemType(409, "The session is full", "La session est complète", "Puno na ang session"),
    "caseload-limit": ProblemType(
        409, "The worker has too many cases", "L'intervenant a trop de dossiers", "Masyado nang marami ang kaso ng worker"
    ),
    "episode-closed": ProblemType(409, "The episode is closed", "L'épisode est clos", "Sarado na ang episode"),
    "not-voidable": ProblemType(
        409, "This entry cannot be voided", "Cette entrée ne peut être annulée", "Hindi mapapawalang-bisa ang entry na ito"
    ),
    "account-not-allowed": ProblemType(
        422, "No account may be created for this", "Aucun compte n'est permis pour cela", "Hindi pinapayagan ang account para dito"
    ),
    "packet-incomplete": ProblemType(422, "The packet is incomplete", "Le dossier transmis est incomplet", "Kulang ang packet"),
    "date-in-future": ProblemType(422, "A date is in the future", "Une date est dans le futur", "May petsang nasa hinaharap"),
    "same-person-signoff": ProblemType(403, "Somebody else must sign", "Une autre personne doit signer", "Ibang tao ang dapat pumirma"),
    "client-erased": ProblemType(410, "The client was erased", "La fiche a été effacée", "Nabura na ang kliyente"),
    # statistics
    "unknown-release": ProblemType(404, "No such release", "Publication inconnue", "Walang ganitong paglalathala"),
    "unknown-table": ProblemType(404, "No such table", "Tableau inconnu", "Walang ganitong talahanayan"),
    "not-yet-known": ProblemType(409, "Not known yet at that time", "Pas encore connu à cette date", "Hindi pa alam sa panahong iyon"),
    "audit-failed": ProblemType(
        409, "The release failed its audit", "La publication a échoué au contrôle", "Bumagsak sa pagsusuri ang paglalathala"
    ),
    "parked-streams": ProblemType(
        409, "Parked streams hold it back", "Des flux en attente le retiennent", "May mga nakabinbing stream na pumipigil"
    ),
    "release-withdrawn": ProblemType(410, "The release was withdrawn", "La publication a été retirée", "Binawi na ang paglalathala"),
    "bad-period": ProblemType(422, "No such period", "Période inconnue", "Walang ganitong panahon"),
    "too-many-dimensions": ProblemType(422, "Too many dimensions", "Trop de dimensions", "Masyadong maraming dimensyon"),
}
