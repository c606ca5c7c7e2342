"""One call of `crawl fix`, from what its user says to an exit code; `rewriting.py` does the work.

Who has fixed what, and when, is in the history, so that it can be told and taken back.
"""

import getpass
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from crawler import agreeing, git, options, patches, rewriting, sources, terminal
from crawler.assemble import told
from crawler.awaiting import awaited
from crawler.checkout_paths import path_of
from crawler.clock import SystemClock
from crawler.collect import collect
from crawler.converging import crowded
from crawler.corrections import Plan, Repair
from crawler.deliveries import check_apart
from crawler.errors import (
    IMPOSSIBLE,
    INTERRUPTED,
    LINKS_FAIL,
    OK,
    InterruptError,
    NetworkDownError,
    StoreError,
    UsageError,
)
from crawler.history import History
from crawler.mending import End, Memory
from crawler.model import Document, Network, Report
from crawler.network import TROUBLE
from crawler.patches import patch
from crawler.planning import planned, questions
from crawler.relocating import with_files
from crawler.rewrites import Change, Fixes
from crawler.searching import counted
from crawler.settings import Settings
from crawler.text import clean
from crawler.unasked import judge_unasked
from crawler.urls import Target

if TYPE_CHECKING:
    from crawler.session import Session
    from crawler.store import Store

LAST: Final = "last"
"""What the latest call is called, of those that nobody has taken back."""

