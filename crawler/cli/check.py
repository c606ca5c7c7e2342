"""`crawl check`: the links now, for pull requests and for people."""

import os
from typing import TYPE_CHECKING, Any

import click

from crawler import options, reports
from crawler.errors import IMPOSSIBLE, UsageError

if TYPE_CHECKING:
    from crawler.model import Report
    from crawler.session import Session


@click.command()
@click.option("--record", is_flag=True, help="Record what is seen in the history, as `run` does.")
@click.option(
    "--write-baseline",
    is_flag=True,
    help="Write what fails now to the baseline, and exit with 0: from then on it is known.",
)
@options.output(*reports.OF_RUNS, settable=True)
@options.also
@options.asking
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    record: bool,
    write_baseline: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """Check the links of SOURCE now, and exit with 1 if any of them fails.

    SOURCE is a file, a directory (`.gitignore` is respected), a pattern, a page of the web (its
    URL), or - for standard input; without one, the `sources` of the settings. Broken and invalid
    links fail; `--fail-on` and `--strict` change that. Nothing is recorded; if there is a history,
    what it knows is told too, and --due asks only what is due. In CI (where `CI` is set) there are
    120 seconds, unless --max-time says otherwise; what was not asked by then is told.

    What is in the baseline (`crawl-baseline.toml`, which --write-baseline writes) is told as known
    and fails nothing until its day; trouble in the lines that --base compares is told likewise.

    \b
    crawl check README.md docs
    crawl check https://example.org/docs/ --recursive
    crawl check --format json --output links.json "posts/**/*.md"
    crawl check docs --format github --also sarif=links.sarif --also json=links.json
    git show HEAD:README.md | crawl check - --stdin-name README.md
    """
    from crawler import session
    from crawler.agenda import Asks

    if write_baseline and options.against_of(given):
        raise UsageError("--write-baseline looks at all links: leave out --base and its like.")
    given["write_baseline"] = write_baseline
    call = session.prepare(given, Asks.ALL, options.hurry(os.environ))
    report = session.recorded(call) if record else session.checked(call)
    if not write_baseline:
        ctx.exit(session.end(call, report, session.fails(call.settings)))
    code = session.end(call, report, lambda _: False)
    ctx.exit(code if _is_kept(call, report) else code or IMPOSSIBLE)


def _is_kept(call: "Session", report: "Report") -> bool:
    """Write the baseline, and say what that has come to; not of a report that is partial."""
    from crawler import baseline_file, terminal

    if call.baseline is None or not report.run.complete:
        terminal.say("the baseline was not written: not all links were seen.")
        return False
    whole = call.collection.whole(report.unread)
    found = baseline_file.renewed(call.baseline, report, whole, call.settings.policy)
    if not call.settings.talk.quiet:
        terminal.say(found)
    return True
