"""URLs: what is one link, what is none, and the laws that hold for any text at all."""

import re

import pytest
from fakes import url
from hypothesis import example, given
from hypothesis import strategies as st

from crawler import urls
from crawler.tables import public_suffixes
from crawler.urls import MAX_LENGTH, Rejected, Rejection, Target, mask, resolve

HOST = st.sampled_from(["a.example", "bücher.example", "[::1]", "127.1", "a.example:8080"])
PIECE = st.text(alphabet="aZ09/.?&=%27eE#@:;~_- \\é\t[]|^", max_size=30)
WEB = st.builds("{}://{}/{}".format, st.sampled_from(["http", "HTTPS"]), HOST, PIECE)
ANY = st.text(st.characters()) | st.text(st.characters(categories=["Cs", "Lu", "Po"])) | WEB


@pytest.mark.parametrize(
    ("raw", "identity"),
    [
        ("HTTP://EXAMPLE.org", "http://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://ann:secret@example.org/", "https://example.org/"),
        ("https://ann:p@ss@example.org/", "https://example.org/"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/%7eann/%C3%A9", "https://example.org/~ann/%C3%A9"),
        ("https://example.org/%c3%a9", "https://example.org/%C3%A9"),
        ("https://example.org/é", "https://example.org/%C3%A9"),
        ("https://example.org/%61%2d%5F", "https://example.org/a-_"),
        ("https://example.org/a%2fb%3f", "https://example.org/a%2Fb%3F"),
        ("https://example.org/a/%2e%2E/b", "https://example.org/b"),
        ("https://example.org/a/%%32e%%32E/b", "https://example.org/b"),
        ("https://example.org/%%37E", "https://example.org/~"),
        ("https://example.org/100%", "https://example.org/100%"),
        ("https://example.org?%7e", "https://example.org/?~"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://i❤.example/", "https://xn--i-7iq.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://１２７.0.0.１/", "https://127.0.0.1/"),  # noqa: RUF001 - wide digits, on purpose
        ("https://0x7f.1/", "https://127.0.0.1/"),
        ("https://2130706433/", "https://127.0.0.1/"),
        ("https://[::FFFF:1.2.3.4]/", "https://[::ffff:102:304]/"),
        ("https://example.org./", "https://example.org./"),
        (r"https:\\example.org\a", "https://example.org/a"),
        ("https:example.org/a", "https://example.org/a"),
        ("\x00 https://exa\nmple.org/\t", "https://example.org/"),
        ("//example.org/a", "https://example.org/a"),
        (r"\\example.org/a", "https://example.org/a"),
        ("https://lo\u00adcalhost/", "https://localhost/"),
    ],
)
def test_spellings_of_one_link_are_one_identity(raw: str, identity: str) -> None:
    assert str(url(raw)) == identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/", "http://example.org/"),
        ("https://example.org/", "https://www.example.org/"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/a//b", "https://example.org/a/b"),
        ("https://example.org/?a=%26", "https://example.org/?a=&"),
        ("https://example.org/%2B", "https://example.org/+"),
    ],
)
def test_what_a_server_may_tell_apart_is_kept_apart(one: str, other: str) -> None:
    assert url(one) != url(other)


@pytest.mark.parametrize(
    ("raw", "base", "resolved"),
    [
        ("../b", "https://example.org/x/a", "https://example.org/b"),
        ("//other.example/b", "http://example.org/", "http://other.example/b"),
        ("?q", "https://example.org/x?p", "https://example.org/x?q"),
        ("www.example.org", "https://example.org/x/", "https://example.org/x/www.example.org"),
        ("https:b", "https://example.org/x/a", "https://example.org/x/b"),
        ("b", "https://ann:secret@example.org/a", "https://example.org/b"),
    ],
)
def test_a_relative_link_starts_from_its_base(raw: str, base: str, resolved: str) -> None:
    target = resolve(raw, base)
    assert isinstance(target, Target)
    assert str(target.url) == resolved


@pytest.mark.parametrize(
    ("raw", "fragment"),
    [
        ("https://example.org/#top", "top"),
        ("https://example.org/#", None),
        ("https://example.org/", None),
        ("https://example.org/#é a", "%C3%A9%20a"),
        ("https://example.org/#a#b", "a#b"),
        ("https://example.org/%%32e/#kept", "kept"),
    ],
)
def test_a_fragment_is_kept_beside_the_identity(raw: str, fragment: str | None) -> None:
    assert resolve(raw) == Target(url("https://example.org/"), fragment)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", Rejection.EMPTY),
        (" \t\n\x00", Rejection.EMPTY),
        ("https://", Rejection.MALFORMED),
        ("https://example.org:99999/", Rejection.MALFORMED),
        ("https://exa mple.org/", Rejection.MALFORMED),
        ("https://exa%mple.org/", Rejection.MALFORMED),
        ("https://[::1/", Rejection.MALFORMED),
        ("https://1.2.3.256/", Rejection.MALFORMED),
        ("https://a..example/", Rejection.MALFORMED),
        ("https://.example/", Rejection.MALFORMED),
        ("https://xn--/", Rejection.MALFORMED),
        ("https://a.xn--pokxncvks.example/", Rejection.MALFORMED),
        (f"https://{'a' * 64}.example/", Rejection.MALFORMED),
        (f"https://{'a.' * 127}example/", Rejection.MALFORMED),
        ("https://example.org/\ud800", Rejection.MALFORMED),
        ("https://example.org/" + "a" * MAX_LENGTH, Rejection.MALFORMED),
        ("www.example.org/a", Rejection.NO_SCHEME),
        ("WWW.example.org", Rejection.NO_SCHEME),
        ("example.org:8080/a", Rejection.NO_SCHEME),
        ("localhost:8080/", Rejection.NO_SCHEME),
        ("ftp://example.org/", Rejection.SCHEME),
        ("JavaScript:void(0)", Rejection.SCHEME),
        ("data:text/plain,a", Rejection.SCHEME),
        ("java\nscript:void(0)", Rejection.SCHEME),
        ("a/b.md", Rejection.RELATIVE),
        ("#top", Rejection.RELATIVE),
        ("/a", Rejection.RELATIVE),
        ("mailto:ann@example.org", Rejection.MAIL),
        ("MAILTO:ann@example.org?subject=a@b", Rejection.MAIL),
        ("mailto:ann@example.org, bob@example.org", Rejection.MAIL),
        ("mailto:ann", Rejection.BAD_MAIL),
        ("mailto:", Rejection.BAD_MAIL),
        ("mailto:ann@example.org,", Rejection.BAD_MAIL),
        ("mailto:ann@-example.org", Rejection.BAD_MAIL),
    ],
)
def test_what_is_no_web_address_is_rejected_with_its_reason(raw: str, reason: Rejection) -> None:
    rejected = resolve(raw)
    assert isinstance(rejected, Rejected)
    assert rejected.raw == raw
    assert rejected.reason is reason


