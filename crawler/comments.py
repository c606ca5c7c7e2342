r"""Where the comments of a program stand: its language's row in a table, made one expression.

The expression takes a program apart into comments, strings and the rest, which is all that there is
to know: a comment's mark within a string is none. It takes what is never closed up to the end of
its line or of the file, as compilers do, so that any text takes linear time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Final

from crawler.tables import rows


def _quoted(quote: str, within: str = r"\n") -> str:
    return rf"{quote}(?:[^{quote}\\{within}]|\\.)*+{quote}?"


def _tripled(quote: str) -> str:
    return rf"{quote * 3}(?:[^{quote}\\]|\\.|{quote}(?!{quote}{quote}))*+(?:{quote * 3})?"


_DOCUMENTED: Final = "|".join((_tripled('"'), _tripled("'"), _quoted('"'), _quoted("'")))
# An expression of JavaScript stands where a value is expected; elsewhere a slash divides.
_REGEX: Final = (
    r"(?:[(,=:\[!&|?{};+*%~^]|=>|\breturn)\s*+/(?![/*>])"
    r"(?:[^/\\\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.){0,80}+\])++/"
)
# By the names that the table gives them: what a match is, and how it is written.
_RULES: Final[Mapping[str, tuple[str, str]]] = {
    "backtick": ("string", _quoted("`", "")),
    # A lifetime has no second quote one character later.
    "character": ("string", r"'(?:\\.[^'\n]{0,8}|[^'\\\n])'"),
    "cpp-raw": ("string", r'\bR"(?P<d>[^()\\\s]{0,16})\(.*?(?:\)(?P=d)"|\Z)'),
    "description": ("block", _tripled('"')),
    "dollar": ("string", r"\$\\?."),
    "double": ("string", _quoted('"')),
    "double-lines": ("string", _quoted('"', "")),
    "elixir-doc": ("block", r"@(?:module|type)?doc\s++(?:~[sS])?" + _tripled('"')),
    "escaped": ("string", r"\\."),
    "fortran-column": ("line", r"^[cC*](?=[ \t*=-])[^\r\n]*+"),
    "heredoc": (
        "heredoc",
        r"<<[<~-]?(?:[ \t]++(?=[\"'A-Z_]))?(?P<h>[\"'`]?)(?P<tag>[A-Za-z_]\w*+)(?P=h)",
    ),
    "lua-comment": ("block", r"--\[(?P<c>=*+)\[.*?(?:\](?P=c)\]|\Z)"),
    "lua-long": ("string", r"\[(?P<l>=*+)\[.*?(?:\](?P=l)\]|\Z)"),
    "nix-lines": ("string", r"''(?:[^']|'(?!')|'''|''[$\\])*+(?:'')?"),
    "julia-doc": ("doc", _tripled('"') + "|" + _quoted('"')),
    "pascal": ("string", r"'[^'\n]*+'?"),
    "pascal-double": ("string", r'"[^"\n]*+"?'),
    "pascal-lines": ("string", r"'[^']*+'?"),
    "php-line": ("line", r"(?:(?<!:)//|\#(?!\[))[^\r\n?]*+(?:\?(?!>)[^\r\n?]*+)*+"),
    "php-outside": ("string", r"(?:\A(?=.)|\?>).*?(?:<\?|\Z)"),
    "pod": ("block", r"^=[A-Za-z].*?(?:^=cut|\Z)"),
    "powershell-double": ("string", r'"(?:[^"`]|`.)*+"?'),
    "powershell-lines": ("string", r'@"[ \t]*+\n.*?(?:^"@|\Z)|' + r"@'[ \t]*+\n.*?(?:^'@|\Z)"),
    "primed": ("string", r"(?<![\w'])'(?:\\.[^'\n]{0,8}|[^'\\\n])'"),
    "python-doc": ("doc", rf"(?:\b[rRuU])?(?:{_DOCUMENTED})"),
    "raw-backtick": ("string", "`[^`]*+`?"),
    "raw-single": ("string", r"\$'(?:[^'\\]|\\.)*+'?|'[^']*+'?"),
    "regex": ("string", _REGEX),
    "rust-raw": ("string", r'\bb?r(?P<r>#*+)".*?(?:"(?P=r)|\Z)'),
    "single": ("string", _quoted("'")),
    "single-lines": ("string", _quoted("'", "")),
    "triple-double": ("string", _tripled('"')),
    "triple-single": ("string", _tripled("'")),
    "verbatim": ("string", r'(?:@\$?|\$@)"[^"]*+"?'),
    "zig-lines": ("string", r"\\\\[^\n]*+"),
}
_CONTINUES: Final = frozenset("([{,=+-*/%<>&|^~.@\\\"'")
"""Behind these a string that begins a line is a part of an expression, and no documentation."""
_FIRST_WORD: Final = re.compile(r"^[ \t]*+(\w++)", re.MULTILINE)
_MAX_UNCLOSED: Final = 8
"""So many here-documents are searched for their ends in vain: each search is of the whole file."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one language writes comments: the expression, the marks of those that nest, and pairs."""

    token: re.Pattern[str]
    nested: re.Pattern[str] | None
    pairs: tuple[tuple[str, str], ...]
    """What begins a comment of many lines, and what closes it."""


