"""`crawl run`: check and remember, for cron."""

from typing import Any

import click

from crawler import options, reports


@click.command()
@click.option("--fail", is_flag=True, help="Exit with 1 if a link is confirmed to be broken.")
@options.output(*reports.OF_RUNS, settable=True)
@options.also
@options.asking
@click.pass_context
def command(ctx: click.Context, /, *, fail: bool, **given: Any) -> None:  # noqa: ANN401
    """Check those links of SOURCE that are due, and record what was seen in the history.

    SOURCE is a file, a directory (`.gitignore` is respected), a pattern, a page of the web (its
    URL), or - for standard input; without one, the `sources` of the settings. Broken links do not
    make it fail, unless `--fail`. A run that was killed is gone on with by the next one. Where
    there is no network, or one that lies, nothing is recorded against any link.

    With `--quiet` standard output has only what the run has changed in what is believed (broken,
    drifted, flaky, moved, an ignore that ended, recovered), and nothing on a quiet day; a file that
    `--output` names gets the whole report all the same.

    Due are links that are new or suspected, and others the more seldom the longer they are as they
    are. What is not due keeps its last look in the report.

    \b
    crawl run
    crawl run README.md docs --db ~/history/docs.db
    0 3 * * *  cd ~/blog && crawl run --quiet && crawl report --write-all -q
    """
    from crawler import session
    from crawler.agenda import Asks

    call = session.hushed(session.prepare(given, Asks.DUE))
    report = session.recorded(call)
    ctx.exit(session.end(call, report, lambda found: fail and found.confirmed))
