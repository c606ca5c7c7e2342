"""The HTML report: what it shows, in which order, and that strangers do nothing in it.

How it behaves in a browser: `browser/test_html_in_a_browser.py`.
"""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from fakes import NOON, look, occurrence, url, verdict_of
from hypothesis import given
from pages_of_reports import chronicle, many, rich
from selectolax.lexbor import LexborHTMLParser, LexborNode
from strict import OTHERS, Strict
from test_reports import (
    HOSTILE,
    RUN,
    answering,
    drifted,
    everything,
    hostile,
    hostile_news,
    news,
    row,
    state,
    written,
)

from crawler import reports
from crawler.charts import MOST_RUNS
from crawler.choosing import Choice, choose
from crawler.dress import dress, manners
from crawler.explanations import explanation
from crawler.model import (
    Chronicle,
    Finding,
    Glance,
    Headcount,
    Health,
    Hop,
    Network,
    Outcome,
    PageFacts,
    Place,
    Report,
    Row,
    Severity,
)
from crawler.outline import Aspect
from crawler.tags import LINK, address
from crawler.urls import Rejection, Target

_BLOCK = re.compile(r"<(?=/?(?:d[dt]|h\d|li|ol|p|summary|t[dhr]|ul)\b)")
WORD = "\U0001f4a1"  # stands nowhere in a page by itself


def page(report: Report, aspect: Aspect = Aspect.ALL) -> LexborHTMLParser:
    return LexborHTMLParser(reports.render(report, "html", aspect))


def words_of(node: LexborNode | None) -> str:
    """Return what is read in a part of a page: blocks of text are words of their own."""
    assert node is not None
    apart = LexborHTMLParser(f"<table><tr><td>{_BLOCK.sub(' <', node.inner_html or '')}")
    return " ".join(apart.text().split())


def only(tree: LexborHTMLParser, selector: str) -> LexborNode:
    (node,) = tree.css(selector)
    return node


# What a page holds, and nothing else.


def each_of(names: str) -> frozenset[str]:
    return frozenset(names.split())


_ELEMENTS = each_of(
    "html head meta title style script body a header p h1 h2 h3 h4 ul ol li section main footer "
    "div form input label select option button output details summary dl dt dd code bdi span i b q "
    "time table caption thead tbody tr th td svg rect line path text"
)
_ATTRIBUTES = each_of(
    "lang charset http-equiv content name class href rel id hidden role "
    "aria-label aria-labelledby aria-hidden aria-live aria-keyshortcuts "
    "for type autocomplete spellcheck placeholder value disabled tabindex scope datetime "
    "data-kind data-host data-since data-in data-copy data-done data-choose "
    "data-words data-of data-number "
    "width height x y x1 x2 y1 y2 d viewBox preserveAspectRatio text-anchor"
)


def check_harmless(text: str) -> None:
    tree = LexborHTMLParser(text)
    assert [node.text() for node in tree.css("style")] == [between(dress(), "style")]
    assert [node.text() for node in tree.css("script")] == [between(manners(), "script")]
    for node in tree.css("*"):
        assert node.tag in _ELEMENTS, node.html
        assert set(node.attributes) <= _ATTRIBUTES, node.html
        href = node.attributes.get("href")
        if href is not None and not href.startswith("#"):
            assert href.startswith(("https://", "http://"))
            assert node.attributes["rel"] == LINK


def between(text: str, name: str) -> str:
    return text.partition(f"<{name}>")[2].partition(f"</{name}>")[0]


@given(HOSTILE)
def test_no_strangers_text_becomes_markup(text: str) -> None:
    for report in (hostile(text), answering(text), hostile_news(text), troubled(text)):
        for aspect in (Aspect.ALL, Aspect.CHANGES, Aspect.CATALOGUE):
            check_harmless(reports.render(report, "html", aspect))


