"""Which entries of a table concern a host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.domains import ByHost

TABLE = ByHost([
    ("example.org", "alone"),
    (".example.org", "family"),
    (".deep.example.org", "deep"),
    (".shop.*", "countries"),
    ("consent.shop.*", "consent"),
    (".link", "ending"),
    ("example.org", "twice"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("example.org", ("alone", "twice", "family")),
        ("www.example.org", ("family",)),
        ("deep.example.org", ("deep", "family")),
        ("a.b.deep.example.org", ("deep", "family")),
        ("notexample.org", ()),
        ("example.org.evil.example", ()),
        ("org", ()),
        ("shop.com", ("countries",)),
        ("www.shop.de", ("countries",)),
        ("www.shop.co.uk", ("countries",)),
        ("www.shop.com.br", ("countries",)),
        ("consent.shop.cat", ("consent", "countries")),
        ("shop.evil", ()),
        ("shop.com.evil.example", ()),
        ("myshop.com", ()),
        ("shop", ()),
        ("x.link", ("ending",)),
        ("link", ("ending",)),
        ("", ()),
        ("[::1]", ()),
        ("127.0.0.1", ()),
    ],
)
def test_what_concerns_a_host(host: str, found: tuple[str, ...]) -> None:
    assert TABLE.of(host) == found


@given(st.text(alphabet="ab.*-", max_size=40))
def test_any_host_can_be_looked_up(host: str) -> None:
    assert set(TABLE.of(host)) <= {"alone"}
