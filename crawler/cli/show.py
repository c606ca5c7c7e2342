"""`crawl show`: everything that is known of one link."""

import json
from pathlib import Path
from typing import Any

import click

from crawler import options, terminal
from crawler.errors import UsageError
from crawler.text import clean, without_commands
from crawler.urls import Rejected, resolve


@click.command()
@click.argument("url")
@options.output("text", "json")
@options.history
@options.settings_files
def command(url: str, format_: str, **given: Any) -> None:  # noqa: ANN401 - as click hands them
    """Tell everything that the history knows of the link URL.

    Where it stands, every look at it, its redirects, what its page says of itself, and why it was
    judged so.

    \b
    crawl show https://example.org/page
    """
    from crawler.history import History
    from crawler.story import story_record, story_text

    settings = options.settings_of(given)
    output = terminal.writable(settings.places.output)
    target = resolve(url)
    if isinstance(target, Rejected):
        raise UsageError(f"{clean(url)} is no URL to look up; write it with http:// or https://.")
    with History(Path(settings.places.db)) as history:
        story = history.story(target.url)
        similar = history.similar(target.url.host)
    if not (story.looks or story.places):
        hint = f" Known of that host: {', '.join(similar)}." if similar else ""
        raise UsageError(f"{target.url} is not in the history.{hint}")
    text = without_commands(json.dumps(story_record(story), indent=1)) + "\n"
    terminal.write(text if format_ == "json" else story_text(story), output)
