"""`crawl show`: everything that is known of one link."""

import json
from typing import Any

import click

from crawler import options, terminal
from crawler.errors import UsageError
from crawler.text import clean, without_commands
from crawler.urls import Rejected, resolve


@click.command()
@click.argument("url")
@click.option(
    "--all-looks",
    is_flag=True,
    help="Tell each look by itself, and what it cost, rather than in stretches that say the same.",
)
@options.output("text", "json")
@options.language
@options.history
@options.settings_files
def command(url: str, format_: str, *, all_looks: bool, **given: Any) -> None:  # noqa: ANN401 - as click hands them
    """Tell the whole story of the link URL, as far as the history knows it.

    Where it stands and why it was judged so, what to do, what its page says of itself, where it is
    written; and its timeline: every look, how it was redirected, when it broke, recovered, moved
    or became another page, and what archives said.

    \b
    crawl show https://example.org/page
    crawl show https://example.org/page --all-looks
    crawl show https://example.org/page --format json | jq '.changes[] | .at, .kind'
    """
    from crawler.history import History
    from crawler.story import story_record
    from crawler.storytelling import story_lines

    settings = options.settings_of(given)
    words, places = options.words_of(settings.talk), settings.places
    output = terminal.writable(places.output, history=places.db)
    target = resolve(url)
    if isinstance(target, Rejected):
        raise UsageError(f"{clean(url)} is no URL to look up; write it with http:// or https://.")
    with History(options.history_of(settings)) as history:
        story = history.story(target.url)
        similar = history.similar(target.url.host)
    if not (story.looks or story.places):
        hint = f" Known of that host: {', '.join(similar)}." if similar else ""
        raise UsageError(f"{target.url} is not in the history.{hint}")
    if format_ == "json":
        record = story_record(story, settings.health)
        terminal.write(without_commands(json.dumps(record, indent=1)) + "\n", output)
    else:
        terminal.write_lines(
            lambda paper: story_lines(story, settings.health, paper, words, all_looks=all_looks),
            output,
        )
