"""What values of a history look like in a page; whoever wrote them may wish us ill."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cells import MAX_TEXT, cell, without_controls

AT = "2026-11-22T12:00:00.000Z"
NOTHING_HARMFUL = {"a", "b", "li", "small", "span", "time", "ul"}


class Elements(HTMLParser):
    """Notes every element and every address that a piece of HTML holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize(
    ("value", "column", "shown"),
    [
        ("a < b & c", "title", "a &lt; b &amp; c"),
        (AT, "at", f'<time datetime="{AT}">2026-11-22 12:00:00</time>'),
        ("broken", "health", '<span class="word broken">broken</span>'),
        ("ok", "outcome_before", '<span class="word ok">ok</span>'),
        ("broken", "title", "broken"),
        ('"><script>', "health", "&quot;&gt;&lt;script&gt;"),
        ('{"ok": 4, "x": 2}', "counts", "<ul><li><b>ok</b> 4</li><li><b>x</b> 2</li></ul>"),
        ("[]", "findings", ""),
        ('[["og", "A <title>"]]', "titles", "<ul><li><b>og</b> A &lt;title&gt;</li></ul>"),
        ('{"a": null, "b": true}', "counts", "<ul><li><b>b</b> true</li></ul>"),
        ('{"a": [', "counts", "{&quot;a&quot;: ["),
        ("[1]", "title", "[1]"),
        ("[" * 40_000, "findings", None),
        ("javascript:alert(1)", "url", "javascript:alert(1)"),
        ("data:text/html,x", "final_url", "data:text/html,x"),
        ("https://a.example/ and more", "detail", "https://a.example/ and more"),
        ({"value": 7, "label": AT}, "run_id", '<a href="/history/runs/7">2026-11-22 12:00:00</a>'),
        ({"value": 7, "label": "<a>"}, "link_id", '<a href="/history/links/7">&lt;a&gt;</a>'),
        ({"value": 7, "label": None}, "observation_id", '<a href="/history/observations/7">7</a>'),
        (b"\xff\xfe", "title", "2 bytes that are no text"),
    ],
)  # fmt: skip
def test_values_are_shown_for_people(value: object, column: str, shown: str | None) -> None:
    found = cell(value, column)
    assert found == shown or (shown is None and found and "40,000 characters" in found)


@pytest.mark.parametrize("value", [None, "", 7, 1.5, {"value": 1, "label": "x"}, {"value": "x"}])
def test_what_needs_no_care_is_left_to_datasette(value: object) -> None:
    assert cell(value, "x") is None


def test_only_web_addresses_are_links_and_they_tell_nobody_where_we_came_from() -> None:
    shown = cell('HTTPS://a.example/?x="y"&z', "anything")
    assert shown == (
        '<a href="HTTPS://a.example/?x=&quot;y&quot;&amp;z" '
        'rel="noopener noreferrer nofollow external">HTTPS://a.example/?x=&quot;y&quot;&amp;z</a>'
    )


def test_a_long_address_is_shown_by_its_ends_and_leads_where_it_says() -> None:
    address = f"https://a.example/{'x' * 200}/end"
    shown = cell(address, "url") or ""
    assert f'href="{address}"' in shown
    assert re.search(r">https://a\.example/x+…x+/end</a>", shown)
    assert len(shown) < 2 * len(address)


def test_what_is_huge_is_cut_and_says_so() -> None:
    for text in ("x" * 1_000_000, "https://a.example/" + "x" * 1_000_000):
        shown = cell(text, "detail") or ""
        assert len(shown) < 2 * MAX_TEXT
        assert f"({len(text):,} characters)" in shown
    many = cell(json.dumps(["x"] * 1_000), "feeds") or ""
    assert many.count("<li>") == 51
    assert "… and 950 more" in many


def test_json_that_is_deep_is_shown_as_it_is_written() -> None:
    assert cell('[{"a": [["deep", {"b": 1}]]}]', "findings") == (
        "<ul><li><ul><li><b>a</b> "
        "<ul><li>[&quot;deep&quot;, {&quot;b&quot;: 1}]</li></ul></li></ul></li></ul>"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
PIECES = st.lists(
    st.sampled_from(["<", ">", "'", '"', "&", "<script>", "javascript:", "https://", "\u202e", "x"])
).map("".join)


@given(st.text() | PIECES | JSON.map(json.dumps) | PIECES.map(lambda text: json.dumps([text])))
def test_nothing_that_is_written_can_become_markup(text: str) -> None:
    for column in ("title", "findings", "health", "url"):
        found = Elements(cell(text, column) or "")
        assert found.names <= NOTHING_HARMFUL
        assert {name for name, _ in found.attributes} <= {"class", "datetime", "href", "rel"}
        addresses = [value or "" for name, value in found.attributes if name == "href"]
        assert all(re.match("https?://", each, re.IGNORECASE) for each in addresses)


def test_what_turns_text_about_is_blanked_in_as_many_bytes() -> None:
    page = "a\u202eb\u2067c\x1b[31m\x7fd\u009be\u061cf\n\tg\ufeff é 日".encode()
    clean = without_controls(page)
    assert len(clean) == len(page)
    assert clean.decode().split() == ["a", "b", "c", "[31m", "d", "e", "f", "g", "é", "日"]
