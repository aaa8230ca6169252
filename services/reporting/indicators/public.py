"""The allow-list: every table that may be published, and nothing else leaves (statistics chapter, section 4, last column).

Tables are named in the order of that column. What is missing here needs facts that reporting does not have yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.reporting.indicators.declaration import Class, Words

Unit = Literal["person", "fact", "group"]
"""What a figure counts, and so whose record key decides its noise: distinct persons, facts, heads of an observed group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One measure. code: in the dimension MEASURE, empty where it is the only one. kind: of the facts, or the question of
    the view `outcome`. narrowed: codes of which only the part of a share has one. latest: of each person the latest only."""

    code: str = ""
    kind: str
    unit: Unit
    outcome: bool = False
    latest: bool = False
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def universe(self) -> str:
        """The same text where the same is counted."""
        only = ";".join(f"{column}={','.join(codes)}" for column, codes in sorted(self.only.items()))
        return "/".join((self.kind, self.unit, "latest" if self.latest else "", only))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTable:
    """A table of a release. frequency: M, Q or A; by: its dimensions; share: measures NUM and DEN, to which PCT is added."""

    name: str
    indicator: int
    frequency: Literal["M", "Q", "A"]
    by: tuple[str, ...]
    measures: tuple[Counted, ...]
    klass: Class = "N"
    title: Words

    @property
    def share(self) -> bool:
        return any(measure.code == "NUM" for measure in self.measures)


def _of(kind: str, unit: Unit, code: str = "", **more: object) -> Counted:
    return Counted(kind=kind, unit=unit, code=code, **more)  # type: ignore[arg-type]


def _share(kind: str, unit: Unit, narrowed: Mapping[str, tuple[str, ...]], **more: object) -> tuple[Counted, Counted]:
    return _of(kind, unit, "NUM", narrowed=narrowed, **more), _of(kind, unit, "DEN", **more)


_NEW = (_of("registration", "person"),)
_ACTIVE = (_of("active", "person", outcome=True),)
_ENCOUNTERS = (_of("encounter", "fact"),)
_INTENDED = (_of("intended", "person", outcome=True, latest=True, only={"types": ("PROSPECTIVE",)}),)
_DEPARTURES = (_of("departure", "fact"),)
_RETURNS = (_of("return", "fact"),)
_DISTRESS = _share("return", "fact", {"c3": ("YES",)})
_UNDOCUMENTED = _share("departure", "fact", {"c4": ("NO",)}, only={"c4": ("YES", "NO")})
_OCCUPIED = (_of("departure", "fact", only={"isco": tuple("0123456789")}),)
_OBSERVED, _ARRIVED = _of("group", "group", "A"), _of("transit", "fact", "B")
_JOURNEY = (_of("journey", "person", outcome=True, latest=True),)
_SERVICES, _SERVED = _of("service", "fact", "A"), _of("service", "person", "B")

_CLIENTS: Words = {"en": "New clients", "fr": "Nouveaux clients", "fil": "Mga bagong kliyente"}
_BUSY: Words = {"en": "Active clients", "fr": "Clients actifs", "fil": "Mga aktibong kliyente"}
_CONTACTS: Words = {"en": "Encounters", "fr": "Contacts", "fil": "Mga pakikipag-ugnayan"}
_GOING: Words = {"en": "Intended destinations", "fr": "Destinations envisagées", "fil": "Mga balak puntahan"}
_LEFT: Words = {"en": "Departures", "fr": "Départs", "fil": "Mga pag-alis"}
_BACK: Words = {"en": "Returns", "fr": "Retours", "fil": "Mga pagbabalik"}
_DISTRESSED: Words = {"en": "Distress returns", "fr": "Retours en détresse", "fil": "Mga pagbabalik na nasa kagipitan"}
_PAPERS: Words = {"en": "Departures without papers", "fr": "Départs sans papiers en règle", "fil": "Mga pag-alis na walang papeles"}
_JOBS: Words = {"en": "Occupation abroad", "fr": "Profession à l'étranger", "fil": "Hanapbuhay sa ibang bansa"}
_TRANSIT: Words = {"en": "Transit arrivals", "fr": "Arrivées en transit", "fil": "Mga dumating na nasa biyahe"}
_WHY: Words = {
    "en": "Journeys: reason and destination",
    "fr": "Parcours : motif et destination",
    "fil": "Paglalakbay: dahilan at patutunguhan",
}
_HELP: Words = {"en": "Services", "fr": "Services", "fil": "Mga serbisyo"}


def _table(
    name: str, frequency: Literal["M", "Q", "A"], by: str, measures: tuple[Counted, ...], title: Words, klass: Class = "N"
) -> PublicTable:
    return PublicTable(
        name=name, indicator=int(name[1:3]), frequency=frequency, by=tuple(by.split()), measures=measures, title=title, klass=klass
    )


_LIST = (
    _table("I01A", "M", "SITE SEX", _NEW, _CLIENTS),
    _table("I01B", "Q", "AREA SEX A5", _NEW, _CLIENTS),
    _table("I01C", "A", "AREA TYPE SEX", _NEW, _CLIENTS),
    _table("I01D", "A", "NAT SEX", _NEW, _CLIENTS),
    _table("I01E", "A", "EDU SEX", _NEW, _CLIENTS),
    _table("I02A", "Q", "SITE SEX A5", _ACTIVE, _BUSY),
    _table("I02B", "A", "AREA TYPE SEX", _ACTIVE, _BUSY),
    _table("I03A", "Q", "SITE CHANNEL", _ENCOUNTERS, _CONTACTS),
    _table("I03B", "Q", "SITE TOPIC", _ENCOUNTERS, _CONTACTS),
    _table("I07A", "A", "COUNTRY SEX", _INTENDED, _GOING),
    _table("I07B", "A", "ISCO1 SEX", _INTENDED, _GOING),
    _table("I09A", "Q", "AREA SEX", _DEPARTURES, _LEFT),
    _table("I09B", "A", "COUNTRY SEX A5", _DEPARTURES, _LEFT),
    _table("I09C", "A", "AREA LANDSEA HIRE", _DEPARTURES, _LEFT),
    _table("I10A", "Q", "AREA SEX", _RETURNS, _BACK),
    _table("I10B", "A", "COUNTRY REASON", _RETURNS, _BACK),
    _table("I10C", "A", "AREA SEX A5", _RETURNS, _BACK),
    _table("I11A", "A", "COUNTRY", _DISTRESS, _DISTRESSED),
    _table("I11B", "A", "AREA SEX", _DISTRESS, _DISTRESSED),
    _table("I12A", "A", "AREA", _UNDOCUMENTED, _PAPERS, "S"),
    _table("I13A", "A", "ISCO1 SEX", _OCCUPIED, _JOBS),
    _table("I13B", "A", "ISCO1 COUNTRY", _OCCUPIED, _JOBS),
    _table("I16A", "M", "SITE SEX A2", (_OBSERVED, _ARRIVED), _TRANSIT),
    _table("I16B", "Q", "NAT SEX A2", (_of("transit", "fact"),), _TRANSIT),
    _table("I16C", "Q", "SITE MODE", (_of("group", "group"),), _TRANSIT),
    _table("I17A", "A", "REASON COUNTRY", _JOURNEY, _WHY),
    _table("I30A", "Q", "SITE SERVICE", (_SERVICES, _SERVED), _HELP),
    _table("I30B", "A", "SUBC SEX", (_of("service", "person"),), _HELP),
)

TABLES: Mapping[str, PublicTable] = {table.name: table for table in _LIST}


def of_frequency(frequency: str) -> tuple[PublicTable, ...]:
    """The tables of a monthly, quarterly or annual release."""
    return tuple(table for table in _LIST if table.frequency == frequency)
