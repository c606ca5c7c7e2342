"""Write the parts of the documentation that the code knows best; with `--check`, check them."""

import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from crawler import columnar, demo, guide, languages, reports
from crawler.cli import COMMANDS, cli
from crawler.documents import FORMATS
from crawler.explanations import KINDS, codes, explained
from crawler.history import History
from crawler.layers import OPERATOR_ONLY
from crawler.model import Confidence, Outcome, Report
from crawler.reasons import BY_CODE, REASONS
from crawler.settings import knobs
from crawler.strangers import RULES, Counts
from crawler.words import ENGLISH

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "reports" / "example"
WIDTH = 88
COMPLETE = ("es",)  # languages that lack nothing, and are to lack nothing
FORMATS_HEAD = """\
The ending of a file's name says in which format it is read.
A file that is named itself and has none of these endings is read as plain text, and standard input
as the name says that `--stdin-name` gives it, else as Markdown.
In directories, data and programs are read only on request: few of their URLs are links for people.
Where places are not exact, line and column say where to look, and nothing can be repaired there."""

REASONS_HEAD = """\
# Reasons

Every verdict gives one reason, and its code never changes its meaning: reports, histories and
other programs know it by that.
What is said here of a code is said in reports too: its sentence beside each link, its explanation
where a format has room for it.
*Likely* means that one look is not enough: a second one, on another day, confirms it.
What fails a run by default is `broken` and `invalid`; `fail-on` in the settings changes that."""
OF_OUTCOMES = {
    Outcome.OK: "What the link leads to is there.",
    Outcome.REDIRECTED: "It is there, at another address.",
    Outcome.BROKEN: "It is not there.",
    Outcome.INVALID: "What is written is no link.",
    Outcome.BLOCKED: "Something answered, but not for a program: it proves nothing either way.",
    Outcome.FAILING: "No usable answer this time; only a history can make it a broken link.",
    Outcome.UNSAFE: "We did not ask, for the safety of whoever runs this.",
    Outcome.SKIPPED: "Not asked.",
}
ADVICE_HEAD = """\
What the author of a document may want to know besides. Advice never fails a run."""
BELIEFS_HEAD = """\
What is believed of a link after many looks, or told when that changes.
A verdict is about one look, a belief about the link."""
STRANGERS_HEAD = """\
## Of a stranger's checkout

With `--untrusted`, the default where a CI system checks a pull request, the settings file that
`--base REV` has counts, and not the one beside the documents.
Without `--base`, the one that is there counts as far as this table says.
What does not count is told, on standard error and in the report. A file that `--config` names is
yours, and counts as a whole."""
SCHEMA_HEAD = """\
# Tables of a history

`crawl.db` is a SQLite database, made for other programs and for people too: `crawl serve` shows it.
Only runs with a `finished_at` count: looks of one that has none may go on, or be forgotten.
Times are ISO 8601 in UTC."""


PARQUET_HEAD = """\
# A history as Parquet

`crawl db export history.parquet` writes these files into the directory of that name.
docs/history.md says what for; `crawl db import` does not read them.
Only what finished runs have seen is in them.
What is a number in one history only is a name here: of the run, of the document, the link's URL.
So the files of several histories can be read as one.

| type | in Parquet |
|---|---|
| text | string |
| word | string, by a dictionary: one of a few |
| number | 32 bits, signed |
| true or false | boolean |
| moment | timestamp in UTC, in milliseconds |
| list of texts | list of strings |
| list of records | list of structs, whose fields stand behind the column's name |
| JSON | string: JSON, as the history has it |

What is not known is null.
Files are compressed (Zstandard). A group has 65,536 rows at most, with the least and the greatest
value of each column.
Looks are sorted by the month of their time, within it by URL and then by time; no group has looks
of two months. So who asks of some weeks reads the groups of their months alone, and who asks of a
link one group of each month."""


def main() -> int:
    """Write or check every generated text; return the exit code."""
    wrong, known = [], set[Path]()
    for path, text in texts():
        known.add(path)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        wrong.append(path)
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in set(EXAMPLE.iterdir()) - known:  # a format that is gone
        wrong.append(path)
        if "--check" not in sys.argv:
            path.unlink()
    if lacks := [tag for tag in COMPLETE if any(missing(tag).values())]:
        print(f"Not translated as a whole: {', '.join(lacks)}. See docs/translating.md.")  # noqa: T201
        return 1
    if wrong and "--check" in sys.argv:
        names = ", ".join(str(path.relative_to(ROOT)) for path in wrong)
        print(f"Not up to date: {names}. Run: python docs/generate.py")  # noqa: T201
        return 1
    return 0


