"""The proof of an erasure, gathered from the facts and the acknowledgements (events chapter, section 6). It names nobody:
the person by their random id, staff by theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared.contracts.intake.client import ClientErased, ErasureRequested
from shared.document import Document
from shared.eventsourcing.event import Event, Recorded, instant
from shared.privacy.erase import Finality, finality
from shared.privacy.keyring import Acknowledgement

KEYRING: Final = "keyring"
EXPECTED: Final = (KEYRING, "intake", "casework", "referrals", "reporting")

WORDS: Final = {
    "en": ("Proof of erasure", "Record", "Requested", "Carried out", "Ground", "by", "Where", "When", "What", "not yet",
           "No process holds a key after", "No backup of the keyring opens anything after", "No database backup holds a row after"),
    "fr": ("Preuve d'effacement", "Dossier", "Demandé", "Exécuté", "Motif", "par", "Où", "Quand", "Quoi", "pas encore",
           "Aucun processus ne détient de clé après", "Aucune sauvegarde du trousseau n'ouvre rien après",
           "Aucune sauvegarde de base ne contient de ligne après"),
    "fil": ("Patunay ng pagbura", "Talaan", "Hiniling", "Isinagawa", "Batayan", "ni", "Saan", "Kailan", "Ano", "hindi pa",
            "Walang proseso na may susi pagkalipas ng", "Walang backup ng keyring na makapagbubukas pagkalipas ng",
            "Walang backup ng database na may hanay pagkalipas ng"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """One erasure. done: None while it was only asked for."""

    client_id: UUID
    asked: Recorded[Event]
    done: Recorded[Event] | None
    said: Sequence[Acknowledgement]
    final: Finality

    @property
    def pending(self) -> list[str]:
        """Who has not said yet that they have forgotten."""
        return [name for name in EXPECTED if name not in {each.service for each in self.said}] if self.done else []

    def told(self) -> dict[str, Any]:
        """As JSON."""
        asked, done = self.asked, self.done
        assert isinstance(asked.event, ErasureRequested)
        state = "requested" if done is None else "pending" if self.pending else "complete"
        aliases = done.event.aliases if done is not None and isinstance(done.event, ClientErased) else ()
        return {
            "id": self.client_id,
            "aliases": list(aliases),
            "state": state,
            "request_id": asked.event.request_id,
            "basis": asked.event.basis,
            "requested_at": instant(asked.recorded_at),
            "requested_by": asked.ctx.actor,
            "erased_at": instant(done.recorded_at) if done else None,
            "erased_by": done.ctx.actor if done else None,
            "event_id": done.event_id if done else None,
            "acknowledged": [{"service": each.service, "at": instant(each.at), "what": list(each.tables)} for each in self.said],
            "pending": self.pending,
            "final": {
                "memory": instant(self.final.memory) if self.final.memory else None,
                "sealed": instant(self.final.sealed) if self.final.sealed else None,
                "rows": instant(self.final.rows) if self.final.rows else None,
            },
        }

    def document(self, language: str) -> Document:
        """As a page to be printed, in one of the interface's languages."""
        told = self.told()
        title, record, requested, carried, ground, by, where, when, what, not_yet, *until = WORDS.get(language, WORDS["en"])
        lines = [
            (record, str(told["id"])),
            (ground, str(told["basis"])),
            (requested, f"{told['requested_at']} {by} {told['requested_by']}"),
            (carried, f"{told['erased_at']} {by} {told['erased_by']}" if self.done else not_yet),
            *((label, told["final"][name] or not_yet) for label, name in zip(until, ("memory", "sealed", "rows"), strict=True)),
        ]
        rows = [(each["service"], each["at"], ", ".join(each["what"])) for each in told["acknowledged"]]
        rows += [(name, not_yet, "") for name in told["pending"]]
        return Document(title, lines, (where, when, what), rows, language)


def erasure_of(facts: Sequence[Recorded[Event]]) -> tuple[Recorded[Event], Recorded[Event] | None] | None:
    """The request and what carried it out; the last request while none was; None if nobody asked."""
    done = next((fact for fact in facts if isinstance(fact.event, ClientErased)), None)
    requests = {fact.event.request_id: fact for fact in facts if isinstance(fact.event, ErasureRequested)}
    if not requests:
        return None
    return (requests[done.event.request_id] if done and isinstance(done.event, ClientErased) else list(requests.values())[-1]), done


def proof_of(
    client_id: UUID, facts: Sequence[Recorded[Event]], said: Sequence[Acknowledgement], *, keyring_days: int, backup_days: int
) -> Proof | None:
    """The proof of a client's erasure, or of the request while it is not carried out. said: who has acknowledged."""
    found = erasure_of(facts)
    if found is None:
        return None
    keys_gone = next((each.at for each in said if each.service == KEYRING), None)
    everybody = {each.service for each in said} >= set(EXPECTED)
    purged = max(each.at for each in said) if everybody else None
    return Proof(client_id, *found, said, finality(keys_gone, purged, keyring_days=keyring_days, backup_days=backup_days))
