r"""Names of files as git writes them in a patch, so that git and `patch` read them back.

A name is quoted if it holds a control, a quote, a backslash or a byte that is not ASCII; of one
that holds a space, a tab says where it ends.
"""

import os
from typing import Final

_NAMED: Final = {
    ord('"'): r"\"", ord("\\"): r"\\", 7: r"\a", 8: r"\b", 9: r"\t", 10: r"\n", 11: r"\v",
    12: r"\f", 13: r"\r",
}  # fmt: skip
_PRINTABLE: Final = range(0x20, 0x7F)


def quoted(path: str) -> str:
    r"""Return a path as git's `core.quotePath` has it.

    >>> quoted("b/año.md"), quoted("b/a b.md")
    ('"b/a\\303\\261o.md"', 'b/a b.md')
    """
    data = os.fsencode(path)
    shown = "".join(_NAMED.get(each) or _byte(each) for each in data)
    return f'"{shown}"' if shown != path else path


def header(path: str) -> str:
    r"""Return it as it stands behind `---` or `+++`.

    >>> header("b/a b.md")
    'b/a b.md\t'
    """
    name = quoted(path)
    return f"{name}\t" if " " in name and not name.startswith('"') else name


def _byte(each: int) -> str:
    return chr(each) if each in _PRINTABLE else f"\\{each:03o}"