def troubled(text: str) -> Report:
    """Make a report that says a text wherever a broken link and its history can."""
    facts = PageFacts(text, text, text, text, text, text, text, text, text, text, feeds=(text,))
    seen = replace(
        look("not-found"),
        verdict=replace(verdict_of("not-found"), detail=text),
        facts=facts,
        missing_fragments=(text,),
        findings=(Finding(text or "x", Severity.ADVICE, text, text),),
        http_stack=text,
    )
    places = (replace(occurrence(text=text, document=text or "x"), section=text, raw=text),) * 9
    rows = tuple(
        Row(Place(place, Target(url("https://a.example/"), text)), seen.verdict, seen)
        for place in places
    )
    return Report(RUN, rows, (text,) * 9, chosen=(text,))


@pytest.mark.parametrize(
    "text",
    [
        '"><script>alert(1)</script>',
        "' onmouseover='alert(1)",
        "</style><script>",
        "</title><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "<!--",
        "]]>",
        "&lt;b&gt;",
        "\x00\x1b\u202e",
    ],
)
def test_well_known_attacks_are_text(text: str) -> None:
    report = troubled(text)
    check_harmless(reports.render(report, "html"))
    said = page(report)
    shown = words_of(said.css_first("li.entry .why"))
    assert shown.startswith(" ".join(text.replace("\x00", " ").split()).rstrip("\x1b\u202e"))


def test_every_page_is_harmless_as_it_comes() -> None:
    for report in (rich(), everything(), news()):
        for aspect in reports.BY_NAME["html"].aspects:
            check_harmless(reports.render(report, "html", aspect))


