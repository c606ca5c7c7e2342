"""All links of a report as tables, one line a link, in parts.

They may be twenty thousand. The rows are in the page, for whoever has no scripts and for the
browser's own search; parts that nobody looks at cost the browser nothing (`content-visibility`).
Each row is written by hand, so to say: it is most of the page, in size and in time.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Final

from crawler.roll import LABELS, Line
from crawler.tags import Markup, escape, plain_link, slug, tag
from crawler.text import shown_name
from crawler.words import Words

PART: Final = 200
"""Rows of one table."""

_FINE: Final = 200


def tables(lines: Sequence[Line], told: Container[str | None], words: Words) -> Iterator[Markup]:
    """Yield the tables, each with its head: the browser lays them out one by one.

    `told`: kinds of links that have a section of their own; the first of any other has an anchor.
    """
    marked = set[str]()
    labels = {kind: escape(words(label)) for kind, label in LABELS.items()}
    names = [words(each) for each in ("State", "Link", "Where", "Last look")]
    heads = [tag("th", each, scope="col") for each in names]
    parts = -(-len(lines) // PART)
    for number in range(parts):
        title = words(f"Links, part {number + 1} of {parts}")
        yield Markup('<div class="part"><table>')
        yield tag("caption", title, class_="unseen")
        yield tag("thead", tag("tr", *heads), class_="unseen" if number else None)
        yield Markup("<tbody>\n")
        for line in lines[number * PART : (number + 1) * PART]:
            first = line.kind not in told and line.kind not in marked
            marked.add(line.kind)
            yield _row(line, labels[line.kind], words, anchored=first)
        yield Markup("</tbody></table></div>\n")


def _row(line: Line, label: str, words: Words, *, anchored: bool) -> Markup:
    kind = slug(line.kind)
    status = f" {line.status}" if line.status not in (None, _FINE) else ""
    shown = plain_link(line.name) if line.followable else tag("span", line.name, class_="url")
    began = f' data-since="{line.since:%Y-%m-%d}"' if line.since else ""
    seen = f"{line.seen:%Y-%m-%d}" if line.seen else ""
    anchor = f' id="kind={kind}"' if anchored else ""
    numbers = " ".join(map(str, line.documents))
    return Markup(
        f'<tr{anchor} data-kind="{kind}" data-in="{numbers}"{began}>'
        f'<td class="k-{kind}">{label}{status}<td>{shown}<td>{_where(line, words)}<td>{seen}\n'
    )


def _where(line: Line, words: Words) -> str:
    shown = ", ".join(
        escape(f"{shown_name(each.document)}:{each.span.line}") for each in line.places
    )
    left = line.written - len(line.places)
    return f"{shown} {escape(words(f'and {left} more'))}" if left else shown
