"""The identity provider's realm gives tokens that the services take, and nothing beside: read from its files, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.http.auth import LONGEST_LIFE, SCOPES
from shared.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEPLOY / path).read_text(encoding="utf-8"))
    return found


REALMS = {path: read(path) for path in ("keycloak/realm.json", "compose/keycloak/gabay-realm.json")}
DEVICE = read("keycloak/device.json")
CLIENTS = [*(client for realm in REALMS.values() for client in realm["clients"]), DEVICE]


@pytest.mark.parametrize("realm", REALMS.values(), ids=REALMS)
def test_the_scopes_and_audiences_are_ours(realm: dict[str, Any]) -> None:
    scopes = {scope["name"]: scope for scope in realm["clientScopes"]}
    assert {name for name, scope in scopes.items() if scope["attributes"]["include.in.token.scope"] == "true"} == SCOPES
    mappers = scopes["gabay-base"]["protocolMappers"]
    audiences = {mapper["config"].get("included.custom.audience") for mapper in mappers} - {None}
    assert audiences == {f"gabay-{service}" for service in ("intake", "casework", "referrals", "reporting")}
    assert {"oidc-sub-mapper", "oidc-acr-mapper"} <= {mapper["protocolMapper"] for mapper in mappers}
    assert "auth_time" in {mapper["config"].get("claim.name") for mapper in mappers}
    assert Settings.model_fields["oidc_step_up_acr"].default in json.loads(realm["attributes"]["acr.loa.map"])
    assert realm["accessTokenLifespan"] <= LONGEST_LIFE


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["clientId"])
def test_a_client_gets_access_tokens_and_takes_no_password(client: dict[str, Any]) -> None:
    assert client["attributes"]["access.token.header.type.rfc9068"] == "true"
    assert client["attributes"]["access.token.signed.response.alg"] == "ES256"
    assert client["directAccessGrantsEnabled"] is False
    assert "gabay-base" in client["defaultClientScopes"]
    assert "secret" not in client


def test_production_wants_tls_and_exact_addresses() -> None:
    realm = REALMS["keycloak/realm.json"]
    assert (realm["sslRequired"], realm["registrationAllowed"], realm["bruteForceProtected"]) == ("all", False, True)
    [app] = realm["clients"]
    assert app["attributes"]["pkce.code.challenge.method"] == "S256"
    assert all(uri.startswith("https://") and "*" not in uri for uri in app["redirectUris"])


def test_production_signs_with_a_key_of_its_own_and_asks_for_a_second_factor_for_the_strong_level() -> None:
    """That Keycloak does what this says is asked in tests/security/test_keycloak.py."""
    realm = REALMS["keycloak/realm.json"]
    providers = [each["providerId"] for each in realm["components"]["org.keycloak.keys.KeyProvider"]]
    assert [name for name in providers if name not in ("hmac-generated", "aes-generated")] == ["ecdsa-generated"]
    flows = {flow["alias"]: flow["authenticationExecutions"] for flow in realm["authenticationFlows"]}
    assert {"conditional-level-of-authentication", "auth-otp-form"} == {each["authenticator"] for each in flows["gold"]}
    levels = {each["alias"]: each["config"]["loa-condition-level"] for each in realm["authenticatorConfig"]}
    assert {alias: int(level) for alias, level in levels.items()} == json.loads(realm["attributes"]["acr.loa.map"])
    assert realm["browserFlow"] in flows


def test_a_device_signs_with_a_key_of_its_own_and_has_room_for_the_next() -> None:
    assert (DEVICE["clientAuthenticatorType"], DEVICE["serviceAccountsEnabled"], DEVICE["publicClient"]) == ("client-jwt", True, False)
    keys = json.loads(DEVICE["attributes"]["jwks.string"])["keys"]
    assert [key["kid"] for key in keys] == ["KID-NOW", "KID-NEXT"]
    assert all("d" not in key for key in keys), "a private key"
    [claim] = DEVICE["protocolMappers"]
    assert claim["config"]["claim.name"] == "gabay_device"
    assert set(DEVICE["defaultClientScopes"]) & SCOPES == {"gabay:read", "gabay:write"}
