"""`crawl links`: what the documents hold, for everyone."""

from typing import Any

import click

from crawler import listing, options


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
    from crawler import dump, session, sources, terminal
    from crawler.clock import SystemClock
    from crawler.errors import IMPOSSIBLE, OK
    from crawler.outline import ignore_notes, unread_notes

    settings = options.settings_of(given)
    output = terminal.writable(settings.places.output)
    if dump_config:
        given["output"] = None  # that of the settings themselves is none of them
        terminal.write(dump.dumped(options.settings_of(given), options.layers_of(given)), output)
        return
    stdin, today = terminal.standard_input(), SystemClock().now().date()
    notes: tuple[str, ...] = ()
    if dump_files:
        found = sources.load(given["sources"], stdin, given["stdin_name"], settings)
        terminal.write("".join(listing.list_documents(found.documents, format_)), output)
        remarks, unread = found.remarks, found.unread
    else:
        collection = sources.gather(given["sources"], stdin, given["stdin_name"], settings, today)
        collection = session.listed(collection, settings)
        terminal.write_pieces(lambda: listing.FORMATS[format_](collection.places), output)
        remarks, unread = list(collection.remarks), list(collection.unread)
        notes = tuple(ignore_notes(collection.ignores))
    for sentence in (*remarks, *notes, *unread_notes(unread)):
        terminal.say(sentence)
    ctx.exit(IMPOSSIBLE if unread else OK)
