"""Annotations for GitHub Actions: workflow commands on standard output, `::error file=…::…`.

One a link and reason, at its first place. GitHub shows ten errors, ten warnings and ten notices of
a step and forgets the others: no more are written, and the last line, no command, counts the rest.

Law: whatever strangers write, no line is any other command than the ones that are meant.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from crawler.checkout_paths import shown_path
from crawler.levels import Level
from crawler.model import Report, Span
from crawler.notices import Alarm, Notice, alarms, notices
from crawler.outline import Aspect
from crawler.shortlist import LOUD
from crawler.text import clean
from crawler.turnout import turnout_notes
from crawler.words import ENGLISH, Words

MOST: Final = 10
"""Annotations of one level that a step may have."""

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_LIMIT: Final = 4_096


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render the loudest first; what the report lacks goes before all other warnings."""
    told = {level: _Told() for level in LOUD}
    for alarm in alarms(report):
        told[Level.WARNING].warn(_alarm(alarm, words))
    for notice in notices(report, aspect):
        told[notice.level].take(notice)
    for each in told.values():
        yield from (f"{line}\n" for line in each.lines(words))
    asides = (*report.chosen, *turnout_notes(report))
    yield " ".join((_last(told, words), *(clean(words(each), _LIMIT) for each in asides))) + "\n"


def escape(text: str) -> str:
    """Make any text the data of a command, which is one line."""
    return _percent(clean(text, _LIMIT))


class _Told:
    """The annotations of one level: the first ones, and how many there would be."""

    def __init__(self) -> None:
        self.number = 0
        self._alarms: list[str] = []
        self._first: list[Notice] = []
        self._places = Counter[tuple[str, str]]()

    def warn(self, line: str) -> None:
        """Take a line that goes before all others."""
        self._alarms.append(line)
        self.number += 1

    def take(self, notice: Notice) -> None:
        """Take a notice; another place of the same link is only counted."""
        link = (notice.about, notice.code)
        if link not in self._places:
            self.number += 1
            if self.number <= MOST:
                self._first.append(notice)
        self._places[link] += 1

    def lines(self, words: Words) -> list[str]:
        """Return as many lines as a step may have."""
        first = [
            _annotation(each, self._places[each.about, each.code] - 1, words)
            for each in self._first
        ]
        return [*self._alarms[:MOST], *first]


def _annotation(notice: Notice, more: int, words: Words) -> str:
    message = notice.message(words)
    if more:
        number = "is 1 more place" if more == 1 else f"are {more} more places"
        message = f"{message} {words(f'There {number} of it.')}"
    place = notice.place
    path = shown_path(place.document)
    if path is None:  # no file of the checkout that GitHub could show
        message = f"{clean(place.document)}:{place.span.line}:{place.span.column}: {message}"
    where = _where(path, place.span) if path else {}
    return _command(_COMMANDS[notice.level], {**where, "title": notice.title(words)}, message)


def _alarm(alarm: Alarm, words: Words) -> str:
    path = shown_path(alarm.document) if alarm.document else None
    where = {"file": _named(path)} if path else {}
    title = {"title": words("The report lacks something")}
    return _command("warning", where | title, words(alarm.sentence))


def _where(path: str, span: Span) -> dict[str, str]:
    told = {"file": _named(path), "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:  # GitHub takes columns of one line alone; both ends count
        last = max(span.column, span.end_column - 1)
        told |= {"col": str(span.column), "endColumn": str(last)}
    return told


def _named(path: str) -> str:
    # The runner splits a property at all the equals signs that its value begins with.
    return f"./{path}" if path.startswith("=") else path


def _command(name: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{escape(message)}"


def _property(text: str) -> str:
    return _percent(text).replace(":", "%3A").replace(",", "%2C")


def _percent(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _last(told: dict[Level, _Told], words: Words) -> str:
    """Return the one line that is no command, as it begins with a word of ours."""
    numbers = {_COMMANDS[level]: each.number for level, each in told.items()}
    found = f"crawl: {_counted(numbers, words)}."
    left = {name: number - MOST for name, number in numbers.items() if number > MOST}
    if not left:
        return found
    names = _counted(left, ENGLISH)
    return f"{found} {words(f'Left out here, for GitHub shows {MOST} of each: {names}.')}"


def _counted(numbers: dict[str, int], words: Words) -> str:
    return ", ".join(
        words(f"{number} {name}{'' if number == 1 else 's'}") for name, number in numbers.items()
    )
