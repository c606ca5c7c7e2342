"""Front matter: where the YAML or TOML block at the head of a document is, and what it holds."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crawler.frontblocks import Value

_YAML: Final = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_TOML: Final = re.compile(r"\+\+\+[ \t]*(?:\r\n|\n|\r)")
# Not `^`: for Python a lone CR ends no line.
_YAML_END: Final = re.compile(r"(?<![^\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
_TOML_END: Final = re.compile(r"(?<![^\r\n])\+\+\+[ \t]*(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The links of the block, where the block ends, and what was wrong with it, if anything."""

    end: int = 0
    values: "tuple[Value, ...]" = ()
    remark: str | None = None


def read(text: str) -> FrontMatter:
    """Read the front matter at the head of a document. Never raises; `end` is 0 without one."""
    for opening, closing in ((_YAML, _YAML_END), (_TOML, _TOML_END)):
        begin = opening.match(text)
        if begin and (finish := closing.search(text, begin.end())):
            from crawler.frontblocks import read_block  # noqa: PLC0415 - most documents have none

            is_yaml = opening is _YAML
            block = read_block(text, begin.end(), finish.start(), is_yaml=is_yaml)
            if not block.is_prose:
                return FrontMatter(finish.end(), block.values, block.remark)
    return FrontMatter()
