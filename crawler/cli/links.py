"""`crawl links`: what the documents hold, for everyone."""

from typing import Any

import click

from crawler import listing, options


@click.command()
@options.output(*listing.FORMATS)
@options.documents
@options.of_sections("choose", "extract", "local")
@options.settings_files
@click.pass_context
def command(ctx: click.Context, /, *, format_: str, **given: Any) -> None:  # noqa: ANN401 - as click hands them
    """List the links that SOURCE holds, each with its exact place; ask nothing of the network.

    \b
    crawl links README.md
    crawl links docs --format jsonl | jq -r 'select(.kind == "bare") | .url'
    """
    from crawler import sources, terminal
    from crawler.clock import SystemClock
    from crawler.errors import IMPOSSIBLE, OK
    from crawler.outline import ignore_notes, unread_notes

    settings = options.settings_of(given)
    output = terminal.writable(settings.places.output)
    stdin, today = terminal.standard_input(), SystemClock().now().date()
    collection = sources.gather(given["sources"], stdin, given["stdin_name"], settings, today)
    notes = (*ignore_notes(collection.ignores), *unread_notes(collection.unread))
    for sentence in (*collection.remarks, *notes):
        terminal.say(sentence)
    terminal.write_pieces(lambda: listing.FORMATS[format_](collection.places), output)
    ctx.exit(IMPOSSIBLE if collection.unread else OK)
