"""What refusals say: in three languages, whole, and never a text that was made while running."""

import re
from string import ascii_letters

import pytest

from cli import messages
from shared.errors import PROBLEMS, Rejected
from shared.http import wording
from shared.http.problems import Problem, document, problem_of, render
from shared.http.wording import LANGUAGES, SOURCE
from tests.unit.http.kit import count, running

OTHERS = [each for each in LANGUAGES if each != SOURCE]
TRACE = "0" * 32
CANARY = "Kanaryo-Dela-Cruz"


def test_every_text_has_all_languages_and_no_name_is_lost() -> None:
    """Add what is missing with `gabay messages`, then fill it in."""
    assert messages.findings() == []


def test_a_translation_is_another_text() -> None:
    texts = messages.texts()
    assert len(texts) > 150
    for language in OTHERS:
        same = [text for text in texts if wording.say(text, language) == text]
        assert not same, f"{language}: {same}"


def test_a_lost_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    read = messages.read
    text = "A supervisor closes this case and names who asked (requested_by)."

    def forgetful(language: str) -> messages.Catalog:
        catalogue = read(language)
        catalogue[text].string = "Un superviseur."  # type: ignore[index,union-attr]  # it is there
        return catalogue

    monkeypatch.setattr(messages, "read", forgetful)
    assert [line.split(" is lost")[0] for line in messages.findings()] == [f"{language}: requested_by" for language in OTHERS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_says_which_rule_and_what_to_do(code: str, language: str) -> None:
    shown = document(Problem(code), TRACE, language)
    assert set(ascii_letters) & set(shown["title"])
    assert shown["detail"].endswith((".", ")"))
    assert shown["title"] != shown["detail"]


def test_no_text_is_longer_than_the_document_says() -> None:
    assert max(len(wording.say(text, each)) for text in messages.texts() for each in LANGUAGES) <= 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_its_own_remedy(language: str) -> None:
    remedy = "Choose a unit whose room class fits sex, age and family."
    shown = document(problem_of(Rejected("separation-rule", remedy, room_class="DORM_F")), TRACE, language)
    assert (shown["detail"], shown["room_class"]) == (wording.say(remedy, language), "DORM_F")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_made_while_running_is_never_shown(language: str) -> None:
    shown = document(problem_of(Rejected("invalid-state", f"{CANARY} is no state.")), TRACE, language)
    assert CANARY not in str(shown)
    assert shown["detail"] == wording.say(PROBLEMS["invalid-state"].remedy, language)


@pytest.mark.parametrize(("accept", "language"), [("fr-FR", "fr"), ("tl, en;q=0.5", "fil"), ("de", "en"), (None, "en")])
async def test_the_answer_says_in_which_language_it_is(accept: str | None, language: str) -> None:
    headers = {"accept_language": accept} if accept else {}
    async with running() as service:
        answer = await service.post("/v1/counters", count(extra=1), service.person("reception"), **headers)
    assert answer.headers["content-language"] == language
    assert "accept-language" in answer.headers["vary"].lower()
    assert answer.json()["detail"] == wording.say(PROBLEMS["validation"].remedy, language)


def test_what_is_extracted_is_what_stands_in_the_code() -> None:
    """Also of a helper that takes the remedy, and of a name that holds it."""
    texts = messages.texts()
    assert "Give a day on or after the arrival." in texts
    assert "Read the client again: this consent may have ended." in texts
    assert not [text for text in texts if re.search(r"\{[^}]*\}", text)], "a text with a placeholder is made while running"


def test_headers_of_a_problem_are_not_lost_to_its_own() -> None:
    _, headers, _ = render(Problem("rate-limited", {"Retry-After": "3"}), TRACE, "fil")
    assert (headers["Retry-After"], headers["Content-Language"]) == ("3", "fil")
