"""The demo: the commands worth knowing, on the practice web, told as it goes along.

What is shown is really done, by the code that does it elsewhere, on a document and a history in a
directory of the demo's own. Only the web and the calendar are the practice's.
"""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from crawler import fixing, keeping, listing, patches, reports, rewriting, session
from crawler.agenda import Asks
from crawler.assemble import Tally, noted
from crawler.collect import Collection, collect
from crawler.corrections import Repair
from crawler.errors import LINKS_FAIL, OK
from crawler.history import History
from crawler.ink import PLAIN
from crawler.layers import load
from crawler.model import Report
from crawler.moments import DEFAULT, moment
from crawler.news import netted
from crawler.outline import Aspect, outline
from crawler.planning import SAFE
from crawler.practice import DOCUMENT, PracticeClock, PracticeWeb, document
from crawler.rows import known_url
from crawler.session import Session
from crawler.settings import Settings
from crawler.store import Store
from crawler.storytelling import story_text

Say: TypeAlias = Callable[[str], None]

DAYS: Final = {0: "Sunday night: the first look", 1: "Monday night", 4: "Thursday night"}
STORY: Final = "http://cs231n.stanford.edu/"
_SHOWN: Final = 5
_FIXED: Final = 4

_WELCOME: Final = """\
PRACTICE WEB: nothing of this is asked of the internet, and what the sites answer is invented.
A Spanish blog post of 2020 holds some forty links. What has become of them?
"""
_GOODBYE: Final = """\
That was the practice web. On your own documents:
  crawl check README.md     what is wrong now
  crawl run docs            the same, and remember it: from cron, every night
  crawl fix docs            what should be written in the place of what has moved
  crawl report              what is really broken, since when, and what to write instead
  crawl serve               the same to browse: pip install 'link-health-crawler[web]'
  crawl db backup FILE      a copy of what is remembered"""


def play(directory: Path, say: Say, told: Callable[[Report], Report] = lambda it: it) -> None:
    """Play the whole job in a directory; `say` is handed each piece of the tale.

    `told`: makes of a report that is kept the one that is to be told.
    """
    post = document()
    (directory / DOCUMENT).write_text(post.text, encoding="utf-8")
    settings = load(
        None,
        None,
        {"db": str(directory / "crawl.db"), "delay": 0.02, "quiet": True, "archive": "find"},
    )
    collection = collect([post], settings.extract)
    say(_WELCOME)
    _links(collection, say)
    for day, night in DAYS.items():
        say(f"$ crawl run --archive find {DOCUMENT}      # {night}")
        report = session.recorded(_session(day, settings, collection, Asks.DUE))
        if not report.run.complete:
            raise KeyboardInterrupt
        seen = outline(report)
        say("\n".join(("…", seen.summary, *seen.notes, "")))
        with History(Path(settings.places.db)) as history:
            keeping.renew(history, PracticeClock(day).now(), directory / "reports", told)
    _report(directory, settings, say)
    call = _session(max(DAYS), settings, collection)
    _check(call, say)
    _fix(directory, call, say)
    say(_GOODBYE)


def _links(collection: Collection, say: Say) -> None:
    say(f"$ crawl links {DOCUMENT}")
    say("".join(listing.list_text(collection.places[:_SHOWN])).rstrip())
    say(f"… and {len(collection.places) - _SHOWN} more\n")


def _report(directory: Path, settings: Settings, say: Say) -> None:
    with Store(Path(settings.places.db), read_only=True) as store:
        since = moment(DEFAULT, *store.ends())
        report = netted(store.report(since=since), store.states, store.began())
        story = store.story(known_url(STORY))
    say("$ crawl report\n" + reports.render(report, "text", Aspect.ALL))
    say(f"$ crawl show {STORY}\n{story_text(story)}")
    _catalogue(report, say)
    kept = sorted(each.name for each in (directory / "reports").iterdir())
    names = textwrap.fill(" ".join(kept), 80, break_on_hyphens=False)
    say(f"$ crawl report --write-all; ls reports      # after each of the three runs\n{names}\n")
    for each in (reports.BY_NAME["markdown"], reports.BY_NAME["csv"]):
        text = reports.render(report, each.name, Aspect.CATALOGUE)
        (directory / f"catalogue{each.suffix}").write_text(text, encoding="utf-8")


def _catalogue(report: Report, say: Say) -> None:
    lines = reports.render(report, "text", Aspect.CATALOGUE).splitlines()
    say("$ crawl report --view catalogue      # what the post links to, fit to be published")
    say("\n".join(lines[: 2 * _SHOWN]) + "\n…\n")


def _check(call: Session, say: Say) -> None:
    report = session.checked(call)
    found = Tally()
    summary = outline(noted(report, found)).summary
    code = LINKS_FAIL if session.fails(call.settings)(found) else OK
    say(f"$ crawl check {DOCUMENT}; echo $?      # in CI, on a pull request")
    say(f"…\n{summary}\n{code}\n")


def _fix(directory: Path, call: Session, say: Say) -> None:
    db = Path(call.settings.places.db)
    plan, _ = fixing.found(call, fixing.Wish(SAFE | {Repair.FRAGMENT}, "diff", None, db))
    read = (directory / DOCUMENT).read_bytes
    fixes = rewriting.fixes_of(call.collection, plan, call.settings.extract, lambda _: read())
    lines = "".join(patches.BY_NAME["diff"].render(fixes, PLAIN, verbose=False)).splitlines()
    end = next(number for number, line in enumerate(lines) if not line)
    # Lines that stand alone among those that stay: each with the one that takes its place.
    signs = "".join(line[0] for line in lines[2:end])
    alone = [found.start() + 3 for found in re.finditer(" -[+] ", signs)][:_FIXED]
    changed = [line for at in alone for line in ("…", *lines[at : at + 2])]
    say(f"$ crawl fix --from crawl.db {DOCUMENT}      # what should be written instead")
    say("\n".join((*lines[:2], *changed, "…", *lines[end:], "")))


def _session(
    day: int, settings: Settings, collection: Collection, asks: Asks = Asks.ALL
) -> Session:
    clock = PracticeClock(day)
    return Session(
        settings=settings,
        collection=collection,
        format="text",
        aspect=Aspect.TROUBLE,
        output=None,
        clock=clock,
        transport=PracticeWeb(day, clock),
        asks=asks,
    )
