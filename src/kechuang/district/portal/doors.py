"""Who is counted at a door: a person who has signed in, else an address.

The address is that of the connection; behind a proxy that is named in the settings the server puts
the visitor's there (cli/inside.py), and a header that anybody else sends is not looked at.
"""

from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest

from kechuang.district.core import clock, doors

from .requests import actor_in

_NETWORK = 64  # bits of an IPv6 address that are one household's


def knock(request: HttpRequest, door: str) -> None:
    """Count this request at a door.

    Raises:
        TooMany
    """
    actor = actor_in(request)
    who = f"person {actor.id}" if actor.id > 0 else caller(request)
    doors.knock(door, who, clock.now())


def caller(request: HttpRequest) -> str:
    """The visitor's address; of IPv6 the network, for whoever has one has all of its addresses."""
    told = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(told)
    except ValueError:
        return told
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network(f"{address}/{_NETWORK}", strict=False).network_address)
    return str(address)
