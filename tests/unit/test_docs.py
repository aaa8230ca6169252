"""The documents say what the code does: generated pages are up to date, links lead somewhere, nothing public is left out."""

import re
from pathlib import Path

import pytest

from cli import docs
from cli.reference import settings as settings_page
from shared.errors import PROBLEMS
from shared.messaging.contracts import contracts
from shared.messaging.topics import TOPICS
from shared.settings import UNREAD, Settings, variable
from shared.telemetry import METRICS, SPAN_ATTRIBUTES
from tests.architecture.sources import sources

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", docs.pages())
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert name not in docs.stale(), f"docs/reference/{name} is out of date: ./gabay docs"


def reference() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))


def test_every_topic_is_documented() -> None:
    text = reference()
    assert not [topic.name for topic in TOPICS if f"`{topic.name}`" not in text]


def test_every_type_of_event_is_documented() -> None:
    text = reference()
    assert not [ce_type for ce_type in contracts() if f"### {ce_type}\n" not in text]


def test_every_problem_code_is_documented() -> None:
    text = (REFERENCE / "problems.md").read_text(encoding="utf-8")
    assert not [code for code in PROBLEMS if f"`{code}`" not in text]


def test_every_setting_is_documented_and_nothing_else() -> None:
    fields = set(Settings.model_fields) - UNREAD
    assert set(settings_page.MEANING) == fields
    assert fields >= settings_page.NO_EFFECT_YET
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert not [name for name in fields if f"`{variable(name)}`" not in text]


def test_a_setting_that_has_an_effect_is_not_said_to_have_none() -> None:
    files = (file for file in sources("services/**/*.py", "shared/**/*.py", "cli/**/*.py") if file.name != "settings.py")  # checked there
    product = "".join(file.read_text(encoding="utf-8") for file in files)
    assert not [name for name in settings_page.NO_EFFECT_YET if re.search(rf"\bsettings\.{name}\b", product)]


def test_every_metric_and_attribute_is_documented_and_nothing_else() -> None:
    text = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(gabay_\w+)` \|", text, re.MULTILINE) == [metric.prometheus for metric in METRICS]
    assert set(re.findall(r"^- `([\w.]+)`$", text, re.MULTILINE)) == SPAN_ATTRIBUTES


def test_every_event_says_what_it_means() -> None:
    silent = [ce_type for ce_type, contract in contracts().items() if not (contract.event.__doc__ or "").strip()]
    assert not silent


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert not (dead := dead_links(page.read_text(encoding="utf-8"), page)), dead


def dead_links(text: str, page: Path) -> list[str]:
    dead = []
    for one, other in LINK.findall(FENCE.sub("", text)):
        target, _, anchor = (one or other).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        if (
            not file.is_relative_to(ROOT)
            or not file.exists()
            or (anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8") if target else text))
        ):
            dead.append(one or other)
    return dead


def anchors(text: str) -> set[str]:
    """As the usual viewers make them of headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = ROOT / "README.md"
    assert dead_links("[a](docs/none.md) [b](#nowhere)\n# Here\n[c](#here) [d](https://example.org)", page) == ["docs/none.md", "#nowhere"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_stands_alone(page: Path) -> None:
    """Readers have the repository and nothing beside it."""
    text = page.read_text(encoding="utf-8")
    assert "../shared/" not in re.sub(r"\]\(\.\./shared/", "](", text) or page.parent != ROOT
    assert not re.search(r"\bhandbook\b|\bagent\b|\bprompt\b|TODO|TBD", text), "refers to what readers do not have"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_file_that_a_page_names_exists(page: Path) -> None:
    """`services/...`, `shared/...`, `tests/...` in code marks, without placeholders."""
    missing = [name for name in named_files(page.read_text(encoding="utf-8")) if not _exists(name)]
    assert not missing, missing


def named_files(text: str) -> list[str]:
    found = re.findall(r"`((?:services|shared|cli|deploy|bench|tests|requirements|docs|\.ci)/[\w./*{},-]+)`", FENCE.sub("", text))
    return [name.rstrip(".,") for name in found]


def _exists(name: str) -> bool:
    if "{" in name:
        head, _, rest = name.partition("{")
        options, _, tail = rest.partition("}")
        return all(_exists(f"{head}{option}{tail}") for option in options.split(","))
    return any(ROOT.glob(name.rstrip("/")))


def test_a_named_file_that_is_gone_is_found() -> None:
    assert [n for n in named_files("`shared/errors.py` `shared/gone.py` `services/*/api.py`") if not _exists(n)] == ["shared/gone.py"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_test_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text(encoding="utf-8"))
    missing = [f"{file}::{name}" for file, name in named if not re.search(rf"def {name}\(", _text(file))]
    assert not missing, missing


def _text(name: str) -> str:
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_verb_that_a_page_names_exists(page: Path) -> None:
    from cli.app import ALL

    named = set(re.findall(r"\./gabay ([a-z]+)\b|`gabay ([a-z]+)\b", page.read_text(encoding="utf-8")))
    assert not (missing := {one or other for one, other in named} - set(ALL)), missing
