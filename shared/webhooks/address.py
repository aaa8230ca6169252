"""Where a delivery may go: public addresses, and inner networks that the operator named. Checked where it connects.

A name is resolved once, every address of it is judged, and the connection goes to a judged address: a name that changes its
mind between the check and the connection (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

from shared.webhooks.endpoint import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses that carry another address inside: a gateway would take the delivery to it.
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


class Forbidden(Exception):
    """An address that a webhook must not reach. Not repeated in logs: it tells of the inside."""


def judge(address: Address, networks: Iterable[Network] = (), *, public: bool = True) -> None:
    """Raise Forbidden unless the address is in one of the networks or, where such may be reached, public."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address.version == network.version and address in network for network in networks):
        return
    tunnel = any(address.version == network.version and address in network for network in TUNNELS)
    if not public or not address.is_global or address.is_multicast or address.is_reserved or tunnel:
        raise Forbidden("the name leads to an address that is neither public nor in a network that was named")


class Guarded(httpcore.AsyncNetworkBackend):
    """Connects for httpcore, after the judgement. public: false where the url is http, which leaves no named network.
    resolve: for tests."""

    def __init__(self, networks: Sequence[Network] = (), resolve: Any = None, *, public: bool = True) -> None:
        self._networks, self._resolve, self._public = networks, resolve or _resolve, public
        self._under = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await asyncio.wait_for(self._resolve(host, port), timeout or 10)
        if not addresses:
            raise httpcore.ConnectError("no address")
        for address in addresses:
            judge(address, self._networks, public=self._public)  # all of them: one inner address among many is a trap, not an accident
        return await self._under.connect_tcp(str(addresses[0]), port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        raise Forbidden("a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._under.sleep(seconds)


async def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise httpcore.ConnectError("the name is not known") from None
    return list(dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found))
