"""What goes wrong at a key service: what may pass is asked again and heals, what does not pass says what to mend. On a real OpenBao."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.compose import open_keks
from shared.errors import Unavailable
from shared.privacy.classes import IDENTITY, PROFILE
from shared.privacy.transit import TransitKeks, open_transit
from shared.settings import Settings
from tests.harness.openbao import OpenBao
from tests.harness.proxy import Cable, Proxy


def key() -> Any:
    return [(IDENTITY, uuid4(), os.urandom(32))]


def opened(server: OpenBao, name: str, token: Path | None = None, **options: Any) -> AbstractAsyncContextManager[TransitKeks]:
    given = {"address": server.address, "mount": "transit", "ca_file": server.ca_file} | options
    return open_transit(token_file=token or server.token_file(server.new_token(name)), names={IDENTITY: name}, **given)


@pytest.fixture
async def keks(openbao: OpenBao) -> AsyncIterator[TransitKeks]:
    async with opened(openbao, openbao.new_key()) as keks:
        yield keks


async def test_a_sealed_server_is_away_until_it_is_unsealed(openbao: OpenBao, keks: TransitKeks) -> None:
    openbao.seal()
    try:
        with pytest.raises(Unavailable, match="sealed"):
            await keks.wrap(key())
    finally:
        openbao.unseal()
    assert len(await keks.wrap(key())) == 1


async def test_a_cut_cable_is_away_until_it_is_mended(openbao: OpenBao) -> None:
    async with Proxy(openbao.port) as proxy, opened(openbao, openbao.new_key(), address=f"https://127.0.0.1:{proxy.port}") as keks:
        async with proxy.as_(Cable.CUT):
            with pytest.raises(Unavailable, match="GABAY_OPENBAO_ADDR"):
                await keks.wrap(key())
        assert len(await keks.wrap(key())) == 1


async def test_a_process_finds_it_by_its_settings(openbao: OpenBao) -> None:
    names = {"GABAY_KEK_IDENTITY": openbao.new_key(), "GABAY_KEK_PROFILE": openbao.new_key()}
    where = {"GABAY_OPENBAO_ADDR": openbao.address, "GABAY_OPENBAO_CA_FILE": str(openbao.ca_file)}
    token = openbao.token_file(openbao.new_token(*names.values()))
    settings = Settings.load("intake", "cli", names | where | {"GABAY_KEK_SOURCE": "openbao", "GABAY_OPENBAO_TOKEN_FILE": str(token)})
    async with open_keks(settings) as keks:
        assert keks.classes() == {IDENTITY, PROFILE}
        assert len(await keks.wrap(key())) == 1


class Stumbling(httpx.AsyncHTTPTransport):
    """Loses the first two requests, answers the third as an overloaded server does, and lets the others pass."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked < 3:
            raise httpx.ConnectError("reset", request=request)
        return httpx.Response(503, request=request) if self.asked == 3 else await super().handle_async_request(request)


async def test_a_fault_that_passes_within_two_seconds_is_not_noticed(openbao: OpenBao) -> None:
    name = openbao.new_key()
    transport = Stumbling(verify=openbao.trusting())
    async with httpx.AsyncClient(base_url=f"{openbao.address}/v1/transit/", transport=transport) as client:
        keks = TransitKeks(client, openbao.token_file(openbao.new_token(name)), {IDENTITY: name})
        assert len(await keks.wrap(key())) == 1
        assert transport.asked == 4


async def test_an_expired_token_is_said_and_the_next_one_needs_no_restart(openbao: OpenBao) -> None:
    name = openbao.new_key()
    token = openbao.new_token(name)
    file = openbao.token_file(token)
    async with opened(openbao, name, file) as keks:
        openbao.call("POST", "auth/token/revoke", {"token": token}).raise_for_status()
        with pytest.raises(Unavailable, match="GABAY_OPENBAO_TOKEN_FILE"):
            await keks.wrap(key())
        file.write_text(openbao.new_token(name), encoding="ascii")
        assert len(await keks.wrap(key())) == 1
        file.unlink()
        with pytest.raises(Unavailable, match="GABAY_OPENBAO_TOKEN_FILE cannot be read"):
            await keks.wrap(key())


async def test_what_can_not_work_is_said_when_it_is_opened(openbao: OpenBao) -> None:
    name, plain = openbao.new_key(), openbao.new_key(derived=False)
    root = openbao.token_file(openbao.root_token)
    for asked, remedy in (
        (opened(openbao, name, mount="elsewhere", token=root), "GABAY_OPENBAO_MOUNT"),
        (opened(openbao, "gabay-nothing", token=root), "no such key"),
        (opened(openbao, plain), "not derived"),
        (opened(openbao, name, token=openbao.token_file(openbao.new_token(plain))), "policy"),
        (opened(openbao, name, ca_file=None), "GABAY_OPENBAO_CA_FILE"),
    ):
        with pytest.raises(Unavailable, match=remedy):
            async with asked:
                pass


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "keys/{}/rotate"), ("POST", "keys/{}/config"), ("GET", "export/encryption-key/{}"), ("DELETE", "keys/{}")]
)
def test_the_documented_policy_allows_no_more_than_wrapping(openbao: OpenBao, method: str, path: str) -> None:
    name = openbao.new_key()
    assert openbao.call(method, "transit/" + path.format(name), {}, token=openbao.new_token(name)).status_code == 403


def test_wrapping_makes_no_key_of_a_misspelt_name(openbao: OpenBao) -> None:
    body = {"plaintext": "YQ==", "context": "YQ=="}
    assert openbao.call("POST", "transit/encrypt/gabay-idenity", body, token=openbao.new_token("gabay-idenity")).status_code == 403
