"""Where webhooks may go and how they are signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore
import pytest

from cli.contracts import corpus
from shared.messaging.cloudevents import decode
from shared.webhooks.address import Forbidden, Guarded, judge
from shared.webhooks.deliver import FIRST, LONGEST, Deliverer, pause
from shared.webhooks.endpoint import Endpoint, load, signed
from shared.webhooks.process import body
from shared.webhooks.queue import Queue

SECRET = base64.b64encode(b"k" * 32).decode()
HEAD = '[acme]\ntopics = ["casework.case.v1"]\n[[acme.webhooks]]\nname = "one"\nsecret_file = "secret"\n'


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1", "::127.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_forbidden(address: str) -> None:
    with pytest.raises(Forbidden):
        judge(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_a_public_address_is_allowed(address: str) -> None:
    judge(ipaddress.ip_address(address))


def test_an_inner_network_is_allowed_when_it_is_named_and_no_other() -> None:
    networks = [ipaddress.ip_network("10.1.2.0/24")]
    judge(ipaddress.ip_address("10.1.2.3"), networks)
    with pytest.raises(Forbidden):
        judge(ipaddress.ip_address("10.1.3.3"), networks)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "0"])
async def test_whatever_a_host_is_called_its_address_decides(host: str) -> None:
    with pytest.raises((Forbidden, httpcore.ConnectError)):
        await Guarded().connect_tcp(host.strip("[]"), 1, 2)


async def test_one_inner_address_among_public_ones_forbids_all() -> None:
    async def both(host: str, port: int) -> list[Any]:
        return [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("10.0.0.1")]

    with pytest.raises(Forbidden):
        await Guarded(resolve=both).connect_tcp("two.example", 443, 2)


async def test_without_encryption_nothing_leaves_the_networks_that_were_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def public(host: str, port: int) -> list[Any]:
        return [ipaddress.ip_address("93.184.216.34")]

    monkeypatch.setattr("shared.webhooks.address._resolve", public)
    open_ = Endpoint("one", "http://hooks.example/a", (b"k" * 32,), networks=(ipaddress.ip_network("10.0.0.0/8"),))
    deliverer = Deliverer(open_, Queue(tmp_path / "hooks.db"))
    with pytest.raises(Forbidden):
        await deliverer._pool._network_backend.connect_tcp("hooks.example", 80, 2)


async def test_no_socket_of_the_machine() -> None:
    with pytest.raises(Forbidden):
        await Guarded().connect_unix_socket("/run/docker.sock")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('url = "http://hooks.example/a"\n', "https://"),
        ('url = "ftp://hooks.example/a"\nnetworks = ["10.0.0.0/8"]\n', "https://"),
        ('url = "https://user:word@hooks.example/a"\n', "neither user nor password"),
        ('url = "https:///a"\n', "has a host"),
        ("", "url and secret_file are needed"),
        ('url = "https://hooks.example/a"\nretries = 3\n', "nothing else"),
        ('url = "https://hooks.example:70000/a"\n', "webhook 1 of acme: .*port"),
        ('url = "https://hooks.example/a"\nnetworks = ["10.1.2.3/8"]\n', "webhook 1 of acme: networks"),
        ('url = "https://hooks.example/a"\ntypes = ["service-deliverd"]\n', "types has service-deliverd"),
        ('url = "https://hooks.example/a"\ntypes = ["consent-given"]\n', "no topic of the agreement"),
    ],
)
def test_an_endpoint_that_is_wrong_is_refused(more: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"whsec_{SECRET}\n")
    (tmp_path / "r.toml").write_text(HEAD + more)
    with pytest.raises(ValueError, match=words):
        load(tmp_path / "r.toml", "acme")


@pytest.mark.parametrize("secret", ["", "short", base64.b64encode(b"k" * 20).decode(), "ü"])
def test_a_weak_or_missing_secret_is_refused_without_being_shown(secret: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(secret)
    (tmp_path / "r.toml").write_text(HEAD + 'url = "https://hooks.example/a"\n')
    with pytest.raises(ValueError, match="secret_file") as caught:
        load(tmp_path / "r.toml", "acme")
    assert not secret or secret not in str(caught.value)


def test_every_secret_signs_so_that_one_can_be_changed() -> None:
    keys = (b"n" * 32, b"o" * 32)
    headers = signed(Endpoint("one", "https://hooks.example/a", keys), "msg-1", 1700000000, b"{}")
    each = [base64.b64encode(hmac.new(key, b"msg-1.1700000000.{}", hashlib.sha256).digest()).decode() for key in keys]
    assert headers == {"webhook-id": "msg-1", "webhook-timestamp": "1700000000", "webhook-signature": f"v1,{each[0]} v1,{each[1]}"}


def test_an_endpoint_takes_the_types_that_it_named_and_every_erasure() -> None:
    one = Endpoint("one", "https://hooks.example/a", (b"k" * 32,), frozenset({"service-delivered"}))
    assert one.takes("gabay.casework.service-delivered.v1")
    assert one.takes("gabay.intake.client-erased.v1")
    assert not one.takes("gabay.casework.case-opened.v1")


def test_the_body_is_a_cloud_event_with_the_fact_as_it_is_on_the_topic() -> None:
    path = corpus.GOLDEN / "casework" / "case-opened" / "1.0" / "full.json"
    record = corpus.read(path)
    headers = tuple((name, value.encode()) for name, value in record["headers"].items())
    value = json.dumps(record["value"]).encode()
    sent = SimpleNamespace(topic=record["topic"], partition=0, offset=0, key=record["key"].encode(), headers=headers, value=value)
    told = json.loads(body(decode(sent)))
    assert told["data"] == record["value"]
    for name in ("specversion", "id", "source", "type", "subject", "time", "recordedtime", "sequence", "correlationid", "causationid"):
        assert told[name] == record["headers"][f"ce_{name}"]


def test_pauses_double_up_to_six_hours() -> None:
    pauses = [pause(n, lambda: 0.5) for n in range(40)]
    assert pauses[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert max(pauses) == LONGEST
    assert pause(3, lambda: 0.0) < pause(3, lambda: 1.0)
