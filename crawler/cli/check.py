"""`crawl check`: the links now, for pull requests and for people."""

import os
from typing import Any

import click

from crawler import options, reports


@click.command()
@click.option("--record", is_flag=True, help="Record what is seen in the history, as `run` does.")
@options.output(*reports.OF_RUNS, settable=True)
@options.also
@options.asking
@click.pass_context
def command(ctx: click.Context, /, *, record: bool, **given: Any) -> None:  # noqa: ANN401
    """Check the links of SOURCE now, and exit with 1 if any of them fails.

    SOURCE is a file, a directory (`.gitignore` is respected), a pattern, a page of the web (its
    URL), or - for standard input; without one, the `sources` of the settings. Broken and invalid
    links fail; `--fail-on` and `--strict` change that. Nothing is recorded; if there is a history,
    what it knows is told too, and --due asks only what is due. In CI (where `CI` is set) there are
    120 seconds, unless --max-time says otherwise; what was not asked by then is told.

    \b
    crawl check README.md docs
    crawl check https://example.org/docs/ --recursive
    crawl check --format json --output links.json "posts/**/*.md"
    crawl check docs --format github --also sarif=links.sarif --also json=links.json
    git show HEAD:README.md | crawl check - --stdin-name README.md
    """
    from crawler import session
    from crawler.agenda import Asks

    call = session.prepare(given, Asks.ALL, options.hurry(os.environ))
    report = session.recorded(call) if record else session.checked(call)
    ctx.exit(session.end(call, report, session.fails(call.settings)))
