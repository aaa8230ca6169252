"""A tagged PDF as a screen reader gets it: by its structure tree, not by where things stand. pdfplumber reads, which did not write."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Told:
    """catalog: of the file; elements: type and text in reading order; figures: texts for who does not see them; tables: rows of
    cells, each with the paragraph that follows it."""

    catalog: dict[str, Any]
    title: str
    pages: int
    elements: list[tuple[str, str]] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    tables: list[tuple[list[list[str]], str]] = field(default_factory=list)


def told(content: bytes) -> Told:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as pdf:
        found = Told(dict(pdf.doc.catalog), pdf.metadata["Title"], len(pdf.pages))
        texts: dict[tuple[int, int], str] = defaultdict(str)
        for page in pdf.pages:
            for char in page.chars:
                if char.get("mcid") is not None:
                    texts[page.page_number, char["mcid"]] += char["text"]
        for element in pdf.structure_tree:
            for each in _flat(element):
                kind = each["type"]
                if kind == "Table":
                    rows = [row for row in _flat(each) if row["type"] == "TR"]
                    found.tables.append(([[_text(cell, texts) for cell in row["children"]] for row in rows], ""))
                elif kind == "Figure":
                    found.figures.append(each.get("alt_text") or "")
                elif kind in ("P", "H1", "H2", "H3"):
                    text = _text(each, texts)
                    found.elements.append((kind, text))
                    if kind == "P" and found.tables and not found.tables[-1][1]:
                        found.tables[-1] = (found.tables[-1][0], text)
    return found


def _flat(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield element
    for child in element.get("children", ()):
        yield from _flat(child)


def _text(element: dict[str, Any], texts: dict[tuple[int, int], str]) -> str:
    said = "".join(texts[each["page_number"], mcid] for each in _flat(element) for mcid in each.get("mcids", ()))
    return " ".join(said.replace("\u00ad", "").split())
