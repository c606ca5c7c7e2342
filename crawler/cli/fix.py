"""`crawl fix`: other addresses in the documents, where there is good reason for them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from crawler import options, patches
from crawler.corrections import Repair
from crawler.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

_DIFF: Final = "diff"
_KINDS: Final = (
    (Repair.MOVED, "where every redirect on the way is a permanent one"),
    (Repair.HTTPS, "the same page by https"),
    (Repair.WRAPPER, "what stands inside a link of a service that only leads on"),
    (Repair.SHORTENER, "what a shortened link leads to"),
    (Repair.TRACKING, "without parameters that only track readers"),
    (Repair.AMP, "the page itself in the place of its AMP version"),
    (Repair.RENAMED, "the file that a relative link means, which has another name now"),
)
_ON_REQUEST: Final = (
    (Repair.COSMETIC, "Also where only a slash, capitals or www. differ."),
    (Repair.ARCHIVE, "Also archived copies, in the place of pages that are lost."),
)


def _kinds(function: F) -> F:
    """Add a switch for each kind of repair."""
    for kind, words in reversed(_ON_REQUEST):
        function = click.option(f"--{kind}", f"fix_{kind}", is_flag=True, help=words)(function)
    for kind, words in reversed(_KINDS):
        told = f"Write {words}, or not.  [default: {kind}]"
        function = click.option(f"--{kind}/--no-{kind}", f"fix_{kind}", default=True, help=told)(
            function
        )
    return function


@click.command()
@click.option("--write", is_flag=True, help="Write it into the documents; else it is only shown.")
@click.option(
    "--interactive", is_flag=True, help="Ask of each link whether to write it; also of proposals."
)
@click.option(
    "--from",
    "from_",
    metavar="FILE",
    help="Take what this history knows of the links; ask nothing of the network.",
)
@click.option(
    "--undo", metavar="NAME", help="Take back what a call has written: its name, or last."
)
@click.option("--no-record", is_flag=True, help="Do not write into the history what was fixed.")
@_kinds
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(patches.BY_NAME)),
    help="How it is shown.  [default: diff]",
)
@click.option("--output", metavar="FILE", help="Write what is shown to this file.")
@options.fixing
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401
    """Show what addresses SOURCE should have in the place of those it has, as a diff.

    SOURCE is a file, a directory or a pattern, as for `crawl check`. The links are checked first,
    or, with --from, taken as a history knows them. Written is what is sure: the link was seen to
    lead there. What is not, is proposed, and --interactive asks; what is refused is told, and why.
    docs/fix.md says more.

    Only addresses change, and nothing else of a document. What was written is in the history, and
    --undo takes it back.

    \b
    crawl fix README.md docs
    crawl fix docs --write
    crawl fix --from crawl.db --interactive
    crawl fix --from crawl.db --format patch | git apply
    crawl fix --undo last

    Exit codes: 0 nothing to fix, or all of it written; 1 something to fix, and nothing written.
    """
    ctx.exit(_undo(given) if given["undo"] is not None else _fix(given))


def _fix(given: Mapping[str, Any]) -> int:
    from crawler import fixing, session
    from crawler.agenda import Asks

    _reject_unfit(given)
    # What is written is recorded where what is known comes from.
    given = {**given, "db": given["from_"] or given["db"]}
    call = session.prepare({**given, "format_": "text", "also": ()}, Asks.ALL)
    history = Path(given["from_"]) if given["from_"] else None
    kinds = frozenset(each for each in Repair if given.get(_name(each)) or each is Repair.FRAGMENT)
    wish = fixing.Wish(
        kinds,
        given["format_"] or _DIFF,
        call.output,
        history,
        writes=given["write"],
        asks=given["interactive"],
        records=not given["no_record"],
        verbose=call.settings.talk.verbose,
        quiet=call.settings.talk.quiet,
        waits=given["wait"],
    )
    return fixing.fix(call, wish)


def _undo(given: Mapping[str, Any]) -> int:
    from crawler import fixing, terminal

    for name in ("write", "interactive", "from_"):
        if given[name]:
            raise UsageError(f"--undo: writes what the history knows; omit --{name.rstrip('_')}.")
    settings = options.settings_of({**given, "format": None})
    output = terminal.writable(given["output"], history=settings.places.db)
    wish = fixing.Wish(
        frozenset(),
        given["format_"] or _DIFF,
        output,
        writes=True,
        records=not given["no_record"],
        verbose=settings.talk.verbose,
        quiet=settings.talk.quiet,
        waits=given["wait"],
    )
    return fixing.undo(given["undo"], given["sources"], wish, settings)


def _reject_unfit(given: Mapping[str, Any]) -> None:
    from crawler import terminal

    if not given["interactive"]:
        return
    for name in ("write", "format_", "output"):
        if given[name]:
            told = name.rstrip("_")
            raise UsageError(f"--interactive: shows and writes by itself; omit --{told}.")
    if not terminal.converses():
        raise UsageError("--interactive: needs a terminal to ask at; --write asks nothing.")


def _name(kind: Repair) -> str:
    return f"fix_{kind}"
