"""Reports as people have them: 43 links after 60 runs, and 20,000 links. All made up."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fakes import NOON, verdict_of

from crawler.model import (
    Change,
    Chronicle,
    Finding,
    Glance,
    Headcount,
    Health,
    Hop,
    Kind,
    LinkState,
    Observation,
    Occurrence,
    Outcome,
    PageFacts,
    Place,
    Report,
    Row,
    Run,
    Severity,
    Sketch,
    Span,
    Transition,
    Turnout,
    Unread,
    Verdict,
)
from crawler.reasons import BY_CODE
from crawler.urls import Rejected, Rejection, Target, Url, resolve

RUNS = 60
DOCUMENTS = (
    "README.md",
    "docs/getting-started.md",
    "docs/guides/data.md",
    "docs/guides/évaluation.md",
    "blog/2020-04-14-aprender.md",
)
_WELL = (
    ("https://www.python.org/", "Welcome to Python.org", "Python"),
    (
        "https://docs.python.org/3/library/html.html",
        "html — HyperText Markup Language support",
        "h",
    ),
    ("https://www.deeplearning.ai/courses/deep-learning-specialization/", "Deep Learning", "curso"),
    ("https://numpy.org/doc/stable/user/absolute_beginners.html", "NumPy: the basics", "NumPy"),
    ("https://arxiv.org/abs/1706.03762", "Attention Is All You Need", "the paper"),
    ("https://xn--espaa-rta.example/", "Curso de estadística", "España"),
    (
        "https://www.oreilly.com/library/view/hands-on-machine-learning/9781492032632/",
        "Hands-On",
        "",
    ),
)
_LOST = (
    (
        "http://cs231n.stanford.edu/2017/syllabus-with-a-rather-long-name/",
        "not-found",
        "HTTP 404",
        4,
    ),
    ("https://paulgraham.com/avg-2003-removed.html", "gone", "HTTP 410", 11),
    (
        "https://blog.fastforwardlabs.example/2016/08/22/under-the-hood.html",
        "dns-not-found",
        "",
        23,
    ),
    ("https://old-datasets.example/mnist.tgz", "soft-404", "the page says “not found”", 37),
)


def url(text: str) -> Url:
    target = resolve(text)
    assert isinstance(target, Target)
    return target.url


def _place(
    document: str, line: int, raw: str, label: str = "", section: str = "Guide"
) -> Occurrence:
    return Occurrence(
        document, Span(line, 7, line, 7 + len(raw)), raw, raw, Kind.INLINE, label, section
    )


def _said(code: str, specifics: str = "") -> Verdict:
    reason = BY_CODE[code]
    more = f" ({specifics})" if specifics else ""
    return Verdict(reason.outcome, code, reason.sentence + more, reason.confidence)


def _row(place: Occurrence, look: Observation, state: LinkState | None = None) -> Row:
    return Row(Place(place, Target(look.url)), look.verdict, look, state)


def _state(address: Url, health: Health, days: int, looks: int = 1) -> LinkState:
    began = NOON - timedelta(days=days)
    good = health in (Health.HEALTHY, Health.UNKNOWN)
    return LinkState(
        address, health, began, NOON, NOON if good else began - timedelta(days=1),
        None if good else began, 0 if good else looks,
    )  # fmt: skip


def _well() -> Iterator[Row]:
    for number in range(26):
        address, title, label = _WELL[number % len(_WELL)]
        known = url(address if number < len(_WELL) else f"{address}?page={number}")
        facts = PageFacts("text/html", title, "html", "en")
        look = Observation(
            known, NOON, _said("ok"), 200, known, facts=facts, attempts=1, elapsed_ms=212
        )
        place = _place(DOCUMENTS[number % 5], 10 + 3 * number, str(known), label)
        yield _row(place, look, _state(known, Health.HEALTHY, 59))


def _lost() -> Iterator[Row]:
    for number, (address, code, more, days) in enumerate(_LOST):
        known = url(address)
        hops = (Hop(url("http://cs231n.stanford.edu/2017/"), 301),) if number == 0 else ()
        look = Observation(known, NOON, _said(code, more), 404 if hops else None, known, hops,
                           attempts=2, elapsed_ms=431, http_stack="pyreqwest")  # fmt: skip
        copy = Finding(
            "archived-copy", Severity.ADVICE, "Archived on 2026-10-01, before the page was lost.",
            f"https://web.archive.org/web/20261001000000/{address}",
        )  # fmt: skip
        for nth in range(9 if number == 1 else number + 1):
            document = DOCUMENTS[(number + nth) % 5]
            place = _place(document, 40 + 11 * nth, address, ("El apunte de “CS231n”", "")[nth % 2])
            row = _row(place, look, _state(known, Health.BROKEN, days, days // 2 + 1))
            yield replace(row, advice=(copy,)) if number < 2 else row


def _rejected(raw: str, why: Rejection, line: int) -> Row:
    return Row(Place(_place(DOCUMENTS[1], line, raw), Rejected(raw, why)), verdict_of(why))


def _odd() -> Iterator[Row]:
    def at(
        address: str, code: str, line: int, more: str = "", health: Health = Health.SUSPECT
    ) -> Row:
        known = url(address)
        status = {"bot-wall": 403, "rate-limited": 429, "server-error": 503}.get(code)
        look = Observation(known, NOON, _said(code, more), status, known, attempts=1, elapsed_ms=88)
        return _row(_place(DOCUMENTS[line % 5], line, address, "label"), look,
                    _state(known, health, line % 7))  # fmt: skip

    yield at("https://courses.edx.example/course/ml", "not-found", 3, "HTTP 404")
    yield at("https://slow.example/data.csv", "timeout", 5)
    yield at("https://api.example.org/v1/", "server-error", 8, "HTTP 503")
    for number in range(3):
        yield at(
            f"https://medium.example/p/{number}",
            "bot-wall",
            20 + number,
            "HTTP 403",
            Health.HEALTHY,
        )
    yield at("https://www.linkedin.example/in/someone", "auth", 31, "", Health.HEALTHY)
    yield at("http://192.168.1.12/wiki", "private-address", 33, "192.168.1.12", Health.UNKNOWN)
    yield _rejected("http://[", Rejection.MALFORMED, 60)
    yield _rejected("mailto:a@b.example", Rejection.MAIL, 61)
    moody = at("https://moody.example/", "ok", 44, "", Health.FLAKY)
    assert moody.state
    yield replace(moody, state=replace(moody.state, trail="+-+-++-+"))
    yield _sold()
    yield from _moved()


def _sold() -> Row:
    known = url("https://oak-library.example/")
    before = Sketch(NOON - timedelta(days=40), str(known), None, "Oak Library", "en", "Oak Library")
    state = replace(_state(known, Health.DRIFTED, 6), failing_since=None, known=before,
                    drift_since=NOON - timedelta(days=6), drift_looks=3)  # fmt: skip
    facts = PageFacts("text/html", "Situs *Slot* Gacor <b>Hari Ini</b>", "html", "id")
    look = Observation(known, NOON, _said("ok"), 200, known, facts=facts, attempts=1)
    return _row(_place(DOCUMENTS[2], 19, str(known), "the library"), look, state)


_ADVICE = (("moved", "Moved for good: to another site."), ("shortener", "Shortened by bit.ly."))


def _moved() -> Iterator[Row]:
    for number, (old, new) in enumerate(
        (
            (
                "http://scikit-learn.sourceforge.example/stable/",
                "https://scikit-learn.example/stable/",
            ),
            ("https://bit.ly/2VnyCZs", "https://jalammar.example/illustrated-transformer/"),
        )
    ):
        known, there = url(old), url(new)
        name, message = _ADVICE[number]
        code = ("permanent", "temporary")[number]
        facts = PageFacts("text/html", "The Illustrated Transformer")
        found = (Finding(name, Severity.ADVICE, message, new),)
        look = Observation(known, NOON, _said(code), 200, there, (Hop(known, 301),), facts, found)
        yield _row(_place(DOCUMENTS[3], 71 + number, old, "aquí"), look,
                   _state(known, Health.HEALTHY, 59))  # fmt: skip


def _glances(row: Row) -> tuple[Glance, ...]:
    assert row.observation
    state, last = row.state, row.verdict.outcome
    began = state.failing_since or state.drift_since if state else None
    random = Random(str(row.observation.url))  # noqa: S311 - no secret
    looks = []
    for days in range(RUNS - 1, -1, -1 if random.random() < 0.5 else -2):
        at = NOON - timedelta(days=days)
        bad = began is not None and at >= began
        if state and state.health is Health.FLAKY:
            bad = random.random() < 0.4
        was = last if bad and last is not Outcome.OK else Outcome.OK
        if state and state.health is Health.FLAKY and bad:
            was = Outcome.FAILING
        if not bad and random.random() < 0.04:
            was = Outcome.FAILING
        looks.append(Glance(at, was))
    return (*looks, Glance(NOON, last)) if looks[-1].at != NOON else tuple(looks)


def chronicle(rows: tuple[Row, ...], runs: int = RUNS) -> Chronicle:
    """Make the history of a report, of so many nights."""
    links = {row.observation.url: row.state for row in rows if row.observation and row.state}
    glances = {
        row.observation.url: _glances(row)
        for row in rows
        if row.observation and row.state and row.state.health is not Health.HEALTHY
    }
    told = []
    for night in range(runs):
        at = NOON - timedelta(days=runs - 1 - night)
        if night not in range(30, 36):  # a week without a machine
            told.append(Headcount(at, 9 + night % 7, _healths(links, at, night)))
    return Chronicle(tuple(told), glances)


def _healths(links: Mapping[Url, LinkState], at: datetime, night: int) -> Mapping[Health, int]:
    found = dict.fromkeys(Health, 0)
    for state in links.values():
        began = state.failing_since or state.drift_since
        found[state.health if began is None or at >= began else Health.HEALTHY] += 1
    for strange in (5, 6, 17, 18, 19, 44):  # what passed
        if night == strange:
            found[Health.SUSPECT] += 1 + strange % 3
            found[Health.HEALTHY] -= 1 + strange % 3
    return found


def changes(rows: tuple[Row, ...]) -> tuple[Transition, ...]:
    """Return what the last run has changed."""

    def at(kind: Change, address: str, sentence: str, **more: Any) -> Transition:  # noqa: ANN401 - any field
        before = more.pop("before", "healthy")
        where = tuple(r.place.occurrence for r in rows
                      if r.observation and str(r.observation.url) == address)  # fmt: skip
        return Transition(kind, url(address), sentence, before, str(kind), since=NOON,
                          places=where, written=len(where), at=NOON, **more)  # fmt: skip

    return (
        at(Change.BROKEN, _LOST[0][0], "The server says that there is no such page. (HTTP 404)",
           code="not-found", history="Broken on 3 looks since 2026-11-18; last good 2026-11-17."),
        at(Change.DRIFTED, "https://oak-library.example/", "It was “Oak Library”; it is another."),
        at(Change.MOVED, "http://scikit-learn.sourceforge.example/stable/",
           "Moved for good: to another site.", replacement="https://scikit-learn.example/stable/"),
        at(Change.RECOVERED, "https://www.python.org/", "It is there again."),
    )  # fmt: skip


def _position(row: Row) -> tuple[str, int]:
    return row.place.occurrence.document, row.place.occurrence.span.line


def rich() -> Report:
    """Return a report of all kinds of links, with everything that a report can have."""
    rows = (*_lost(), *_odd(), *_well())
    rows = tuple(sorted(rows, key=_position))
    run = Run("2026-11-22-1200-5f3a", NOON - timedelta(minutes=2), NOON, complete=True)
    return Report(
        run, rows, ("docs/getting-started.md: the front matter is malformed.",),
        (Unread("docs/b.md", "is a binary file, not a document"),),
        changes(rows), Turnout(43, 12, 31), remembers=True, chronicle=chronicle(rows),
    )  # fmt: skip


def many(number: int) -> Report:
    """Return a report of very many links, one in fifty of which is not well."""
    random = Random(number)  # noqa: S311 - no secret
    rows = []
    for nth in range(number):
        address = url(f"https://host-{random.randrange(number // 4 + 1)}.example/articles/"
                      f"{nth}/a-page-about-something-{random.randrange(10**6)}.html")  # fmt: skip
        code = "ok" if nth % 50 else ("not-found", "timeout", "bot-wall", "gone")[nth // 50 % 4]
        health = Health.HEALTHY if nth % 50 else (Health.BROKEN, Health.SUSPECT)[nth // 50 % 2]
        look = Observation(address, NOON - timedelta(days=nth % 28), _said(code), 200, address,
                           facts=PageFacts("text/html", f"Title {nth}"), attempts=1)  # fmt: skip
        place = _place(
            f"docs/part-{nth * 300 // number:03}/page.md", nth % 400 + 1, str(address), "see"
        )
        yield_row = _row(place, look, _state(address, health, nth % 331 + 1, 3))
        rows.append(yield_row)
    run = Run("run-20000", NOON, NOON, complete=True)
    told = tuple(rows)
    return Report(run, told, remembers=True, chronicle=chronicle(told, 365))
