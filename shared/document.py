"""A short printed document: a title, labelled lines and a table. Set with Typst; data reach it as data, never as markup."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of a longer document. head: of a new chapter, empty while the last one goes on; under: a line in small print."""

    head: str
    title: str
    under: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Document:
    """lines: (label, text); head, rows: a table; parts: what follows it. note: under the title.

    language: for hyphenation and the document's own record of it.
    """

    title: str
    lines: Sequence[tuple[str, str]]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    language: str = "en"
    parts: Sequence[Section] = ()
    note: str = ""

    def pdf(self) -> bytes:
        """The document as PDF. Takes some 100 ms: call it in a thread."""
        import typst  # 34 MiB, of which a process that never prints needs nothing

        data = asdict(self)
        template = files("shared").joinpath("document.typ").read_bytes()
        made = typst.compile(template, format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
        assert isinstance(made, bytes)
        return made
