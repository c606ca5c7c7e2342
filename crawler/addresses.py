"""Where a request may go: which addresses and ports are the public internet, and which are not.

Decided on the address that will be connected to, never on a host's text: `127.1`, `0x7f.1` and
a name that resolves to 127.0.0.1 are the same place. `ipaddress.is_global` is not enough: it
calls several tunnels, translations and multicast groups global, and differs between releases.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import chain, zip_longest
from typing import Final, Self, TypeAlias

from crawler.errors import SettingsError

Address: TypeAlias = IPv4Address | IPv6Address
Block: TypeAlias = IPv4Network | IPv6Network

# IANA's special-purpose registries (RFC 6890 and its updates), multicast and reserved space;
# the last one is a cloud's metadata service in public address space.
_REFUSED_4: Final = tuple(
    (IPv4Network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's shared address space"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "the local link"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "a retired relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("168.63.129.16/32", "a cloud's own services"),
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
_REFUSED_6: Final = tuple(
    (IPv6Network(network), words)
    for network, words in (
        ("2001::/23", "protocol assignments and tunnels"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "a tunnel that hides another address"),
        ("3fff::/20", "documentation"),
    )
)

# RFC 6761, RFC 6762 and ICANN's reservation for private use; `home.arpa` is RFC 8375's.
_PRIVATE_NAMES: Final = frozenset({"internal", "local", "localdomain", "localhost"})

# A name with hundreds of addresses would make us knock at hundreds of doors.
MAX_PLACES: Final = 6

_PORTS: Final = range(1, 65_536)

# The ports of other protocols: WHATWG Fetch, "bad port".
BAD_PORTS: Final = frozenset({
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
})  # fmt: skip


def refusal(address: str, allowed: Sequence[Block] = ()) -> str | None:
    """Say in words what kind of place a numeric address is, if it must not be asked; else None.

    `allowed` are the operator's exceptions. Raises `ValueError` for what is no numeric address.
    """
    judged = _unwrapped(ip_address(address.partition("%")[0]))
    if any(judged.version == network.version and judged in network for network in allowed):
        return None
    if isinstance(judged, IPv4Address):
        return next((words for network, words in _REFUSED_4 if judged in network), None)
    if judged not in _GLOBAL_6:
        return "not a public IPv6 address"
    return next((words for network, words in _REFUSED_6 if judged in network), None)


def taking_turns(places: Sequence[str]) -> list[str]:
    """Order addresses so that the families take turns, that of the first one first: RFC 8305 §4."""
    first, others = _families(places)
    if places and is_six(places[0]):
        first, others = others, first
    turns = chain.from_iterable(zip_longest(first, others))
    return [place for place in turns if place is not None][:MAX_PLACES]


def four_first(places: Sequence[str]) -> list[str]:
    """Order addresses for a machine that has no working IPv6."""
    fours, sixes = _families(places)
    return [*fours, *sixes][:MAX_PLACES]


def is_six(place: str) -> bool:
    """Tell whether a numeric address is one of IPv6."""
    return ":" in place


def is_plain(host: str) -> bool:
    """Tell whether a host is an address in the one spelling that everybody reads alike."""
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False


def is_private_name(host: str) -> bool:
    """Tell whether a name is one that the public internet does not have, whoever looks it up."""
    labels = host.lower().removesuffix(".").split(".")
    return len(labels) == 1 or labels[-1] in _PRIVATE_NAMES or labels[-2:] == ["home", "arpa"]


def networks(texts: Sequence[str]) -> tuple[Block, ...]:
    """Read `--allow-address`. Raises `SettingsError`."""
    return tuple(_network(text) for text in texts)


@dataclass(frozen=True, slots=True)
class Route:
    """The operator's word on where to connect for names that match: `PATTERN:PORT:ADDRESS`."""

    pattern: str
    port: int | None
    address: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one `--resolve`. Raises `SettingsError`."""
        pattern, _, rest = text.partition(":")
        port, _, address = rest.partition(":")
        address = address.removeprefix("[").removesuffix("]")
        try:
            ip_address(address)
            number = None if port == "*" else int(port)
        except ValueError as error:
            raise _no_route(text) from error
        known = number is None or number in _PORTS
        if not known or not re.fullmatch(r"[^\s:\[\]]+", pattern):
            raise _no_route(text)
        return cls(pattern.lower(), number, address)

    def matches(self, host: str, port: int) -> bool:
        """Tell whether this is the route for a name. An address literal never matches."""
        if _is_literal(host):
            return False
        return self.port in (None, port) and fnmatchcase(host.lower(), self.pattern)


def _families(places: Sequence[str]) -> tuple[list[str], list[str]]:
    fours = [place for place in places if not is_six(place)]
    return fours, [place for place in places if is_six(place)]


def _no_route(text: str) -> SettingsError:
    return SettingsError(
        f"--resolve {text!r} is not PATTERN:PORT:ADDRESS, such as '*.test:443:127.0.0.1'."
    )


def _unwrapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(text: str) -> Block:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"--allow-address {text!r} is not a network such as 127.0.0.0/8 or 10.1.2.3."
        ) from error


def _is_literal(host: str) -> bool:
    try:
        ip_address(host.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return False
    return True
