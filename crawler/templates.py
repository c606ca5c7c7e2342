"""Template syntax in URLs: what a site generator, a program or a reader puts something else for.

Known here and only here. A link with an expression that nobody has defined is no URL yet, and no
server is asked for it. Linear in the length of the text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

# The languages tell each other apart by their brackets; none of them spans lines in a URL.
_LIQUID: Final = r"\{\{[^{}\r\n]*+\}\}"  # also Jinja, Handlebars, Hugo (`{{< relref >}}`)
_TAG: Final = r"\{%(?:[^%{}\r\n]|%(?!\}))*+%\}"
_EMBEDDED: Final = r"<%(?:[^%<>\r\n]|%(?!>))*+%>"  # ERB, EJS, JSP
_SHELL: Final = r"\$\{[^{}\s]*+\}"
_ELEMENTS: Final = r"(?:a|b|br|code|div|em|hr|i|li|p|pre|span|strong|su[bp]|t[dhr]|u|ul|wbr)\b[ >]"
_PLACEHOLDER: Final = rf"<(?!{_ELEMENTS})[A-Za-z][\w .:-]{{0,64}}+>"  # `<your-host>`
# `{id}`: RFC 6570 §2, AsciiDoc, Python. A GUID in braces is a name that servers really give.
_NAME: Final = r"\{(?![0-9A-Fa-f]{8}-)[+#./;?&]?[A-Za-z_][\w.,:*-]*+\}"
_FORMAT: Final = r"%(?:\(\w++\)|\d\$)?[sdiv](?![0-9A-Za-z])"  # `%20` and `%d0` are octets
_OPENED: Final = r"\{\{|\{%(?![0-9A-Fa-f]{2})|<%|\$\{"  # and cut off, as by a quote of HTML

# What ends a block, or begins its other branch, ends the URL before it too; so does `raw`.
_ENDING: Final = r"\{%-?\s*(?:end|els|raw\b)"
IN_URL: Final = rf"(?:{_LIQUID}|(?!{_ENDING}){_TAG}|{_EMBEDDED}|{_SHELL}|{_NAME}|{_PLACEHOLDER})"
"""A pattern: an expression that is part of the URL in which it stands, white space and all."""

_EXPRESSION: Final = re.compile(
    rf"(?P<liquid>{_LIQUID})|(?P<shell>{_SHELL})|(?P<name>{_NAME})"
    rf"|{_TAG}|{_EMBEDDED}|(?P<placeholder>{_PLACEHOLDER})|{_FORMAT}|{_OPENED}"
)
_LITERAL: Final = re.compile(r"""(["'])(?P<text>[^"']*)\1""")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_BASE_URL: Final = "site.baseurl"

# Where a Markdown link's destination begins; and a character that no document holds.
_DESTINATION: Final = re.compile(rf"(\](?:\(|:)[ \t]*+)((?:[^\s(){{<]|{_LIQUID}|{_TAG})*+)")
_NO_SPACE: Final = "\ufdd0"
_SPACES: Final = str.maketrans(dict.fromkeys(" \t", _NO_SPACE))


def definitions(given: Iterable[str]) -> Mapping[str, str]:
    """Return what names stand for, as settings give it: `NAME=VALUE`.

    Jekyll's `site.baseurl` is empty until somebody says otherwise.
    """
    pairs = (each.partition("=") for each in given)
    return {_BASE_URL: ""} | {name.strip(): value.strip() for name, _, value in pairs}


def fill(href: str, known: Mapping[str, str]) -> str | None:
    """Return a written link with its expressions replaced; None if one of them is not known.

    >>> fill("{{ site.url }}/x", {"site.url": "https://x.example"})
    'https://x.example/x'
    >>> fill("{{ '/x' | relative_url }}", definitions(()))
    '/x'
    >>> fill("https://x.example/%20{id}", {}) is None
    True
    """
    if not _may_hold_one(href):
        return href
    pieces, end = [], 0
    for match in _EXPRESSION.finditer(href):
        value = _value(match, known)
        if value is None:
            return None
        pieces += [href[end : match.start()], value]
        end = match.end()
    return "".join((*pieces, href[end:])) or "/"  # `{{ site.baseurl }}` is the front page


def blanked(url: str) -> str:
    """Return a URL with other characters for its expressions: what is in them is not its own."""
    return _EXPRESSION.sub(lambda match: "x" * len(match[0]), url) if _may_hold_one(url) else url


def without_spaces(text: str) -> str:
    """Return a Markdown text in which expressions in destinations are words, of the same length.

    For CommonMark white space ends a destination; generators fill templates in before.
    """
    if "{{" not in text and "{%" not in text:
        return text
    return _DESTINATION.sub(lambda match: match[1] + match[2].translate(_SPACES), text)


def with_spaces(text: str) -> str:
    """Return the text as it was."""
    return text.replace(_NO_SPACE, " ")


def _may_hold_one(url: str) -> bool:
    return "{" in url or "%" in url or "$" in url or "<" in url  # no pattern is as fast


def _value(match: re.Match[str], known: Mapping[str, str]) -> str | None:
    if match["placeholder"] and "?" in match.string[: match.start()]:
        return match[0]  # `?q=Vec<T>`: somebody looks for it
    if match["liquid"]:
        return _liquid(match[0][2:-2].strip("-~"), known)
    return known.get(match[0].strip("${}")) if match["shell"] or match["name"] else None


def _liquid(expression: str, known: Mapping[str, str]) -> str | None:
    """Evaluate a name or a literal, with those filters that make addresses of paths."""
    first, *filters = expression.split("|")
    value = _atom(first, known)
    for each in filters:
        if value is not None:
            value = _filtered(value, each, known)
    return value


def _atom(written: str, known: Mapping[str, str]) -> str | None:
    literal = _LITERAL.fullmatch(written.strip())
    return literal["text"] if literal else known.get(written.strip())


def _filtered(value: str, written: str, known: Mapping[str, str]) -> str | None:
    name, _, argument = (each.strip() for each in written.partition(":"))
    match name:
        case "relative_url":
            return _rooted(value, known.get(_BASE_URL, ""))
        case "absolute_url":
            return _rooted(value, known.get("site.url", "") + known.get(_BASE_URL, ""))
        case "prepend" | "append":
            other = _atom(argument, known)
            if other is None:
                return None
            return other + value if name == "prepend" else value + other
        case _:
            return None


def _rooted(path: str, root: str) -> str:
    return path if _ABSOLUTE.match(path) else f"{root.rstrip('/')}/{path.lstrip('/')}"
