"""Parameters that may be left out, and the law that nothing else ever is."""

import re
from urllib.parse import unquote

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.parameters import Burden, carried, held, is_signed, untracked
from crawler.tables import rows
from crawler.urls import Target, resolve

TABLE = list(rows("parameters.tsv"))


@pytest.mark.parametrize(
    ("link", "clean"),
    [
        ("https://a.example/?utm_source=x&utm_medium=y", "https://a.example/"),
        ("https://a.example/x?a=1&fbclid=2&b=%7E3&a=&c", "https://a.example/x?a=1&b=~3&a=&c"),
        ("https://a.example/?&&utm_x=1&", "https://a.example/?&&"),
        ("https://a.example/?utm%5Fsource=x&a", "https://a.example/?a"),
        ("https://a.example/?gclid", "https://a.example/"),
        ("https://a.example/?UTM_SOURCE=x", "https://a.example/?UTM_SOURCE=x"),
        ("https://a.example/?xutm_source=x&fbclid_=1", "https://a.example/?xutm_source=x&fbclid_=1"),
        ("https://a.example/?ref=main&source=x&id=1&s=2", "https://a.example/?ref=main&source=x&id=1&s=2"),
        ("https://a.example/", "https://a.example/"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://www.youtube.com/watch?v=a&feature=youtu.be&t=3", "https://www.youtube.com/watch?v=a&t=3"),
        ("https://a.example/watch?v=a&feature=youtu.be", "https://a.example/watch?v=a&feature=youtu.be"),
        ("https://x.com/ann/status/1?s=20&t=abc", "https://x.com/ann/status/1"),
        ("https://x.com/search?q=a&s=20", "https://x.com/search?q=a&s=20"),
        ("https://www.google.com/search?q=a&ved=1&ei=2", "https://www.google.com/search?q=a"),
        ("https://www.google.com/maps?q=a&ei=2", "https://www.google.com/maps?q=a&ei=2"),
        ("https://www.amazon.co.uk/dp/1?qid=1&th=1&psc=1", "https://www.amazon.co.uk/dp/1?th=1&psc=1"),
        ("https://www.amazon.co.uk/s?k=a&qid=1", "https://www.amazon.co.uk/s?k=a&qid=1"),
        ("https://www.amazon.co.uk/dp/1?tag=me", "https://www.amazon.co.uk/dp/1?tag=me"),
    ],
)  # fmt: skip
def test_what_tracks_is_left_out_and_all_else_is_kept(link: str, clean: str) -> None:
    assert str(untracked(url(link))) == clean


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/x?utm_source=x&X-Amz-Signature=0a1b",
        "https://a.example/x?X-Goog-Expires=9&gclid=1&X-Goog-Signature=0a",
        "https://a.example/x?fbclid=1&si%67=0a",
        "https://a.example/x?Token=0a&fbclid=1",
    ],
)
def test_of_what_is_signed_nothing_is_left_out(link: str) -> None:
    signed = url(link)
    assert (untracked(signed), carried(signed, Burden.TRACKING)) == (signed, None)
    assert is_signed(signed)
    assert held(signed, Burden.TRACKING)
    assert not is_signed(url("https://a.example/signature?signatures=1#sig"))


def test_names_of_signatures_are_sorted_and_in_lower_case() -> None:
    names = [name for name, *_ in rows("signing_parameters.txt")]
    assert names == sorted({name.lower() for name in names})


@pytest.mark.parametrize(
    ("link", "names"),
    [
        ("https://www.amazon.com/dp/1?tag=me-20&linkCode=x&qid=1", ("tag", "linkCode")),
        ("https://www.amazon.evil/dp/1?tag=me-20", None),
        ("https://notamazon.com/dp/1?tag=me-20", None),
        ("https://a.example/?tag=python", None),
        ("https://a.example/?awc=1&awc=2", ("awc",)),
        ("https://www.humblebundle.com/subscription?refc=x", ("refc",)),
    ],
)
def test_who_is_paid_is_known_by_the_shop(link: str, names: tuple[str, ...] | None) -> None:
    found = carried(url(link), Burden.AFFILIATE)
    assert (found.names if found else None) == names


def test_the_table_is_sorted_and_well_formed() -> None:
    assert sorted(TABLE) == TABLE
    assert len({tuple(row[:3]) for row in TABLE}) == len(TABLE)
    for host, burden, name, *path in TABLE:
        assert host == "*" or all(host.removeprefix(".").removesuffix(".*").split("."))
        assert burden in set(Burden)
        assert name.removesuffix("*")
        assert unquote(name) == name
        assert "&" not in name
        assert not path or re.compile(path[0]).match("/") is None


# What names a page somewhere, whatever it does elsewhere.
@pytest.mark.parametrize(
    "name",
    ["id", "p", "q", "page", "ref", "source", "s", "t", "v", "tag", "lang", "hl", "partner", "r"],
)  # fmt: skip
def test_names_that_may_choose_a_page_are_never_left_out_on_any_host(name: str) -> None:
    link = url(f"https://a.example/x?{name}=1")
    assert carried(link, Burden.TRACKING) is None
    assert carried(link, Burden.AFFILIATE) is None


_PAIRS = st.one_of(
    st.builds("{}={}".format, st.sampled_from([name.replace("*", "x") for _, _, name, *_ in TABLE]),
              st.sampled_from(["", "1", "%C3%B1", "a=b", "a?b"])),
    st.text(alphabet="abu_=%25+;.", max_size=8),
)  # fmt: skip
_HOSTS = st.sampled_from(
    ["a.example", *(row[0].strip(".*") + ".com" for row in TABLE if row[0] != "*")]
)


@given(_HOSTS, st.lists(_PAIRS, max_size=8), st.sampled_from(["/", "/x", "/search", "/a/status/1"]))
def test_nothing_but_known_parameters_is_left_out(host: str, pairs: list[str], path: str) -> None:
    target = resolve(f"https://{host}{path}?{'&'.join(pairs)}")
    assert isinstance(target, Target)
    before = target.url
    for burden in Burden:
        found = carried(before, burden)
        if found is None:
            continue
        after = found.without
        assert (after.scheme, after.authority, after.path) == (
            before.scheme, before.authority, before.path,
        )  # fmt: skip
        kept = iter(before.target.partition("?")[2].split("&"))
        left = after.target.partition("?")[2]
        assert not left or all(pair in kept for pair in left.split("&"))  # in order, as written
        assert carried(after, burden) is None
