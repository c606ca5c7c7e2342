"""What is left out of a run by comments and by the ignore list, and what is said of it."""

from datetime import date

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler import documents
from crawler.collect import Collection, collect
from crawler.ignorelist import Entry
from crawler.model import Document, IgnoreState
from crawler.settings import ExtractSettings

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

TODAY = date(2026, 11, 23)
A, B = "https://a.example/", "https://b.example/"
PLAIN = ExtractSettings()


def of(text: str, *entries: Entry, name: str = "a.md", today: date | None = TODAY) -> Collection:
    format_ = documents.format_of(name)
    assert format_ is not None
    return collect(
        [Document(name, format_.name, text)], ExtractSettings(ignore=entries), today=today
    )


def left_out(collection: Collection) -> list[tuple[int, str]]:
    """Return line and reason of every place that is left out."""
    return [
        (place.occurrence.span.line, place.ignored)
        for place in collection.places
        if place.ignored is not None
    ]


def states(collection: Collection) -> list[tuple[int | None, str]]:
    return [(each.line or each.entry, each.state.value) for each in collection.ignores]


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.md", f"{A} <!-- crawl: ignore -->\n{B}", [1]),
        ("a.md", f"<!-- crawl: ignore --> {A}\n{B}", [1]),
        ("a.md", f"<!-- crawl: ignore -->\n\n{A}\n{B}", [3]),
        ("a.md", f"{A} <!-- crawl: ignore-next-line -->\n\n{B}", [3]),
        ("a.md", f"[//]: # (crawl: ignore-next-line)\n{A}\n\n{B}", [2]),
        ("a.md", f"{A}\n\n{{/* crawl: ignore */}}\n{B}", [4]),
        ("a.md", f"> <!-- crawl: ignore -->\n> {A}\n\n{B}", [2]),
        ("a.md", f"| x | y |\n|-|-|\n| {A} | <!-- crawl: ignore --> |\n| {B} | |", [3]),
        ("a.md", f"---\nx: {A} # crawl: ignore\ny: {B}\n---\n", [2]),
        ("a.md", f"[x] <!-- crawl: ignore -->\n\n[x]: {A}\n{B}", []),  # the URL is elsewhere
        ("a.md", f"<!-- crawl: ignore -->\n[x]: {A}\n\n{B}", [2]),
        ("a.md", f"{A}\n<!-- crawl: ignore-file -->\n{B}", [1, 3]),
        ("a.md", f"{A}\n<!-- crawl: ignore-start -->\n{B}\n<!-- crawl: ignore-end -->\n{A}", [3]),
        ("a.md", f"{A} <!-- crawl: ignore-start --> {B} <!-- crawl: ignore-end --> {A}", [1]),
        ("a.html", f"<a href='{A}'>a</a><!-- crawl: ignore -->\n<a href='{B}'>b</a>", [1]),
        ("a.tex", f"\\url{{{A}}}% crawl: ignore\n\\url{{{B}}}", [1]),
        ("a.tex", f"\\begin{{verbatim}}\n% crawl: ignore\n\\end{{verbatim}}\n{B}", []),
        ("a.adoc", f"// crawl: ignore\n{A}\n{B}", [2]),
        ("a.adoc", f"----\n// crawl: ignore-file\n----\n{A}", []),
        ("a.adoc", f"{A} // crawl: ignore\n{B}", []),  # a comment of AsciiDoc has its own line
        ("a.rst", f"{A}\n\n.. crawl: ignore\n\n`x <{A}>`_\n\n{B}", [5]),
        ("a.rst", f"* {A}\n\n  .. crawl: ignore-next-line\n\n  {A}\n\n{B}", [5]),
        ("a.rst", f"So::\n\n   .. crawl: ignore-file\n\n{A}", []),
        ("a.rst", f".. code-block:: rst\n\n   .. crawl: ignore-file\n\n{A}", []),
        ("a.py", f"# {A} crawl: ignore\n# {B}\n", []),
        ("a.py", f"# crawl: ignore-next-line\nx()  # {A}\n# {B}\n", [2]),
        ("a.py", f'x = "# crawl: ignore-file"  # {A}\n', []),
        ("a.js", f"/* {A} */ // crawl: ignore\n// {B}\n", [1]),
        ("a.org", f"# crawl: ignore\n[[{A}]]\n{B}", [2]),
        ("a.org", f"#+begin_src sh\n# crawl: ignore-file\n#+end_src\n{A}", []),
        ("a.mdx", f"{{/* crawl: ignore */}}\n\n[x]({A})\n\n{B}", [3]),
        ("a.mdx", f"---\nx: {A} # crawl: ignore\n---\n\n`{{/* crawl: ignore-file */}}` {B}", [2]),
        ("a.rss", f"<rss><link>{A}</link><!-- crawl: ignore -->\n<link>{B}</link></rss>", [1]),
        ("a.css", f"/* crawl: ignore */\n@import url({A});\n@import url({B});", [2]),
        ("a.txt", f"# crawl: ignore\n{A}\n{B}", [2]),
        ("a.txt", f"{A} // crawl: ignore\r\n{B}", [1]),
        ("a.txt", f".. crawl: ignore-next-line\n\n{A}\n{B} % crawl: ignore", [3, 4]),
    ],
)
def test_what_a_comment_concerns_is_left_out(name: str, text: str, lines: list[int]) -> None:
    assert [line for line, _ in left_out(of(text, name=name))] == lines


