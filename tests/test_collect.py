"""From documents to distinct links."""

import tracemalloc

import pytest
from fakes import url

from crawler.collect import MAX_STORED, Collector, collect
from crawler.model import Document
from crawler.settings import ExtractSettings
from crawler.urls import Rejected, Rejection, Target

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

SETTINGS = ExtractSettings()


def test_spellings_of_one_url_are_one_link_with_every_place_and_fragment() -> None:
    first = Document("a.md", "markdown", "[x](https://a.example/#one) [y](HTTPS://A.example:443/)")
    second = Document("b.txt", "plaintext", "https://b.example/ https://a.example/#two")

    collection = collect([first, second], SETTINGS)

    assert [link.url for link in collection.links] == [
        url("https://a.example/"),
        url("https://b.example/"),
    ]
    link, other = collection.links
    written = [
        place.occurrence
        for place in collection.places
        if isinstance(place.target, Target) and place.target.url == link.url
    ]
    assert [(each.document, each.raw) for each in written] == [
        ("a.md", "https://a.example/#one"),
        ("a.md", "HTTPS://A.example:443/"),
        ("b.txt", "https://a.example/#two"),
    ]
    assert link.fragments == {"one", "two"}
    assert other.fragments == frozenset()


def test_every_place_is_kept_in_order_with_what_it_resolves_to() -> None:
    text = "[a](/a) <mailto:ann@a.example> [b](https://b.example/) [c]()"
    collection = collect([Document("a.md", "markdown", text)], SETTINGS)

    targets = [place.target for place in collection.places]

    assert targets == [
        Rejected("/a", Rejection.RELATIVE),
        Rejected("mailto:ann@a.example", Rejection.MAIL),
        Target(url("https://b.example/")),
        Rejected("", Rejection.EMPTY),
    ]
    assert len(collection.links) == 1


@pytest.mark.parametrize(
    ("declared", "base", "expected"),
    [
        ("", "https://a.example/x/y", "https://a.example/x/z"),
        ("<base href='/docs/'>", "https://a.example/x/y", "https://a.example/docs/z"),
        ("<base href='https://b.example/'>", "https://a.example/", "https://b.example/z"),
        ("<base href='https://b.example/'>", None, "https://b.example/z"),
        ("<base href='mailto:ann@b.example'>", "https://a.example/x/", "https://a.example/x/z"),
        ("<base href=''>", "https://a.example/x/", "https://a.example/x/z"),
    ],
)
def test_relative_links_start_from_the_base_that_a_page_declares(
    declared: str, base: str | None, expected: str
) -> None:
    page = Document("a.html", "html", f"{declared}<a href='z'>z</a>", base)

    assert [link.url for link in collect([page], SETTINGS).links] == [url(expected)]


@pytest.mark.parametrize("declared", ["", "<base href='/docs/'>", "<base href='http://'>"])
def test_relative_links_lead_nowhere_without_a_base(declared: str) -> None:
    page = Document("a.html", "html", f"{declared}<a href='z'>z</a>")

    assert [place.target for place in collect([page], SETTINGS).places] == [
        Rejected("z", Rejection.RELATIVE)
    ]


def test_passwords_and_endless_links_are_not_stored() -> None:
    long = f"data:image/png;base64,{'A' * 5000}"
    text = f"[a](https://ann:secret@a.example/) ![b]({long}) [c](ftp://bob:secret@c.example/)"

    places = collect([Document("a.md", "markdown", text)], SETTINGS).places

    assert "secret" not in repr(places)
    assert places[0].occurrence.raw == places[0].occurrence.href == "https://***@a.example/"
    assert places[0].target == Target(url("https://a.example/"))
    assert places[1].occurrence.raw == places[1].occurrence.href == long[:MAX_STORED]
    assert places[1].target == Rejected(long[:MAX_STORED], Rejection.SCHEME, "data")


def test_what_no_database_could_hold_is_not_stored() -> None:
    collection = collect([Document("a.html", "html", "<a href='\ud800'>a</a>")], SETTINGS)

    assert collection.places[0].occurrence.raw == "?"


def test_a_long_link_is_asked_as_it_is_written() -> None:
    long = f"https://a.example/{'b' * 5000}"

    collection = collect([Document("a.txt", "plaintext", long)], SETTINGS)

    assert [link.url for link in collection.links] == [url(long)]
    assert len(collection.places[0].occurrence.raw) == MAX_STORED


def test_remarks_name_their_document_and_those_from_elsewhere_come_first() -> None:
    bad = Document("a.md", "markdown", "---\na: [\n---\n")

    collector = Collector(SETTINGS)
    collector.remarks.append("1 file of no known ending: no text, and passed over.")
    collector.take(bad)
    collection = collector.collected()

    assert collection.remarks == (
        "1 file of no known ending: no text, and passed over.",
        "a.md: the front matter is malformed at line 3; read as plain text",
    )


