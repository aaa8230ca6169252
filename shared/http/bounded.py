"""Bounds said at every schema of the OpenAPI document that says nothing narrower.

No array of a body is longer than its reader takes (`shared/http/body.py`), no text longer than a body of that many bytes could
sensibly hold, no number one that JavaScript would round. A program that writes clients from the document, or checks it, sees
them where it looks.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.http.body import ARRAY

TEXT: Final = 8_000
NO_NUL: Final = "^[^\\u0000]*$"
INTEGER: Final = 2**53 - 1
BY_FORMAT: Final = {"uuid": 36, "date": 10, "date-time": 40, "uri": 2_000}
"""Characters of a text in a format; of a time with an offset and as many digits of a second as anybody writes."""

_AS_IT_IS: Final = ("example", "examples", "enum", "const", "default")


def bounded(schema: Any) -> Any:
    """The same schema with every bound said. Leaves what is narrower, and examples, as they are."""
    if isinstance(schema, list):
        return [bounded(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    told = {key: value if key in _AS_IT_IS else bounded(value) for key, value in schema.items()}
    match told.get("type"):
        case "string" if not {"enum", "const"} & told.keys():
            free = {} if {"format", "pattern"} & told.keys() else {"pattern": NO_NUL}
            return {"maxLength": BY_FORMAT.get(told.get("format", ""), TEXT)} | free | told
        case "integer":
            least = {} if "exclusiveMinimum" in told else {"minimum": -INTEGER}
            most = {} if "exclusiveMaximum" in told else {"maximum": INTEGER}
            return {"format": "int64"} | least | most | told
        case "array":
            return {"maxItems": ARRAY} | told
    return told