def test_a_link_against_a_base_outside_the_web_is_relative() -> None:
    rejected = resolve("b.html", "file:///a/")
    assert isinstance(rejected, Rejected)
    assert rejected.reason is Rejection.RELATIVE


def test_a_label_and_a_name_may_be_as_long_as_the_rfc_allows() -> None:
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    assert url(f"https://{longest}/").host == longest
    assert isinstance(resolve(f"https://{longest}d/"), Rejected)


@pytest.mark.parametrize(
    ("raw", "host", "port", "path"),
    [
        ("https://example.org/a?b", "example.org", 443, "/a"),
        ("http://example.org", "example.org", 80, "/"),
        ("http://example.org:8080/?a/b", "example.org", 8080, "/"),
        ("http://[::1]/", "[::1]", 80, "/"),
        ("https://[::1]:8443/a", "[::1]", 8443, "/a"),
        ("https://[2001:db8::1:2]/", "[2001:db8::1:2]", 443, "/"),
        ("https://127.1:1/", "127.0.0.1", 1, "/"),
    ],
)
def test_a_url_knows_its_host_port_and_path(raw: str, host: str, port: int, path: str) -> None:
    found = url(raw)
    assert (found.host, found.port, found.path) == (host, port, path)


def test_every_registry_in_another_script_can_be_linked_to() -> None:
    suffixes = public_suffixes()
    for name in ("рф", "中国", "भारत", "இலங்கை", "المغرب", "ایران", "みんな", "հայ", "გე", "ישראל"):
        encoded = url(f"https://a.{name}/").host
        assert encoded.isascii()
        assert url(f"https://{encoded}/").host == encoded
        assert suffixes.privatesuffix(encoded) == encoded


