"""A short printed document: a title, labelled lines and a table. Set with Typst; data reach it as data, never as markup."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Document:
    """lines: (label, text); head, rows: a table. language: for hyphenation and the document's own record of it."""

    title: str
    lines: Sequence[tuple[str, str]]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    language: str = "en"

    def pdf(self) -> bytes:
        """The document as PDF. Takes some 100 ms: call it in a thread."""
        import typst  # 34 MiB, of which a process that never prints needs nothing

        data = {"title": self.title, "lines": self.lines, "head": self.head, "rows": self.rows, "language": self.language}
        template = files("shared").joinpath("document.typ").read_bytes()
        made = typst.compile(template, format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
        assert isinstance(made, bytes)
        return made
