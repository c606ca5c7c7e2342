"""Bare URLs in running text: where they begin, and above all where they end.

The end follows GitHub's autolink extension (closing punctuation and unbalanced parentheses do not
belong to a URL) and adds what prose in other scripts needs. Linear in the length of the text.
"""

import re
from collections.abc import Iterator
from typing import Final

from crawler.tables import public_suffixes
from crawler.templates import IN_URL, blanked

# No URL goes on over these; CJK punctuation and typographic quotes end it as white space does.
_END: Final = r"\s<>\"`\\^\u201c\u201d\u2018\u2019\u00ab\u00bb\u3000-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"  # noqa: E501 - one character class
# `{:` begins kramdown attributes. What a template fills in belongs to the URL before it, which is
# another without it; a bracket of templates that begins nothing ends it.
_BODY: Final = rf"(?:[^{_END}{{$]++|{IN_URL}|\{{(?![:{{%])|\$(?!\{{))"
_ABSOLUTE: Final = re.compile(rf"(?<![A-Za-z0-9])https?://{_BODY}+", re.IGNORECASE)
_SCHEMELESS: Final = re.compile(
    r"(?<![\w@.:/-])(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,8}[a-z]{2,24}(?![\w@-])"
    rf"(?::\d{{1,5}})?(?:/{_BODY}*)?",
    re.IGNORECASE,
)
_TRAILING: Final = frozenset("?!.,:;*_~'|([{")
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_ENTITY: Final = re.compile(r"&[A-Za-z0-9]{1,31};$")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Yield the `(start, end)` of every http(s) URL that stands bare in a text.

    >>> text = "see (https://en.wikipedia.org/wiki/Link_(film)), and https://x.example."
    >>> [text[start:end] for start, end in find(text)]
    ['https://en.wikipedia.org/wiki/Link_(film)', 'https://x.example']
    """
    for match in _ABSOLUTE.finditer(text):
        url = _trim(match[0])
        if len(url) > url.index("//") + 2:
            yield match.start(), match.start() + len(url)


def find_hrefs(text: str, *, schemeless: bool) -> list[tuple[int, int, str]]:
    """Return `(start, end, href)` of every bare URL, in order.

    With `schemeless` also of names that look like a host, as `example.org/x` does. That is a guess,
    for those who ask for it: `main.rs` is a file, and possibly a host in Serbia.
    """
    found = [(start, end, text[start:end]) for start, end in find(text)] if "://" in text else []
    if schemeless:
        taken = bytearray(len(text))
        for start, end, _ in found:
            taken[start:end] = b"\1" * (end - start)
        found += [
            (start, end, f"https://{text[start:end]}")
            for start, end in _schemeless(text)
            if 1 not in taken[start:end]
        ]
    return sorted(found)


def _schemeless(text: str) -> Iterator[tuple[int, int]]:
    for match in _SCHEMELESS.finditer(text):
        url = _trim(match[0])
        host = url.partition("/")[0].partition(":")[0].lower()
        if public_suffixes().privatesuffix(host) is not None:
            yield match.start(), match.start() + len(url)


def _trim(url: str) -> str:
    """Cut at a bracket that nothing opened, then drop closing punctuation."""
    url, written = blanked(url), url
    end = _balanced(url)
    while True:  # ends at the latest where the URL begins, with a letter or a digit
        last = url[end - 1]
        if last == ";" and (entity := _ENTITY.search(url, max(0, end - 33), end)):
            end = entity.start()
        elif last == "_":
            if (cut := _without_underscores(url, end)) == end:
                break
            end = cut
        elif last in _TRAILING:
            end -= 1
        else:
            break
    return written[:end]


def _without_underscores(url: str, end: int) -> int:
    """Return where a URL ends without closing underscores; those of `__hash__` are its name's."""
    closed = end
    while url[end - 1] == "_":  # not `rstrip`, which would copy the URL for each of many
        end -= 1
    word = end
    while word and (url[word - 1].isalnum() or url[word - 1] == "_"):
        word -= 1
    opened = end - word - len(url[word:end].lstrip("_"))
    return closed if closed - end == opened else end


def _balanced(url: str) -> int:
    opened = dict.fromkeys(_CLOSING.values(), 0)
    for index, character in enumerate(url):
        if character in opened:
            opened[character] += 1
        elif character in _CLOSING:
            if not opened[_CLOSING[character]]:
                return index
            opened[_CLOSING[character]] -= 1
    return len(url)
