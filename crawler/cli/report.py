"""`crawl report`: what the history knows, for maintainers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crawler import options, reports, terminal
from crawler.choosing import Choice, choose
from crawler.errors import UsageError
from crawler.model import Health, Origins, Outcome, Report
from crawler.moments import DEFAULT, moment
from crawler.outline import Aspect
from crawler.settings import Settings
from crawler.text import clean
from crawler.urls import Rejected, resolve

if TYPE_CHECKING:
    from crawler.blame import Lines

_FEED: Final = "atom"
_OF_HISTORIES: Final = (
    "write_all", "directory", "blame", "since", "document", "host", "health", "outcome",
)  # fmt: skip
_BESIDES: Final = frozenset("/?#@*\\ \t\r\n")
"""What no host's name has, and a URL may have in other places."""
_VIEWS: Final = (
    Aspect.ALL, Aspect.CHANGES, Aspect.BROKEN, Aspect.IGNORED, Aspect.CATALOGUE, Aspect.HOSTS,
    Aspect.WEIGHT,
)  # fmt: skip


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
    help="What is reported; below it is said what each is.  [default: all]",
)
@click.option(
    "--document",
    metavar="PATTERN",
    multiple=True,
    help="Only links of these documents: names, directories, or patterns as in .gitignore.",
)
@click.option("--host", metavar="NAME", multiple=True, help="Only links of this host and below it.")
@click.option(
    "--health",
    type=click.Choice([str(each) for each in Health]),
    multiple=True,
    help="Only links of which this is believed.",
)
@click.option(
    "--outcome",
    type=click.Choice([str(each) for each in Outcome]),
    multiple=True,
    help="Only links whose latest look came to this.",
)
@click.option(
    "--blame",
    is_flag=True,
    help="With --view weight: ask git who has written the lines, and when.",
)
@click.option(
    "--since",
    metavar="MOMENT",
    help="Since when changes are told: 7d, 24h, 2w, a date, or last, the run before the latest; "
    f"counted back from the latest run.  [default: {DEFAULT}]",
)
@click.option(
    "--from-json",
    metavar="FILE",
    help="Report what a JSON of `crawl check` tells, whoever wrote it, and no history.",
)
@click.option("--output", metavar="FILE", help="Write the report to this file.")
@click.option(
    "--write-all",
    is_flag=True,
    help="Keep the report in a directory: the latest in every format, and one for each day.",
)
@click.option("--directory", metavar="DIR", help="That of --write-all.  [default: reports]")
@click.option(
    "-q", "--quiet", is_flag=True, flag_value=True, default=None, help="Do not say what it wrote."
)
@options.language
@options.history
@options.settings_files
def command(format_: str | None, view: str | None, **given: Any) -> None:  # noqa: ANN401
    """Report what the history knows of every link; ask nothing of the network.

    What has changed of late comes first; then broken links with all their places, since when, and
    what to do; then those that may be, those that would not talk to us, and the redirects that are
    worth writing anew.

    \b
    --view all        all there is to do (the default)
    --view changes    what has changed since --since, and nothing else
    --view broken     what is surely wrong: broken, drifted, no link at all
    --view ignored    what comments and settings leave out, and why
    --view catalogue  what the documents link to, by section, fit to be published
    --view hosts      how the links of each host are, the worst first
    --view weight     how much has rotted: by age, document and host; how long links last

    With --blame people are named, as git has them; nothing of that is kept or sent anywhere.

    \b
    crawl report
    crawl report --output links.html
    crawl report --view changes --since 24h
    crawl report --write-all --directory reports
    crawl report --view broken --document docs --host example.org
    crawl report --view catalogue --output catalogue.csv
    crawl report --view weight --blame
    crawl report --from-json links.json --format github-comment
    crawl report --format json | jq '.links[] | select(.health == "broken") | .url'
    """
    settings = options.settings_of(given)
    if given["from_json"]:
        _write_received(settings, format_, view, given)
    elif given["write_all"]:
        _write_all(settings, {**given, "format": format_, "view": view})
    elif given["directory"]:
        raise UsageError("--directory: is that of --write-all, which is not given.")
    else:
        _write(settings, format_, view, given)


