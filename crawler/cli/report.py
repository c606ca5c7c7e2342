"""`crawl report`: what the history knows, for maintainers."""

from pathlib import Path
from typing import Any, Final

import click

from crawler import options, reports, terminal
from crawler.outline import Aspect

_VIEWS: Final = (Aspect.ALL, Aspect.CATALOGUE)


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(reports.BY_NAME)),
    help="The report's format.  [default: by the ending of --output, else text]",
)
@click.option(
    "--view",
    type=click.Choice([str(each) for each in _VIEWS]),
    default="all",
    show_default=True,
    help="What is reported: all there is to do, or the resources with title, language and date.",
)
@click.option("--output", metavar="FILE", help="Write the report to this file.")
@options.history
@options.settings_files
def command(format_: str | None, view: str, **given: Any) -> None:  # noqa: ANN401
    """Report what the history knows of every link; ask nothing of the network.

    Broken links come first, with all their places, since when, and what to do; then those that may
    be, those that would not talk to us, and the redirects that are worth writing anew. The
    catalogue is the other side: what the documents link to, by section, fit to be published.

    \b
    crawl report
    crawl report --output reports/latest.md
    crawl report --view catalogue --output catalogue.csv
    crawl report --format json | jq '.links[] | select(.health == "broken") | .url'
    """
    from crawler.clock import SystemClock
    from crawler.history import History

    settings = options.settings_of(given)
    output = terminal.writable(settings.places.output)
    name = reports.chosen(format_, output)
    with History(Path(settings.places.db)) as history:
        report = history.report(SystemClock().now())
    terminal.deliver(report, name, Aspect(view), output)
