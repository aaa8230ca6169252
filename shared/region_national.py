"""The region file of a national stack (`kind = "national"`): which regions tell it of their releases, and how each is reached."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator

from shared.codes.valid import Language
from shared.region import RegionFileError, faults_of, report_of
from shared.region_centre import Names, Part


class Source(Part):
    """A region whose released tables are mirrored. kafka: its listener for the principal `mm2-national`."""

    region: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    names: Names
    kafka: str = Field(pattern=r"^[a-z0-9.-]+:[0-9]{2,5}$")
    release_key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9+/]{43}=$")
    """public key that signs its releases (GET /v1/statistics/key of the region); without it signatures are not checked"""
    since: str = Field(default="2012-01", pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    """first month of which it releases figures: nothing before is missed"""


class National(Part):
    """One national stack: it shows what regions publish side by side, and holds nothing else."""

    kind: Literal["national"]
    region: str = Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")
    names: Names
    languages: tuple[Language, ...] = Field(min_length=1)
    zone: str = "Asia/Manila"
    """in which the calendar of releases is read"""
    regions: tuple[Source, ...] = Field(min_length=1)

    @field_validator("regions")
    @classmethod
    def _once(cls, regions: tuple[Source, ...]) -> tuple[Source, ...]:
        if len({each.region for each in regions}) != len(regions):
            raise ValueError("names a region twice: keep one")
        return regions


def is_national(path: Path) -> bool:
    """Whether a region file is that of a national stack; a file that nobody can read is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "national"
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


@cache
def load_national(path: Path) -> National:
    """Read a national region file once per process. Raises RegionFileError with every fault it finds."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise RegionFileError(f"There is no region file {path}: write it like deploy/regions/national.toml.") from missing
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise RegionFileError(f"{path} is not TOML: {broken}. Mend that line.") from broken
    try:
        return National.model_validate_json(json.dumps(data, default=str))
    except ValidationError as refused:
        raise RegionFileError(report_of(path, faults_of(refused))) from None
