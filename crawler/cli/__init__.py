"""The command line: parse, call, print, exit. One module for each command.

To add a command: write `cli/<name>.py` with `command`, and add its row to `COMMANDS`. Modules are
imported when their command is called, so that `crawl --help` answers at once.
"""

import gc
import io
import os
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import click

from crawler.errors import BROKEN_PIPE, INTERRUPTED, CrawlerError
from crawler.text import clean, defused
from crawler.version import __version__


@dataclass(frozen=True, slots=True)
class Row:
    """A command: its name, which is its module's too, and what it does."""

    name: str
    summary: str


COMMANDS: Final = (
    Row("run", "Check the links, and record what was seen in the history."),
    Row("check", "Check the links now; exit with 1 if any of them fails."),
    Row("fix", "Show or write what addresses the links should have; take it back."),
    Row("report", "Report what the history knows; ask nothing of the network."),
    Row("show", "Tell everything that is known of one link."),
    Row("links", "List the links of documents; ask for nothing else."),
    Row("serve", "Browse the history with a web browser."),
    Row("db", "Look after the history: count, verify, back up, prune."),
    Row("demo", "Show the whole job offline, on a practice web."),
)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [row.name for row in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"crawler.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a test holds every row to this
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.summary) for row in COMMANDS])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crawl", message="%(prog)s %(version)s")
def cli() -> None:
    """Check the links of documents, remember what was seen, report what is really broken.

    \b
    crawl check README.md        is anything wrong with the links of this file?
    crawl run docs               check and remember; from cron, say, once a night
    crawl report                 what is broken, since when, and what to do about it
    crawl fix README.md          what should be written in the place of what has moved?
    crawl demo                   see the whole job without any network

    Exit codes: 0 nothing that fails, 1 links that fail, 2 wrong usage or settings, 3 it could not
    be done, 130 interrupted.
    """


def main() -> None:
    """Run the command line. Whatever the operator did wrong is one sentence and an exit code."""
    # What a crawl makes is freed by counting; looking for cycles in all of it takes a tenth of it.
    gc.set_threshold(50_000, 20, 20)
    # httpx would load a command line of its own, with all that colours it, and has a way without.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None: no such module
    try:
        # Patterns are ours to expand, on Windows too: what they match is looked at first.
        code = cli.main(standalone_mode=False, windows_expand_args=False)
        if sys.stdout:
            sys.stdout.flush()
    except click.ClickException as error:
        _show(error)
        code = error.exit_code
    except CrawlerError as error:
        click.echo(f"crawl: {clean(str(error), 1000)}", err=True)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:  # `crawl links | head`: nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    sys.exit(code)


def _show(error: click.ClickException) -> None:
    """Say what was wrong: what is said may hold what was given, and that a command of a CI."""
    said = io.StringIO()
    error.show(said)
    lines = (clean(line, 1000) for line in said.getvalue().splitlines())
    click.echo(defused("\n".join(lines)), err=True)
