r"""The very bytes, for `git apply` and `patch -p1` in the directory where crawl was called.

No header of git's own: by one, names would count from the top of the repository. Nothing but the
diff, for programs read it; what is proposed or refused is told elsewhere.
"""

from collections.abc import Iterator

from crawler.checkout_paths import path_of
from crawler.hunks import hunks
from crawler.ink import Paper
from crawler.quoting import header
from crawler.rewrites import Fixes, Rewrite


def render(fixes: Fixes, _paper: Paper, *, verbose: bool) -> Iterator[str]:  # noqa: ARG001 - the protocol's
    """Render what can be a patch; bytes that are no UTF-8 as surrogates."""
    for rewrite in fixes.rewrites:
        path = path_of(rewrite.name)
        if path is None or _is_binary(rewrite):
            continue
        yield f"--- {header(f'a/{path}')}\n+++ {header(f'b/{path}')}\n"
        for hunk in hunks(_split(rewrite.before), _split(rewrite.after)):
            yield f"{hunk.header}\n"
            for sign, line in hunk.lines:
                yield sign + line.decode("utf-8", "surrogateescape")
                if not line.endswith(b"\n"):
                    yield "\n\\ No newline at end of file\n"


def beyond(fixes: Fixes) -> Iterator[str]:
    """Yield a sentence on each document that no patch can hold."""
    for rewrite in fixes.rewrites:
        if path_of(rewrite.name) is None:
            yield f"{rewrite.name}: is outside of this directory, where no patch leads."
        elif _is_binary(rewrite):
            yield f"{rewrite.name}: is in {rewrite.encoding}, which no patch of lines can hold."


def _is_binary(rewrite: Rewrite) -> bool:
    return b"\0" in rewrite.before  # as git tells it


def _split(data: bytes) -> list[bytes]:
    *lines, last = data.split(b"\n")
    return [*(line + b"\n" for line in lines), *filter(None, [last])]
