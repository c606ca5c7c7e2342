"""Write the parts of the documentation that the code knows best; with `--check`, check them."""

import re
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from crawler import demo, guide
from crawler.cli import COMMANDS, cli
from crawler.documents import FORMATS
from crawler.layers import OPERATOR_ONLY
from crawler.model import Outcome
from crawler.reasons import REASONS
from crawler.settings import knobs

ROOT = Path(__file__).parents[1]
WIDTH = 88
FORMATS_HEAD = """\
The ending of a file's name says in which format it is read.
A file that is named itself and has none of these endings is read as plain text, and standard input
as the name says that `--stdin-name` gives it, else as Markdown.
In directories, data and programs are read only on request: few of their URLs are links for people.
Where places are not exact, line and column say where to look, and nothing can be repaired there."""

SCHEMA_HEAD = """\
# Tables of a history

`crawl.db` is a SQLite database, made for other programs and for people too: `crawl serve` shows it.
Only runs with a `finished_at` count: looks of one that has none may go on, or be forgotten.
Times are ISO 8601 in UTC."""


def main() -> int:
    """Write or check every generated text; return the exit code."""
    wrong = []
    for path, text in texts():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        wrong.append(path)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    if wrong and "--check" in sys.argv:
        names = ", ".join(str(path.relative_to(ROOT)) for path in wrong)
        print(f"Not up to date: {names}. Run: python docs/generate.py")  # noqa: T201
        return 1
    return 0


def texts() -> Iterator[tuple[Path, str]]:
    """Yield each generated file with what should be in it."""
    tale, report, catalogue = played()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = block(readme, "demo", excerpt(tale))
    readme = block(readme, "commands", "\n\n".join(helps()))
    yield ROOT / "README.md", readme
    yield ROOT / "docs" / "reasons.md", reasons()
    yield ROOT / "docs" / "settings.md", settings()
    yield ROOT / "docs" / "formats.md", formats()
    yield ROOT / "docs" / "schema.md", schema()
    yield ROOT / "reports" / "demo.md", report
    yield ROOT / "reports" / "catalogue.md", catalogue


def block(text: str, name: str, content: str) -> str:
    """Put content between the markers of a name."""
    pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
    replaced, number = re.subn(
        pattern, lambda found: f"{found[1]}{content}\n{found[2]}", text, flags=re.DOTALL
    )
    if number != 1:
        raise SystemExit(f"README.md has no block {name!r}.")
    return replaced


def played() -> tuple[str, str, str]:
    """Play the demo; return its tale, its report and its catalogue as Markdown."""
    said: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        demo.play(Path(directory), said.append)
        report = (Path(directory) / "report.md").read_text(encoding="utf-8")
        catalogue = (Path(directory) / "catalogue.md").read_text(encoding="utf-8")
    return "\n".join(said), report, catalogue


def excerpt(tale: str) -> str:
    """Return the demo from the first run to the third broken link: enough for one screen."""
    begin = tale.index("$ crawl run")
    entries = tale[begin:].split("\n\n")
    end = next(number for number, entry in enumerate(entries) if entry.startswith("Broken (")) + 4
    return "```console\n$ make run\n…\n" + "\n\n".join(entries[:end]) + "\n\n  …\n```"


def helps() -> Iterator[str]:
    """Yield the help of `crawl` and of every command."""
    yield help_of(cli, "crawl")
    for row in COMMANDS:
        command = import_module(f"crawler.cli.{row.name}").command
        yield help_of(command, f"crawl {row.name}")
        for name, member in getattr(command, "commands", {}).items():
            yield help_of(member, f"crawl {row.name} {name}")


def help_of(command: click.Command, name: str) -> str:
    """Return a command's help, as wide as this document."""
    context = click.Context(
        command,
        info_name=name,
        terminal_width=WIDTH,
        help_option_names=["-h", "--help"],  # as `cli` hands down to its commands
    )
    return f"### `{name}`\n\n```text\n{command.get_help(context)}\n```"


def formats() -> str:
    """Return the page of all formats of documents, in the words of their modules."""
    lines = ["# Formats of documents", "", FORMATS_HEAD, ""]
    lines += [
        "| format | files | what is read | in directories | exact places |",
        "|---|---|---|---|---|",
    ]
    for each in FORMATS:
        words = (import_module(f"crawler.documents.{each.name}").__doc__ or "").partition("\n")[0]
        files = ", ".join(f"`{name}`" for name in (*each.suffixes, *each.names))
        sought, exact = (
            ("on request" if each.on_request else "yes"),
            ("yes" if each.editable else "no"),
        )
        lines.append(f"| `{each.name}` | {files} | {words} | {sought} | {exact} |")
    return "\n".join(lines) + "\n"


def reasons() -> str:
    """Return every reason by outcome, as a page."""
    lines = [
        "# Reasons",
        "",
        "Every verdict gives one of these reasons.",
        "`likely` means that a second look is needed before a link is called broken.",
        "",
    ]
    for outcome in Outcome:
        lines += [f"## {outcome}", "", "| reason | what was seen | what to do |", "|---|---|---|"]
        lines += [
            f"| `{reason.code}` | {reason.sentence}{likely(reason.confidence)} | {reason.cure} |"
            for reason in REASONS
            if reason.outcome is outcome
        ]
        lines.append("")
    return "\n".join(lines)


def schema() -> str:
    """Return what each table and column of a history means, as a page."""
    lines = [SCHEMA_HEAD, ""]
    for table in guide.tables().values():
        if not table.hidden:
            lines += [
                f"## `{table.name}`",
                "",
                table.about,
                "",
                "| column | meaning |",
                "|---|---|",
            ]
            lines += [f"| `{name}` | {words} |" for name, words in table.columns.items()]
            lines.append("")
    lines += ["## Questions", "", "What `crawl serve` asks of these tables.", ""]
    for each in guide.questions():
        lines += [f"### {each.title}", "", each.about, "", f"```sql\n{each.sql.strip()}\n```", ""]
    return "\n".join(lines)


def likely(confidence: str) -> str:
    """Mark what is not certain."""
    return " *(likely)*" if confidence == "likely" else ""


def settings() -> str:
    """Return every setting, as a page."""
    lines = [
        "# Settings",
        "",
        "In `crawl.toml`, or under `[tool.crawl]` in `pyproject.toml`.",
        "The command line overrules both.",
        "Names are those of the options, with `-` or `_`. Unknown names are errors.",
        "Settings marked † are taken only from the command line or from a file named with",
        "`--config`, never from a file that was merely found: whoever can change a checkout can",
        "change a file in it.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for _, name, default, words in knobs():
        mark = " †" if name in OPERATOR_ONLY else ""
        lines.append(f"| `{name}`{mark} | `{toml(default)}` | {words} |")
    return "\n".join([*lines, ""])


def toml(value: object) -> str:
    """Write a default as a settings file would."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case tuple():
            return "[" + ", ".join(f'"{one}"' for one in value) + "]"
        case str():
            return f'"{value}"'
        case _:
            return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
