"""Field classes: which part of an event is sealed under which of the subject's keys (domain chapter, section 11)."""

from enum import StrEnum
from typing import Any, Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class FieldClass(StrEnum):
    """A sealed class. An event has at most one member of each, named like the class."""

    IDENTITY = "identity"
    PROFILE = "profile"
    NARRATIVE = "narrative"
    PROTECTED = "protected"
    PACKET = "packet"

    # Enum's own hash is a Python function over the name, and these are keys of every look-up of a key.
    __hash__ = str.__hash__


IDENTITY: Final = FieldClass.IDENTITY
PROFILE: Final = FieldClass.PROFILE
NARRATIVE: Final = FieldClass.NARRATIVE
PROTECTED: Final = FieldClass.PROTECTED
PACKET: Final = FieldClass.PACKET


class Erased:
    """What is read where a blob no longer opens: the key is gone, the fact remains. Falsy, equal to itself only."""

    _one: "Erased | None" = None

    def __new__(cls) -> "Erased":
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ERASED"

    def __reduce__(self) -> str:
        return "ERASED"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls, serialization=core_schema.to_string_ser_schema())


ERASED: Final = Erased()
