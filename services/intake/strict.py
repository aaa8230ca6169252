"""What every body of intake's requests is."""

from typing import Any, Self

from pydantic import BaseModel


class Strict(BaseModel):
    """Converts nothing, all the way down: of itself a model's strictness does not reach the models inside it.

    Those inside are the contracts' own, which must stay lenient to read what was stored.
    """

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        return super().model_validate_json(json_data, **{**options, "strict": True})
