"""`crawl db`: the upkeep of a history, for those who run it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from crawler import options

DAYS = 90
TOLD_SECONDS = 5.0
TOLD_NAMES = 5


@click.group()
def command() -> None:
    """Look after the history: count it, check it, copy it, make it smaller.

    \b
    crawl db stats
    crawl db stats --format json
    crawl db verify --deep && crawl db backup ~/backups/links.db
    crawl db prune --older-than 365
    crawl db accept https://example.org/page
    crawl db export history.jsonl.gz
    crawl db export history.parquet
    crawl db import laptop.jsonl.gz
    """


@command.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@options.history
@options.settings_files
def stats(format_: str, **given: Any) -> None:  # noqa: ANN401 - as click hands them
    """Tell how much is in the history, of which hosts, and since when.

    Runs that have not finished are no history: nothing of them is counted.
    """
    from crawler import terminal
    from crawler.census import census_record, census_text
    from crawler.upkeep import Upkeep

    with Upkeep(_history(given)) as history:
        found = history.stats()
    record = json.dumps(census_record(found), indent=1) + "\n"
    terminal.write(record if format_ == "json" else census_text(found), None)


@command.command()
@click.option(
    "--deep",
    is_flag=True,
    help="Read every value, and fold all looks anew: two seconds for 10,000 looks.",
)
@options.history
@options.settings_files
def verify(*, deep: bool, **given: Any) -> None:  # noqa: ANN401
    """Read all of the history, and exit with 3 if anything is wrong with it.

    With --deep every value is read as reports read it, and what is believed of each link is held
    beside what its looks come to, by the settings of now.
    """
    from crawler import terminal
    from crawler.clock import SystemClock
    from crawler.errors import StoreError
    from crawler.upkeep import Upkeep

    path, clock = _history(given), SystemClock()
    with Upkeep(path) as history:
        problems = history.problems()
        astray = []
        if deep and not problems:
            health = options.settings_of(given).health
            astray = list(history.astray(health, clock.now(), _teller(clock.monotonic, "rows")))
    for problem in (*problems, *astray):
        terminal.say(problem)
    if problems:
        raise StoreError(f"{path} is damaged: move it aside and restore a copy.")
    if astray:
        raise StoreError(f"{path} holds what crawl has not written so: restore a copy.")
    terminal.write(f"{path} is sound{', and so is all that is in it' if deep else ''}.\n", None)


@command.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@options.history
@options.settings_files
def backup(target: Path, **given: Any) -> None:  # noqa: ANN401
    """Copy the history to FILE, which must not exist; also while a run is active."""
    from crawler import terminal
    from crawler.upkeep import Upkeep

    path = _history(given)
    with Upkeep(path) as history:
        history.back_up(target)
    terminal.write(f"{path} was copied to {target}.\n", None)


@command.command()
@click.option(
    "--older-than",
    type=click.IntRange(0, 36_500),
    default=DAYS,
    show_default=True,
    metavar="DAYS",
    help="Thin looks that are older than this.",
)
@click.option(
    "--document",
    "documents",
    multiple=True,
    metavar="NAME",
    help="Forget this document and its places, as it is not read any more; repeatable.",
)
@options.waiting
@options.history
@options.settings_files
def prune(older_than: int, documents: tuple[str, ...], *, wait: bool, **given: Any) -> None:  # noqa: ANN401
    """Take out what is old and says nothing new.

    Of old looks at a link only those stay at which anything changed, beside its first and its
    last. Links that no document writes any more are forgotten when their looks are that old.
    """
    from crawler import lock, terminal
    from crawler.clock import SystemClock
    from crawler.errors import UsageError
    from crawler.upkeep import Upkeep

    path, now = _history(given), SystemClock().now()
    waiting = terminal.say if wait else None
    with lock.held(path, now, waiting), Upkeep(path, read_only=False, tell=terminal.say) as history:
        pruned = history.prune(now - timedelta(days=older_than), documents)
    if pruned.documents < len(set(documents)):
        raise UsageError("not every --document is in the history; the others were forgotten.")
    taken = (
        (pruned.looks, "old look"), (pruned.links, "unwritten link"), (pruned.documents, "document")
    )  # fmt: skip
    terminal.write(f"Taken out: {_counted(taken)}.\n", None)


@command.command()
@click.argument("target", type=click.Path(path_type=Path), default="-", metavar="[FILE]")
@options.history
@options.settings_files
def export(target: Path, **given: Any) -> None:  # noqa: ANN401
    """Write all that the history holds to FILE, as JSON Lines; gzipped if it ends in .gz.

    Without FILE, or with -, it goes to standard output. Runs that have not finished are left out.
    The same history gives the same bytes on any machine; docs/history.md says what is in them.

    A FILE that ends in .parquet is a directory of tables, for DuckDB, Polars and other programs
    that ask of millions of looks at once; docs/parquet.md has their columns. That needs PyArrow:
    pip install 'link-health-crawler[parquet]'.
    """
    from crawler import linefile, terminal
    from crawler.columnar import ENDING
    from crawler.errors import UsageError
    from crawler.upkeep import Upkeep

    path = _history(given)
    if target.suffix == ENDING:
        _export_tables(path, target)
    elif target.is_dir():
        raise UsageError(f"{target} is a directory: name a file, or one that ends in {ENDING}.")
    else:
        with Upkeep(path) as history:
            if str(target) == "-":
                terminal.write_pieces(history.lines, None)
                return
            with closing(history.lines()) as lines:
                linefile.write_lines(lines, target)
    terminal.write(f"{path} was exported to {target}.\n", None)


def _export_tables(path: Path, target: Path) -> None:
    """Write a history as Parquet, if there is what writes it."""
    from importlib.util import find_spec

    from crawler.errors import ImpossibleError
    from crawler.upkeep import Upkeep

    if not find_spec("pyarrow"):
        raise ImpossibleError(
            "to write Parquet crawl needs PyArrow, which is not installed: "
            "pip install 'link-health-crawler[parquet]', or '.[parquet]' in a checkout."
        )
    from crawler import parquet

    with Upkeep(path) as history, history.tables() as tables:
        parquet.write(tables, target)


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@options.history
@options.settings_files
def import_(source: Path, **given: Any) -> None:  # noqa: ANN401
    """Take in what another history knows: FILE, an export or a history itself.

    Afterwards there is all that either knew, and what is believed of each link is made of all
    looks at it. It does not matter how often this is done, or which is taken into which. It is all
    or nothing; nothing that FILE holds is trusted.
    """
    from crawler import linefile, lock, terminal
    from crawler.clock import SystemClock
    from crawler.errors import UsageError
    from crawler.store import Store
    from crawler.upkeep import Knowledge, Upkeep

    if source.is_dir():
        raise UsageError(f"{source} is a directory: what is taken in is JSON Lines, or a history.")
    settings, clock = options.settings_of(given), SystemClock()
    path, now = options.history_of(settings), clock.now()
    known = Knowledge(now, settings.health, _teller(clock.monotonic))
    is_history = linefile.is_database(source)  # first: for what is not there nothing is begun
    with lock.held(path, now):
        with Store(path):  # which may be a new one
            pass
        with Upkeep(path, read_only=False) as history:
            if is_history:
                merged = history.take_history(source, known)
            else:
                merged = history.take_lines(linefile.read_lines(source), known)
    for sentence in _of_strangers(sorted(merged.strangers)):
        terminal.say(sentence)
    told = ((merged.runs, "run"), (merged.looks, "look"), (merged.documents, "document"))
    terminal.write(f"New in {path}: {_counted(told)}.\n", None)


def _of_strangers(names: Sequence[str]) -> Iterator[str]:
    """Yield sentences on documents of one name that have nothing in common here and there."""
    from crawler.text import clean

    for name in names[:TOLD_NAMES]:
        yield (
            f"{clean(name)} was in both and has no link in common: its places are those of the "
            "later run now. Two projects share a history if each document has its own name."
        )
    if (more := len(names) - TOLD_NAMES) > 0:
        yield f"So it is with {more:,} more."


def _teller(monotonic: Callable[[], float], noun: str = "lines") -> Callable[[int], None]:
    """Return what says every few seconds how much was read."""
    told = monotonic()

    def tell(number: int) -> None:
        nonlocal told
        if monotonic() - told >= TOLD_SECONDS:
            from crawler import terminal

            told = monotonic()
            terminal.say(f"{number:,} {noun} read.")

    return tell


def _counted(numbers: tuple[tuple[int, str], ...]) -> str:
    return ", ".join(f"{number:,} {noun}{'' if number == 1 else 's'}" for number, noun in numbers)


@command.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@options.history
@options.settings_files
def accept(urls: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401
    """Say that what the pages of drifted links URL are now is right.

    They count as healthy from now on, and are held beside what they are now.
    """
    from crawler import lock, terminal
    from crawler.clock import SystemClock
    from crawler.errors import UsageError
    from crawler.text import clean
    from crawler.upkeep import Upkeep
    from crawler.urls import Rejected, resolve

    targets = [resolve(url) for url in urls]
    for target in targets:
        if isinstance(target, Rejected):
            raise UsageError(f"{clean(target.raw)} is no URL; write it with http:// or https://.")
    known = {target.url for target in targets if not isinstance(target, Rejected)}
    settings, now = options.settings_of(given), SystemClock().now()
    path = options.history_of(settings)
    with lock.held(path, now), Upkeep(path, read_only=False) as history:
        history.accept(sorted(known, key=str), settings.health, now)
    terminal.write(f"Accepted: {len(known)} link{'' if len(known) == 1 else 's'}.\n", None)


def _history(given: options.Options) -> Path:
    return options.history_of(options.settings_of(given))