_UNSEEN: Final = "not-yet"
_NO_RECORD: Final = (
    "what is fixed cannot be recorded: name a history with --db, or say --no-record."
)

Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a call: which repairs, and how they are shown or written.

    `history`: the file to take what is known from; None where the links are checked. `records`:
    what is written goes into the history. `waits`: for another run to end, rather than give up.
    """

    kinds: frozenset[Repair]
    format: str
    output: Path | None
    history: Path | None = None
    writes: bool = False
    asks: bool = False
    records: bool = True
    verbose: bool = False
    quiet: bool = False
    waits: bool = False


def fix(call: "Session", wish: Wish) -> int:
    """Show what is to be fixed, or write it; return the exit code. Raises `CrawlerError`."""
    plan, unknown = found(call, wish)
    if wish.asks:
        fixes = rewriting.agreed(call.collection, plan, call.settings.extract, _choose)
        _say_what_else(plan, fixes)
    else:
        fixes = rewriting.fixes_of(call.collection, plan, call.settings.extract)
    fixes = replace(fixes, unknown=unknown)
    failed = bool(call.collection.unread)
    if not (wish.writes or wish.asks):
        _show(fixes, wish)
        return LINKS_FAIL if fixes.rewrites else IMPOSSIBLE if failed else OK
    if not fixes.rewrites:
        if wish.writes:
            _show(fixes, wish)
            return IMPOSSIBLE if failed else OK
        terminal.say("nothing was written.")
        return LINKS_FAIL if any(plan.corrections) else OK
    return _write(fixes, wish, call.settings, failed=failed)


def found(call: "Session", wish: Wish) -> tuple[Plan, int]:
    """Return what is to be done, and how many links the history has never seen."""
    report, memory, unknown = _known(call, wish)
    looks = (row.observation for row in report.rows)
    report = told(report, crowded(look for look in looks if look))
    memory = with_files(memory, report.rows, call.settings)
    return planned(report.rows, wish.kinds, memory), unknown


def undo(name: str, inside: Sequence[str], wish: Wish, settings: Settings) -> int:
    """Take back what a call has written; return the exit code. Raises `CrawlerError`.

    `inside`: sources of which alone it is taken back; without any, of what is below this directory.
    """
    path = options.history_of(settings)
    with History(path) as history:
        found = history.repairs.latest() if name == LAST else name
        repairs = history.repairs.of(found) if found else ()
        back = history.repairs.undone(found) if found else ()
    if not repairs:
        known = (
            "holds no repair that could be taken back"
            if name == LAST
            else "knows no call of that name"
        )
        raise UsageError(f"--undo {clean(name)}: {path} {known}.")
    if len(back) >= len(repairs):
        raise UsageError(f"--undo {clean(name)}: it was taken back already, by {back[-1].name}.")
    fixes, problems = rewriting.undone_fixes(repairs, _chosen(inside, settings), settings.extract)
    check_apart((each.path for each in fixes.rewrites), wish.output)
    for sentence in problems:
        terminal.say(sentence)
    for refusal in fixes.refused:
        place = refusal.occurrence
        where = f"{place.document}:{place.span.line}:{place.span.column}"
        terminal.say(f"{where}: {refusal.why}")
    if not fixes.rewrites:
        terminal.say("nothing was taken back.")
        return IMPOSSIBLE
    failed = bool(problems or fixes.refused)
    return _write(fixes, wish, settings, failed=failed, undoes=found)


# 1. What is known of the links


def _known(call: "Session", wish: Wish) -> tuple[Report, Memory, int]:
    """Return what is known of each place, what besides, and how many links nobody has ever seen."""
    if wish.history is None:
        return *_checked(call, wish), 0
    from crawler.store import Store  # noqa: PLC0415 - a check may need none

    if pages := len(call.collection.entrances):
        told = counted(pages, "page")
        _teller(wish)(f"{told} of the web: left out, for nothing can be written there.")
    with Store(wish.history, read_only=True) as store:
        report = store.report_on(call.collection, call.clock.now())
        memory = _remembered(store, call)
        asked = questions(report.rows, wish.kinds, memory)
        looks = {look.url: look for look in store.latest(asked)}
    return report, replace(memory, looks=looks), _unseen(call, report)


def _checked(call: "Session", wish: Wish) -> tuple[Report, Memory]:
    """Ask for the links, and then for the addresses that could stand in their places."""
    report = _asked(call)
    db, memory = call.settings.places.db, Memory()
    if db and os.path.exists(db):  # noqa: PTH110 - never raises
        from crawler.store import Store  # noqa: PLC0415 - as above

        # What is wrong with a history has been said when the check read it.
        with suppress(StoreError), Store(Path(db), read_only=True) as store:
            memory = _remembered(store, call)
    if further := questions(report.rows, wish.kinds, memory):
        if not call.settings.talk.quiet:
            terminal.say(f"asking {counted(len(further), 'address')} that may be written instead.")
        text = "\n".join(f"<{url}>" for url in further)
        document = Document("addresses to be written", "markdown", text)
        beside = _asked(replace(call, collection=collect([document], call.settings.extract)))
        looks = (row.observation for row in beside.rows if row.observation)
        memory = replace(memory, looks={look.url: look for look in looks})
    return report, memory


def _asked(call: "Session") -> Report:
    """Look at links. Raises where what was seen says something of us and not of them."""
    from crawler import session  # noqa: PLC0415 - what asks the web takes a quarter of a second

    report = session.checked(call)
    reasons = {row.verdict.reason for row in report.rows}
    if "interrupted" in reasons:
        raise InterruptError("nothing was fixed: the links were not all seen.")
    if report.run.network is not Network.UP:
        raise NetworkDownError(f"{TROUBLE[report.run.network]} Nothing was fixed.")
    if "offline" in reasons and not call.settings.select.offline:
        raise NetworkDownError("the network went away during the run: nothing was fixed.")
    return report


def _remembered(store: "Store", call: "Session") -> Memory:
    urls = (link.url for link in call.collection.links)
    ends = {url: tuple(End(*each) for each in told) for url, told in store.last_ends(urls)}
    return Memory(ends, copies=store.archive.copies())


def _unseen(call: "Session", report: Report) -> int:
    """Count the links that a history has never seen, of those that would be asked for."""
    targets = (row.place.target for row in report.rows if row.verdict.reason == _UNSEEN)
    urls = {each.url for each in targets if isinstance(each, Target)}
    return sum(judge_unasked(url, call.settings.select) is None for url in urls)


def _chosen(inside: Sequence[str], settings: Settings) -> Callable[[str], bool]:
    if not inside:
        here = Path.cwd().resolve()
        # A history may have come with a stranger's checkout, and name any file at all.
        return lambda name: path_of(name) is not None and _is_below(here, Path(name).resolve())
    loaded = sources.load(inside, None, "", settings)
    names = {each.name for each in loaded.documents}
    return names.__contains__


def _is_below(directory: Path, path: Path) -> bool:
    """Tell whether a file is in a directory, and none of git's own: those make it run programs."""
    is_gits = any(part.casefold() == ".git" for part in path.parts)
    return path.is_relative_to(directory) and not is_gits


