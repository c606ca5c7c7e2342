"""Places that must never be asked: this machine and private networks, in every spelling.

Behind most of them is the trap, a port of this machine that counts whoever connects to it.
"""

from typing import Final

from hostile.behaviour import Behaviour, to

_UNSAFE: Final = "unsafe · private-address"

_THIS_MACHINE: Final[dict[str, str]] = {
    "dotted": "127.0.0.1",
    "other-loopback": "127.8.8.8",
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "octal": "017700000001",
    "mixed": "0x7f.1",
    "short": "127.1",
    "leading-zeros": "0177.0.0.01",
    "trailing-dot": "127.0.0.1.",
    "zero": "0",
    "zeros": "0.0.0.0",  # noqa: S104 - nobody binds to it
    "circled": "①②⑦.⓪.⓪.①",
    "full-width": "\uff11\uff12\uff17.0.0.1",
    "ideographic-dots": "127。0。0。1",
    "percent": "%31%32%37.0.0.1",
    "name": "localhost",
    "name-in-capitals": "LOCALHOST",
    "name-circled": "ⓛocalhost",
    "userinfo": "192.0.43.8@127.0.0.1",
    "ipv6": "[::1]",
    "ipv6-long": "[0:0:0:0:0:0:0:1]",
    "ipv6-unspecified": "[::]",
    "ipv6-mapped": "[::ffff:127.0.0.1]",
    "ipv6-mapped-hexadecimal": "[::ffff:7f00:1]",
    "ipv6-compatible": "[::127.0.0.1]",
    "ipv6-translated": "[::ffff:0:127.0.0.1]",
    "ipv6-nat64": "[64:ff9b::7f00:1]",
    "ipv6-local-nat64": "[64:ff9b:1::7f00:1]",
    "ipv6-6to4": "[2002:7f00:1::1]",
    "ipv6-teredo": "[2001:0:7f00:1::80ff:fffe]",
}
_OTHERS: Final[dict[str, str]] = {
    "class-a": "10.0.0.1",
    "class-b": "172.31.255.254",
    "class-c": "192.168.1.1",
    "carrier": "100.64.0.1",
    "metadata": "169.254.169.254",
    "metadata-decimal": "2852039166",
    "metadata-azure": "168.63.129.16",
    "metadata-alibaba": "100.100.100.200",
    "metadata-ipv6": "[fd00:ec2::254]",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
    "relay": "192.88.99.1",
    "documentation": "192.0.2.1",
    "ipv6-link": "[fe80::1]",
    "ipv6-site": "[fec0::1]",
    "ipv6-unique": "[fc00::1]",
    "ipv6-multicast": "[ff02::1]",
    "ipv6-documentation": "[3fff::1]",
    "ipv6-segments": "[5f00::1]",
}

BEHAVIOURS: Final = (
    *(
        Behaviour(name=f"place-{name}", expected=_UNSAFE, url=f"http://{host}:{{trap}}/{name}")
        for name, host in (_THIS_MACHINE | _OTHERS).items()
    ),
    *(
        Behaviour(
            name=f"sent-to-{name}",
            expected=_UNSAFE,
            # The way begins well: a guard at the front door alone would let it in.
            site={"/": to("/next"), "/next": to(f"http://{host}:{{trap}}/{name}", "302 Found")},
        )
        for name, host in (_THIS_MACHINE | _OTHERS).items()
    ),
    Behaviour(
        name="place-name-joined",  # some resolvers leave the joiner out; the standard allows none
        expected="invalid · malformed",
        url="http://lo\u200dcalhost:{trap}/",
    ),
    Behaviour(
        name="sent-to-name-joined",
        expected="broken · bad-redirect",
        site=to("http://lo\u200dcalhost:{trap}/"),
    ),
    Behaviour(
        name="sent-to-this-machine-over-tls",
        expected=_UNSAFE,
        certificate="good",
        site=to("https://127.0.0.1:{trap}/"),
    ),
    Behaviour(
        name="sent-to-its-own-literal",
        expected=_UNSAFE,  # though its name leads there, by the operator's word
        site=to("http://127.0.0.1:{trap}/"),
    ),
    Behaviour(
        name="sent-to-a-routed-look-alike-literal",
        expected=_UNSAFE,
        site=to("http://[::ffff:127.0.0.1]:{trap}/{host}"),
    ),
)
