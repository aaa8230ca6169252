"""`docs/reference/asvs.md`: each requirement of OWASP ASVS 5.0.0 up to level 2, and the test that shows it or what is missing."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = Path(__file__).resolve().parents[2] / "tests" / "security" / "asvs.csv"
VERDICTS: Final = ("met", "not met", "not applicable")
CHAPTERS: Final = (
    "Encoding and sanitising", "Validation and business logic", "Browsers", "APIs", "Files", "Authentication", "Sessions", "Authorisation",
    "Self-contained tokens", "OAuth and OIDC", "Cryptography", "Communication", "Configuration", "Data protection", "Code and architecture",
    "Logging and errors", "WebRTC",
)  # fmt: skip

HEAD: Final = """<!-- Made from `tests/security/asvs.csv` by `./gabay docs`. Change that, then run it; a test compares the two. -->

# OWASP ASVS 5.0.0

Every requirement of levels 1 and 2, and those of level 3 that are met. *Met* names a test of ours that fails when it no longer is;
*not met* says what is missing, if only a test; *not applicable* says why the question does not arise here. The second column is our
shorthand: the words that count are the standard's. Nobody outside the project has verified this table.

"""


class Row(NamedTuple):
    """A requirement. shown: the tests of what is met, parted by spaces, else the reason."""

    id: str
    level: str
    verdict: str
    idea: str
    shown: str


def rows() -> list[Row]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Row(**each) for each in csv.DictReader(file)]


def page() -> str:
    told = rows()
    counts = Counter((each.level, each.verdict) for each in told)
    lines = ["| Level | " + " | ".join(VERDICTS) + " |", "|---|" + "---|" * len(VERDICTS)]
    lines += [f"| {level} | " + " | ".join(str(counts[level, verdict]) for verdict in VERDICTS) + " |" for level in "123"]
    for number, title in enumerate(CHAPTERS, 1):
        mine = [each for each in told if each.id.startswith(f"{number}.")]
        lines += ["", f"## {number} {title}", "", "| Id | Level | Asks | Verdict | Shown by, or why |", "|---|---|---|---|---|"]
        lines += [f"| {each.id} | {each.level} | {each.idea} | {each.verdict} | {_shown(each)} |" for each in mine]
    return HEAD + "\n".join(lines) + "\n"


def _shown(row: Row) -> str:
    return ", ".join(f"`{name}`" for name in row.shown.split()) if row.verdict == "met" else row.shown
