"""Nothing of a report is left in English: what nobody has translated is a failure here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fakes import NOON, look, occurrence, state_of_looks, url, verdict_of
from strict import OTHERS, Strict, untranslated

from crawler import demo, reports
from crawler.addresses import refusal
from crawler.archiving import ArchivedCopy, Basis, Came, Errand, sentence
from crawler.assemble import settled
from crawler.baseline import Baseline, Entry
from crawler.beliefs import drift_words, history_of
from crawler.catalogue import Resource
from crawler.choosing import Choice, choose
from crawler.excuses import by_baseline, by_history
from crawler.explanations import codes
from crawler.model import (
    Change,
    Finding,
    Health,
    Ignore,
    IgnoreState,
    LinkState,
    Network,
    Outcome,
    PageFacts,
    Place,
    Report,
    Row,
    Run,
    Severity,
    Sketch,
    Transition,
    Turnout,
    Unread,
)
from crawler.reasons import REASONS, verdict
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.storytelling import story_lines
from crawler.urls import Target

A = "https://a.example/"
B = "https://b.example/"
RUN = Run("r", NOON, NOON, complete=True)
# One finding of each name, as it is told; a test elsewhere says that these are all names.
ADVICE = {
    "moved": "Moved for good: to another site.",
    "sent-home": "A deep link that leads to the front page: the page itself may be gone.",
    "site-moved": "A deep link that leads to the front page of b.example: the site may be gone.",
    "converged": f"It led to {A}, and now ends where 3 others of its host do.",
    "empty": "The server answers with an empty page.",
    "text-missing": "The page does not show the words it should lead to.",
    "shortener": "Shortened by bit.ly.",
    "wrapper": "Wrapped by Google, which only leads on: link to the target itself.",
    "amp": "A version for phones, made of another page: link to that.",
    "tracking": "The parameter “utm_source” is only for tracking readers: leave that out.",
    "affiliate": "The parameters “tag”, “ref” are for paying somebody: leave that out if nobody "
    "is meant to be.",
    "archived": "The repository was archived on 2024-01-01: nobody maintains it.",
    "language-mismatch": "The label says that it is in German; the page is in “eo”.",
    "truncated": "Only the first 1048576 bytes of the page were read, or could be.",
    "kept-copy": f"A copy of {A}, kept by archive.org.",
    "translation": f"A translation by Google Translate of {A}.",
    "archived-copy": "Archived on 2026-10-01, before the page was lost.",
}
DETAILS = {
    "ok": (f"now at {B}",),
    "permanent": (f"now at {B}; YouTube has this video",),
    "vouched": ("HTTP 403; npm's registry has this package", "X has this post"),
    "removed": ("HTTP 200; crates.io has no such crate", f"now at {B}; PyPI has no such project"),
    "removed-video": ("HTTP 200; YouTube has no such video",),
    "auth": ("HTTP 401", "HTTP 200; YouTube says that this video is private"),
    "not-found": ("HTTP 404",),
    "soft-404": (
        'HTTP 200; "Page not found"',
        f'HTTP 200; "At "home"; at" at {B}',
        f"HTTP 200; at {B}",
        f"HTTP 200; an address that was made up shows the same: {A}xyz",
        f"sent to {A}, as other links of this host are",
    ),
    "login": (f'HTTP 200; "Log in" at {B}',),
    "short-code-unknown": (f"to {A}",),
    "fragment-missing": ("#a place",),
    "bad-redirect": ("no Location",),
    "redirect-loop": (A,),
    "too-many-redirects": ("more than 10",),
    "forbidden-port": ("25",),
    "forbidden-scheme": ("mailto", "broken"),
    "interstitial": ("adf.ly",),
    "timeout": ("none within 20 s", "none within 0.5 s", "60 s in all"),
    "connect": ("refused", "reset", "closed without an answer"),
    "dns-failure": ("the name server failed", "no answer from the name server"),
    "dns-not-found": ("no such name", "not a name", "the name has no address"),
    "private-address": ("a name of a private network",),
    "proxy": ("the proxy asks for a login: HTTP 407", "no secure connection to the proxy"),
    "malformed": (
        "longer than 2048 characters", "percent-encoded over and over",
        "the host has an empty label", "the host name is too long", "the host is no valid Punycode",
    ),
    "no-scheme": ("write https://www.example.org/a b",),
    "scheme": ("tel", "broken"),
    "file-missing": (
        "there is docs/a file.md", "a/b is no regular file",
        "it was there before this change; it is docs/a file.md now",
    ),
    "file-case": ("it is Docs/A.md",),
    "local": ("as docs/a.md",),
    "relative": (
        "its site generator may make such a page", "TeX looks for it in other directories too",
        "its directory is empty: a submodule perhaps", "its directory cannot be read",
        "it is filled in by a template or a program", "--root tells which directory / stands for",
    ),
    "ignored": ("moves soon; until 2027-01-31", "until 2027-01-31", "Broken"),
}  # fmt: skip


def details() -> Iterator[str]:
    for reason in REASONS:
        yield from (reason.sentence, reason.cure)
        for specifics in ("", *DETAILS.get(reason.code, ())):
            judged = verdict(reason.code, specifics).detail
            yield from (judged, f"{judged} bit.example was a shortener and has closed.")


def test_every_reason_with_what_it_adds() -> None:
    assert untranslated(*details()) == []


def test_every_place_that_is_not_asked() -> None:
    addresses = [
        "0.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "168.63.129.16",
        "::1",
        "2001::1",
        "2002::1",
        "2001:db8::1",
    ]
    words = [refusal(address) for address in addresses]
    assert untranslated(*(verdict("private-address", each or "").detail for each in words)) == []


def test_every_piece_of_advice_has_its_words_above() -> None:
    assert ADVICE.keys() == set(codes("advice"))
    assert untranslated(*ADVICE.values()) == []


def rows() -> Iterator[Row]:
    """Yield a row for each reason, some with a past, and one for each piece of advice."""
    states = [None, *(state_of_looks(*each.split()) for each in PASTS)]
    for number, reason in enumerate(REASONS):
        address = f"https://a{number % 5}.example/{reason.code}"
        judged = verdict(reason.code, next(iter(DETAILS.get(reason.code, ("",)))))
        observation = replace(look(address=address), verdict=judged)
        place = Place(occurrence(address, number + 1, text="Broken"), Target(url(address)))
        if reason.code == "ignored":
            place = replace(place, ignored="Broken")
        yield Row(place, judged, observation, states[number % len(states)])
    for name, message in ADVICE.items():
        address = f"https://b.example/{name}"
        found = Finding(name, Severity.ADVICE, message, A)
        observation = replace(look(address=address), findings=(found,))
        for line in range(1, 30):
            place = Place(occurrence(address, line), Target(url(address)))
            yield Row(place, verdict_of("ok"), observation, None)


PASTS = (
    "not-found", "ok not-found", "timeout", "ok timeout timeout timeout timeout",
    "ok not-found ok not-found ok not-found", "soft-404 soft-404",
)  # fmt: skip


def whole(*, remembers: bool = True) -> Report:
    return Report(RUN, tuple(rows()), remembers=remembers)


def shown(report: Report) -> list[str]:
    """Return what of a report any language does not know, in any format, whatever it shows."""
    unknown: list[str] = []
    for words in map(Strict, OTHERS):
        for each in reports.FORMATS:
            for aspect in each.aspects:
                for _ in each.render(report, aspect, words):
                    pass
        unknown += words.unknown_words
    return unknown


@pytest.mark.parametrize("remembers", [True, False])
def test_a_report_of_everything(*, remembers: bool) -> None:
    assert shown(whole(remembers=remembers)) == []


def test_a_report_of_nothing() -> None:
    assert shown(Report(RUN, ())) == []


@pytest.mark.parametrize("number", [1, 2, 60])
def test_what_has_changed(number: int) -> None:
    until = date(2026, 11, 21)
    ended = Transition(
        Change.IGNORE_EXPIRED, None, "It ended with 2026-11-21: its links are asked again.",
        "unused", "expired", "ignore-expired", history="It says: Broken",
        ignore=Ignore("a file.md", 4, None, IgnoreState.EXPIRED, until, "Broken"),
    )  # fmt: skip
    places = (occurrence(A, 3, text="Broken"),)
    changes = [
        Transition(
            kind, url(A), "It is there again.", "healthy", str(kind), "not-found", NOON,
            places=places, written=30, at=NOON,
        )
        for kind in Change
    ]  # fmt: skip
    changes = [each for each in changes if each.kind is not Change.IGNORE_EXPIRED]
    assert shown(replace(whole(), changes=(*changes, ended) * number)) == []


@pytest.mark.parametrize("network", Network)
@pytest.mark.parametrize("complete", [True, False])
def test_a_run_that_was_not_whole(network: Network, *, complete: bool) -> None:
    run = replace(RUN, network=network, complete=complete)
    assert shown(Report(run, tuple(rows())[:3])) == []


@pytest.mark.parametrize("links", [1, 5])
@pytest.mark.parametrize(("not_due", "put_off"), [(1, 1), (3, 4), (1, 0), (0, 2)])
def test_what_was_left_for_another_time(links: int, not_due: int, put_off: int) -> None:
    turnout = Turnout(links, 0, not_due=min(links, not_due), put_off=min(links, put_off))
    assert shown(Report(RUN, (), turnout=turnout)) == []


@pytest.mark.parametrize("links", [1, 5])
def test_what_a_history_has_answered(links: int) -> None:
    for answered in {1, links}:
        turnout = Turnout(links, 0, answered=answered, since=NOON)
        assert shown(Report(RUN, (), turnout=turnout)) == []


@pytest.mark.parametrize(("links", "late", "new"), [(1, 1, 1), (9, 1, 0), (9, 7, 7), (9, 7, 3)])
def test_what_there_was_no_time_for(links: int, late: int, new: int) -> None:
    named = ("https://a.example/", "https://b.example/")[:late]
    turnout = Turnout(links, 1, late=late, never=new, named=named)
    run = replace(RUN, complete=False)
    assert shown(Report(run, tuple(rows())[:3], turnout=turnout)) == []


@pytest.mark.parametrize("note", ["", "see #12"])
@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2027, 1, 1)])
def test_what_a_baseline_has_to_say(until: date, note: str) -> None:
    told = (("a.md", verdict("not-found", "HTTP 404")), ("b.md", verdict("ok")))
    bad, good = (Row(Place(occurrence(A, 1, name), Target(url(A))), each) for name, each in told)
    since = date(2025, 1, 1)
    for reasons in ("gone",), ("gone", "not-found"):
        both = ((name, reason) for name in ("a.md", "b.md") for reason in reasons)
        entries = [Entry(name, A, reason, since, until, note) for name, reason in both]
        known = Baseline(entries, "b.toml", date(2026, 6, 1))
        assert shown(by_baseline(Report(RUN, (bad, good)), known, frozenset())) == []
    assert shown(by_history(Report(RUN, (bad,)), frozenset({("a.md", A)}))) == []
    assert shown(settled(Report(RUN, (bad,)), frozenset({bad.place.occurrence}))) == []


@pytest.mark.parametrize(
    "reason",
    [
        "is not a regular file",
        "cannot be read (Permission denied)",
        "is larger than 64 MiB",
        "is a binary file, not a document",
        "is a link that leads out of the tree",
        "holds more links than `max-links` allows; not checked: 17",
        "could not be read: The server says that there is no such page. (HTTP 404)",
        "could not be read: The server says that there is no such page",
        "could not be read: It holds nothing that is read (image/png)",
    ],
)
@pytest.mark.parametrize("number", [1, 21, 25])
def test_documents_that_were_not_read(reason: str, number: int) -> None:
    unread = tuple(Unread(f"a file {each}.md", reason) for each in range(number))
    assert shown(Report(RUN, (), unread=unread)) == []


@pytest.mark.parametrize("number", [1, 21, 25])
def test_ignores_without_effect(number: int) -> None:
    until = date(2026, 11, 21)
    expired = Ignore("a file.md", 4, None, IgnoreState.EXPIRED, until, "Broken")
    unused = Ignore("crawl.toml", None, 2, IgnoreState.UNUSED, None, "")
    run = replace(
        RUN, ignores=(expired, unused, replace(unused, document="a b.md", line=3)) * number
    )
    assert shown(Report(run, ())) == []


def test_what_a_report_was_chosen_by() -> None:
    health, outcome, report = tuple(Health)[:3], tuple(Outcome)[:3], whole()
    for number in range(1, 4):
        for choice in (
            Choice(("docs", "a b.md", "c")[:number]),
            Choice((), (), health[:number]),
            Choice((), (), (), outcome[:number]),
            Choice(("docs",), ("a.example", "b.example")[:number], health[:number]),
        ):
            assert untranslated(*choose(report, choice).chosen) == []
    near = (
        Choice(("a..md",), ("a.exmaple",)),
        Choice(("x y z",), ("1",)),
        Choice((), (), (Health.DRIFTED,)),
    )
    for choice in near:
        nothing = choose(replace(report, rows=report.rows[:1]), choice).chosen
        assert len(nothing) > 1, choice
        assert untranslated(*nothing) == []


SKETCH = Sketch(NOON, A, None, "A “title” at home", "en")


def believed() -> Iterator[LinkState]:
    states = [state for past in PASTS if (state := state_of_looks(*past.split()))]
    for state in states:
        yield from (state, replace(state, last_ok_at=NOON), replace(state, trail="+-+-+++"))
    flaky = replace(states[0], health=Health.FLAKY, trail="+-+-+++")
    yield from (flaky, replace(flaky, last_ok_at=None))
    for known in (SKETCH, replace(SKETCH, title=None, language=None)):
        drifted = replace(
            flaky, health=Health.DRIFTED, drift_since=NOON, drift_looks=2, known=known
        )
        yield from (drifted, replace(drifted, drift_since=None, drift_looks=1))


def test_what_is_believed() -> None:
    pages = (PageFacts(), PageFacts(title="It was “a”; it is b.", language="es"))
    looks = [replace(look(), facts=facts, final_url=url(B)) for facts in pages] + [look("timeout")]
    said = [history_of(state) for state in believed()]
    said += [drift_words(state, each) for state in believed() for each in looks]
    assert len(set(said)) > 12
    assert untranslated(*said) == []


@pytest.mark.parametrize("health", Health)
def test_what_is_wrong_with_a_resource(health: Health) -> None:
    resource = Resource("a.md", "", 1, "", "", A, None, health, Outcome.OK, PageFacts())
    assert untranslated(resource.trouble) == []


def test_what_is_said_of_copies() -> None:
    copies = [
        ArchivedCopy(url(A), Errand.FIND, at, basis, NOON, Came.COPY, url(B), NOON)
        for basis in Basis
        for at in (NOON, NOON.replace(year=2020))
    ]
    assert untranslated(*map(sentence, copies)) == []


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo")
    demo.play(directory, lambda _: None)
    return directory / "crawl.db"


def test_the_demo(played: Path) -> None:
    with Store(played, read_only=True) as store:
        assert shown(store.report()) == []


@pytest.mark.parametrize("all_looks", [True, False])
def test_the_story_of_each_link_of_the_demo(played: Path, *, all_looks: bool) -> None:
    with Store(played, read_only=True) as store:
        urls = {
            row.place.target.url
            for row in store.report().rows
            if isinstance(row.place.target, Target)
        }
        stories = [store.story(each) for each in urls]
    for words in map(Strict, OTHERS):
        for story in stories:
            for _ in story_lines(story, HealthSettings(), words=words, all_looks=all_looks):
                pass
        assert words.unknown_words == []
