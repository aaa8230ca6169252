"""Objects inside the open fields of facts. What is sealed derives from `Sealed` instead, so that a linter tells them apart."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of an open member that has members of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