def texts() -> Iterator[tuple[Path, str]]:
    """Yield each generated file with what should be in it."""
    tale, kept = played()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = block(readme, "demo", excerpt(tale))
    readme = block(readme, "story", story(tale))
    readme = block(readme, "commands", "\n\n".join(helps()))
    yield ROOT / "README.md", readme
    translating = (ROOT / "docs" / "translating.md").read_text(encoding="utf-8")
    yield ROOT / "docs" / "translating.md", block(translating, "missing", "\n".join(lacking()))
    fixing = (ROOT / "docs" / "fix.md").read_text(encoding="utf-8")
    yield ROOT / "docs" / "fix.md", block(fixing, "fix", fixed(tale))
    yield ROOT / "docs" / "reasons.md", reasons()
    yield ROOT / "docs" / "settings.md", settings()
    yield ROOT / "docs" / "formats.md", formats()
    yield ROOT / "docs" / "schema.md", schema()
    yield ROOT / "docs" / "parquet.md", parquet()
    yield from ((EXAMPLE / name, text) for name, text in kept.items())


def block(text: str, name: str, content: str) -> str:
    """Put content between the markers of a name."""
    pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
    replaced, number = re.subn(
        pattern, lambda found: f"{found[1]}{content}\n{found[2]}", text, flags=re.DOTALL
    )
    if number != 1:
        raise SystemExit(f"There is no block {name!r} to be filled, or more than one.")
    return replaced


def played() -> tuple[str, Mapping[str, str]]:
    """Play the demo; return its tale, and the reports that are kept of it, by name of file.

    Beside what `--write-all` keeps that is the last report in all other formats, and the catalogue.
    """
    said: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        demo.play(directory, said.append, timeless)
        paths = (*(directory / "reports").iterdir(), directory / "catalogue.md")
        kept = {each.name: each.read_text(encoding="utf-8") for each in paths}
        with History(directory / "crawl.db") as history:
            report = timeless(history.report())
        for each in reports.FORMATS:
            aspect = reports.shown(each.name, None)
            kept.setdefault(f"latest{each.suffix}", reports.render(report, each.name, aspect))
    return "\n".join(said), kept


def timeless(report: Report) -> Report:
    """Return a report without what is another each time that the demo is played."""
    rows = tuple(
        replace(row, observation=row.observation and replace(row.observation, elapsed_ms=0))
        for row in report.rows
    )
    return replace(report, rows=rows, run=replace(report.run, id="practice"), origin="practice")


def excerpt(tale: str) -> str:
    """Return the demo from the first run to the third broken link: enough for one screen."""
    begin = tale.index("$ crawl run")
    entries = tale[begin:].split("\n\n")
    end = next(number for number, entry in enumerate(entries) if entry.startswith("Broken (")) + 4
    return "```console\n$ make run\n…\n" + "\n\n".join(entries[:end]) + "\n\n  …\n```"


def story(tale: str) -> str:
    """Return the story of a link that the demo tells."""
    told, _, _ = tale[tale.index("$ crawl show") :].partition("\n\n$ ")
    return f"```console\n{told.rstrip()}\n```"


def fixed(tale: str) -> str:
    """Return what the demo would write instead, what it would not, and why."""
    told, _, _ = tale[tale.index("$ crawl fix") :].partition("\n\nThat was")
    return f"```console\n{told.rstrip()}\n```"


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
    """Return every reason by outcome, then advice and beliefs, as a page."""
    chapters = [
        (f"Outcome: {outcome}", about, "reasons", reasons_of(outcome))
        for outcome, about in OF_OUTCOMES.items()
    ]
    chapters.append(("Advice", ADVICE_HEAD, "advice", list(codes("advice"))))
    chapters.append(("Beliefs", BELIEFS_HEAD, "beliefs", list(codes("beliefs"))))
    lines = [REASONS_HEAD, ""]
    for title, about, kind, found in chapters:
        links = ", ".join(f"[`{code}`](#{anchor(code, kind)})" for code in found)
        lines.append(f"- [{title}](#{slug(title)}). {about.splitlines()[0]}\n  {links}")
    for title, about, kind, found in chapters:
        lines += ["", f"## {title}", "", about]
        for code in found:
            lines += entry(code, kind)
    return "\n".join([*lines, ""])


