"""Badges: how the links are, as a small picture, and as the data that shields.io makes one of.

The picture holds no font, no script and nothing of anywhere else. How wide a text is in it is
worked out from a table, and `textLength` makes it exactly so in whatever font there is.
"""

import json
import unicodedata
from collections.abc import Iterator
from typing import Final

from crawler.headline import LABEL, Tone, headline
from crawler.model import Report
from crawler.outline import Aspect
from crawler.words import Words
from crawler.xmltext import escape

COLORS: Final = {
    Tone.GOOD: "#1a7f37",
    Tone.DOUBT: "#8f5f00",
    Tone.BAD: "#b3261e",
    Tone.UNKNOWN: "#57606a",
}
"""By tone, with white on it: a contrast of 4.5 and more (WCAG 2, AA)."""
BACKGROUND: Final = "#3a414a"
"""What the label stands on."""

_SCHEMA: Final = 1
_SIZE: Final = 11
_PAD: Final = 6
_HEIGHT: Final = 20
# Thousandths of the size of the type, in DejaVu Sans, which Verdana is close to.
_WIDTHS: Final = {
    each: width
    for width, characters in (
        (278, "ijl'"), (318, "I ,."), (337, "/:;\\|"), (361, "f-"), (391, "rt()[]!"),
        (460, '"'), (500, "*_`s"), (531, "z?"), (560, "cLFk"), (592, "vxy"),
        (613, "PTYoae"), (636, "EKhnuSbdgpq$0123456789{}"), (686, "AVXZBRC"), (750, "UNH"),
        (780, "DG&OQ"), (818, "w"), (838, "#+<=>^~"), (863, "M"), (974, "m%W"), (1000, "@"),
    )
    for each in characters
}  # fmt: skip
_OTHER: Final = 650
_WIDE: Final = 1000


def render(report: Report, _aspect: Aspect, words: Words) -> Iterator[str]:
    """Render an SVG. It is the same whatever of the report is shown."""
    said = headline(report)
    label, message = words(LABEL), words(said.words)
    left, right = width(label) + 2 * _PAD, width(message) + 2 * _PAD
    color, name = COLORS[said.tone], f"{escape(label)}: {escape(message)}"
    font = "Verdana,'DejaVu Sans',Geneva,sans-serif"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{escape(words.language)}" '
        f'width="{left + right}" height="{_HEIGHT}" viewBox="0 0 {left + right} {_HEIGHT}" '
        f'role="img" aria-label="{name}">\n'
        f"<title>{name}</title>\n"
        # The rounded corners are those of two shapes: nothing needs a name that another picture
        # on the same page may have too.
        f'<path fill="{BACKGROUND}" d="{_half(0, left, round_left=True)}"/>\n'
        f'<path fill="{color}" d="{_half(left, right, round_left=False)}"/>\n'
        f'<g fill="#fff" font-family="{font}" font-size="{_SIZE}" aria-hidden="true">\n'
        f"{_text(_PAD, label)}\n{_text(left + _PAD, message)}\n</g>\n</svg>\n"
    )


def render_endpoint(report: Report, _aspect: Aspect, _words: Words) -> Iterator[str]:
    """Render what shields.io asks an endpoint for, in English as all JSON is."""
    said = headline(report)
    record = {
        "schemaVersion": _SCHEMA,
        "label": LABEL,
        "message": said.words,
        "color": COLORS[said.tone].removeprefix("#"),
        "labelColor": BACKGROUND.removeprefix("#"),
        "isError": said.tone is Tone.UNKNOWN,
    }
    yield json.dumps(record, indent=1) + "\n"


def width(text: str) -> int:
    """Return how many pixels a text takes, about; combining characters take none."""
    return round(sum(map(_width, text)) * _SIZE / 1000)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    wide = unicodedata.east_asian_width(character) in "WF"
    return _WIDTHS.get(character, _WIDE if wide else _OTHER)


def _half(x: int, wide: int, *, round_left: bool) -> str:
    if round_left:
        return f"M{x + wide} 0H{x + 3}a3 3 0 0 0-3 3v14a3 3 0 0 0 3 3h{wide - 3}z"
    return f"M{x} 0h{wide - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{x}z"


def _text(x: int, text: str) -> str:
    return f'<text x="{x}" y="14" textLength="{width(text)}">{escape(text)}</text>'
