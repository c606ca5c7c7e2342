"""`crawl demo`: the whole job on a practice web, for newcomers and where there is no network."""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import click

from crawler.errors import ImpossibleError


@click.command()
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the document, the history and the reports in this directory.",
)
def command(keep: Path | None) -> None:
    """Show the whole job offline, on a practice web inside the package.

    \b
    crawl demo
    crawl demo --keep practice && crawl report --db practice/crawl.db
    """
    from crawler import demo, terminal

    try:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
        with nullcontext(keep) if keep else tempfile.TemporaryDirectory() as directory:
            demo.play(Path(directory), lambda text: terminal.write(f"{text}\n", None))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ImpossibleError(f"the demo cannot write its files ({error.strerror}).") from error
