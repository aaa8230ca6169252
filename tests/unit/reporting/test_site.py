"""Public pages as files: where they stand, how they lead to each other, what a second run does to the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.site import LIST, Target
from deploy.embedded.problem import StackProblem
from services.reporting.pages.files import file_of_page, still


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/statistics?lang=en", "index.html"),
        ("/statistics?lang=fil&period=2026-Q3", "fil/2026-Q3.html"),
        ("/statistics?release=PH-2026Q3.0&lang=fr", "fr/PH-2026Q3.0.html"),
        ("/statistics/tables/I01B?release=PH-2026Q3.0&lang=en", "tables/PH-2026Q3.0/I01B.html"),
        ("/statistics/method?lang=fr", "fr/method.html"),
    ],
)
def test_every_page_has_a_place(address: str, file: str) -> None:
    assert file_of_page(address) == file


def test_links_lead_to_files_from_any_folder() -> None:
    page = (
        '<a href="/statistics/method?lang=fr#i01"><a href="/v1/statistics/releases/PH-2026Q3.0/tables/I01B?format=xlsx">'
        '<a href="/v1/statistics/releases/PH-2026Q3.0/packs/PSS/fr"><a href="/statistics?lang=en"><a href="#top">'
    )
    made = still(page, "/statistics/tables/I01B?release=PH-2026Q3.0&lang=fr")
    assert made.text == (
        '<a href="../../method.html#i01"><a href="../../../releases/PH-2026Q3.0/I01B.fr.xlsx">'
        '<a href="../../../releases/PH-2026Q3.0/pack-PSS.fr.pdf"><a href="../../../index.html"><a href="#top">'
    )
    assert (made.pages, made.releases) == ({"/statistics/method?lang=fr", "/statistics?lang=en"}, {"PH-2026Q3.0"})


def test_a_link_that_no_file_stands_for_is_refused() -> None:
    with pytest.raises(ValueError, match="/statistics/internal"):
        still('<a href="/statistics/internal">', "/statistics?lang=en")


def test_a_second_run_writes_what_changed_and_removes_what_was_taken_back(tmp_path: Path) -> None:
    first = Target.open(tmp_path)
    for name in ("index.html", "fr/index.html", "releases/PH-2026Q3.0/I01B.csv"):
        first.put(name, name.encode())
    first.sweep()
    first.close()
    (tmp_path / "CNAME").write_text("ours")
    again = Target.open(tmp_path)
    again.put("index.html", b"index.html")
    again.put("fr/index.html", b"other")
    again.sweep()
    again.close()
    assert (again.changed, again.removed) == (1, 1)
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()) == [
        "CNAME", LIST, "fr/index.html", "index.html"
    ]  # fmt: skip


def test_what_a_broken_run_wrote_is_still_known_to_the_next(tmp_path: Path) -> None:
    first = Target.open(tmp_path)
    first.put("old.html", b"")
    first.close()
    Target.open(tmp_path).close()
    assert Target.open(tmp_path).before == {"old.html"}


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(StackProblem, match="did not write"):
        Target.open(tmp_path)