@given(ANY, st.none() | ANY)
@example("/\ud800", "https://example.org/")
@example("a", "\udfff")
@example("https://%zz/", None)
@example("//[", "https://[::1]/")
def test_resolving_never_raises(raw: str, base: str | None) -> None:
    assert isinstance(resolve(raw, base), Target | Rejected)


@given(ANY)
def test_resolving_twice_is_resolving_once(raw: str) -> None:
    first = resolve(raw)
    if isinstance(first, Target):
        assert resolve(str(first.url)) == Target(first.url)


@given(WEB)
def test_an_identity_has_no_fragment_and_no_user_information(raw: str) -> None:
    target = resolve(raw.replace("://", "://ann:secret@"))
    if isinstance(target, Target):
        assert "#" not in str(target.url)
        assert "@" not in target.url.authority
        assert target.url.target.startswith("/")
        assert str(target.url).isascii()


@given(WEB, WEB)
def test_a_redirect_resolves_to_the_same_url_whatever_its_base_hides(raw: str, base: str) -> None:
    start = resolve(base)
    if isinstance(start, Target):
        assert resolve(raw, str(start.url)) == resolve(raw, base)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("https://ann:secret@example.org/", "https://***@example.org/"),
        ("https://ann:p@ss@example.org/", "https://***@example.org/"),
        ("//ann:secret@example.org/", "//***@example.org/"),
        (r"https:\\ann:secret@example.org\a", r"https:\\***@example.org\a"),
        ("https:ann:secret@example.org/", "https:***@example.org/"),
        ("HTTPS:/ann:secret@example.org", "HTTPS:/***@example.org"),
        ("https:///ann:secret@example.org", "https:///***@example.org"),
        ("ftp://ann:secret@example.org", "ftp://***@example.org"),
        ("https://ann:se\ncret@example.org/", "https://***@example.org/"),
        ("https://token@example.org/", "https://***@example.org/"),
        (
            "https://archive.example/http://ann:secret@example.org/",
            "https://archive.example/http://***@example.org/",
        ),
        ("https://example.org/@ann", "https://example.org/@ann"),
        ("https://example.org?to=ann@example.org", "https://example.org?to=ann@example.org"),
        ("https://example.org#ann@example.org", "https://example.org#ann@example.org"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
        ("", ""),
    ],
)
def test_a_password_is_masked_and_nothing_else(raw: str, shown: str) -> None:
    assert mask(raw) == shown


@given(
    st.sampled_from(["https://", "http:", "//", "https:\\/", "http://[", "ftp://"]),
    st.text(st.characters(exclude_characters="/\\?#")),
)
def test_no_password_gets_past_the_mask(prefix: str, password: str) -> None:
    masked = mask(f"{prefix}ann:{password}@example.org/a")
    assert masked.endswith("***@example.org/a")
    assert "ann" not in masked


def test_masking_takes_no_longer_than_reading() -> None:
    assert mask("http:" * 100_000) == "http:" * 100_000
    assert mask("//" * 100_000) == "//" * 100_000


def test_what_is_encoded_over_and_over_is_no_link() -> None:
    hostile = "https://a.example/" + "%" * 3000 + "3" * 2999 + "41"
    rejected = resolve(hostile)
    assert isinstance(rejected, Rejected)
    assert rejected.reason is Rejection.MALFORMED


# What looks as if it were normalised already, and what only nearly does.
_NEARLY = st.lists(
    st.sampled_from([
        "a", "b1", "a-b", "Z", "1", "9z", "xn--a", "--", "-", "_", "~", ".", "..", "/", "//", "?",
        "#", "&", "=", "%41", "%2e", ":80", "@", "0x1", "\\", " ", "é", "com",
    ]),
    max_size=8,
).map("".join)  # fmt: skip


@given(st.builds("{}://a.{}{}".format, st.sampled_from(["http", "https"]), _NEARLY, _NEARLY))
@example("http://a.example/")
@example("https://a-b.c1.example/x_1/~a.b//c/?q=1&r=/.#frag-1/")
@example("http://a.example/#")
@example("http://a.example/./x")
@example("http://a.b1.0x1/")
@example("http://a--b.example/")
@example(f"http://{'a' * 64}.example/")
@example(f"http://{'a.' * 130}example/")
def test_the_short_way_for_plain_urls_leads_where_the_long_one_does(text: str) -> None:
    short = resolve(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urls, "_PLAIN", re.compile("(?!)"))
        assert resolve(text) == short