# 2. What is shown, and asked


def _show(fixes: Fixes, wish: Wish) -> None:
    form = patches.BY_NAME[wish.format]
    paper = terminal.paper_for(wish.output)
    pieces = lambda: form.render(fixes, paper, verbose=wish.verbose)  # noqa: E731 - made once more, if need be
    if form.exact:
        terminal.write_exactly(pieces, wish.output)
    else:
        terminal.write_pieces(pieces, wish.output)
    for sentence in patch.beyond(fixes) if form.exact else ():
        terminal.say(sentence)


def _choose(trial: Fixes) -> Iterable[Change]:
    """Ask of each change whether it is to be written."""
    texts = {each.name: each.text_before for each in trial.rewrites}
    total, number = sum(1 for _ in trial.changes()), 0

    def ask(change: Change) -> agreeing.Answer:
        nonlocal number
        number += 1
        where, text = (number, total), texts[change.before.document]
        terminal.write_lines(lambda paper: agreeing.lines_of(change, text, where, paper), None)
        while True:
            answer = agreeing.answer_of(terminal.asked(agreeing.QUESTION))
            if answer is not agreeing.Answer.HELP:
                return answer
            terminal.write_lines(lambda _: agreeing.help_lines(), None)

    return tuple(agreeing.agreed(trial.changes(), ask))


def _say_what_else(plan: Plan, fixes: Fixes) -> None:
    if not plan.corrections:
        terminal.say("nothing to fix, and nothing to weigh.")
    if fixes.refused:
        terminal.say(f"{len(fixes.refused)} left as they are; `crawl fix -v` tells why.")


# 3. What is written


def _write(
    fixes: Fixes,
    wish: Wish,
    settings: Settings,
    *,
    failed: bool,
    undoes: str | None = None,
) -> int:
    """Write what is to be written and into the history, say so, and return the exit code."""
    call = rewriting.by(SystemClock().now(), _who(), undoes)
    with _store(wish, settings) as store, terminal.unhurried() as wanted:
        written = rewriting.write(fixes, store, call, wanted)
        stopped = not wanted()
    for sentence in written.problems:
        terminal.say(sentence)
    _show(written.fixes, wish)
    if name := written.fixes.recorded:
        verb = "taken back" if undoes else "written"
        _teller(wish)(f"{verb} as {name}; `crawl fix --undo {name}` reverses it.")
    if stopped:
        return INTERRUPTED
    if not written.fixes.rewrites:
        return IMPOSSIBLE
    return IMPOSSIBLE if written.problems or failed else OK


@contextmanager
def _store(wish: Wish, settings: Settings) -> "Iterator[Store | None]":
    """Have the history open to be written, if what is written is to be in it."""
    if not wish.records:
        yield None
        return
    from crawler import lock  # noqa: PLC0415 - a diff needs none
    from crawler.store import Store  # noqa: PLC0415 - as above

    path = options.history_of(settings, _NO_RECORD)
    is_new = not os.path.exists(path)  # noqa: PTH110 - never raises
    with ExitStack() as opened:
        tell: Tell | None = _teller(wish) if wish.waits else None
        opened.enter_context(lock.held(path, SystemClock().now(), tell))
        store = opened.enter_context(Store(path, tell=terminal.say))
        if is_new:
            _teller(wish)(f"{path} is a new history: what is fixed is written down there.")
        yield store


def _teller(wish: Wish) -> Tell:
    return (lambda _: None) if wish.quiet else terminal.say


def _who() -> str:
    """Return what git calls whoever is here, else what the system does."""
    told = awaited(git.output(Path(), "config", "user.name")) or b""
    if name := clean(told.decode("utf-8", "replace")):
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number that nobody has a name for
        return ""
