"""What `action.yml` does: one check of GitHub's workspace, and what it found as the step's outputs.

Run as `python -I -m crawler.action`, so that nothing of the workspace is imported; the inputs come
as variables of the environment, and nothing of them is read by a shell. The other module that runs
git: here it may fetch, for what `actions/checkout` leaves out is what a change is compared with.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from crawler.errors import IMPOSSIBLE, LINKS_FAIL, OK, USAGE

Environment: TypeAlias = Mapping[str, str]

MAX_SUMMARY: Final = 1_048_576
"""A step's summary that is larger is lost whole."""
NO_BASE: Final = "none"
_REPORTS: Final = {"markdown": "links.md", "html": "links.html"}
_FAILING: Final = frozenset({"broken", "invalid"})
_COMMIT: Final = re.compile("[0-9a-f]{40,64}")
_DEPTHS: Final = ("--depth=50", "--depth=1000", "--unshallow")
_SECONDS: Final = 300
_GIT: Final = (
    "git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
    "-c", "fetch.recurseSubmodules=false", "-c", "protocol.ext.allow=never",
)  # fmt: skip


class WrongInput(Exception):  # noqa: N818 - of whoever wrote the workflow, and no error of ours
    """An input that cannot be used, in a sentence."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of `action.yml`, by their names there. Lists have an entry a line."""

    sources: tuple[str, ...] = (".",)
    args: tuple[str, ...] = ()
    base: str = ""
    config: str = ""
    untrusted: str = "auto"
    history: bool = True
    trust_history: str = "24h"
    max_time: str = ""
    advice: bool = True
    annotations: bool = True
    summary: bool = True
    report: str = "markdown"
    fail: bool = True


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a check writes, in a directory of its own outside of the workspace."""

    directory: Path
    written: Mapping[str, str] = field(
        default_factory=lambda: {
            "json": "links.json", "sarif": "links.sarif", "github-summary": "summary.md",
        }
    )  # fmt: skip

    def path(self, format_: str) -> Path:
        """Return where a report of a format is."""
        return self.directory / self.written[format_]

    def also(self) -> Iterator[str]:
        """Yield the options that have them written."""
        return (f"--also={each}={self.path(each)}" for each in self.written)


def main() -> int:
    """Check, tell, and return 0: the step's outputs say what has failed."""
    try:
        inputs = inputs_of(os.environ)
        base = base_of(inputs.base, os.environ)
    except WrongInput as error:
        print(f"crawl: {error}", file=sys.stderr)  # noqa: T201 - as the command line would
        return USAGE
    made = Path(tempfile.mkdtemp(prefix="crawl-report-", dir=os.environ["RUNNER_TEMP"]))
    files = Files(made)
    files = Files(made, {**files.written, inputs.report: _REPORTS[inputs.report]})
    told = arguments(inputs, base, files, os.environ["HISTORY"])
    # The report goes to the log by itself: no annotation passes through here.
    done = subprocess.run([sys.executable, "-I", "-m", "crawler", *told], check=False)  # noqa: S603
    if inputs.summary:
        _append(files.path("github-summary"), Path(os.environ["GITHUB_STEP_SUMMARY"]))
    outputs = dict(outputs_of(inputs, files, done.returncode))
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(_output(name, value) for name, value in outputs.items())
    return OK


# What is asked for


def inputs_of(environment: Environment) -> Inputs:
    """Read the inputs. Raises `WrongInput`."""
    usual = Inputs()

    def text(name: str) -> str:
        return environment.get(f"INPUT_{name}", "").strip()

    def lines(name: str) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, text(name).splitlines())))

    def flag(name: str) -> bool:
        return _one_of(name, text(name), ("true", "false")) == "true"

    return Inputs(
        sources=lines("SOURCES") or usual.sources,
        args=lines("ARGS"),
        base=text("BASE"),
        config=text("CONFIG"),
        untrusted=_one_of("UNTRUSTED", text("UNTRUSTED"), ("auto", "true", "false")),
        history=flag("HISTORY"),
        trust_history=text("TRUST_HISTORY"),
        max_time=text("MAX_TIME"),
        advice=flag("ADVICE"),
        annotations=flag("ANNOTATIONS"),
        summary=flag("SUMMARY"),
        report=_one_of("REPORT", text("REPORT"), tuple(_REPORTS)),
        fail=flag("FAIL"),
    )