def test_a_link_that_is_left_out_everywhere_is_not_asked() -> None:
    collection = of(f"{A} <!-- crawl: ignore -->\n{B}\n{B} <!-- crawl: ignore -->\n")

    assert [link.url for link in collection.links] == [url(B)]
    assert [place.ignored for place in collection.places] == ["", None, ""]
    first, *_ = collection.places
    assert str(getattr(first.target, "url", None)) == A


def test_what_was_left_out_asks_for_no_fragment() -> None:
    collection = of(f"{A}#x <!-- crawl: ignore -->\n{A}#y\n[z](#nowhere) <!-- crawl: ignore -->")

    (link,) = collection.links
    assert link.fragments == {"y"}
    assert [place.ignored for place in collection.places] == ["", None, ""]
    assert [place.fragment for place in collection.places] == ["x", "y", "nowhere"]


def test_why_and_until_when_is_told_at_the_place() -> None:
    text = (
        f'{A} <!-- crawl: ignore until=2027-01-31 reason="moves in spring" -->\n'
        f"{A} <!-- crawl: ignore until=2027-01-31 -->\n"
        f"{A} <!-- crawl: ignore reason='a \"b\"' -->\n"
        f"{A} <!-- crawl: ignore reason=later until='2027-01-31' -->\n"
    )

    assert [reason for _, reason in left_out(of(text))] == [
        "moves in spring; until 2027-01-31",
        "until 2027-01-31",
        'a "b"',
        "later; until 2027-01-31",
    ]


@pytest.mark.parametrize(
    ("today", "state", "lines"),
    [
        (date(2027, 1, 31), "active", [1]),
        (date(2027, 2, 1), "expired", []),
        (None, "active", [1]),
    ],
)
def test_the_day_itself_is_the_last(today: date | None, state: str, lines: list[int]) -> None:
    collection = of(f"{A} <!-- crawl: ignore until=2027-01-31 -->", today=today)

    assert [line for line, _ in left_out(collection)] == lines
    assert states(collection) == [(1, state)]


def test_what_expired_or_hides_nothing_is_told() -> None:
    text = (
        f"{A} <!-- crawl: ignore until=2020-01-01 -->\n"
        "no link <!-- crawl: ignore -->\n"
        "<!-- crawl: ignore-start until=2020-01-01 -->\n"
        f"{B}\n"
        "<!-- crawl: ignore-end -->\n"
        "<!-- crawl: ignore-start -->\n"
        "<!-- crawl: ignore-end -->\n"
        "<!-- crawl: ignore-file until=2020-01-01 -->\n"
        "<!-- crawl: ignore -->\n"
    )

    collection = of(text)

    assert left_out(collection) == []
    assert states(collection) == [
        (1, "expired"), (2, "unused"), (3, "expired"), (6, "unused"), (8, "expired"), (9, "unused"),
    ]  # fmt: skip


