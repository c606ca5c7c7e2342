"""`crawl links`: what the documents hold, for everyone."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from crawler import listing, options
from crawler.model import Unread


@click.command()
@options.output(*listing.FORMATS)
@click.option("--dump-config", is_flag=True, help="Print the settings that apply, as TOML.")
@click.option("--dump-files", is_flag=True, help="Print the documents and formats instead.")
@options.documents
@options.of_sections("choose", "extract", "local", "fetch")
@options.settings_files
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    format_: str,
    dump_config: bool,
    dump_files: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """List the links that SOURCE holds, each with its exact place; ask for SOURCE alone.

    \b
    crawl links README.md https://example.org/docs/
    crawl links docs --format jsonl | jq -r 'select(.kind == "bare") | .url'
    crawl links docs --dump-files       which documents are read, as what?
    crawl links --dump-config           which settings apply, and where are they from?
    """
    from crawler import terminal

    places = options.settings_of(given).places
    output = terminal.writable(places.output, history=places.db)
    if dump_config:
        _dump_config({**given, "output": None}, output)  # it says where this text goes, no more
    elif dump_files:
        ctx.exit(_dump_files(given, format_, output))
    else:
        ctx.exit(_list(given, format_, output))


def _dump_config(given: options.Options, output: Path | None) -> None:
    from crawler import dump, terminal

    applied = options.applied(given)
    terminal.write(dump.dumped(applied.settings, applied.layers), output)
    _tell(applied.remarks)


def _dump_files(given: options.Options, format_: str, output: Path | None) -> int:
    from crawler import sources, terminal

    applied, stdin = options.applied(given), terminal.standard_input()
    found = sources.load(given["sources"], stdin, given["stdin_name"], applied.settings)
    terminal.write("".join(listing.list_documents(found.documents, format_)), output)
    return _told((*applied.remarks, *found.remarks), found.unread)


def _list(given: options.Options, format_: str, output: Path | None) -> int:
    from crawler import sources, terminal
    from crawler.clock import SystemClock
    from crawler.notes import ignore_notes

    applied, stdin = options.applied(given), terminal.standard_input()
    settings = applied.settings
    today = SystemClock().now().date()
    found = sources.gather(given["sources"], stdin, given["stdin_name"], settings, today)
    if found.entrances:
        from crawler import session  # what asks the web takes a quarter of a second to load

        found = session.listed(found, settings)
    terminal.write_pieces(lambda: listing.FORMATS[format_](found.places), output)
    remarks = (*applied.remarks, *found.remarks, *ignore_notes(found.ignores))
    return _told(remarks, found.unread)


def _told(sentences: Iterable[str], unread: Sequence[Unread]) -> int:
    """Say what there is to say beside the list, and return the exit code."""
    from crawler.errors import IMPOSSIBLE, OK
    from crawler.notes import unread_notes

    _tell((*sentences, *unread_notes(unread)))
    return IMPOSSIBLE if unread else OK


def _tell(sentences: Iterable[str]) -> None:
    from crawler import terminal

    for sentence in sentences:
        terminal.say(sentence)
