"""Chains that end at no known issuer: forgotten certificates are told from strangers."""

import pytest
from certificates import FETCH, Issued, issued, pointer
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given
from hypothesis import strategies as st

from crawler.chains import certainly_untrusted

ROOT = issued("root")
MIDDLE = issued("middle", ROOT, fetch=FETCH)
LOST = issued("lost", ROOT)
LEAF = issued("leaf", MIDDLE, fetch=FETCH, host="a.example")
BARE = issued("bare", LOST, host="a.example")
ALONE = issued("alone", host="a.example")


@pytest.mark.parametrize(
    ("chain", "untrusted"),
    [
        ([LEAF], False),
        ([LEAF, MIDDLE], False),
        ([LEAF, MIDDLE, ROOT], True),
        ([LEAF, ROOT, MIDDLE], True),
        ([LEAF, ROOT], False),
        ([BARE], True),
        ([BARE, LOST], True),
        ([BARE, MIDDLE], True),
        ([ALONE], True),
    ],
)
def test_what_was_forgotten_can_be_fetched_and_what_is_not_trusted_cannot(
    chain: list[Issued],
    *,
    untrusted: bool,
) -> None:
    assert certainly_untrusted([each.der for each in chain]) is untrusted


@pytest.mark.parametrize(
    ("extensions", "untrusted"),
    [
        ([], True),
        ([pointer("HTTP://authority.example/x")], False),
        ([pointer("https://authority.example/x")], True),
        ([pointer("ldap://authority.example/x")], True),
        ([pointer(FETCH, AuthorityInformationAccessOID.OCSP)], True),
        ([x509.OCSPNoCheck(), pointer(FETCH)], False),
        ([x509.OCSPNoCheck()], True),
    ],
)
def test_only_an_http_address_of_the_issuer_is_a_way_to_it(
    extensions: list[x509.ExtensionType], *, untrusted: bool
) -> None:
    leaf = issued("leaf", MIDDLE, *extensions, host="a.example")
    assert certainly_untrusted([leaf.der]) is untrusted


def test_an_address_in_a_name_is_not_where_the_issuer_is() -> None:
    leaf = issued(FETCH, LOST, host="authority.example")
    assert certainly_untrusted([leaf.der])


def test_authorities_that_vouch_for_each_other_come_to_an_end() -> None:
    one = issued("one", issued("two"))
    two = issued("two", one)
    assert certainly_untrusted([one.der, two.der, one.der, two.der])


@pytest.mark.parametrize(
    "chain",
    [
        [],
        [b""],
        [b"\x30"],
        [b"\x30\x00"],
        [b"\x02\x01\x00"],
        [b"\x30\x02\x30\x00"],
        [b"\x30\x80\x00\x00"],
        [b"\x30\x85\x00\x00\x00\x00\x01\x00"],
        [b"\x30\x82\x01"],
        [b"\x30\x03\x02\x01"],
        [BARE.der, b"?"],
        [BARE.der[:-1]],
        [BARE.der + b"\0"],
    ],
)
def test_what_cannot_be_read_proves_nothing(chain: list[bytes]) -> None:
    assert not certainly_untrusted(chain)


@given(st.lists(st.binary(max_size=64), max_size=3))
def test_no_bytes_make_it_fail(chain: list[bytes]) -> None:
    assert certainly_untrusted(chain) in (True, False)


@given(st.integers(0, len(LEAF.der) - 1), st.integers(0, 255))
def test_no_damage_makes_it_fail(place: int, octet: int) -> None:
    damaged = bytearray(LEAF.der)
    damaged[place] = octet
    assert certainly_untrusted([bytes(damaged)]) in (True, False)
