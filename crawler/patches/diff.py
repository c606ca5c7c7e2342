r"""A unified diff for people, and below it what is proposed and what is left as it is.

Lines are text, in whatever encoding a document has: controls are shown, the ends of lines are not,
and of a very long line only what is near the change. `patch` has the very bytes, for programs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from crawler.corrections import Correction, Refusal
from crawler.hunks import hunks
from crawler.ink import LINK, Line, Paper, escape, inked
from crawler.model import Occurrence
from crawler.quoting import header
from crawler.rewrites import Fixes, Rewrite
from crawler.text import clean, shown_name, visible, wrapped

Signed: TypeAlias = tuple[str, str]

_LONGEST: Final = 1_000
_MARGIN: Final = 200
_MAX_URL: Final = 2_048
_STYLES: Final = {" ": "", "-": "red", "+": "green"}
_INDENT: Final = " " * 4


def render(fixes: Fixes, paper: Paper, *, verbose: bool) -> Iterator[str]:
    """Render the diff, then what there is to say."""
    return inked(_lines(fixes, paper, verbose=verbose), paper)


def plural(number: int, noun: str) -> str:
    """Say how many there are of something."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _lines(fixes: Fixes, paper: Paper, *, verbose: bool) -> Iterator[Line]:
    for rewrite in fixes.rewrites:
        yield from _diff(rewrite)
    yield from [()] if fixes.rewrites else []
    yield ((wrapped(_summary(fixes), "", width=paper.width), "bold"),)
    if fixes.proposed:
        yield from _proposals(fixes.proposed, paper)
    if fixes.refused:
        yield from _refusals(fixes.refused, paper) if verbose else _reasons(fixes, paper)
    if fixes.unknown:
        links = plural(fixes.unknown, "link")
        words = f"The history has never seen {links}: nothing is said of them."
        yield from ((), ((wrapped(words, "", width=paper.width), "yellow"),))


def _diff(rewrite: Rewrite) -> Iterator[Line]:
    name = rewrite.name.removeprefix("/")
    yield ((f"--- {header(f'a/{name}')}", "bold"),)
    yield ((f"+++ {header(f'b/{name}')}", "bold"),)
    for hunk in hunks(_split(rewrite.text_before), _split(rewrite.text_after)):
        yield ((hunk.header, "cyan"),)
        for sign, line, alike in _paired(hunk.lines):
            yield _line(sign, line.rstrip("\r\n"), alike)
            if not line.endswith("\n"):
                yield (("\\ No newline at end of file", "dim"),)


def _split(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *filter(None, [last])]


def _paired(lines: Sequence[Signed]) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield lines, each with how much of it begins and ends as the one does that it replaces."""
    gone: list[str] = []
    for sign, group in groupby(lines, key=itemgetter(0)):
        several = [line for _, line in group]
        if sign == "-":
            gone = several
            continue
        pairs = len(gone) == len(several) and sign == "+"
        alike = list(map(_alike, gone, several)) if pairs else [(0, 0)] * len(gone)
        yield from (("-", *each) for each in zip(gone, alike, strict=True))
        alike = alike if pairs else [(0, 0)] * len(several)
        yield from ((sign, *each) for each in zip(several, alike, strict=True))
        gone = []
    yield from (("-", line, (0, 0)) for line in gone)


def _alike(one: str, other: str) -> tuple[int, int]:
    one, other = one.rstrip("\r\n"), other.rstrip("\r\n")
    first = _common(one, other)
    return first, _common(one[first:][::-1], other[first:][::-1])


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _line(sign: str, line: str, alike: tuple[int, int]) -> Line:
    first, last = alike
    style = _STYLES[sign]
    if not (first or last):
        kept = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
        return ((f"{sign}{visible(kept)}", style),)
    end = len(line) - last
    before, after = line[:first], line[end:]
    if len(line) > _LONGEST:  # as a page that a program has written, all in one line
        before = f"…{before[-_MARGIN:]}" if first > _MARGIN else before
        after = f"{after[:_MARGIN]}…" if last > _MARGIN else after
    return (
        (f"{sign}{visible(before)}", style),
        (visible(line[first:end]), f"bold {style}"),
        (visible(after), style),
    )


def _summary(fixes: Fixes) -> str:
    kinds = Counter(str(each.correction.repair) for each in fixes.changes())
    if not kinds:
        return "Nothing to fix."
    told = ", ".join(f"{number} {repair}" for repair, number in kinds.most_common())
    links, documents = plural(kinds.total(), "link"), plural(len(fixes.rewrites), "document")
    if fixes.written:
        done = "put back" if fixes.undoes else "fixed"
        return f"{links} {done} in {documents}: {told}."
    them = "it" if kinds.total() == 1 else "them"
    return f"{links} to fix in {documents}: {told}. `crawl fix --write` writes {them}."


def _proposals(proposed: Iterable[Correction], paper: Paper) -> Iterator[Line]:
    proposed = tuple(proposed)
    yield ()
    title = f"For you to weigh ({len(proposed)}); `crawl fix --interactive` asks"
    yield ((wrapped(title, "", width=paper.width), "bold blue"),)
    for each in proposed:
        yield from _entry(each.occurrence, each.after, each.why, paper)


def _reasons(fixes: Fixes, paper: Paper) -> Iterator[Line]:
    """Yield how many links are left as they are, by the reason."""
    reasons = fixes.reasons()
    yield ()
    title = f"Left as they are ({len(fixes.refused)}); -v lists them"
    yield ((wrapped(title, "", width=paper.width), "bold blue"),)
    width = len(f"{reasons[0][1]:,}")
    for why, number in reasons:
        first = f"  {number:{width},}  "
        yield ((wrapped(escape(why), first, " " * len(first), paper.width), ""),)


def _refusals(refused: Iterable[Refusal], paper: Paper) -> Iterator[Line]:
    refused = tuple(refused)
    yield ()
    yield ((f"Left as they are ({len(refused)})", "bold blue"),)
    for each in refused:
        yield from _entry(each.occurrence, each.after, each.why, paper)


def _entry(place: Occurrence, after: str | None, why: str, paper: Paper) -> Iterator[Line]:
    where = f"{shown_name(place.document)}:{place.span.line}:{place.span.column}"
    yield ((f"  {where}", "dim"),)
    yield (_INDENT, ""), (clean(place.raw, _MAX_URL), LINK)
    if after is not None:
        yield ("  → ", "green"), (clean(after, _MAX_URL), f"green {LINK}")
    yield ((wrapped(escape(why), _INDENT, width=paper.width), ""),)
