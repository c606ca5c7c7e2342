"""JSX in Markdown: what of an MDX document is Markdown, and which tags stand in it.

MDX is Markdown with elements of JSX, expressions in braces, and lines of imports and exports. Code
of Markdown goes before all of them. Linear on any input.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from crawler.markup import Tag, Value
from crawler.spans import Piece

PLACE: Final = "jsx:"
"""What stands for a tag in the Markdown, with its number; a link's own text has a width there."""

_CODE: Final = 4  # spaces before a line that make code of it in CommonMark
# What may begin something that is no Markdown, or hides it: an escape, code, a tag, a script.
_MARKUP: Final = r"""(?P<fence>^[ \t>]*+(?:[-*+][ \t]++)?+(?:`{3,}(?![^\r\n]*`)|~{3,}))
    | (?P<escape>\\.)
    | (?P<code>`++)
    | (?P<tag></?(?:(?P<name>[A-Za-z_$][\w.:$-]*+)(?=[\s/>{])|(?=>)))"""
_SCRIPTS: Final = r"(?P<module>^(?:import|export)\b)|(?P<expression>\{)"
_FLAGS: Final = re.DOTALL | re.MULTILINE | re.VERBOSE
_OPENING: Final = re.compile(f"{_MARKUP}|{_SCRIPTS}", _FLAGS)
_OPENING_OF_MARKUP: Final = re.compile(_MARKUP, _FLAGS)
_FENCE: Final = re.compile(r"^[ \t>]*+(`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_RUN: Final = re.compile(r"`++")
_MAX_CODE: Final = 2000
"""Characters of code within a paragraph: else backticks that nothing closes take square time."""
# Code of JavaScript, as far as brackets depend on it: comments and strings may hold some, and need
# no end, lest what is never closed be looked at again and again.
_SCRIPT: Final = re.compile(
    r"""(?P<open>[{(\[])|(?P<close>[})\]])
    |/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+|(?<!:)//[^\r\n]*+
    |"(?:[^"\\\r\n]|\\.)*+"?+|'(?:[^'\\\r\n]|\\.)*+'?+|`(?:[^`\\]|\\.)*+`?+
    |(?P<blank>\r?\n[ \t]*+\r?\n)""",
    re.DOTALL | re.VERBOSE,
)
# A string alone in braces is no code but a value, unless something is escaped or filled in.
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*+(?:([^\s/<>={}"']++)
        (?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'
            |\{\s*+(?:"([^"\\\r\n]*+)"|'([^'\\\r\n]*+)'|`([^`\\$]*+)`)\s*+\}|(\{)))?+
    |(\{))""",
    re.VERBOSE,
)
_NAME, _VALUES = 1, range(2, 7)  # of its groups; in the others code begins
_TAG_END: Final = re.compile(r"[\s/]*+>")
_COMMENT: Final = re.compile(r"\{\s*+/\*")
_INDENT: Final = re.compile(r"(?:^|(?<=\n))([ \t]*+)([^\r\n]?)")
_LIST: Final = re.compile(r"[-*+0-9]")


@dataclass(slots=True)
class Split:
    """What a document consists of, all in order of place.

    `markdown` is its Markdown, in pieces; each tag stands there as an image of `PLACE` and its
    number in `tags` (if it has attributes), which takes no room. `comments` are offsets.
    """

    markdown: list[Piece] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    _unclosed: bool = False
    _in_list: bool = False

    def take(self, text: str, at: int) -> None:
        """Take a document apart, from an offset on."""
        kept = at
        while match := (_OPENING_OF_MARKUP if self._unclosed else _OPENING).search(text, at):
            start, at = match.span()
            end = start
            match match.lastgroup:
                case "fence":
                    at = _end_of_fence(text, at)
                case "code":
                    at = _end_of_code(text, start, at)
                case "module" if _is_flow(text, start):
                    end = self._script(text, start, is_module=True)
                case "expression":
                    end = self._script(text, start)
                    if end > start and _COMMENT.match(text, start):
                        self.comments.append((start, end))
                case "tag" | "name":
                    end = self._tag(text, match)
            if end > start:
                self._cut(text, kept, start)
                at = kept = end
        self._keep(text, kept, len(text))

    def _cut(self, text: str, kept: int, start: int) -> None:
        """Keep the Markdown before what was found, and the place of a tag."""
        if kept < start:
            self._keep(text, kept, start)
        if self.tags and self.tags[-1].start == start:
            self.markdown.append(Piece(f"![]({PLACE}{len(self.tags) - 1})", start, start))

    def _script(self, text: str, start: int, *, is_module: bool = False) -> int:
        """Return where code ends that begins at an offset, or the offset if it never does."""
        if self._unclosed:  # for an attribute
            return start
        depth = 0
        for match in _SCRIPT.finditer(text, start):
            if match["open"]:
                depth += 1
            elif match["close"]:
                depth -= 1
                if depth <= 0 and not is_module:
                    return match.end()
            elif match["blank"] and is_module and depth <= 0:
                return match.end()
        if is_module and depth <= 0:
            return len(text)
        self._unclosed = True  # from here on braces are text: one more search would find no more
        return start

    def _tag(self, text: str, opening: re.Match[str]) -> int:
        """Take a tag; return where it ends, or where it begins if it is none."""
        attributes: dict[str, Value] = {}
        at = opening.end()
        while not (end := _TAG_END.match(text, at)):
            match = _ATTRIBUTE.match(text, at)
            if match is None:
                return opening.start()
            at, group = match.end(), match.lastindex or _NAME
            if group in _VALUES:
                attributes.setdefault(match[_NAME], Value(match[group], match.start(group)))
            elif group != _NAME:
                at = self._script(text, match.end() - 1)
                if at < match.end():
                    return opening.start()
        if attributes:
            name = opening["name"] or ""
            self.tags.append(Tag(name, opening.start(), end.end(), attributes=attributes))
        return end.end()

    def _keep(self, text: str, start: int, end: int) -> None:
        """Keep Markdown, without indents that would make code of it: in MDX they do not."""
        for match in _INDENT.finditer(text, start, end):
            indent, first = match.end(1) - match.start(), match[2]
            if indent < _CODE and first:
                self._in_list = bool(_LIST.match(first)) or (self._in_list and indent > 0)
            elif indent and not self._in_list:
                self._piece(text, start, match.start())
                start = match.end(1)
        self._piece(text, start, end)

    def _piece(self, text: str, start: int, end: int) -> None:
        if start < end:
            self.markdown.append(Piece(text[start:end], start, end))


def _is_flow(text: str, start: int) -> bool:
    """Tell whether what begins at a line's start goes on with no paragraph."""
    return not start or text[max(0, start - 4) : start].replace("\r", "").endswith(
        ("\n\n", "---\n")
    )


def _end_of_fence(text: str, at: int) -> int:
    """Return where a block of code ends whose opening marks end at an offset."""
    mark = text[at - 1]
    length = _run_before(text, at, mark)
    for match in _FENCE.finditer(text, at):
        if match[1][0] == mark and len(match[1]) >= length:
            return match.end()
    return len(text)


def _run_before(text: str, at: int, mark: str) -> int:
    start = at
    while start and text[start - 1] == mark:
        start -= 1
    return at - start


def _end_of_code(text: str, start: int, end: int) -> int:
    """Return where a span of code ends, or its backticks if nothing closes it."""
    for run in _RUN.finditer(text, end, end + _MAX_CODE):
        if run.end() - run.start() == end - start:
            return end if text.find("\n\n", end, run.start()) >= 0 else run.end()
    return end
