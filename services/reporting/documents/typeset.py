"""Documents as PDF: tagged (PDF/UA-1), and the same bytes for the same document (statistics chapter, section 13)."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

from services.reporting.documents.bulletin import bulletin
from services.reporting.documents.flow import flow
from services.reporting.documents.name import BULLETIN, FLOW, INDICATORS, file_of, pack_of
from services.reporting.documents.pack import pack
from services.reporting.documents.sheet import Document, Sheet
from services.reporting.exports.cube import frequency


def documents(sheet: Sheet) -> dict[str, bytes]:
    """Those that a release brings: a month its flow, a quarter and a year the bulletin and the packs. File name -> PDF."""
    if frequency(sheet.period) == "M":
        made: Mapping[str, Document | None] = {FLOW: flow(sheet)}
    else:
        made = {BULLETIN: bulletin(sheet)} | {pack_of(each): pack(sheet, each) for each in INDICATORS}
    return {file_of(kind, sheet.lang): pdf(document, sheet.issued) for kind, document in made.items() if document is not None}


def pdf(document: Document, issued: date) -> bytes:
    """Raises typst.TypstError where a title or a text for who does not see a chart is missing."""
    return _compiled(document, issued, format="pdf", pdf_standards=["ua-1"])[0]


def pictures(document: Document, issued: date, ppi: float = 110) -> list[bytes]:
    """Each page as PNG: to look at."""
    return _compiled(document, issued, format="png", ppi=ppi)


def _compiled(document: Document, issued: date, **options: Any) -> list[bytes]:
    import typst

    # The publication's day, not today: bytes repeat. No fonts but the compiler's own, which are the same on every machine.
    at = int(datetime(issued.year, issued.month, issued.day, tzinfo=UTC).timestamp())
    made = typst.compile(
        files(__package__).joinpath("template.typ").read_bytes(), sys_inputs={"data": json.dumps(asdict(document))},
        ignore_system_fonts=True, timestamp=at, **options,
    )  # fmt: skip
    return made if isinstance(made, list) else [made]
