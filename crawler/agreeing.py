"""Which changes somebody agrees to, asked one by one as `git add -p` does. Pure: `ask` is given."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from crawler.ink import LINK, Line, Paper, escape
from crawler.rewrites import Change
from crawler.text import clean, shown_name, visible, wrapped

QUESTION: Final = "Write this [y,n,a,d,q,?]? "

_MAX_URL: Final = 2_048
_AROUND: Final = 60
_INDENT: Final = " " * 4
_HELP: Final = (
    "y - write this",
    "n - do not",
    "a - write this and all that follow in this document",
    "d - write neither this nor any that follows in this document",
    "q - write neither this nor any that follows at all",
    "? - tell this",
)


class Answer(StrEnum):
    """What somebody may say of one change."""

    YES = "y"
    NO = "n"
    ALL = "a"
    NONE = "d"
    QUIT = "q"
    HELP = "?"


def answer_of(said: str) -> Answer:
    """Return what somebody has said; whatever is no answer asks for help, and silence ends it."""
    if not said:
        return Answer.QUIT
    first = said.strip().lower()[:1]
    return Answer(first) if first in set(Answer) else Answer.HELP


def agreed(changes: Iterable[Change], ask: Callable[[Change], Answer]) -> Iterator[Change]:
    """Yield those changes that somebody agrees to. No word goes for more than its document.

    But for the last one: who has had enough is asked no more.
    """
    document, settled = None, Answer.HELP
    for change in changes:
        if change.before.document != document:
            document, settled = change.before.document, Answer.HELP
        answer = ask(change) if settled is Answer.HELP else settled
        if answer is Answer.QUIT:
            return
        if answer in (Answer.ALL, Answer.NONE):
            settled = answer
        if answer in (Answer.YES, Answer.ALL):
            yield change


def lines_of(change: Change, text: str, where: tuple[int, int], paper: Paper) -> Iterator[Line]:
    """Yield one change as it is shown to be decided on: its place, its line, and the evidence.

    `where`: its number, and how many there are.
    """
    number, total = where
    place, correction = change.before, change.correction
    span = place.span
    section = f"  {escape(place.section)}" if place.section else ""
    name = f"{shown_name(place.document)}:{span.line}:{span.column}"
    yield ()
    yield (f"({number}/{total}) ", "dim"), (name, "bold"), (section, "dim")
    yield _in_its_line(change, text)
    yield ("  - ", "red"), (clean(place.raw, _MAX_URL), f"red {LINK}")
    yield ("  + ", "green"), (clean(change.after.raw, _MAX_URL), f"green {LINK}")
    proposal = () if correction.automatic else ("This one is for you to weigh.",)
    for sentence in (correction.why, *correction.evidence, *proposal):
        yield ((wrapped(escape(sentence), _INDENT, width=paper.width), ""),)


def help_lines() -> Sequence[Line]:
    """Return what each answer means."""
    return [((each, "yellow"),) for each in _HELP]


def _in_its_line(change: Change, text: str) -> Line:
    span, raw = change.before.span, change.before.raw
    lines = text.split("\n")
    line = lines[span.line - 1].rstrip("\r") if span.line <= len(lines) else ""
    start = span.column - 1
    before, after = line[:start], line[start + len(raw.split("\n")[0]) :]
    before = f"…{before[-_AROUND:]}" if len(before) > _AROUND else before.lstrip()
    after = f"{after[:_AROUND]}…" if len(after) > _AROUND else after
    return (_INDENT + visible(before), "dim"), (visible(raw), ""), (visible(after), "dim")