def reasons_of(outcome: str) -> list[str]:
    """Return the codes of an outcome's reasons."""
    return [reason.code for reason in REASONS if reason.outcome == outcome]


def anchor(code: str, kind: str) -> str:
    """Return the anchor of a code's heading: the code itself, but for advice that shares it."""
    return slug(heading(code, kind))


def heading(code: str, kind: str) -> str:
    """Return a code as a heading; no two are the same."""
    return f"`{code}` ({kind})" if kind == "advice" and code in BY_CODE else f"`{code}`"


def slug(title: str) -> str:
    """Return the anchor that renderers of Markdown make of one of our headings."""
    return re.sub("[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def entry(code: str, kind: str) -> Iterator[str]:
    """Yield what is said of a code: its sentence, its explanation and its cure."""
    said = explained(code, kind=kind)
    if said is None:
        raise SystemExit(f"Nothing explains {code!r}: crawler/data/words/explanations.en.toml.")
    likely = kind == "reasons" and BY_CODE[code].confidence is Confidence.LIKELY
    yield from ("", f"### {heading(code, kind)}", "")
    yield f"**{said.sentence}**{' *Likely.*' if likely else ''}"
    yield from ("", *re.split(r"(?<=[.?]) (?=[A-Z`])", said.text))  # one sentence a line
    yield from ("", said.cure if said.cure.startswith("Nothing") else f"What to do: {said.cure}")


def lacking() -> Iterator[str]:
    """Yield what each language lacks, as a list."""
    for tag in (each for each in languages.languages() if each != ENGLISH.language):
        lacks = {kind: each for kind, each in missing(tag).items() if each}
        if not lacks:
            yield f"- `{tag}`: nothing."
        for kind, each in lacks.items():
            yield f"- `{tag}`, {kind}: {', '.join(f'`{one}`' for one in each)}"


def missing(tag: str) -> dict[str, list[str]]:
    """Return what a language lacks, as far as it can be listed."""
    others = set(languages.languages()) - {tag, ENGLISH.language}
    known = languages.entries(tag)
    wanted = {sentence for other in others for sentence in languages.entries(other)}
    wanted |= {words for reason in REASONS for words in (reason.sentence, reason.cure)}
    lacks = {"sentences": sorted(wanted - known.keys())}
    for kind in KINDS:
        lacks[f"explanations of {kind}"] = sorted(set(codes(kind)) - set(codes(kind, tag)))
    return lacks


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


def parquet() -> str:
    """Return what each file and column of a history as Parquet means, as a page."""
    lines = [PARQUET_HEAD, ""]
    for file in columnar.FILES:
        order = ", ".join(each if " " in each else f"`{each}`" for each in file.order)
        about = guide.tables()[file.table].about
        lines += [f"## `{file.name}.parquet`", "", f"{about} Sorted by {order}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        for name, words in file.words.items():
            fields = ", ".join(f"`{each}`" for each in columnar.RECORDS.get(name, ()))
            called = f"`{name}` ({fields})" if fields else f"`{name}`"
            lines.append(f"| {called} | {file.columns[name]} | {words} |")
        lines.append("")
    return "\n".join(lines)


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
    return "\n".join([*lines, "", STRANGERS_HEAD, "", *strangers(), ""])


def strangers() -> Iterator[str]:
    """Yield what counts of the settings of a stranger's checkout, as a table: alike in one row."""
    yield from ("| settings | values that count | why these alone |", "|---|---|---|")
    alike = defaultdict[tuple[Counts, float | None, str], list[str]](list)
    for rule in sorted(RULES, key=lambda rule: (list(Counts).index(rule.counts), rule.why)):
        alike[rule.counts, rule.bound, rule.why].append(f"`{rule.name}`")
    for (counts, bound, why), names in alike.items():
        far = "" if bound is None else f", as far as {bound:g}"
        yield f"| {', '.join(names)} | {counts}{far} | {why} |"


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
