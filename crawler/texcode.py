r"""What TeX writes for the characters of an address and of a label: escapes, and how to undo them.

Whatever reads TeX tells its escapes from its commands by these patterns.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from crawler.spans import Piece

# What a URL needs an escape for, in any of the ways that people found.
_NAMED: Final[Mapping[str, str]] = {
    "allowbreak": "",
    "break": "",
    "linebreak": "",
    "protect": "",
    "slash": "/",
    "textasciicircum": "^",
    "textasciitilde": "~",
    "textunderscore": "_",
    "-": "",
    "/": "",
}
_WORDS: Final = "|".join(sorted(name for name in _NAMED if name.isalpha()))
_ONE: Final = (
    rf"\\(?:string\s*+(?P<s>[^\\{{}}\s])|(?P<w>{_WORDS})(?![A-Za-z@])\s*+|(?P<c>[%\#&_$~^{{}}/-]))"
)
_BARE_ONE: Final = re.sub(r"\?P<[swc]>", "?:", _ONE)
_ESCAPED: Final = rf"\{{{_BARE_ONE}(?:\{{\s*+\}})?\}}|{_BARE_ONE}(?:\{{\s*+\}})?|\$\\sim\$|\{{~\}}"
_ESCAPE: Final = re.compile(_ESCAPED)
_INSIDE: Final = re.compile(_ONE)
_TOKEN: Final = rf"(?P<escape>{_ESCAPED})|\\(?P<word>[A-Za-z@]++)\*?|\\.?|[{{}}]|\n[ \t\r]*+\n"
CODE: Final = re.compile(rf"%(?P<comment>[^\r\n]*+)|{_TOKEN}", re.DOTALL)
"""What is no mere text in a document: comments, escapes, commands, braces."""
FIELD: Final = re.compile(_TOKEN, re.DOTALL)
"""The same where `%` begins no comment, as in a bibliography."""
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/\S")


def decoded(text: str) -> str:
    r"""Return a URL as a browser wants it: without TeX's escapes, and in one line.

    >>> decoded(r"https://a.example/\~{}b\_c\%20{\textasciitilde}d$\sim$e")
    'https://a.example/~b_c%20~d~e'
    """
    return _ESCAPE.sub(lambda match: meant(match[0]), _in_one_line(text))


def pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield what a stretch of a URL says, escape by escape."""
    at = start
    for match in _ESCAPE.finditer(text, start, end):
        if at < match.start():
            yield Piece(text[at : match.start()], at, match.start())
        yield Piece(meant(match[0]), match.start(), match.end())
        at = match.end()
    if at < end:
        yield Piece(text[at:end], at, end)


def plain(text: str) -> str:
    r"""Return the words of a stretch of TeX, for a label.

    >>> plain(r"{The {\TeX}book} \& \emph{more}")
    'The book & more'
    """
    return "".join(_plain(text))


def doi(text: str) -> str | None:
    r"""Return the address at which a DOI is resolved, if it is one.

    >>> doi(r"10.1000/a\_b<1>#2")
    'https://doi.org/10.1000/a_b%3C1%3E%232'
    """
    name = decoded(text)
    if not _DOI.match(name) or "\\" in name:
        return None
    for character in '#?<>" ':
        name = name.replace(character, f"%{ord(character):02X}")
    return f"https://doi.org/{name}"


def meant(escape: str) -> str:
    """Return the character that an escape stands for."""
    match = _INSIDE.search(escape)
    if match is None:  # `$\sim$` and `{~}`
        return "~"
    return match["s"] or _NAMED.get(match["w"] or match["c"], match["c"] or "")


def _plain(text: str) -> Iterator[str]:
    at = 0
    for match in FIELD.finditer(text):
        yield text[at : match.start()]
        if match["escape"] is not None:
            yield meant(match[0])
        elif match[0].isspace():
            yield match[0]
        at = match.end()
    yield text[at:]


def _in_one_line(text: str) -> str:
    """Join what was broken into lines; a lone `%` before a break only hides it from TeX."""
    *lines, last = text.split("\n")
    if not lines:
        return text
    joined = (
        line if line.endswith("\\%") else line.removesuffix("%") for line in map(str.strip, lines)
    )
    return "".join(joined) + last.lstrip()
