"""Text for the terminal: what is wrong, where, since when. Readable in 80 columns without colour.

Rich lays it out; strangers' text reaches it cleaned and as `Text`, never as markup.
"""

from collections.abc import Iterator
from io import StringIO
from typing import Final, TypeAlias

from crawler.model import Occurrence, Outcome, Report
from crawler.outline import Entry, Scope, Section, outline
from crawler.text import clean, readable, shown_name

_STYLES: Final = {
    Outcome.BROKEN: "bold red",
    Outcome.INVALID: "bold red",
    Outcome.FAILING: "bold yellow",
    Outcome.UNSAFE: "bold magenta",
    Outcome.BLOCKED: "bold cyan",
}
_SHOWN_PLACES: Final = 10
_SHOWN_URL: Final = 2048

# Pieces of text, each with a style.
Line: TypeAlias = tuple[tuple[str, str], ...]


def render(report: Report, scope: Scope) -> str:
    """Render without colour."""
    return render_styled(report, scope, color=False)


def render_styled(report: Report, scope: Scope, *, color: bool) -> str:
    """Render for a terminal, with colour if it wants any."""
    said = outline(report, scope)
    lines: list[Line] = [((said.heading, "bold"),)]
    for section in said.sections:
        lines += [(), *_section(section)]
    lines += [(), ((said.summary, "bold"),)]
    lines += [((escape(note), "yellow"),) for note in said.notes]
    return _colored(lines) if color else _plain(lines)


def escape(text: str) -> str:
    """Make any text safe for a terminal, and readable."""
    return clean(readable(text))


def _plain(lines: list[Line]) -> str:
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


def _colored(lines: list[Line]) -> str:
    from rich.console import Console  # noqa: PLC0415 - 70 ms that a plain report need not pay
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=StringIO(), force_terminal=True, legacy_windows=False)
    with console.capture() as captured:
        for line in lines:  # never wrapped: a URL must stay one that can be selected
            console.print(Text.assemble(*line), soft_wrap=True)
    return captured.get()


def _section(section: Section) -> Iterator[Line]:
    style = _STYLES.get(section.outcome, "bold blue") if section.outcome else "bold blue"
    yield ((f"{section.title} ({len(section.entries)})", style),)
    yield ((section.words, "dim"),)
    for entry in section.entries:
        yield ()
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[Line]:
    yield ((f"  {clean(entry.url, _SHOWN_URL)}", ""),)
    if entry.replacement:
        yield ((f"  → {entry.replacement}", "green"),)
    yield ((f"    {escape(entry.sentence)}", ""), (f"  [{entry.code}]", "dim"))
    if entry.history:
        yield ((f"    {entry.history}", ""),)
    for place in entry.places[:_SHOWN_PLACES]:
        yield _place(place)
    if len(entry.places) > _SHOWN_PLACES:
        yield ((f"    and {len(entry.places) - _SHOWN_PLACES} more places", "dim"),)


def _place(place: Occurrence) -> Line:
    where = f"    {shown_name(place.document)}:{place.span.line}:{place.span.column}"
    label = escape(place.text)
    return ((where, "dim"), (f"  {label}" if label else "", ""))