def test_the_narrowest_word_counts_and_the_others_hide_nothing() -> None:
    text = (
        "<!-- crawl: ignore-file reason=file -->\n"
        "<!-- crawl: ignore-file reason=again -->\n"
        "<!-- crawl: ignore-start reason=region -->\n"
        f"<!-- crawl: ignore-next-line reason=next -->\n{A} <!-- crawl: ignore reason=line -->\n"
        f"{A}\n"
        "<!-- crawl: ignore-end -->\n"
        f"{A}\n"
    )

    collection = of(text, Entry(A, reason="list"))

    assert left_out(collection) == [(5, "next"), (6, "region"), (8, "file")]
    assert states(collection) == [
        (1, "active"), (2, "unused"), (3, "active"), (4, "active"), (5, "unused"), (1, "unused"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        ("ignroe", "a.md:1: there is no 'crawl: ignroe'; there are ignore, ignore-next-line, "),
        ("", "a.md:1: there is no 'crawl:'; there are ignore"),
        ("ignore until=soon", "a.md:1: 'crawl: ignore' has 'soon' for a day; write until="),
        ("ignore until=2027-02-30", "has '2027-02-30' for a day"),
        ("ignore until=", "cannot be read from 'until=' on; write until=2027-01-31 and reason="),
        ("ignore for now", "cannot be read from 'for now' on"),
        ("ignore reason=two words", "cannot be read from 'words' on"),
        ("ignore reason=a reason=b", "cannot be read from 'reason=b' on"),
        ('ignore reason="a"until=2027-01-31', "cannot be read from"),
        ("ignore-end", "'crawl: ignore-end' ends nothing: no region is open."),
        ("ignore-end reason=x", "'crawl: ignore-end' takes nothing"),
        ("ignore-start", "'crawl: ignore-start' never ends, so it counts for nothing."),
    ],
)
def test_what_cannot_be_read_is_told_and_counts_for_nothing(said: str, remark: str) -> None:
    collection = of(f"{A} <!-- crawl: {said} -->\n{B}")

    assert left_out(collection) == []
    assert collection.ignores == ()
    (told,) = collection.remarks
    assert remark in told


def test_a_comment_over_lines_is_told_and_counts_for_nothing() -> None:
    collection = of(f"{A} <!-- crawl: ignore\nreason=x --> {B}")

    assert left_out(collection) == []
    assert collection.remarks == (
        "a.md:1: the comment of 'crawl: ignore' must end on its line; it counts for nothing.",
    )


def test_a_region_within_a_region_is_told_and_ends_with_it() -> None:
    start, end = "<!-- crawl: ignore-start -->\n", "<!-- crawl: ignore-end -->\n"
    collection = of(f"{start}{A}\n{start}{A}\n{end}{A}\n{end}")

    assert [line for line, _ in left_out(collection)] == [2, 4]
    assert collection.remarks == (
        "a.md:3: a region is open since line 1 already.",
        "a.md:7: 'crawl: ignore-end' ends nothing: no region is open.",
    )


# The ignore list


def test_an_entry_leaves_out_what_its_pattern_is_found_in() -> None:
    text = f"{A}x\n{A}y#z\n[r](../r.md)\n[m](mailto:ann@a.example)\n{B}"
    entries = [Entry(r"/x$", number=1), Entry("#z", number=2), Entry("^[.][.]/", number=3)]

    collection = of(text, *entries, Entry("^mailto:", number=4), Entry("nowhere", number=5))

    assert [line for line, _ in left_out(collection)] == [1, 2, 3, 4]
    assert states(collection) == [
        (1, "active"), (2, "active"), (3, "active"), (4, "active"), (5, "unused"),
    ]  # fmt: skip


