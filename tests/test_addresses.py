"""Addresses: both sides of every border, and every disguise that an address may wear."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import BAD_PORTS, Route, networks, refusal
from crawler.errors import SettingsError

# first and last of each refused network, with the public neighbours (None: refused as well)
BORDERS = [
    (None, "0.0.0.0", "0.255.255.255", "1.0.0.0"),  # noqa: S104 - the point of the test
    ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
    ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
    ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
    ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
    ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
    ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
    ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
    ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
    ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
    ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
    ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
    ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
    ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
    ("223.255.255.255", "224.0.0.0", "255.255.255.255", None),
    (None, "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
    ("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff::", "2001:200::"),
    ("2001:db7:ffff:ffff::", "2001:db8::", "2001:db8:ffff:ffff::", "2001:db9::"),
    ("2001:ffff:ffff::", "2002::", "2002:ffff:ffff::", "2003::"),
    ("3ffe:ffff:ffff::", "3fff::", "3fff:fff:ffff::", "3fff:1000::"),
    ("3fff:ffff:ffff::", "4000::", "ffff:ffff::", None),
]


@pytest.mark.parametrize(("below", "first", "last", "above"), BORDERS)
def test_a_refused_network_ends_where_it_ends(
    below: str | None, first: str, last: str, above: str | None
) -> None:
    assert refusal(first)
    assert refusal(last)
    assert below is None or refusal(below) is None
    assert above is None or refusal(above) is None


@pytest.mark.parametrize(
    "address",
    [
        "100.63.255.254", "100.128.0.1", "8.8.8.8", "1.1.1.1", "192.0.1.1", "168.63.129.1",
        "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450::1", "::ffff:8.8.8.8",
        "::FFFF:808:808", "2003::1",
    ],
)  # fmt: skip
def test_a_public_address_may_be_asked(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "this machine"),
        ("0.0.0.0", "this network"),  # noqa: S104 - it connects to this machine
        ("10.1.2.3", "a private network"),
        ("100.64.0.1", "a carrier's shared address space"),
        ("100.127.255.254", "a carrier's shared address space"),
        ("100.100.100.200", "a carrier's shared address space"),
        ("169.254.169.254", "the local link"),
        ("168.63.129.16", "a cloud's own services"),
        ("192.0.0.8", "protocol assignments"),
        ("192.88.99.1", "a retired relay"),
        ("198.18.0.1", "benchmarks"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::ffff:127.0.0.1", "this machine"),
        ("::ffff:7f00:1", "this machine"),
        ("0:0:0:0:0:ffff:a9fe:a9fe", "the local link"),
        ("::ffff:10.0.0.1%eth0", "a private network"),
        ("::", "not a public IPv6 address"),
        ("::1", "not a public IPv6 address"),
        ("::1%lo", "not a public IPv6 address"),
        ("::127.0.0.1", "not a public IPv6 address"),
        ("::8.8.8.8", "not a public IPv6 address"),
        ("::ffff:0:127.0.0.1", "not a public IPv6 address"),
        ("::ffff:0:8.8.8.8", "not a public IPv6 address"),
        ("64:ff9b::7f00:1", "not a public IPv6 address"),
        ("64:ff9b::8.8.8.8", "not a public IPv6 address"),
        ("64:ff9b:1::7f00:1", "not a public IPv6 address"),
        ("64:ff9c::1", "not a public IPv6 address"),
        ("100::1", "not a public IPv6 address"),
        ("5f00::1", "not a public IPv6 address"),
        ("4000::1", "not a public IPv6 address"),
        ("fc00::1", "not a public IPv6 address"),
        ("fd00:ec2::254", "not a public IPv6 address"),
        ("fe80::1%eth0", "not a public IPv6 address"),
        ("fec0::1", "not a public IPv6 address"),
        ("ff02::1", "not a public IPv6 address"),
        ("2001::1", "protocol assignments and tunnels"),
        ("2001:0:7f00:1::", "protocol assignments and tunnels"),
        ("2001:20::1", "protocol assignments and tunnels"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::1", "a tunnel that hides another address"),
        ("2002:808:808::1", "a tunnel that hides another address"),
        ("3fff::1", "documentation"),
    ],
)
def test_a_refusal_says_what_kind_of_place_it_is(address: str, words: str) -> None:
    assert refusal(address) == words


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_maps(address: IPv4Address) -> None:
    for mapped in (f"::ffff:{address}", str(IPv6Address((0xFFFF << 32) + int(address)))):
        assert refusal(mapped) == refusal(str(address))


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_refused(address: IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved:
        assert refusal(str(address))


@given(st.ip_addresses(v=6))
def test_outside_the_public_block_no_ipv6_address_is_asked(address: IPv6Address) -> None:
    if address.ipv4_mapped is None and int(address) >> 125 != 1:
        assert refusal(str(address))


@given(st.ip_addresses(v=4), st.sampled_from(["::{}", "64:ff9b::{}", "::ffff:0:{}"]))
def test_an_address_inside_another_is_refused_even_if_it_is_public(
    address: IPv4Address, form: str
) -> None:
    assert refusal(form.format(address))


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f.1", "2130706433", "127.0.0.01"])
def test_only_numeric_addresses_are_judged(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        refusal(text)


@pytest.mark.parametrize(
    ("allowed", "address", "refused"),
    [
        ("127.77.0.0/16", "127.77.0.1", False),
        ("127.77.0.0/16", "::ffff:127.77.0.1", False),
        ("127.77.0.0/16", "127.78.0.1", True),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.2", True),
        ("127.0.0.1/8", "127.9.9.9", False),
        ("fd00::/8", "fd00::1", False),
        ("fd00::/8", "127.0.0.1", True),
        ("0.0.0.0/0", "::1", True),
        ("::/0", "127.0.0.1", True),
    ],
)
def test_an_exception_allows_its_own_network_alone(
    allowed: str, address: str, *, refused: bool
) -> None:
    assert bool(refusal(address, networks([allowed]))) is refused


def test_networks_are_read_in_their_order() -> None:
    assert networks(["10.1.2.3", "fd00::/8"]) == (
        IPv4Network("10.1.2.3/32"),
        IPv6Network("fd00::/8"),
    )


@pytest.mark.parametrize("text", ["", "localhost", "10.0.0.0/33", "10.0.0.0-10.0.0.9"])
def test_what_is_no_network_is_the_operators_mistake(text: str) -> None:
    with pytest.raises(SettingsError, match="--allow-address"):
        networks([text])


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("a.test:443:127.0.0.1", Route("a.test", 443, "127.0.0.1")),
        ("*.TEST:*:127.0.0.1", Route("*.test", None, "127.0.0.1")),
        ("a.test:80:[::1]", Route("a.test", 80, "::1")),
        ("a.test:80:::1", Route("a.test", 80, "::1")),
    ],
)
def test_a_route_is_read(text: str, route: Route) -> None:
    assert Route.parse(text) == route


@pytest.mark.parametrize(
    "text", ["", "a.test", "a.test:443", "a.test:443:b.test", "a.test:x:127.0.0.1", "a.test::::1"]
)
def test_what_is_no_route_is_the_operators_mistake(text: str) -> None:
    with pytest.raises(SettingsError, match="PATTERN:PORT:ADDRESS"):
        Route.parse(text)


@pytest.mark.parametrize(
    ("route", "host", "port", "matches"),
    [
        ("*.test:443:127.0.0.1", "a.test", 443, True),
        ("*.test:443:127.0.0.1", "A.TEST", 443, True),
        ("*.test:443:127.0.0.1", "a.test", 80, False),
        ("*.test:443:127.0.0.1", "test", 443, False),
        ("*.test:443:127.0.0.1", "a.test.example", 443, False),
        ("*:*:127.0.0.1", "a.example", 8080, True),
        ("*:*:127.0.0.1", "8.8.8.8", 80, False),
        ("*:*:127.0.0.1", "[2606:4700::1]", 80, False),
        ("*:*:127.0.0.1", "fe80::1%eth0", 80, False),
    ],
)
def test_a_route_holds_for_names_that_match_and_never_for_an_address(
    route: str, host: str, port: int, *, matches: bool
) -> None:
    assert Route.parse(route).matches(host, port) is matches


def test_the_ports_of_other_protocols_are_bad_and_those_of_the_web_are_not() -> None:
    assert {22, 25, 6000, 6667, 10080} <= BAD_PORTS
    assert not BAD_PORTS & {80, 443, 3000, 8000, 8080, 8443}
