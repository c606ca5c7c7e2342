"""Where a report goes besides its first place: further files (`--also FORMAT=FILE`), and hooks.

So one look at the links serves every format. Files are looked at before any link is.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crawler import reports, terminal
from crawler.errors import ImpossibleError, UsageError
from crawler.model import Report
from crawler.outline import Aspect
from crawler.settings import Settings
from crawler.text import clean
from crawler.words import ENGLISH, Words

OPTION: Final = "--also"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file, and what of the report is written to it in which format."""

    format: str
    aspect: Aspect
    path: Path


def deliveries(
    told: Iterable[str], usual: Aspect, output: Path | None, history: str | None = None
) -> tuple[Delivery, ...]:
    """Return what the operator has told. Raises `UsageError` where nothing can be written so.

    `usual`: what formats show that can show more than one thing; `output`: the file that has the
    report anyway; `history`: the one that would be lost.
    """
    return tuple(_deliveries(told, usual, output, history))


def _deliveries(
    told: Iterable[str], usual: Aspect, output: Path | None, history: str | None
) -> Iterator[Delivery]:
    taken = {output.resolve()} if output else set()
    for each in told:
        name, equals, file = each.partition("=")
        if not (equals and file and name in reports.BY_NAME):
            known = ", ".join(reports.OF_RUNS)
            raise UsageError(f"{OPTION} {clean(each)}: must be FORMAT=FILE; formats are {known}.")
        path = terminal.writable(file, f"{OPTION} {name}=", history)
        if path is None or (path.resolve() in taken and not terminal.is_special(path)):
            raise UsageError(f"{OPTION} {clean(each)}: has another report; name another file.")
        taken.add(path.resolve())
        format_ = reports.of_run(name, None)
        yield Delivery(format_, reports.shown(format_, None, usual), path)


def check_apart(
    documents: Iterable[str], output: Path | None, files: Sequence[Delivery] = ()
) -> None:
    """Raise `UsageError` if a file to be written is one of the documents, by their names."""
    named = [(f"--output {output}", output)] if output else []
    named += [(f"{OPTION} {each.format}={each.path}", each.path) for each in files]
    there = [(words, path) for words, path in named if path.exists()]
    for name in documents if there else ():
        for words, path in there:
            if os.path.exists(name) and path.samefile(name):  # noqa: PTH110 - never raises
                raise UsageError(f"{words}: is one of the documents; name another file.")


def write_all(report: Report, files: Sequence[Delivery], words: Words = ENGLISH) -> None:
    """Write every file, each all or nothing. Raises `ImpossibleError` once all others are."""
    failed = []
    for each in files:
        render = reports.BY_NAME[each.format].render
        try:
            terminal.write_file(render(report, each.aspect, words), each.path)
        except OSError as error:
            told = f"{OPTION} {each.format}={each.path}"
            failed.append(f"{told}: cannot be written ({error.strerror}).")
    if failed:
        raise ImpossibleError(" ".join(failed))


def notified(report: Report, settings: Settings) -> bool:
    """Tell the hooks what was recorded and has changed; return whether one of them failed."""
    hooks = settings.notify
    if not report.changes or not (hooks.notify or hooks.notify_url):
        return False
    from crawler.notify import notify  # noqa: PLC0415 - most runs have no hooks, or no news

    changes = reports.render(report, "json", Aspect.CHANGES)
    failed = list(notify(settings, changes))
    for sentence in failed:
        terminal.say(sentence)
    return bool(failed)
