"""What chooses among the links of a page: there only where the page's script is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from crawler.roll import Line, labelled, pairs
from crawler.tags import Markup, end, slug, start, tag
from crawler.text import shown_name
from crawler.words import Words

MOST_CHOICES: Final = 500
"""Hosts, and documents, to choose from; others are found by their names, as text."""

_SORTS: Final = (
    ("worst", "Worst first"),
    ("document", "By document"),
    ("host", "By host"),
    ("since", "Latest trouble first"),
)
_CALM: Final = frozenset({"ok", "redirected", "skipped"})


def controls(lines: Sequence[Line], documents: Mapping[str, int], words: Words) -> Iterator[Markup]:
    """Yield the form. The script shows it."""
    kinds = Counter(line.kind for line in lines)
    yield start("form", class_="controls", id="controls", role="search", hidden=True,
                aria_label=words("Choose links"))  # fmt: skip
    yield _field("q", words("Find"), tag(
        "input", type="search", id="q", name="q", autocomplete="off", spellcheck="false",
        placeholder=words("URL, label, reason …"), aria_keyshortcuts="/",
    ))  # fmt: skip
    yield _choice("kind", words("State"), words("all"), (
        tag("option", f"{labelled(kind, number, words)} ({number})", value=slug(kind))
        for kind, number in pairs(kinds)
    ))  # fmt: skip
    yield _choice("host", words("Host"), words("all"), _hosts(lines, words))
    yield _choice("in", words("Document"), words("all"), _documents(lines, documents, words))
    yield _field("sort", words("Order"), tag(
        "select", *(tag("option", words(name), value=value) for value, name in _SORTS),
        id="sort", name="sort",
    ))  # fmt: skip
    shown = tag(
        "output", id="shown", aria_live="polite",
        data_words=words("%1 of %2 links"), data_of=words("%1 of %2"),
    )  # fmt: skip
    yield tag("div", shown, tag("button", words("Show all"), type="reset"), class_="field")
    yield end("form")


def _field(name: str, label: str, control: Markup) -> Markup:
    return tag("div", tag("label", label, for_=name), control, class_=f"field {name}")


def _choice(name: str, label: str, every: str, options: Iterable[Markup]) -> Markup:
    whole = tag("option", every, value="")
    return _field(name, label, tag("select", whole, *options, id=name, name=name))


def _hosts(lines: Sequence[Line], words: Words) -> Iterator[Markup]:
    bad = Counter(line.host for line in lines if line.host and line.kind not in _CALM)
    every = Counter(line.host for line in lines if line.host)
    ranked = sorted(every, key=lambda host: (-bad[host], host))
    yield from (
        tag("option", f"{host} ({every[host]})", value=host) for host in ranked[:MOST_CHOICES]
    )
    yield from _more(len(ranked) - MOST_CHOICES, words)


def _documents(
    lines: Sequence[Line], documents: Mapping[str, int], words: Words
) -> Iterator[Markup]:
    numbers = Counter(number for line in lines for number in line.documents)
    for name, number in list(documents.items())[:MOST_CHOICES]:
        shown = shown_name(name)
        yield tag("option", f"{shown} ({numbers[number]})", value=shown, data_number=number)
    yield from _more(len(documents) - MOST_CHOICES, words)


def _more(number: int, words: Words) -> Iterator[Markup]:
    if number > 0:
        yield tag("option", words(f"and {number} more: find them by name"), disabled=True)
