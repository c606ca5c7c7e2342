"""Every knob: its default, its bounds and its words; and the frozen value that holds them all.

Settings flow one way: defaults here, then a TOML file, then the command line (`layers.py`), into
one `Settings`; each module is handed the section that it needs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from crawler.ignorelist import Entry
from crawler.knob import MAX_SECONDS, knob
from crawler.model import Outcome
from crawler.proper import DASK, LOOP
from crawler.version import __version__

# What changes the meaning of a look: a run that was cut off goes on only if these are the same.
_MEANING: Final = (
    "allow_address", "cacert", "insecure", "max_redirects", "probe", "resolve", "user_agent",
)  # fmt: skip


BASELINE: Final = "crawl-baseline.toml"
"""What is read where nobody names a baseline, if it is there, and written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseSettings:
    """Which files are documents."""

    document_formats: tuple[str, ...] = knob(
        ("default",), "formats that are read in directories: names, `default` or `all`"
    )
    gitignore: bool = knob(default=True, words="pass over what git would ignore")
    hidden: bool = knob(
        default=False, words="also read hidden files and directories, whose names begin with a dot"
    )
    include_path: tuple[str, ...] = knob(
        (), "read only files that match one of these patterns, as in .gitignore"
    )
    exclude_path: tuple[str, ...] = knob(
        (), "leave out files and directories that match one of these patterns, as in .gitignore"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractSettings:
    """What counts as a link of a document."""

    comments: bool = knob(default=False, words="also links inside HTML comments")
    schemeless: bool = knob(
        default=False, words="also names without a scheme, such as example.org/page"
    )
    outputs: bool = knob(default=False, words="also links in what the cells of notebooks put out")
    fragments: bool = knob(
        default=True, words="look whether the place that a #fragment names is on the page"
    )
    max_links: int = knob(1_000_000, "links read in all; further ones are counted", 1, 100_000_000)
    max_document_links: int = knob(
        250_000, "links read of one document; further ones are counted", 1, 100_000_000
    )
    define: tuple[str, ...] = knob(
        (), "NAME=VALUE, what {{ NAME }}, ${NAME} and {NAME} stand for in links"
    )
    ignore: tuple[Entry, ...] = knob(
        (), "tables of links to leave out: `url`, `document`, `until`, `reason`"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSettings:
    """Which files the links within a site lead to."""

    root: str | None = knob(
        None, "directory that links such as /page start from, and that none may leave", kind=str
    )
    base_url: str | None = knob(
        None,
        "URL at which documents are published: their relative links are asked there; with --root, "
        "links below it are files",
        kind=str,
    )
    remap: tuple[str, ...] = knob(
        (), "'PATTERN REPLACEMENT', a URL or a path to look at in the place of what matches"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectSettings:
    """Which links are asked."""

    include: tuple[str, ...] = knob((), "check only URLs that match one of these patterns")
    exclude: tuple[str, ...] = knob((), "do not ask URLs that match one of these patterns")
    offline: bool = knob(default=False, words="ask nothing of the network")
    recursive: bool = knob(default=False, words="read whole sites: all pages below each SOURCE")
    depth: int | None = knob(None, "links away from SOURCE that are followed", 0, 1000, kind=int)
    max_pages: int = knob(10_000, "pages read of one site", 1, 1_000_000)
    robots: bool = knob(default=True, words="obey a site's robots.txt where its pages are followed")
    nofollow: bool = knob(
        default=False,
        words="follow nothing from pages that say so (meta robots, X-Robots-Tag)",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How one link is asked."""

    user_agent: str = knob(f"link-health-crawler/{__version__}", "what the crawler calls itself")
    timeout: float = knob(20.0, "seconds for one answer", 0.05, MAX_SECONDS)
    deadline: float = knob(
        60.0,
        "seconds on the line for one link in all; waiting for the turn of its host is not counted",
        0.05,
        MAX_SECONDS,
    )
    retries: int = knob(2, "how often a transient failure is asked again", 0, 20)
    max_redirects: int = knob(10, "redirects followed for one link", 0, 50)
    probe: bool = knob(
        default=False,
        words="also ask, once a directory, for a page that cannot be there: some sites show one",
    )
    max_body: int = knob(1_048_576, "bytes read of one page", 0, 67_108_864)
    max_retry_after: float = knob(30.0, "longest Retry-After waited for, in seconds", 0, 3600)
    header: tuple[str, ...] = knob((), "'HOST: Name: value' sent to that https host only")
    resolve: tuple[str, ...] = knob((), "PATTERN:PORT:ADDRESS, where to connect for these names")
    allow_address: tuple[str, ...] = knob((), "private network (CIDR) that may be asked")
    cacert: str | None = knob(
        None, "file of certificate authorities to trust besides the usual ones", kind=str
    )
    insecure: bool = knob(default=False, words="do not verify certificates")
    proxy: str | None = knob(None, "URL of a proxy (http, https or socks5) to go through", kind=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceSettings:
    """How fast, and how politely."""

    concurrency: int = knob(128, "requests in flight at once", 1, 4096)
    per_host: int = knob(6, "requests in flight at once to one host", 1, 256)
    delay: float = knob(
        0.005,
        "least seconds between two requests to one host; more while it is not well",
        0,
        3600,
    )
    max_time: float | None = knob(
        None,
        "seconds for the whole run; of `check`, 120 where the environment says `CI`",
        0,
        MAX_SECONDS * 7,
        kind=float,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSettings:
    """Where links are looked at: in this process, or in many."""

    engine: str = knob(
        LOOP, f"what asks: one event loop ({LOOP}), or processes, on this machine or many ({DASK})"
    )
    scheduler: str | None = knob(
        None,
        f"address of the scheduler of a {DASK.capitalize()} cluster, such as "
        "tls://cluster.example:8786; without one, processes on this machine",
        kind=str,
    )
    workers: int | None = knob(
        None, "processes on this machine; without a number, one for each core", 1, 256, kind=int
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """Which links of a run are asked, and when each is asked again."""

    max_days: int = knob(
        30, "days after which a link is due again, however long it has been well", 1, 3650
    )
    limit: int | None = knob(
        None, "links asked in one run; the others wait for the next", 1, 100_000_000, kind=int
    )
    trust_history: str | None = knob(
        None,
        "how long a good look of the history spares a link from being asked, such as 24h or 7d",
        kind=str,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """What is asked of the archive of the web, once the links have been looked at."""

    archive: str = knob(
        "off",
        "whether a run that is recorded asks web.archive.org for copies of broken links (find), "
        "and to make copies of healthy ones too (save)",
    )
    archive_limit: int = knob(
        100, "links that the archive is asked about in one run; further ones wait", 1, 10_000
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """When a link is called broken, flaky or drifted."""

    likely_looks: int = knob(2, "looks before a likely failure, or a drift, is confirmed", 1, 100)
    likely_hours: float = knob(24.0, "hours that those looks must span", 0, 8760)
    failing_looks: int = knob(3, "looks without a usable answer before a link is broken", 1, 100)
    failing_hours: float = knob(72.0, "hours that those looks must span", 0, 8760)
    flaky_turns: int = knob(
        4, "changes between good and bad among the last 8 looks that make a link flaky", 1, 7
    )
    flaky_looks: int = knob(
        8, "looks in a row that must agree before a flaky link is well, or broken", 1, 8
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """What makes a check fail."""

    fail_on: tuple[str, ...] = knob(("broken", "invalid"), "outcomes that fail a check")
    strict: bool = knob(default=False, words="links without a usable answer this time fail too")
    new_only: bool = knob(
        default=False,
        words="what the history knew to be broken at the same place before fails nothing",
    )
    baseline: str | None = knob(
        None,
        "file of links that are known to be broken, told and no failure; else "
        f"{BASELINE}, if it is there",
        kind=str,
    )
    baseline_days: int = knob(90, "days for which --write-baseline excuses a link", 1, 3650)

    @property
    def failing(self) -> frozenset[Outcome]:
        """The outcomes that fail."""
        return frozenset(map(Outcome, (*self.fail_on, *(("failing",) if self.strict else ()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkSettings:
    """What is said, and how."""

    format: str | None = knob(
        None, "the report's format; else by the ending of its file, else text", kind=str
    )
    verbose: bool = knob(default=False, words="report advice too")
    quiet: bool = knob(
        default=False,
        words="no messages besides the report and errors; `crawl run` prints only what has changed",
    )
    no_progress: bool = knob(default=False, words="show no progress")
    lang: str | None = knob(
        None,
        "the language of reports for people, such as es; else the environment's (LANGUAGE, LC_ALL, "
        "LC_MESSAGES, LANG), else English",
        kind=str,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """Who is told what a recorded run has changed, if it has changed anything."""

    notify: str | None = knob(
        None, "command that is given what a run has changed, as JSON; no shell reads it", kind=str
    )
    notify_url: str | None = knob(None, "URL that the same JSON is sent to (POST)", kind=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSettings:
    """Where things are."""

    sources: tuple[str, ...] = knob((), "documents to read when none is named")
    files_from: str | None = knob(
        None, "file that lists sources, one a line; - for standard input", kind=str
    )
    db: str = knob("crawl.db", "the history")
    output: str | None = knob(None, "file that the report is written to", kind=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSettings:
    """Whose checkout it is that documents and settings files stand in."""

    untrusted: bool = knob(
        default=False,
        words="the checkout is a stranger's: of its settings only those count that hide nothing "
        "and lead nowhere else",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one call."""

    choose: ChooseSettings = ChooseSettings()
    extract: ExtractSettings = ExtractSettings()
    local: LocalSettings = LocalSettings()
    select: SelectSettings = SelectSettings()
    fetch: FetchSettings = FetchSettings()
    pace: PaceSettings = PaceSettings()
    scale: ScaleSettings = ScaleSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    archive: ArchiveSettings = ArchiveSettings()
    health: HealthSettings = HealthSettings()
    policy: PolicySettings = PolicySettings()
    talk: TalkSettings = TalkSettings()
    notify: NotifySettings = NotifySettings()
    places: PlaceSettings = PlaceSettings()
    checkout: CheckoutSettings = CheckoutSettings()

    @property
    def digest(self) -> str:
        """A short name for what a look means, stored with each run. Secrets are not in it."""
        values = {name: getattr(self.fetch, name) for name in _MEANING}
        values["fragments"] = self.extract.fragments
        values["header"] = len(self.fetch.header)
        values["proxy"] = re.sub("//.*@", "//", self.fetch.proxy or "")
        import hashlib  # noqa: PLC0415 - for runs alone

        return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]


def knobs() -> Iterator[tuple[str, str, Any, str]]:
    """Yield section, name, default and words of every setting, in order."""
    for section in fields(Settings):
        values = getattr(Settings(), section.name)
        for each in fields(values):
            yield section.name, each.name, getattr(values, each.name), each.metadata["words"]
