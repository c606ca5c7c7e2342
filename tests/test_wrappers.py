"""Wrappers: what they hold is found without asking, whatever somebody has put into them."""

import re
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from fakes import url
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.domains import ByHost
from crawler.tables import rows
from crawler.urls import MAX_LENGTH, Target, Url, resolve
from crawler.wrappers import MAX_LAYERS, Unwrapped, Wrapping, layers, unwrap

CASES = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("cases").joinpath("wrappers.tsv").read_text().splitlines()
    if not line.startswith("#")
]
ROWS = list(rows("wrappers.tsv"))


def written(found: Unwrapped | None) -> str:
    if found is None:
        return "-"
    fragment = found.target.fragment
    return f"{found.url}#{fragment}" if fragment else str(found.url)


@pytest.mark.parametrize(("wrapper", "held", "kind"), CASES, ids=lambda text: text[:60])
def test_what_a_wrapper_holds(wrapper: str, held: str, kind: str) -> None:
    found = unwrap(url(wrapper))
    assert written(found) == held
    assert (found.kind if found else "-") == kind


def test_the_table_is_sorted_and_each_family_is_well_formed() -> None:
    assert sorted(ROWS) == ROWS
    assert len({name for *_, name in ROWS}) >= 70
    for host, path, how, kind, name in ROWS:
        labels = host.removeprefix(".").removesuffix(".*").split(".")
        assert all(labels), host
        re.compile(path)
        assert re.fullmatch(r"[/?]|\?[\w.$,]+|![a-z0-9-]+", how)
        assert kind in set(Wrapping)
        assert name.strip() == name != ""


def test_every_family_has_a_case() -> None:
    """A family whose pattern is wrong holds nothing: no other test would notice."""
    found = {unwrapped.name for wrapper, *_ in CASES if (unwrapped := unwrap(url(wrapper)))}
    assert {name for *_, name in ROWS} == found
    patterns = ByHost((host, host) for host, *_ in ROWS)
    hosts = [url(wrapper).host for wrapper, held, _ in CASES if held != "-"]
    assert {host for host, *_ in ROWS} == {each for host in hosts for each in patterns.of(host)}


def nested(depth: int) -> Url:
    inside = "https://example.org/"
    for _ in range(depth):
        inside = f"https://www.google.com/url?q={quote(inside, safe='')}"
    return url(inside)


@pytest.mark.parametrize("depth", range(MAX_LAYERS + 1))
def test_wrappers_around_wrappers_are_taken_off(depth: int) -> None:
    found = list(layers(nested(depth)))
    assert len(found) == depth
    assert not found or str(found[-1].url) == "https://example.org/"


def test_what_is_wrapped_too_often_is_left_wrapped() -> None:
    found = list(layers(nested(8)))
    assert len(found) == MAX_LAYERS
    assert found[-1].url == nested(8 - MAX_LAYERS)


def test_what_would_be_fifty_deep_ends_where_a_url_is_too_long_to_be_one() -> None:
    inside = "https://example.org/"
    for _ in range(50):  # encoded once, so that it does not double each time
        inside = f"https://href.li/?{inside}"
    assert len(list(layers(url(inside)))) == MAX_LAYERS


def test_a_copy_that_is_kept_is_meant() -> None:
    copy = url("https://web.archive.org/web/2013/https://www.google.com/url?q=https://example.org/")
    assert list(layers(copy)) == []
    wrapped = url("https://www.google.com/url?q=https://web.archive.org/web/2013/http://a.example/")
    assert [written(each) for each in layers(wrapped)] == [
        "https://web.archive.org/web/2013/http://a.example/"
    ]


# Laws

_HOSTS = [host.removeprefix(".").replace(".*", ".com") for host, *_ in ROWS]
_PATHS = [*sorted({path for _, path, *_ in ROWS}), "/v3/__https://a.example/*", "/", "/a/b"]
_NAMES = sorted({n for _, _, how, *_ in ROWS if how[:1] == "?" for n in how[1:].split(",")} | {"u"})
_VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        "https://example.org/", "https:/x", "javascript:alert(1)", "http://[::1]/", "a1aHR0cA",
        "https%3A%2F%2Fexample.org", "https%253A%252F%252Fa.example%252F", "***A__;LS0t!!", "%",
        "%%32%35", "_-2D_", "RU=https%3a%2f%2fa.example/RK=", "___https://a.example/___.",
        "&#99999;",
    ]),
)  # fmt: skip
_WRITTEN = st.builds(
    lambda host, path, name, values: f"https://{host}{path}{values[0]}?{name}={''.join(values)}",
    st.sampled_from(_HOSTS),
    st.sampled_from(_PATHS),
    st.sampled_from(_NAMES),
    st.lists(_VALUES, min_size=1, max_size=4),
)