def _write(
    settings: Settings, format_: str | None, view: str | None, given: Mapping[str, Any]
) -> None:
    """Write one report, all or nothing."""
    words, places = options.words_of(settings.talk), settings.places
    output = terminal.writable(places.output, history=places.db)
    name = reports.chosen(format_, output)
    aspect = reports.shown(name, Aspect(view) if view else None)
    if given["blame"] and aspect is not Aspect.WEIGHT:
        raise UsageError("--blame: goes with --view weight.")
    report = _report(settings, reports.BY_NAME[name], aspect, given)
    terminal.deliver(report, name, aspect, output, words)
    # A catalogue is published: how it was made is not for its readers.
    if (name in reports.SILENT or aspect is Aspect.CATALOGUE) and not settings.talk.quiet:
        for sentence in report.chosen:
            terminal.say(sentence)


def _write_received(
    settings: Settings, format_: str | None, view: str | None, given: Mapping[str, Any]
) -> None:
    """Write a report that comes from somewhere else anew, in a format that a run has."""
    from crawler.disk import Unreadable, read_bytes
    from crawler.received import received

    for name in _OF_HISTORIES:
        if given[name]:
            option = name.replace("_", "-")
            raise UsageError(f"--from-json: is told whole, without a history; omit --{option}.")
    words, places = options.words_of(settings.talk), settings.places
    output = terminal.writable(places.output, history=places.db)
    name = reports.of_run(format_, output)
    aspect = reports.shown(name, Aspect(view) if view else None, Aspect.TROUBLE)
    try:
        data = read_bytes(given["from_json"], follow=False)
    except Unreadable as error:
        raise UsageError(f"--from-json {clean(given['from_json'])}: {error}.") from error
    terminal.deliver(received(data), name, aspect, output, words)


def _report(
    settings: Settings, each: reports.Format, aspect: Aspect, given: Mapping[str, Any]
) -> Report:
    from crawler.clock import SystemClock
    from crawler.history import History
    from crawler.news import netted

    choice, now = _choice(given), SystemClock().now()
    with History(options.history_of(settings)) as history:
        asked = DEFAULT if given["since"] is None else given["since"]
        since = moment(asked, *history.ends(now))
        report = history.report(now, since, chronicle=each.charts)
        # A feed tells each change; to all others they are what they have come to.
        report = report if each.name == _FEED else netted(report, history.states, history.began())
        seen = history.first_looks() if aspect is Aspect.WEIGHT else {}
    report = choose(report, choice)
    if aspect is Aspect.WEIGHT:
        lines = _blamed(report, now) if given["blame"] else None
        report = replace(report, origins=Origins(seen, lines))
    return report


def _write_all(settings: Settings, given: Mapping[str, Any]) -> None:
    """Keep the report in a directory, and say what was written."""
    from crawler import keeping
    from crawler.clock import SystemClock
    from crawler.history import History

    for name in ("format", "view", "output", "blame", "since"):
        if given[name]:
            raise UsageError(f"--write-all: writes all formats into --directory; omit --{name}.")
    directory, choice = Path(given["directory"] or "reports"), _choice(given)
    with History(options.history_of(settings)) as history:
        words, now = options.words_of(settings.talk), SystemClock().now()
        kept = keeping.renew(history, now, directory, lambda told: choose(told, choice), words)
    if not settings.talk.quiet:
        terminal.say(f"{clean(str(directory))}: {kept}")


def _blamed(report: Report, now: datetime) -> "Lines":
    from crawler.blame import blamed

    return blamed(report.rows, now)


def _choice(given: Mapping[str, Any]) -> Choice:
    return Choice(
        tuple(map(_document, given["document"])),
        tuple(map(_host, given["host"])),
        tuple(map(Health, given["health"])),
        tuple(map(Outcome, given["outcome"])),
    )


def _document(name: str) -> str:
    """Return the name that a document has in reports, which is relative: a shell may complete it.

    Else what begins with a slash is a pattern, as in `.gitignore`: of the top alone.
    """
    if not name.strip():
        raise UsageError("--document: is empty; name a document, a directory or a pattern.")
    here = Path.cwd().as_posix()
    if name.rstrip("/") in (".", here):
        return "**"
    return name.removeprefix(f"{here}/")


def _host(name: str) -> str:
    """Return the name of a host as URLs have it: in small letters, in ASCII."""
    bare = f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name
    target = resolve(f"https://{bare}/")
    url = None if isinstance(target, Rejected) else target.url
    # With anything else in it, be it a port, it would be taken for what it is not.
    if url is None or not url.host or str(url) != f"https://{url.host}/" or _BESIDES & set(bare):
        raise UsageError(f"--host {clean(name)}: is not the name of a host.")
    return url.host.removesuffix(".")