def arguments(inputs: Inputs, base: str | None, files: Files, history: str) -> list[str]:
    """Return the arguments of `crawl`. Values stand behind `=`: none can be an option itself."""
    told = ["check", "--no-progress", f"--format={'github' if inputs.annotations else 'text'}"]
    told += files.also()
    if inputs.advice:
        told.append("--verbose")
    if inputs.history:
        Path(history).mkdir(parents=True, exist_ok=True)
        told += [f"--db={Path(history) / 'crawl.db'}", "--record"]
    if inputs.history and inputs.trust_history:
        told.append(f"--trust-history={inputs.trust_history}")
    if inputs.untrusted != "auto":
        told.append("--untrusted" if inputs.untrusted == "true" else "--trusted")
    for name, value in (("base", base), ("config", inputs.config), ("max-time", inputs.max_time)):
        if value:
            told.append(f"--{name}={value}")
    return [*told, *inputs.args, "--", *inputs.sources]


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        words = name.lower().replace("_", "-")
        raise WrongInput(f"the input {words!r} must be one of {', '.join(known)}.")
    return value


# What the change is compared with


def base_of(asked: str, environment: Environment) -> str | None:
    """Return the revision that a change began at, fetched if need be; None: all lines count.

    What nobody can fetch is returned as well: the check says what is lacking, and how to mend it.
    """
    if asked:
        return None if asked == NO_BASE else asked
    event, name = _event(environment), environment.get("GITHUB_EVENT_NAME", "")
    if name == "pull_request" and _git("rev-parse", "HEAD") == environment.get("GITHUB_SHA"):
        # What is checked out is the merge, and all that is new in it is new to its first parent.
        return _fetched("HEAD^1", "--depth=2", environment["GITHUB_SHA"])
    base = event.get("pull_request", {}).get("base", {}).get("sha")
    base = base or event.get("merge_group", {}).get("base_sha")
    if not base:
        return None
    if not (isinstance(base, str) and _COMMIT.fullmatch(base)):
        raise WrongInput("the event names no commit that the change began at.")
    return _parted(base)


def _fetched(revision: str, depth: str, commit: str) -> str:
    if not _has(revision):
        _git("fetch", "--quiet", "--no-tags", depth, "--", "origin", commit)
    return revision


def _parted(base: str) -> str:
    """Fetch as much of the past as it takes to know where HEAD and a commit have parted."""
    head = _git("rev-parse", "HEAD") or ""
    for depth in _DEPTHS:
        if _has(base) and _git("merge-base", base, "HEAD"):
            break
        _git("fetch", "--quiet", "--no-tags", depth, "--", "origin", base, head)
    return base


def _has(revision: str) -> bool:
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return bool(_git(*asked))


def _git(*arguments: str) -> str | None:
    """Return what git says; None if it fails, which the check itself finds out and explains."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603
            [*_GIT, *arguments], env=environment, check=False, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _event(environment: Environment) -> Mapping[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH")
    found = json.loads(Path(path).read_bytes()) if path and Path(path).is_file() else {}
    return found if isinstance(found, dict) else {}


# What is told


def outputs_of(inputs: Inputs, files: Files, code: int) -> Iterator[tuple[str, str]]:
    """Yield the outputs by name. `result`: what the action as a whole is to end with."""
    yield "exit-code", str(code)
    forgiven = code == LINKS_FAIL or (code == IMPOSSIBLE and files.path("json").exists())
    yield "result", str(OK if forgiven and not inputs.fail else code)
    if files.path("json").exists():
        yield "broken", str(broken(json.loads(files.path("json").read_bytes())))
    for name, format_ in (("json", "json"), ("sarif", "sarif"), ("report", inputs.report)):
        if files.path(format_).exists():
            yield name, str(files.path(format_))


def broken(report: Mapping[str, Any]) -> int:
    """Count the links of a report in JSON that are broken, or none, and were not before."""
    return len({
        (each["url"] or each["document"], each["raw"] if not each["url"] else each["reason"])
        for each in report["links"]
        if each["outcome"] in _FAILING and not each["known"]
    })  # fmt: skip


def _output(name: str, value: str) -> str:
    # Nobody can end a value early whose end nobody can guess.
    end = f"crawl-{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _append(text: Path, summary: Path) -> None:
    if not text.exists():
        return
    told = text.read_bytes()
    there = summary.stat().st_size if summary.exists() else 0
    if there + len(told) >= MAX_SUMMARY:
        told = b"The summary of the links has no room here: the report has them.\n"
    with summary.open("ab") as file:
        file.write(told)


if __name__ == "__main__":
    sys.exit(main())