@given(_WRITTEN)
@example("https://urldefense.com/v3/__**_*__;!!")
def test_whatever_is_held_is_another_url_of_the_web(text: str) -> None:
    target = resolve(text)
    if not isinstance(target, Target):
        return
    found = unwrap(target.url)
    if found is not None:
        assert found.url != target.url
        assert found.url.scheme in ("http", "https")
        assert "." in found.url.host or found.url.host.startswith("[")
        assert resolve(str(found.url)) == Target(found.url)
    assert len(list(layers(target.url))) <= MAX_LAYERS


@given(st.text(alphabet="abcdefghijklmnop/:?&=%25#-_.~+", max_size=60))
def test_what_is_put_in_comes_out(tail: str) -> None:
    """Whoever encodes a URL as one should is understood, whatever is in it."""
    target = resolve(f"https://example.org/{tail}")
    if isinstance(target, Target):
        inside = str(target.url)
        once = quote(inside, safe="")
        for wrapper in (
            f"https://www.google.com/url?sa=t&q={once}&usg=1",
            f"https://eur01.safelinks.protection.outlook.com/?url={once}&data=05",
        ):
            found = unwrap(url(wrapper))
            assert found is not None
            assert str(found.url) == inside


_RUNS = "  ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.text(alphabet="ab/?=&-_.", max_size=40))
def test_what_proofpoint_takes_out_is_put_back(tail: str) -> None:
    target = resolve(f"https://example.org/{tail}")
    assert isinstance(target, Target)
    inside = str(target.url)
    taken = "".join(re.findall("[=&]", inside)).encode()
    short = re.sub(
        "[=&]+", lambda run: "*" if len(run[0]) == 1 else f"**{_RUNS[len(run[0])]}", inside
    )
    wrapper = f"https://urldefense.com/v3/__{short}__;{urlsafe_b64encode(taken).decode()}!!a!b$"
    found = unwrap(url(wrapper))
    if "__;" not in inside:
        assert found is not None
        assert str(found.url) == inside


_LONG = (
    "https://www.google.com/url?" + "q=" * 30_000,
    "https://www.google.com/url?" + "&" * 60_000,
    "https://www.google.com/url?q=" + "%25" * 20_000,
    "https://www.google.com/url?q=" + "%68%74%74%70" * 5_000,
    "https://www.google.com/url?q=" + " " * 60_000,
    "https://urldefense.com/v3/__" + "*" * 60_000,
    "https://urldefense.com/v3/__" + "**_" * 20_000 + "__;LS0t!!",
    "https://urldefense.com/v3/__https://a.example/__;" + "A" * 60_000 + "!!",
    "https://urldefense.proofpoint.com/v2/url?u=" + "-26-23" * 10_000,
    "https://urldefense.proofpoint.com/v2/url?u=" + "&#" * 10_000,
    "https://prf.hn/click/" + "/destination" * 5_000,
    "https://www.anrdoezrs.net/links/" + "/dlg" * 15_000,
    "https://web.archive.org/web/" + "0" * 60_000,
    "https://web.archive.org/web/2013/" + "a." * 30_000,
    "https://r.search.yahoo.com/" + "/RU=" * 15_000,
    "https://" + "a--" * 20 + "b.translate.goog/?" + "_x_tr_&" * 8_000,
    "https://clk.tradedoubler.com/click" + "url(" * 15_000,
    "https://protect.checkpoint.com/v2/" + "_" * 60_000,
)


@pytest.mark.parametrize("text", _LONG, ids=lambda text: text[:48])
def test_what_is_made_to_take_long_does_not(text: str) -> None:
    target = resolve(text)
    assert isinstance(target, Target)
    assert len(text) <= MAX_LENGTH
    begun = time.process_time()
    list(layers(target.url))
    assert time.process_time() - begun < 1  # a few milliseconds; quadratic would be minutes