def test_the_policy_allows_our_style_and_our_script_and_nothing_else() -> None:
    tree = page(rich())
    policy = only(tree, "meta[http-equiv=Content-Security-Policy]").attributes["content"]
    style, script = (
        b64encode(sha256(only(tree, name).text().encode()).digest()).decode()
        for name in ("style", "script")
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
    text = reports.render(rich(), "html")
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_a_page_is_the_same_each_time() -> None:
    assert reports.render(rich(), "html") == reports.render(rich(), "html")


def test_every_name_on_a_page_is_there_once_and_every_way_leads_somewhere() -> None:
    for report in (rich(), everything()):
        for aspect in (Aspect.ALL, Aspect.TROUBLE):
            tree = page(report, aspect)
            names = [node.attributes["id"] for node in tree.css("[id]")]
            assert len(names) == len(set(names))
            for node in tree.css('a[href^="#"]'):
                assert (node.attributes["href"] or "").removeprefix("#") in names
            for node in tree.css("[aria-labelledby]"):
                assert node.attributes["aria-labelledby"] in names


# What it says


def test_the_page_begins_with_what_is_broken_and_what_has_changed() -> None:
    tree = page(rich())
    assert words_of(only(tree, "h1")) == "4 links are broken"
    assert words_of(only(tree, ".lead")) == "44 links in 57 places"
    titles = [words_of(node) for node in tree.css("h2")]
    assert titles == [
        "How things stand",
        "What changed 4",
        "How it came to this",
        "Broken 4",
        "Drifted 1",
        "Not a link 1",
        "Perhaps broken 1",
        "No answer this time 2",
        "Flaky 1",
        "Not asked for safety 1",
        "Not for us 2",
        "Moved for good 1",
        "Behind a shortener 1",
        "All links 44",
    ]


def test_the_figures_are_those_of_the_links() -> None:
    tree = page(rich())
    said = [words_of(node) for node in tree.css(".figures li")]
    bar = only(tree, ".bar").attributes["aria-label"]
    assert bar == f"Links: {', '.join(said)}"
    assert said[0] == "4 broken"
    numbers = {each.partition(" ")[2]: int(each.partition(" ")[0]) for each in said}
    assert sum(numbers.values()) == 44 == len(tree.css("#all tbody tr"))
    assert numbers["drifted"] == 1
    for kind, label in (("broken", "broken"), ("blocked", "not for us"), ("ok", "well")):
        assert len(tree.css(f"#all tr[data-kind={kind}]")) == numbers[label]
    widths = [float((node.attributes["width"] or "").rstrip("%")) for node in tree.css(".bar rect")]
    assert sum(widths) == pytest.approx(100, abs=0.1)


def test_an_entry_says_what_since_when_where_and_what_to_do() -> None:
    entry = page(rich()).css_first("li.entry")
    assert entry is not None
    assert words_of(entry.css_first(".url")).startswith("http://cs231n.stanford.edu/2017/")
    assert words_of(entry.css_first(".why")) == (
        "The server says that there is no such page. (HTTP 404) not-found"
    )
    assert words_of(entry.css_first(".history")) == (
        "Broken on 3 looks since 2026-11-18; last good 2026-11-17."
    )
    assert words_of(entry.css_first(".places")).startswith("README.md:40:7")
    button = entry.css_first("button.copy")
    assert button is not None
    assert str(button.attributes["data-copy"]).startswith("https://web.archive.org/web/2026")
    assert "hidden" in button.attributes, "only the script can copy"


def test_the_evidence_has_the_way_the_page_and_all_looks() -> None:
    tree = page(rich())
    (entry,) = (
        each for each in tree.css("li.entry") if "bit.ly/" in words_of(each.css_first(".url"))
    )  # fmt: skip
    said = words_of(entry.css_first("dl"))
    assert "301 https://bit.ly/2VnyCZs → https://jalammar.example/illustrated" in said
    assert "Title The Illustrated Transformer" in said
    broken = tree.css_first("li.entry dl")
    streaks = [words_of(node) for node in (broken.css("ol.streaks li") if broken else ())]
    assert streaks[-1] == "2026-11-18 \u2013 2026-11-22: broken, 5 looks"


def test_looks_are_drawn_and_told() -> None:
    tree = page(rich())
    chart = tree.css_first("li.entry svg.looks")
    assert chart is not None
    name = chart.attributes["aria-label"] or ""
    assert name.startswith("The last 30 looks, 2026-")
    assert name.endswith("2026-11-22: 23 well, 5 broken, 2 no answer")
    bars = sum((path.attributes["d"] or "").count("M") for path in chart.css("path"))
    assert bars == 30


def test_links_that_a_host_blocks_are_one_entry_that_has_them_all() -> None:
    tree = page(rich())
    (entry,) = (each for each in tree.css("li.entry") if each.css("ul.links"))
    assert words_of(entry.css_first(".url")) == "medium.example"
    assert [words_of(each) for each in entry.css("ul.links a")] == [
        f"https://medium.example/p/{number}" for number in range(3)
    ]
    assert entry.attributes["data-kind"] == "blocked"
    assert entry.attributes["data-host"] == "medium.example"


def test_one_dead_url_is_one_entry_with_all_its_places_and_no_more_than_six_at_once() -> None:
    tree = page(rich())
    (entry,) = (
        each for each in tree.css("li.entry") if "paulgraham" in words_of(each.css_first(".url"))
    )
    assert len(entry.css("ul.places > li")) == 9
    assert len(entry.css("details ul.places > li")) == 3
    assert "3 more places" in words_of(entry)
    rows = tuple(row("https://a.example/", "gone", line) for line in range(1, 31))
    (crowd,) = page(Report(RUN, rows)).css("li.entry")
    assert "24 more places" in words_of(crowd)
    assert words_of(crowd).count("and 10 more places") == 1
    (line,) = page(Report(RUN, rows)).css("#all tbody tr")
    assert "a.md:1, a.md:2, a.md:3 and 27 more" in words_of(line)


def test_every_link_is_in_the_table_also_those_that_are_well() -> None:
    tree = page(everything())
    told = [words_of(node) for node in tree.css("#all tbody td:nth-child(2)")]
    assert len(told) == 16
    assert "https://ok.example/" in told
    assert "notes/x.md" in told
    assert words_of(only(tree, "#all thead")) == "State Link Where Last look"
    assert page(everything(), Aspect.BROKEN).css("#all") == []


def test_a_table_is_cut_into_parts_and_loses_nothing() -> None:
    tree = page(many(450))
    assert [len(part.css("tbody tr")) for part in tree.css("#all .part")] == [200, 200, 50]
    captions = [words_of(node) for node in tree.css("#all caption")]
    assert captions[1] == "Links, part 2 of 3"


def test_hosts_and_documents_beyond_a_number_are_counted() -> None:
    tree = page(many(4000))
    last = [words_of(node.css("option")[-1]) for node in tree.css("select") if node.id == "host"]
    assert last == ["and 484 more: find them by name"]
    numbers = [node.attributes["data-number"] for node in tree.css("#in option[data-number]")]
    assert numbers == [str(number) for number in range(300)]


def test_names_of_hosts_are_shown_in_punycode() -> None:
    mixed = row("https://аpple.example/", "gone")  # noqa: RUF001 - that is what it is about
    (entry,) = page(Report(RUN, (mixed,))).css("li.entry")
    assert words_of(entry.css_first(".url b")) == "xn--pple-43d.example"


def test_only_what_is_of_the_web_is_a_link() -> None:
    tree = page(Report(RUN, (written("javascript:alert(1)", Rejection.MALFORMED),)))
    assert words_of(only(tree, "li.entry .url")) == "javascript:alert(1)"
    assert tree.css("#links a") == []


def test_a_name_that_is_no_url_is_shown_as_it_is() -> None:
    assert address("a.md:4 <b>") == "a.md:4 &lt;b&gt;"


def test_an_entry_without_hops_says_where_it_led_all_the_same() -> None:
    seen = replace(look("gone"), final_url=url("https://b.example/"))
    tree = page(Report(RUN, (row("https://a.example/", observation=seen),)))
    assert "Leads to https://b.example/" in words_of(only(tree, "dl"))


def test_languages_of_titles_are_said_if_they_are_any() -> None:
    def language(tag: str) -> list[str | None]:
        facts = PageFacts(title=f"Un título {WORD}", language=tag)
        broken = row("https://a.example/", observation=replace(look("not-found"), facts=facts))
        tree = page(Report(RUN, (broken,)))
        return [each.attributes.get("lang") for each in tree.css("bdi") if WORD in each.text()]

    assert language("es") == ["es"]
    assert language("zh-Hans-CN") == ["zh-Hans-CN"]
    assert language('es" onclick') == [None]
    assert page(rich()).css_first("html").attributes["lang"] == "en"  # type: ignore[union-attr] # a page has one


def test_words_of_ours_are_in_the_language_that_is_asked_for() -> None:
    class Loud:
        language = "x-loud"

        def __call__(self, sentence: str, /) -> str:
            return f"{WORD}{sentence}"

    text = "".join(reports.BY_NAME["html"].render(rich(), Aspect.ALL, Loud()))
    tree = LexborHTMLParser(text)
    assert only(tree, "html").attributes["lang"] == "x-loud"
    for node in tree.css(
        "h1, h2, summary, dt, th[scope=col], label, caption, button, option[value='']"
    ):
        if not node.text().strip().startswith("20"):
            assert WORD in node.text(), node.html
    for node in tree.css("[aria-label]"):
        assert WORD in (node.attributes["aria-label"] or ""), node.html
    for node in tree.css("bdi, .places code, #all .url"):
        assert WORD not in node.text(), node.html


# What the makers of these reports have written in the place of the program.
MADE_UP = frozenset({
    "192.168.1.12",
    "A deep link that leads to the front page.",
    "It ended with 2026-11-21.",
    "It was “Oak Library”; it is another.",
    "Moved for good: to another site.",
    "Since then.",
    "Some looks are good, some are not.",
    "The page is another.",
    "There is no such page.",
    "There is no such page. (HTTP 404)",
    "a.md: the front matter is malformed.",
    "docs/getting-started.md: the front matter is malformed.",
    "the page says “not found”",
})  # fmt: skip


@pytest.mark.parametrize("tag", OTHERS)
def test_every_language_knows_all_that_a_page_says(tag: str) -> None:
    words = Strict(tag)
    crowd = tuple(row("https://a.example/", "gone", line) for line in range(1, 31))
    late = Report(replace(RUN, complete=False), crowd[:1])
    told = course(*({Health.BROKEN: 1} for _ in range(400)))
    calm = course({Health.HEALTHY: 9}, {Health.HEALTHY: 9})
    several = (
        rich(),
        everything(),
        news(),
        late,
        Report(RUN, ()),
        Report(RUN, crowd, ("a.md: the front matter is malformed.",) * 9, chronicle=told),
        Report(RUN, crowd[:7], chronicle=calm),
        Report(replace(RUN, network=Network.DOWN), ()),
        Report(RUN, crowd[:1], ("a.md: the front matter is malformed.",) * 6, remembers=True),
        replace(news(), changes=(news().changes or ())[:1] * 30),
        replace(rich(), changes=()),
        Report(RUN, tuple(lacking(f"https://{a}.example/") for a in "ab"), chronicle=told),
        choose(Report(RUN, crowd[:1], chronicle=told), Choice(hosts=("a.example",))),
        many(3000),
    )
    for report in several:
        for aspect in reports.BY_NAME["html"].aspects:
            assert "".join(reports.BY_NAME["html"].render(report, aspect, words))
    assert set(words.unknown_words) <= MADE_UP


# What is not there


def test_without_a_history_of_runs_nothing_is_drawn_of_it() -> None:
    assert page(everything()).css(".timeline, .looks, .course") == []
    once = replace(rich(), chronicle=chronicle(tuple(rich().rows), 1))
    assert page(once).css(".timeline, .course") == []


def test_a_report_of_no_links_is_calm() -> None:
    tree = page(Report(RUN, ()))
    assert words_of(only(tree, "h1")) == "No links"
    assert tree.css("svg, form, table, .entry") == []


def test_a_report_of_one_link_that_is_well() -> None:
    tree = page(Report(RUN, (row("https://a.example/"),)))
    assert words_of(only(tree, "h1")) == "No broken links"
    assert words_of(only(tree, ".lead")) == "1 link in 1 place"
    assert words_of(only(tree, "#all tbody tr")) == ("well https://a.example/ a.md:1 2026-11-22")


CUT_SHORT = "No broken links so far"
NO_NETWORK = "Nothing is known: the network was not there, or not to be trusted"


@pytest.mark.parametrize(
    ("report", "headline"),
    [
        (Report(replace(RUN, complete=False), (row("https://a.example/"),)), CUT_SHORT),
        (Report(replace(RUN, network=Network.DOWN), ()), NO_NETWORK),
        (Report(RUN, (row("https://a.example/", "gone"),)), "1 link is broken"),
        (Report(RUN, (row("https://a.example/", "timeout"),)), "No broken links"),
    ],
)  # fmt: skip
def test_the_headline_says_how_things_stand(report: Report, headline: str) -> None:
    tree = page(report)
    assert words_of(only(tree, "h1")) == headline
    whole = report.run.complete and report.run.network is Network.UP
    assert bool(tree.css("header .alarm .notes")) is not whole


def test_what_may_be_broken_is_not_called_broken() -> None:
    (suspect,) = (each for each in everything().rows if each.verdict.reason == "soft-404")
    tree = page(Report(RUN, (suspect,), remembers=True))
    assert words_of(only(tree, "h1")) == "1 link may be broken"
    assert words_of(only(tree, ".figures")) == "1 perhaps broken"


def test_many_notes_are_folded_and_none_is_lost() -> None:
    report = Report(RUN, (), tuple(f"Note {number}." for number in range(9)))
    tree = page(report)
    assert len(tree.css("main > .notes > li")) == 5
    assert words_of(only(tree, "main > details > summary")) == "4 more notes"
    assert len(tree.css(".notes > li")) == 9


def test_many_changes_are_folded_and_none_is_lost() -> None:
    changes = news().changes or ()
    tree = page(replace(news(), changes=changes[:1] * 30))
    assert len(tree.css(".changes > ul > li")) == 8
    assert words_of(only(tree, ".changes summary")) == "22 more"
    assert len(tree.css(".changes li")) == 30


def test_what_has_changed_leads_to_what_is_told_of_it() -> None:
    tree = page(rich())
    (way,) = (each for each in tree.css(".changes a") if "cs231n" in words_of(each))
    anchor = (way.attributes["href"] or "").removeprefix("#")
    (entry,) = (each for each in tree.css("li.entry") if each.id == anchor)
    assert words_of(entry.css_first(".url")) == words_of(way)
    shades = [node.attributes["class"] for node in tree.css(".changes h3 .dot")]
    assert shades == ["dot k-broken", "dot k-drifted", "dot k-redirected", "dot k-ok"]


def test_a_page_of_what_has_changed_says_so_when_nothing_has() -> None:
    assert words_of(only(page(rich(), Aspect.CHANGES), "h1")) == (
        "Changed: 1 broken, 1 drifted, 1 moved, 1 recovered."
    )
    quiet = page(replace(rich(), changes=(), chosen=("Only some: 0 of 9.",)), Aspect.CHANGES)
    assert words_of(only(quiet, "h1")) == "Nothing has changed."
    assert words_of(only(quiet, ".notes li")) == "Only some: 0 of 9."


def test_a_catalogue_has_its_resources_under_their_headings() -> None:
    tree = page(everything(), Aspect.CATALOGUE)
    assert words_of(only(tree, "h2")) == "a.md"
    assert words_of(only(tree, "h3")) == "Section"
    assert "A *title* https://b.example/" not in words_of(tree.body)
    assert "A *title* http://old.example/x es" in words_of(tree.body)
    rows = tuple(
        replace(each, place=replace(each.place, occurrence=where))
        for each, section in (
            (row("https://a.example/"), "One"),
            (row("https://b.example/"), "Two"),
        )
        for where in (replace(each.place.occurrence, section=section),)
    )
    several = page(Report(RUN, rows), Aspect.CATALOGUE)
    assert [words_of(each) for each in several.css("h2, h3")] == ["a.md", "One", "Two"]


# The course of things


def course(*healths: dict[Health, int], days: int = 1) -> Chronicle:
    runs = (
        Headcount(NOON + timedelta(days=days * number), 5, each)
        for number, each in enumerate(healths)
    )
    return Chronicle(tuple(runs))


def test_the_course_is_drawn_named_and_told_in_numbers() -> None:
    report = replace(
        everything(),
        chronicle=course({Health.HEALTHY: 9}, {Health.HEALTHY: 7, Health.BROKEN: 2}),
    )
    tree = page(report)
    assert only(tree, ".timeline").attributes["aria-label"] == (
        "Links that were not well, after each of 2 runs, 2026-11-22 \u2013 2026-11-23. "
        "Now: 2 broken"
    )
    assert [words_of(each) for each in tree.css(".legend li")] == ["2 broken"]
    assert [words_of(each) for each in tree.css(".numbers tr")] == [
        "Run asked well broken",
        "2026-11-23 12:00 5 7 2",
        "2026-11-22 12:00 5 9 0",
    ]
    assert [words_of(each) for each in tree.css(".timeline title")] == [
        "2026-11-22 12:00: nothing wrong",
        "2026-11-23 12:00: 2 broken",
    ]


def test_a_course_without_trouble_is_a_sentence() -> None:
    tree = page(replace(everything(), chronicle=course({Health.HEALTHY: 9}, {Health.HEALTHY: 9})))
    assert words_of(only(tree, ".course .words")) == "Nothing was wrong after any of 2 runs."
    assert tree.css(".timeline") == []


def lacking(address: str, line: int = 1) -> Row:
    """Make a link to a page that is there, and has not the place that is asked for."""
    there = row(address, "ok", line, state=state(Health.HEALTHY, 0, good=True))
    return replace(there, verdict=verdict_of("fragment-missing"))


def test_a_course_says_which_of_the_broken_links_it_does_not_count() -> None:
    gone = row("https://a.example/", "gone", state=state(Health.BROKEN, 3))
    slow = row("https://b.example/", "timeout", state=state(Health.BROKEN, 3))
    places = lacking("https://c.example/"), lacking("https://c.example/", 2)  # one link
    absent = replace(written("c.md", Rejection.FILE_MISSING), verdict=verdict_of("file-missing"))
    told = course({Health.HEALTHY: 3}, {Health.HEALTHY: 1, Health.BROKEN: 2})
    report = Report(RUN, (gone, slow), remembers=True, chronicle=told)
    assert words_of(only(page(report), ".figures")) == "2 broken"
    assert "not counted" not in words_of(only(page(report), ".course"))
    one = page(replace(report, rows=(gone, slow, *places)))
    assert words_of(only(one, ".figures")) == "3 broken"
    assert "1 broken link is not counted here" in words_of(only(one, ".course"))
    two = page(replace(report, rows=(gone, slow, *places, absent)))
    assert words_of(only(two, ".figures")) == "4 broken"
    assert "2 broken links are not counted here" in words_of(only(two, ".course"))
    calm = page(Report(RUN, places, remembers=True, chronicle=course({}, {Health.HEALTHY: 1})))
    assert "1 broken link is not counted here" in words_of(only(calm, ".course"))


def test_a_course_says_that_it_is_of_all_links_where_some_were_chosen() -> None:
    told = course({Health.BROKEN: 1}, {Health.BROKEN: 2})
    chosen = choose(replace(everything(), chronicle=told), Choice(hosts=("gone.example",)))
    assert "and not only those that were chosen" in words_of(only(page(chosen), ".course"))


def test_of_very_many_runs_some_are_drawn_and_it_is_said() -> None:
    told = course(*({Health.BROKEN: 1} for _ in range(1000)))
    tree = page(replace(everything(), chronicle=told))
    assert "after each of 1000 runs (366 of them are drawn)" in words_of(only(tree, ".course"))
    assert len(tree.css(".timeline title")) == MOST_RUNS == len(tree.css(".timeline .tick"))
    assert len(tree.css(".numbers tbody tr")) == 1000


def test_a_link_with_one_look_has_no_chart_and_no_row_has_one_of_another() -> None:
    gone = row("https://a.example/", "gone")
    glances = {url("https://a.example/"): (Glance(NOON, Outcome.BROKEN),)}
    tree = page(Report(RUN, (gone,), chronicle=Chronicle((), glances)))
    assert tree.css(".looks") == []
    assert words_of(only(tree, ".streaks")) == "2026-11-22: broken, one look"


def test_the_evidence_explains_what_a_word_of_ours_means() -> None:
    bare = Finding("empty", Severity.WARNING, "The page shows nothing.")
    tree = page(Report(RUN, (row("https://a.example/", findings=(bare,)),)))
    assert explanation("empty", kind="advice") in only(tree, "li.entry dl").text()
    lost = page(Report(RUN, (row("https://a.example/", "gone"),)))
    assert explanation("gone") in only(lost, "li.entry dl").text()


def test_a_code_that_nobody_knows_is_shown_without_explanation() -> None:
    (first, *_) = news().changes or ()
    tree = page(replace(news(), changes=(replace(first, code="of-tomorrow"),)), Aspect.CHANGES)
    assert words_of(only(tree, "li.entry .why code")) == "of-tomorrow"
    assert tree.css("dl") == []


def test_hops_that_are_none_of_http_say_how() -> None:
    from crawler.model import Via  # noqa: PLC0415 - for this alone

    hops = (Hop(url("https://a.example/"), 200, Via.META_REFRESH),)
    seen = replace(look("gone"), hops=hops, final_url=url("https://b.example/"))
    tree = page(Report(RUN, (row("https://a.example/", observation=seen),)))
    assert words_of(only(tree, ".hops")) == (
        "200 meta-refresh https://a.example/ → https://b.example/"
    )


def test_a_drifted_page_tells_where_it_is_now() -> None:
    tree = page(Report(RUN, (drifted(),)))
    assert "It was “Oak Library” (en)" in words_of(only(tree, "li.entry .why"))
    assert words_of(only(tree, ".figures")) == "1 drifted"