def test_an_entry_may_be_about_some_documents() -> None:
    entries = (
        Entry(document="docs/**", reason="old", number=1),
        Entry(A, document="*.txt", number=2),
        Entry(document="other/", number=3),
    )
    names = ["README.md", "docs/b/c.md", "e.txt"]
    sources = [Document(name, "plaintext", f"{A}\n{B}") for name in names]

    collection = collect(sources, ExtractSettings(ignore=entries), today=TODAY)

    assert [(place.occurrence.document, place.ignored) for place in collection.places] == [
        ("README.md", None), ("README.md", None),
        ("docs/b/c.md", "old"), ("docs/b/c.md", "old"),
        ("e.txt", ""), ("e.txt", None),
    ]  # fmt: skip
    # Of an entry for documents that were not read, nothing can be said.
    assert states(collection) == [(1, "active"), (2, "active")]


def test_an_entry_expires_and_says_where_it_stands() -> None:
    collection = of(A, Entry(A, until=date(2020, 1, 1), where="crawl.toml", number=3))

    assert left_out(collection) == []
    (told,) = collection.ignores
    assert (told.document, told.line, told.entry) == ("crawl.toml", None, 3)
    assert told.state is IgnoreState.EXPIRED


# Laws

COMMENT = {"markdown": "<!-- crawl: {} -->", "plaintext": "# crawl: {}"}
EXPIRED = " until=2020-01-01"
LINES = st.lists(
    st.tuples(
        st.sampled_from(["link", "blank", "same", "alone", "next", "start", "end", "wrong"]),
        st.sampled_from(["", "", " until=2999-01-01", EXPIRED]),
    ),
    max_size=14,
)


def expected(lines: list[tuple[str, str]]) -> list[int]:
    """Say what is left out, by following the lines as a person would."""
    found, waiting, opened, region = set(), False, None, list[int]()
    for number, (kind, until) in enumerate(lines, 1):
        counts = until != EXPIRED
        if kind in ("link", "same"):
            if waiting or (kind == "same" and counts):
                found.add(number)
            region.append(number)
            waiting = False
        elif kind in ("alone", "next"):
            waiting = waiting or counts
        elif kind == "start" and opened is None:
            opened, region = counts, []
        elif kind == "end":
            found.update(region if opened else ())
            opened = None
    return sorted(found)


@pytest.mark.parametrize("format_", COMMENT)
@given(lines=LINES)
def test_no_line_is_left_out_that_nobody_meant(format_: str, lines: list[tuple[str, str]]) -> None:
    said = COMMENT[format_].format
    forms = {
        "link": A,
        "blank": "",
        "same": f"{A} {said('ignore{}')}",
        "alone": said("ignore{}"),
        "next": said("ignore-next-line{}"),
        "start": said("ignore-start{}"),
        "end": said("ignore-end"),
        "wrong": said("ignore everything"),
    }
    text = "\n".join(forms[kind].format(until) for kind, until in lines)

    collection = collect([Document("x", format_, text)], PLAIN, today=TODAY)

    assert [line for line, _ in left_out(collection)] == expected(lines)
    links = [number for number, (kind, _) in enumerate(lines, 1) if kind in ("link", "same")]
    assert [place.occurrence.span.line for place in collection.places] == links
    comments = sum(kind in ("same", "alone", "next") for kind, _ in lines)
    assert len(collection.ignores) + len(collection.remarks) >= comments


@given(lines=LINES)
def test_without_its_comments_a_document_has_the_same_links(lines: list[tuple[str, str]]) -> None:
    kinds = [kind for kind, _ in lines]
    with_comments = "\n".join(
        f"[x]({A}{number}) <!-- crawl: ignore{'-file' if kind == 'wrong' else ''}{until} -->"
        for number, (kind, until) in enumerate(lines)
    )
    without = "\n".join(f"[x]({A}{number})" for number in range(len(kinds)))

    def places(text: str) -> list[object]:
        found = collect([Document("x", "markdown", text)], PLAIN, today=TODAY).places
        return [(place.occurrence, place.target) for place in found]

    assert places(with_comments) == places(without)
