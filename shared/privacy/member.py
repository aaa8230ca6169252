"""What a member of a form means, and where its content is kept."""

from typing import Any

from pydantic import Field

from shared.privacy.classes import FieldClass


def member(description: str, *classes: FieldClass) -> Any:
    """Description of a member of a request. classes: those it is sealed under; none: it stands open in the fact.

    note: Annotated[Text | None, member("Note of the worker.", NARRATIVE)] = None
    """
    return Field(description=description, json_schema_extra={"x-gabay-classes": [str(each) for each in classes]} if classes else None)