def test_documents_are_remembered_without_their_text() -> None:
    document = Document("a.md", "markdown", "https://a.example/", "https://b.example/", "docs")

    assert collect([document], SETTINGS).documents == (
        Document("a.md", "markdown", "", "https://b.example/", "docs"),
    )


def test_settings_reach_the_readers() -> None:
    document = Document("a.txt", "plaintext", "example.org")

    assert list(collect([document], SETTINGS).links) == []
    asked = collect([document], ExtractSettings(schemeless=True))
    assert [link.url for link in asked.links] == [url("https://example.org/")]


def test_memory_holds_links_and_neither_places_nor_what_they_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawler.scratch._IN_MEMORY", 1000)

    def held(number: int) -> int:
        links = (f"[{'label' * 50}](http://a.example/{n})\n\n" for n in range(number))
        document = Document("a.md", "markdown", "".join(links))
        tracemalloc.start()
        collection = collect([document], SETTINGS)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert len(collection.links) == number
        return size

    held(10)  # what is made once
    assert (held(4000) - held(2000)) / 2000 < 400


def test_nothing_is_collected_of_nothing() -> None:
    collection = collect([], SETTINGS)

    assert collection.places == ()
    assert collection.documents == ()
    assert len(collection.links) == 0


OWN = """# Title

## Two words

[a](#title) [b](#two-words) [c](#nowhere) [d](#) [e](#Title) [f](#user-content-title) [g](#L10)
[h](#fn:1) [i](#/route) [j](#top) [k](b.md#title) [l](#title:~:text=x) [nowhere again](#nowhere)
"""


def reasons(text: str, settings: ExtractSettings = SETTINGS, base: str | None = None) -> list[str]:
    collection = collect([Document("a.md", "markdown", text, base)], settings)
    return [
        place.target.reason if isinstance(place.target, Rejected) else str(place.target.url)
        for place in collection.places
    ]


def test_links_to_places_in_their_own_document_are_looked_up_in_it() -> None:
    there, missing, unknown = "anchor", "fragment-missing", "relative"

    assert reasons(OWN) == [
        there, there, missing, there, there, there, unknown, unknown, unknown, there, unknown,
        there, missing,
    ]  # fmt: skip


def test_places_are_looked_up_in_one_document_and_not_in_the_next() -> None:
    sources = [Document("a.md", "markdown", "# One"), Document("b.md", "markdown", "[x](#one)")]

    (place,) = collect(sources, SETTINGS).places

    assert place.target == Rejected("#one", Rejection.FRAGMENT_MISSING)


def test_nothing_is_looked_up_for_those_who_do_not_ask() -> None:
    assert set(reasons(OWN, ExtractSettings(fragments=False))) == {"relative"}


def test_what_includes_other_documents_may_have_any_place() -> None:
    assert reasons("{% include x %}\n\n[a](#nowhere)") == ["relative"]
    assert reasons("<a href='#nowhere'>x</a>") == ["fragment-missing"]


def test_a_document_of_the_web_is_asked_for_its_own_places() -> None:
    assert reasons("[a](#nowhere)", base="https://a.example/x") == ["https://a.example/x"]


def test_no_fragments_are_asked_of_pages_for_those_who_do_not_want_it() -> None:
    document = Document("a.md", "markdown", "<https://a.example/#one>")

    (link,) = collect([document], ExtractSettings(fragments=False)).links
    (place,) = collect([document], ExtractSettings(fragments=False)).places

    assert link.fragments == frozenset()
    assert place.target == Target(url("https://a.example/"), "one")


@pytest.mark.parametrize(
    ("whole_run", "one_document", "found", "told"),
    [
        (9, 9, 5, []),
        (5, 3, 5, []),
        (9, 2, 4, ["a.md: holds more links than `max_document_links` allows; not checked: 1."]),
        (
            1,
            9,
            1,
            [
                "a.md: holds more links than `max_links` allows; not checked: 2.",
                "b.md: holds more links than `max_links` allows; not checked: 2.",
            ],
        ),
    ],
)
def test_links_beyond_a_limit_are_counted_and_told(
    whole_run: int, one_document: int, found: int, told: list[str]
) -> None:
    documents = [
        Document(name, "markdown", f"<https://{name[0]}.example/>\n" * number)
        for name, number in (("a.md", 3), ("b.md", 2))
    ]
    settings = ExtractSettings(max_links=whole_run, max_document_links=one_document)
    collection = collect(documents, settings)
    assert len(collection.places) == found
    assert list(map(str, collection.unread)) == told
