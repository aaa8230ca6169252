"""Ids, keys, fingerprints, If-Match: the values that other implementations must reproduce."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from shared.http.ids import NAMESPACE, Fingerprints, command_id, public_path, read_if_match, read_key, request_text
from shared.http.problems import Problem

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_command_id_is_the_published_one() -> None:
    principal = "user:https://id.antique.example/realms/gabay|7b0f6c1e-54a1-4a53-9d8e-6f1d2a3b4c5d"
    found = command_id(principal, "POST /v1/clients", read_key("0199A1F4-7d02-7c1b-8a41-5e2b7f90c3aa"))
    assert found == UUID("708c3ee2-3405-55e3-b269-0bb59134507b")
    assert uuid5(found, "0") == UUID("105eb620-0ebf-500c-9783-26c179caf948")


def test_the_namespace_is_derived_and_not_drawn() -> None:
    assert uuid5(NAMESPACE_URL, "urn:gabay:command") == NAMESPACE


@pytest.mark.parametrize("text", ['"0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa"', " 0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa "])
def test_a_key_may_be_bare_or_quoted(text: str) -> None:
    assert read_key(text) == "0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa"


@pytest.mark.parametrize("text", ["", "x", "0199a1f4-7d02-1c1b-8a41-5e2b7f90c3aa", "{0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa}", '"', "٠" * 36])
def test_another_key_is_invalid(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        read_key(text)
    assert refusal.value.code == "idempotency-key-invalid"


def test_no_key_is_missing() -> None:
    with pytest.raises(Problem) as refusal:
        read_key(None)
    assert refusal.value.code == "idempotency-key-missing"


def test_if_match_is_a_version_or_a_star() -> None:
    assert read_if_match('"7"') == 7
    assert read_if_match("*") == "*"
    assert read_if_match(None) is None


@pytest.mark.parametrize("text", ["7", 'W/"7"', '"0"', '"7", "8"', '"-1"', '"07"', '"99999999999"', ""])
def test_another_tag_is_unreadable(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        read_if_match(text)
    assert refusal.value.members == {"where": "if-match"}


def test_a_route_is_named_as_documents_name_it() -> None:
    assert public_path("/v1/clients/{client_id:uuid}/consents/{cid:uuid}:withdraw") == "/v1/clients/{id}/consents/{cid}:withdraw"
    assert public_path("/v1/codes/{list}") == "/v1/codes/{list}"


def test_the_same_wish_has_the_same_fingerprint_however_it_is_written() -> None:
    prints = Fingerprints({2026: b"k" * 32})
    one = request_text("POST /v1/x", {"id": 1}, {"a": 1, "b": 2, "search_token": "t"})
    two = request_text("POST /v1/x", {"id": 1}, {"b": 2, "a": 1})
    assert prints.same(two)(prints.of(one, NOW))


@pytest.mark.parametrize("other", [("POST /v1/y", 1, 1), ("POST /v1/x", 2, 1), ("POST /v1/x", 1, 2)])
def test_another_wish_has_another_fingerprint(other: tuple[str, int, int]) -> None:
    prints = Fingerprints({2026: b"k" * 32})
    stored = prints.of(request_text("POST /v1/x", {"id": 1}, {"a": 1}), NOW)
    route, identity, value = other
    assert not prints.same(request_text(route, {"id": identity}, {"a": value}))(stored)


def test_a_repetition_in_the_new_year_is_compared_with_the_old_key() -> None:
    request = request_text("POST /v1/x", {}, {"a": 1})
    stored = Fingerprints({2025: b"o" * 32}).of(request, datetime(2025, 12, 31, tzinfo=UTC))
    both = Fingerprints({2026: b"n" * 32, 2025: b"o" * 32})
    assert both.same(request)(stored)
    assert not both.same(request + b"x")(stored)


def test_after_the_key_of_a_year_is_destroyed_a_repetition_is_answered_without_comparison() -> None:
    stored = Fingerprints({2024: b"o" * 32}).of(b"one", datetime(2024, 1, 1, tzinfo=UTC))
    assert Fingerprints({2026: b"n" * 32}).same(b"another")(stored)


def test_production_without_a_fingerprint_key_is_told_so() -> None:
    with pytest.raises(ValueError, match="GABAY_FINGERPRINT_KEYS"):
        Fingerprints({})
