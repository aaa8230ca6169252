"""A centre as its region file describes it (domain.md section 1)."""

from datetime import time
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.codes import AccessMode, FacilityType, ManagementModel, RoomClass, ServiceCode, UnitKind, psgc
from shared.codes.country import of_alpha2
from shared.codes.valid import Psgc


class Part(BaseModel):
    """Anything in a region file: frozen, strict, and no member that is not in the model."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Names(Part):
    en: str
    fr: str
    fil: str


class Hours(Part):
    """Opening hours, the same on each of `days` (1 Monday .. 7 Sunday)."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    opens_at: time = time(8)
    closes_at: time = time(17)


class ShelterUnit(Part):
    """Rooms that are filled together; a place must keep 3.5 m2 of covered floor a person (Sphere)."""

    code: str = Field(pattern=r"^[A-Z0-9-]{1,24}$")
    name: str
    kind: UnitKind
    room_class: RoomClass
    capacity: int = Field(gt=0)
    floor_m2: float = Field(gt=0)

    @model_validator(mode="after")
    def _room_to_lie_down(self) -> Self:
        if self.floor_m2 / self.capacity < 3.5:
            raise ValueError("has less than 3.5 m2 a person: lower capacity")
        return self

    @property
    def m2_per_person(self) -> float:
        return round(self.floor_m2 / self.capacity, 2)


class Centre(Part):
    """One office. Its code is ISO 3166-2 and a number; figures show it under its province (`area`)."""

    code: str = Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}-[0-9]{2}$")
    names: Names
    psgc_province: Psgc | None = None
    site: str | None = Field(default=None, pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")
    """ISO 3166-2 code that takes the province's place for a centre outside the Philippines"""
    zone: str = "Asia/Manila"
    facility_types: tuple[FacilityType, ...] = Field(min_length=1)
    management_model: ManagementModel
    access_mode: AccessMode
    hours: Hours = Hours()
    calendar: str = Field(default_factory=lambda known: known.get("code", "").rpartition("-")[0], pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    """code of `shared.codes.calendar`; by default the centre's own province"""
    operator: str
    """org that runs the centre: `from_org` of its referrals"""
    coordinating_agency: str
    """org that hears of lapsed referrals"""
    services: tuple[ServiceCode, ...] = Field(min_length=1)
    units: tuple[ShelterUnit, ...] = ()
    observation_points: tuple[str, ...] = ()
    """names that a transit fact may give as its `point`, at most 40 characters each"""

    @property
    def country(self) -> str:
        return of_alpha2(self.code)

    @property
    def area(self) -> str:
        """Code of dimension SITE: the PSGC province, or the ISO 3166-2 code abroad."""
        return self.psgc_province or self.site or ""

    def unit(self, code: str) -> ShelterUnit | None:
        return next((unit for unit in self.units if unit.code == code), None)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("is no IANA time zone: write one like Asia/Manila") from unknown
        return zone

    @field_validator("observation_points")
    @classmethod
    def _short(cls, points: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(point) > 40 for point in points):
            raise ValueError("holds a name of more than 40 characters: shorten it")
        return points

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.psgc_province is None) == (self.site is None):
            raise ValueError("give either psgc_province (in the Philippines) or site (abroad)")
        if self.psgc_province is not None and psgc.province_of(self.psgc_province) != self.psgc_province:
            raise ValueError("psgc_province is no province of today: give its ten-digit code")
        if len({unit.code for unit in self.units}) != len(self.units):
            raise ValueError("two units have one code: make them differ")
        return self
