"""A refused body is logged with the exception's text, which quotes what was sent."""

import sys
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.http import operation


def plant() -> None:
    validated = operation.validated

    def tells(model: type[BaseModel], raw: bytes, value: Any) -> Any:
        try:
            model.model_validate_json(raw)
        except ValidationError as error:
            print(error, file=sys.stderr, flush=True)
        return validated(model, raw, value)

    operation.validated = tells
