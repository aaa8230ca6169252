"""What the pages tell their readers to type works, and shows what they say it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.embedded.stack import ROOT, Stack
from tests.harness.pages import blocks, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PAGES = sorted(page for page in [*ROOT.glob("docs/tutorial/*.md"), *ROOT.glob("docs/howto/*.md")] if blocks(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page: Path, whole_stack: Stack, tmp_path: Path) -> None:
    assert not (missed := run(page, whole_stack, tmp_path)), "\n".join(missed)


def test_a_page_that_lies_is_noticed(whole_stack: Stack, tmp_path: Path) -> None:
    page = tmp_path / "lies.md"
    page.write_text("```sh\necho one\n```\n```text\ntwo\n```\n")
    assert run(page, whole_stack, tmp_path)[0] == "block 0: not seen: two"
    page.write_text("```sh\nfalse\n```\n")
    assert run(page, whole_stack, tmp_path)[0].startswith("exit status 1")
