"""`crawl serve`: the history in a browser."""

from importlib.util import find_spec
from typing import Any, Final

import click

from crawler import options
from crawler.errors import ImpossibleError

PORT: Final = 8001


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen here."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    metavar="NUMBER",
    help="The port; 0 takes one that is free.",
)
@click.option("--open", "opened", is_flag=True, help="Show it in the browser of this machine.")
@options.history
@options.settings_files
def command(host: str, port: int, opened: bool, **given: Any) -> None:  # noqa: ANN401, FBT001 - as click hands them
    """Browse the history: what is broken, what has changed, and every table.

    A copy is served, of finished runs alone, and a fresh one once the history has changed; so runs
    go on meanwhile. Nothing can be changed, and nothing is asked of the network. Ctrl-C ends it.
    Needs Datasette: pip install 'link-health-crawler[web]'.

    \b
    crawl serve --open
    crawl serve --port 0 --db old.db
    """
    from crawler import terminal
    from crawler.clock import SystemClock

    path = options.history_of(options.settings_of(given))
    if not (find_spec("datasette") and find_spec("uvicorn")):
        raise ImpossibleError(
            "crawl serve needs Datasette, which is not installed: "
            "pip install 'link-health-crawler[web]', or '.[web]' in a checkout."
        )
    from crawler.serve import serve

    def ready(url: str) -> None:
        terminal.write(f"{url}\n", None)
        terminal.say("Ctrl-C ends it.")
        if opened and click.launch(url) != 0:
            terminal.say("no browser could be started; open the address above.")

    serve(path, (host, port), SystemClock(), terminal.say, ready)