@cache
def languages() -> Mapping[str, tuple[str, ...]]:
    """Return the languages by their names, with the endings and names of their files."""
    return {row[0]: tuple(row[1].split()) for row in rows("programming_languages.tsv")}


def syntax_of(name: str) -> Syntax:
    """Return how the language is written that a file's name speaks for; else something like C."""
    known, last = _by_file(), PurePath(name).name.lower()
    return _syntax(known.get(last) or known.get(PurePath(last).suffix) or "c")


def comments(text: str, syntax: Syntax) -> Iterator[tuple[int, int]]:
    """Yield the `(start, end)` of each comment and docstring, in their order."""
    at, before, unclosed = 0, "", 0
    while match := syntax.token.search(text, at):
        code = text[at : match.start()]
        before = code.rstrip()[-1:] or before
        end, kind = match.end(), match.lastgroup
        if kind == "nested":
            end = _nested_end(text, match.start(), syntax)
        elif kind == "heredoc":
            if unclosed < _MAX_UNCLOSED:
                end = _heredoc_end(text, match)
                unclosed += end == match.end()
        elif kind == "doc" and not _is_statement(code, before, first=at == 0):
            kind = "string"
        if kind in ("block", "doc", "line", "nested"):
            yield match.start(), end
            before = ";" if kind == "doc" else before
        else:
            before = '"'
        at = end


def words_of(text: str, start: int, end: int, syntax: Syntax) -> str:
    """Return what a comment says, with a space for each character of the marks that close it.

    >>> words_of("/*https://a.example/b*/", 0, 23, syntax_of("a.c"))
    '/*https://a.example/b  '
    """
    words = text[start:end]
    for opening, closing in syntax.pairs:
        if words.startswith(opening):  # within it, also deep within it, this is never a word
            return words.replace(closing, " " * len(closing))
    return words


def _is_statement(code: str, before: str, *, first: bool) -> bool:
    """Tell whether a string that comes behind this code stands for itself, as docstrings do."""
    *lines, last = code.split("\n")
    return bool(lines or first) and not last.strip() and before not in _CONTINUES


def _nested_end(text: str, at: int, syntax: Syntax) -> int:
    depth = 0
    for match in syntax.nested.finditer(text, at) if syntax.nested else ():
        depth += 1 if match.lastgroup == "open" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _heredoc_end(text: str, match: re.Match[str]) -> int:
    """Return where a here-document ends; what has no end was a shift."""
    words = _FIRST_WORD.finditer(text, match.end())
    return next((each.end() for each in words if each[1] == match["tag"]), match.end())


@cache
def _by_file() -> Mapping[str, str]:
    return {file: name for name, files in languages().items() for file in files}


@cache
def _syntax(name: str) -> Syntax:
    row = next(row for row in rows("programming_languages.tsv") if row[0] == name)
    lines, blocks, nested, named = ([] if each == "-" else each.split() for each in row[2:])
    parts = [_RULES[each] for each in named]
    parts += [("nested", _mark(each.partition("…")[0])) for each in nested]
    parts += [("block", _block(*each.split("…"))) for each in blocks]
    parts += [("line", rf"{_mark(each)}[^\r\n]*+") for each in lines]
    kinds = ("doc", "block", "nested", "line", "heredoc", "string")
    grouped = {kind: "|".join(part for of, part in parts if of == kind) for kind in kinds}
    whole = "|".join(f"(?P<{kind}>{part})" for kind, part in grouped.items() if part)
    pairs = (tuple(each.split("…")) for each in (*nested, *blocks))
    return Syntax(
        re.compile(whole, re.DOTALL | re.MULTILINE),
        _nesting(nested),
        tuple((opening, closing) for opening, closing in pairs),
    )


def _block(opening: str, closing: str) -> str:
    return rf"{_mark(opening)}.*?(?:{_mark(closing)}|\Z)"


def _nesting(nested: list[str]) -> re.Pattern[str] | None:
    if not nested:
        return None
    opening, closing = map(re.escape, nested[0].split("…"))
    return re.compile(f"(?P<open>{opening})|{closing}")


def _mark(mark: str) -> str:
    if mark.startswith("^") and len(mark) > 1:
        word = r"\b" if mark[-1].isalpha() else ""
        return rf"^[ \t]*+{re.escape(mark[1:])}{word}"
    if mark.startswith("~"):
        return rf"(?<![^\s;&|()]){re.escape(mark[1:])}"
    return rf"(?<!:){mark}" if mark == "//" else re.escape(mark)
