"""Whether a consent permits something is asked in one place, `shared.consent.may`; here stands who asks, and for what."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import ROOT, called, findings, lint, sources, tree

ASKED_BY = {
    "services/intake/client/rules.py",  # what rests on the consent to case management
    "services/intake/client/consenting.py",  # a consent that has run out when it is given
    "services/casework/parts.py",  # cases, tracing, consular contact, return, follow-up
    "services/referrals/parts.py",  # sending
}
"""Statistics ask no day: that consent has no last one, and without it the key is gone that opens what would be counted. That
`State.statistics` of intake and the people of reporting give the same answer as the question, after any history of consents:
tests/unit/intake/test_consent_rule.py, tests/integration/reporting/test_consent_rule.py. Whatever reporting exports is made of
whom it counts. What a person gets of their own data rests on no consent: it is their right."""

BY_CHAIN = {"services/referrals/consents/ended.sql"}
"""Asked of a referral that was sent: whether any consent that took the place of the one it was sent under has ended."""


def judged_elsewhere(node: ast.AST) -> Iterator[tuple[int, str]]:
    """A comparison with the last day of a consent, or with the first one without it."""
    for each in ast.walk(node):
        if isinstance(each, ast.Compare) and not all(isinstance(op, ast.Is | ast.IsNot) for op in each.ops):
            named = {called(part).rpartition(".")[2] for part in ast.walk(each) if isinstance(part, ast.Name | ast.Attribute)}
            if named & {"valid_to", "ended_on"}:
                yield each.lineno, "compares the end of a consent: ask shared.consent.may"


def test_nobody_judges_a_consent_by_themselves() -> None:
    assert findings(judged_elsewhere, "over = on > valid_to") == ["compares the end of a consent: ask shared.consent.may"]
    assert findings(judged_elsewhere, "there = consent.valid_to is not None") == []
    assert lint(judged_elsewhere, sources("services/**/*.py")) == []
    asks_days = {
        file.relative_to(ROOT).as_posix()
        for file in ROOT.glob("services/*/consents/*.sql")
        if re.search(r"(valid_to|ended_on).*[<>]", file.read_text(encoding="utf-8"))
    }
    assert asks_days == BY_CHAIN


def test_who_asks_is_named() -> None:
    asking = {
        file.relative_to(ROOT).as_posix()
        for file in sources("services/**/*.py")
        if any(isinstance(node, ast.Call) and called(node) == "may" for node in ast.walk(tree(file)))
    }
    assert asking == ASKED_BY
