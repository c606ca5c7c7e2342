"""The command line, as its users call it, over real sockets on loopback."""

import contextlib
import csv
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import click
import commits
import pytest
from commandline import Crawl, Handler, answered_by
from commits import NEW, OLD, run
from test_annotations import commands as commands_of

from crawler import options
from crawler.cli import COMMANDS, cli

PAGES = {
    "/ok": (200, {}, "<html lang=es><title>Hola</title><p id=part>"),
    "/moved": (301, {"location": "/ok"}, ""),
    "/elsewhere": (301, {"location": "/ok#other"}, ""),
    "/gone": (410, {}, ""),
    "/down": (500, {}, ""),
    "/wall": (403, {}, ""),
}


class Pages(Handler):
    """Serves `PAGES`, slowly where asked, and everything else as 404."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self.asked[self.path] += 1
        if self.path.startswith("/slow"):
            time.sleep(0.5)
        status, headers, body = PAGES.get(self.path, (404, {}, ""))
        self.answer(status, body.encode(), **headers)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answered_by(Pages) as number:
        yield number


def document(port: int, *paths: str, name: str = "a.md") -> Path:
    lines = [f"[label {path}](http://a.example:{port}{path})\n" for path in paths]
    path = Path(name)
    path.write_text("# Links\n\n" + "\n".join(lines), encoding="utf-8")
    return path


HERE = ("--resolve", "*:*:127.0.0.1", "--delay", "0", "--retries", "0")


# check


def test_a_document_whose_links_are_well_passes(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/moved", "/wall", "/down")
    done = crawl("check", "a.md", *HERE)
    assert done.code == 0
    assert "4 links in 4 places: 1 ok, 1 redirected, 1 blocked, 1 failing." in done.out
    assert not Path("crawl.db").exists()


@pytest.mark.parametrize(
    ("options", "path", "code"),
    [
        ((), "/gone", 1),
        ((), "/nothing", 1),
        ((), "/down", 0),
        (("--strict",), "/down", 1),
        (("--fail-on", "blocked, failing"), "/gone", 0),
        (("--fail-on", "blocked,failing"), "/wall", 1),
        (("--exclude", "/gone"), "/gone", 0),
        (("--include", "/ok"), "/gone", 0),
        (("--offline",), "/gone", 0),
    ],
)
def test_the_exit_code_says_whether_links_fail(
    crawl: Crawl, port: int, options: tuple[str, ...], path: str, code: int
) -> None:
    document(port, "/ok", path)
    assert crawl("check", "a.md", *HERE, *options).code == code


@pytest.mark.parametrize(
    ("options", "paths", "code"),
    [
        ((), ("/ok#part",), 0),
        ((), ("/ok#none",), 1),
        ((), ("/moved#none",), 1),
        ((), ("/elsewhere#none",), 0),
        ((), ("/ok#part", "/ok#none", "/ok"), 1),
        (("--no-fragments",), ("/ok#none",), 0),
        ((), ("/ok#:~:text=nowhere",), 0),
        ((), ("/wall#none",), 0),
    ],
)
def test_a_fragment_that_its_page_has_not_fails(
    crawl: Crawl, port: int, options: tuple[str, ...], paths: tuple[str, ...], code: int
) -> None:
    document(port, *paths)
    done = crawl("check", "a.md", *HERE, *options)
    assert done.code == code
    assert ("[fragment-missing]" in done.out) == (code == 1)
    assert ("/ok#part" in done.out) is False


def test_a_history_tells_of_missing_fragments_as_the_run_did(crawl: Crawl, port: int) -> None:
    document(port, "/ok#part", "/ok#none")
    ran = crawl("run", "a.md", *HERE)
    assert (ran.code, "1 ok, 1 broken" in ran.out) == (0, True)
    reported = crawl("report")
    assert "/ok#none" in reported.out
    assert "As the latest look saw it" in reported.out
    assert "Not on page  #none" in crawl("show", f"http://a.example:{port}/ok#none").out
    again = crawl("check", "a.md", *HERE)
    assert again.code == 1


@pytest.mark.parametrize(
    ("options", "text", "code"),
    [
        ((), "# One\n\n[x](#one)", 0),
        ((), "# One\n\n[x](#two)", 1),
        (("--offline",), "# One\n\n[x](#two)", 1),
        (("--offline", "--no-fragments"), "# One\n\n[x](#two)", 0),
        (("--offline", "--fail-on", "invalid"), "# One\n\n[x](#two)", 0),
    ],
)
def test_links_to_places_in_their_own_document_need_no_network(
    crawl: Crawl, options: tuple[str, ...], text: str, code: int
) -> None:
    Path("a.md").write_text(text)
    done = crawl("check", "a.md", *HERE, *options)
    assert done.code == code
    assert ("[fragment-missing]" in done.out) == (
        "(#two)" in text and "--no-fragments" not in options
    )


def test_a_malformed_link_is_a_result_and_fails(crawl: Crawl) -> None:
    Path("a.md").write_text("[x](http://[) [y](www.example.org)")
    done = crawl("check", "a.md", *HERE)
    assert done.code == 1
    assert "Not a link (2)" in done.out
    assert "write https://www.example.org" in " ".join(done.out.split())


def test_json_is_the_contract(crawl: Crawl, port: int) -> None:
    document(port, "/moved#part", "/gone")
    report = json.loads(crawl("check", "a.md", "--format", "json", *HERE).out)
    assert report["schema"] == 1
    assert report["tool"].startswith("crawl ")
    assert report["run"]["counts"] == {
        "ok": 0, "redirected": 1, "broken": 1, "invalid": 0, "blocked": 0, "failing": 0,
        "unsafe": 0, "skipped": 0,
    }  # fmt: skip
    assert report["run"]["complete"] is True
    assert report["run"]["network"] == "up"
    moved = report["links"][0]
    site = f"http://a.example:{port}"
    promised = {
        "document": "a.md", "line": 3, "column": 21, "end_line": 3,
        "end_column": 21 + len(f"{site}/moved#part"), "raw": f"{site}/moved#part",
        "text": "label /moved#part", "kind": "inline", "section": "Links", "url": f"{site}/moved",
        "fragment": "part", "outcome": "redirected", "reason": "permanent",
        "confidence": "certain",
        "detail": (
            f"Moved for good: every redirect on the way is a permanent one. (now at {site}/ok)"
        ),
        "status": 200, "final_url": f"{site}/ok",
        "hops": [{"url": f"{site}/moved", "status": 301, "via": "http"}],
        "title": "Hola", "title_source": "html", "language": "es", "language_source": "html",
        "description": None, "canonical_url": None, "content_type": "text/html", "site": None,
        "author": None, "published": None, "attempts": 2,
        "http_stack": "fast", "health": "healthy", "failing_since": None,
        "findings": [{
            "name": "moved", "severity": "advice",
            "message": "Moved for good: to another address of the same site.",
            "replacement": f"{site}/ok#part",
        }],
    }  # fmt: skip
    assert moved | promised == moved  # fields may be added, none removed
    assert moved.keys() >= {"elapsed_ms", "checked_at", "last_ok_at"}


def test_jsonl_is_one_link_a_line_in_order(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone", name="b.md")
    document(port, "/ok", name="a.md")
    done = crawl("check", "b.md", "a.md", "--format", "jsonl", *HERE)
    links = [json.loads(line) for line in done.out.splitlines()]
    assert [(link["document"], link["line"]) for link in links] == [
        ("a.md", 3),
        ("b.md", 3),
        ("b.md", 5),
    ]


def test_standard_input_and_its_name(crawl: Crawl, port: int) -> None:
    text = f'<a href="http://a.example:{port}/gone">x</a>'.encode()
    done = crawl("check", "-", "--stdin-name", "page.html", "--format", "json", *HERE, stdin=text)
    assert done.code == 1
    link = json.loads(done.out)["links"][0]
    assert (link["document"], link["kind"]) == ("page.html", "html")


def test_the_report_goes_to_a_file_and_nothing_to_standard_output(crawl: Crawl, port: int) -> None:
    document(port, "/gone")
    done = crawl("check", "a.md", "--format", "markdown", "--output", "r.md", *HERE)
    assert (done.code, done.out) == (1, "")
    assert Path("r.md").read_text().startswith("# Links of 1 document")


def test_advice_is_told_when_asked_for(crawl: Crawl, port: int) -> None:
    document(port, "/moved")
    assert "Moved for good" not in crawl("check", "a.md", *HERE).out
    assert "Moved for good (1)" in crawl("check", "a.md", "-v", *HERE).out


def test_private_addresses_are_refused_and_shown(crawl: Crawl, port: int) -> None:
    Path("a.md").write_text(f"<http://127.0.0.1:{port}/ok>")
    done = crawl("check", "a.md")
    assert done.code == 0
    assert "Not asked for safety (1)" in done.out
    assert crawl("check", "a.md", "--allow-address", "127.0.0.1").out.endswith("1 ok.\n")


def test_sources_come_from_the_settings_when_none_is_named(crawl: Crawl, port: int) -> None:
    document(port, "/gone")
    Path("crawl.toml").write_text("sources = ['a.md']\n")
    assert crawl("check", *HERE).code == 1
    assert crawl("check", "--no-config", *HERE).code == 2


def test_without_network_nothing_is_said_of_any_link(crawl: Crawl) -> None:
    Path("a.md").write_text("<http://one.invalid/> <http://two.invalid/>")
    done = crawl("check", "a.md", "--retries", "0")
    assert done.code == 3
    assert "2 skipped (no-network)" in done.out
    assert "no host at all could be reached" in done.err
    done = crawl("check", "a.md", "--retries", "0", "--format", "json")
    assert done.code == 3
    report = json.loads(done.out)
    assert report["run"]["network"] == "down"
    assert {link["reason"] for link in report["links"]} == {"no-network"}


def test_a_portal_is_told_with_its_cure(
    crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = {"location": f"http://login.hotel.example:{port}/ok"}
    monkeypatch.setitem(PAGES, "/portal", (302, login, ""))
    names = ("one", "two", "three", "four", "five")
    links = (f"<http://{name}.example:{port}/portal>" for name in names)
    Path("a.md").write_text(" ".join(links))
    for command in ("check", "run"):
        done = crawl(command, "a.md", *HERE, "--format", "json")
        assert done.code == 3
        assert "log in with a browser, and run it again. Nothing was recorded" in done.err
        assert json.loads(done.out)["run"]["network"] == "captive-portal"
    assert crawl("report").code == 3  # there is no finished run to report on


def test_out_of_time_before_anything_was_seen(crawl: Crawl, port: int) -> None:
    document(port, "/slow")
    done = crawl("check", "a.md", "--max-time", "0.1", *HERE)
    assert done.code == 3
    assert "the time was up" in done.err
    assert "partial" in done.out


def test_out_of_time_with_something_seen_is_a_partial_report(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/slow")
    done = crawl("check", "a.md", "--max-time", "0.3", "--format", "json", *HERE)
    assert done.code == 0
    report = json.loads(done.out)
    assert report["run"]["complete"] is False
    assert [link["reason"] for link in report["links"]] == ["ok", "out-of-time"]


def test_slow_links_that_a_stranger_adds_keep_no_other_from_failing(
    crawl: Crawl, port: int
) -> None:
    commits.branched(Path(), {"b.md": "# B\n"})
    document(port, "/ok", "/slow")
    options = ("--base", "main", "--max-time", "0.3", *HERE)
    assert crawl("check", "a.md", *options).code == 0
    done = crawl("check", "a.md", "--untrusted", *options)
    assert (done.code, "links that the change adds were not asked" in done.err) == (3, True)
    document(port, "/ok")
    assert crawl("check", "a.md", "--untrusted", *options).code == 0


@pytest.mark.parametrize("ci", ["true", "1", "woodpecker"])
def test_somebody_waits_for_a_check_in_ci(
    crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch, ci: str
) -> None:
    monkeypatch.setattr(options, "CI_SECONDS", 0.1)
    document(port, "/slow")
    assert crawl("check", "a.md", *HERE).code == 1, "it is not there"
    monkeypatch.setenv("CI", ci)
    assert crawl("check", "a.md", *HERE).code == 3
    assert crawl("check", "a.md", "--max-time", "60", *HERE).code == 1
    assert crawl("run", "a.md", *HERE).code == 0, "for cron nobody waits"
    Path("crawl.toml").write_text("max_time = 60\n")
    assert crawl("check", "a.md", *HERE).code == 1


@pytest.mark.parametrize("ci", ["", " ", "0", "false", "FALSE"])
def test_what_says_that_it_is_no_ci_is_none(ci: str) -> None:
    assert options.hurry({"CI": ci}) == options.hurry({}) == {}


# run, report, show


def test_two_runs_give_two_looks_and_the_report_needs_no_network(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone", "/moved")
    for _ in range(2):
        assert crawl("run", "a.md", "--all", *HERE).code == 0
    told = crawl("report").out
    assert "Broken (1)" in told
    assert "Broken on 2 looks since" in told
    assert "Moved for good (1)" in told
    shown = crawl("show", f"http://a.example:{port}/gone")
    assert shown.code == 0
    assert re.search(r"broken, gone 410 +2 looks  → broken\n", shown.out)
    each = crawl("show", f"http://a.example:{port}/gone", "--all-looks").out
    assert each.count("broken, gone 410") == 2
    assert "a.md:5:" in shown.out
    story = json.loads(crawl("show", f"http://a.example:{port}/moved", "--format", "json").out)
    assert (len(story["looks"]), story["health"]) == (2, "healthy")
    assert story["looks"][0]["hops"][0]["status"] == 301


def test_a_run_asks_what_is_due_and_a_check_everything(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone")

    def told(*arguments: str) -> tuple[int, int, int]:
        done = crawl(*arguments, "a.md", "--format", "json", *HERE)
        run = json.loads(done.out)["run"]
        assert run["counts"]["ok"] == run["counts"]["broken"] == 1
        return done.code, run["asked"], run["not_due"]

    assert told("run") == (0, 2, 0)
    assert told("run") == (0, 0, 2)
    assert told("run", "--fail") == (1, 0, 2), "it is broken still"
    assert told("run", "--all") == (0, 2, 0)
    assert told("check") == (1, 2, 0)
    assert told("check", "--due") == (1, 0, 2)
    assert told("check", "--record") == (1, 2, 0)


def test_a_limit_leaves_the_rest_for_the_next_run(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone", "/moved")
    done = crawl("run", "a.md", "--limit", "2", *HERE)
    assert (done.code, "1 of 3 links was left by --limit" in done.out) == (0, True)
    assert "1 skipped (not-yet)" in done.out
    done = crawl("run", "a.md", "--limit", "2", *HERE)
    assert "2 of 3 links were not due" in done.out
    assert "skipped" not in done.out


def test_all_and_due_exclude_each_other(crawl: Crawl) -> None:
    for command in ("run", "check"):
        done = crawl(command, "--all", "--due")
        assert done.code == 2
        assert "--all and --due exclude each other" in done.err


def test_run_fails_only_when_asked_to(crawl: Crawl, port: int) -> None:
    document(port, "/gone")
    assert crawl("run", "a.md", *HERE).code == 0
    assert crawl("run", "a.md", "--fail", *HERE).code == 1


def test_a_suspect_does_not_fail_a_run(crawl: Crawl, port: int) -> None:
    document(port, "/down")
    assert crawl("run", "a.md", "--fail", *HERE).code == 0


def test_check_tells_what_the_history_knows_and_adds_nothing(crawl: Crawl, port: int) -> None:
    document(port, "/gone")
    crawl("run", "a.md", *HERE)
    assert "Broken on 2 looks" in crawl("check", "a.md", *HERE).out
    assert "Broken on 2 looks" in crawl("check", "a.md", *HERE).out
    assert "Broken on 2 looks" in crawl("check", "a.md", "--record", *HERE).out
    assert "Broken on 2 looks" in crawl("report").out


def test_the_format_of_a_report_follows_the_files_name(crawl: Crawl, port: int) -> None:
    document(port, "/ok")
    crawl("run", "a.md", *HERE)
    crawl("report", "--output", "r.json")
    assert json.loads(Path("r.json").read_text())["schema"] == 1
    crawl("report", "--output", "r.md")
    assert Path("r.md").read_text().startswith("# ")


def test_the_catalogue_of_what_was_found_is_a_view_of_the_report(crawl: Crawl, port: int) -> None:
    document(port, "/moved", "/gone")
    crawl("run", "a.md", *HERE)
    site = f"http://a.example:{port}"
    told = crawl("report", "--view", "catalogue", "--format", "markdown").out
    assert f"### Links\n\n- [Hola](<{site}/moved>) · es\n- [label /gone]" in told
    crawl("report", "--view", "catalogue", "--output", "c.csv")
    with Path("c.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(each["title"], each["final_url"], each["health"]) for each in rows] == [
        ("Hola", f"{site}/ok", "healthy"), ("", f"{site}/gone", "broken"),
    ]  # fmt: skip
    assert crawl("report", "--view", "catalogue").out.startswith(
        "a.md\n----\n\nLinks\n  Hola  (es)\n"
    )


def test_how_much_has_rotted_is_a_view_of_the_report(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone", "/moved")
    here = Path()
    run(here, "init", "-q", "-b", "main")
    run(here, "add", "a.md")
    run(here, "commit", "-qm", "one", at=OLD)
    Path("a.md").write_text(f"{Path('a.md').read_text()}[label](http://b.example:{port}/gone)\n")
    run(here, "commit", "-qam", "two", at=NEW, who="Ben")
    crawl("run", "a.md", *HERE)
    told = crawl("report", "--view", "weight").out
    assert "4 links in 4 places: 2 of 4 that were asked are broken, 50.0 %." in told
    assert "Ann" not in told
    blamed = crawl("report", "--view", "weight", "--blame", "--format", "jsonl").out
    figures = [json.loads(line) for line in blamed.splitlines()]
    authors = {each["name"]: each["broken"] for each in figures if each["by"] == "author"}
    assert authors == {"Ann": 1, "Ben": 1}
    assert {each["group"] for each in figures if each["by"] == "age"} <= {
        "under 1 year", "1 to 2 years", "2 to 4 years", "4 to 8 years", "8 years and more",
    }  # fmt: skip
    Path("a.md").rename("b.md")
    run(here, "commit", "-qam", "gone")
    gone = crawl("report", "--view", "weight", "--blame").out
    assert "Of unknown date: 4 places in documents that are not here" in gone
    hosts = crawl("report", "--view", "hosts").out
    assert "a.example" in hosts
    assert "Authors" not in hosts
    wrong = crawl("report", "--view", "hosts", "--blame")
    assert (wrong.code, "--blame: goes with --view weight." in wrong.err) == (2, True)


def test_a_report_can_be_of_some_links_only(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone", "/moved")
    Path("b.md").write_text(f"[label](http://b.example:{port}/gone)\n")
    crawl("run", "a.md", "b.md", *HERE)
    whole = crawl("report").out
    assert "4 links in 4 places" in whole
    sure = crawl("report", "--view", "broken").out
    assert "Broken (2)" in sure
    assert "Moved" in whole
    assert "Moved" not in sure
    told = crawl("report", "--document", "b.md").out
    assert "1 link in 1 place: 1 broken.\nOnly document b.md: 1 of 4 places." in told
    assert "1 link in 1 place" in crawl("report", "--host", "A.example", "--health", "broken").out
    rows = json.loads(crawl("report", "--outcome", "redirected", "--format", "json").out)
    assert [each["url"] for each in rows["links"]] == [f"http://a.example:{port}/moved"]
    assert rows["run"]["chosen"] == ["Only outcome redirected: 1 of 4 places."]
    for name in ("./b.md", str(Path("b.md").absolute())):
        assert "1 of 4 places." in crawl("report", "--document", name).out
    for name in (".", str(Path.cwd())):
        assert "4 of 4 places." in crawl("report", "--document", name).out
    assert "1 of 4 places." in crawl("report", "--host", "B.EXAMPLE.").out
    assert crawl("report", "--host", "::1").code == 0
    for silent in ("csv", "gitlab", "jsonl", "rdjson"):  # they have no room for it
        done = crawl("report", "--document", "b.md", "--format", silent)
        assert (done.code, done.err) == (0, "crawl: Only document b.md: 1 of 4 places.\n")
        assert crawl("report", "--document", "b.md", "--format", silent, "-q").err == ""
        assert crawl("report", "--format", silent).err == ""
    assert crawl("report", "--document", "b.md", "--format", "junit").err == ""
    catalogue = crawl("report", "--document", "b.md", "--view", "catalogue")
    assert "1 of 4 places." in catalogue.err
    assert "1 of 4 places." not in catalogue.out
    for name in ("a b", "b.example:1", "me@b.example", "b.example/gone", "*.example", ""):
        wrong = crawl("report", "--host", name)
        assert (wrong.code, wrong.err) == (2, f"crawl: --host {name}: is not the name of a host.\n")
    assert crawl("report", "--document", "").code == 2


def test_a_report_begins_with_what_has_changed(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/gone")
    crawl("run", "a.md", *HERE)
    assert "Changed" not in crawl("report").out  # all was new, and so nothing is
    document(port, "/ok", "/gone", "/gone?2")
    crawl("run", "a.md", *HERE)
    told = crawl("report").out
    assert "Changed (1)" in told
    assert told.index("/gone?2") < told.index("Broken (2)")
    for since in ("last", "2w", "2020-01-01"):
        told = crawl("report", "--view", "changes", "--since", since).out
        assert "Newly broken (1)" in told
        assert re.search(r"\nChanged since 20[0-9-]+ [0-9:]+ UTC: 1 broken\.\n", told)
    told = crawl("report", "--view", "changes", "--host", "b.example", "--since", "2020-01-01").out
    nothing = (
        "\nNothing has changed since 2020-01-01 00:00 UTC.\nOnly host b.example: 0 of 3 places.\n"
        "No link leads to b.example; there is a.example.\n"
    )
    assert told.endswith(nothing)
    assert crawl("report", "--since", "").code == 2
    feed = crawl("report", "--format", "atom", "--since", "2020-01-01").out
    assert feed.count("<entry>") == 2
    wrong = crawl("report", "--since", "soon")
    assert (wrong.code, wrong.err[:30]) == (2, "crawl: 'soon' is no moment: wr")


def test_the_history_may_be_named_by_the_environment(
    crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(port, "/ok")
    monkeypatch.setenv("CRAWL_DB", "other.db")
    crawl("run", "a.md", *HERE)
    assert Path("other.db").exists()
    assert not Path("crawl.db").exists()


def test_without_network_a_run_records_nothing(crawl: Crawl) -> None:
    Path("a.md").write_text("<http://one.invalid/> <http://two.invalid/>")
    assert crawl("run", "a.md", "--retries", "0").code == 3
    done = crawl("report")
    assert done.code == 3
    assert "holds no finished run yet" in done.err


# Links to files


LOCAL = (
    "# One\n\n[a](b.md#two) [b](b.md#gone)\n[c](c.md) [d](/b.md) [e](../x) [f](b.md) [g](B.md)\n"
)


def test_offline_a_check_is_of_files_alone_and_its_exit_code_too(crawl: Crawl) -> None:
    Path("b.md").write_text("# Two\n")
    Path("a.md").write_text("[a](b.md#two) <https://a.example/>\n")
    done = crawl("check", "a.md", "--offline")
    assert (done.code, done.err) == (0, "")
    assert "2 links in 2 places: 1 ok, 1 skipped (offline)." in done.out
    Path("a.md").write_text("[a](c.md) <https://a.example/>\n")
    done = crawl("check", "a.md", "--offline")
    assert (done.code, done.err) == (1, "")
    assert (
        "  c.md\n    The project has no such file.  [file-missing]\n    a.md:1:5  a\n" in done.out
    )


def test_a_report_names_files_that_are_missing_with_their_places(crawl: Crawl) -> None:
    Path("a.md").write_text(LOCAL)
    Path("b.md").write_text("# Two\n")
    now = crawl("check", "a.md", "--offline")
    assert now.code == 1
    summary = "6 links in 7 places: 1 ok, 3 broken, 1 unsafe, 1 skipped (relative)."
    for text in ("  c.md\n", "    a.md:4:5  c\n", "  b.md#gone\n", "(it is b.md)", summary):
        assert text in now.out
    assert crawl("check", "a.md", "--offline", "--root", ".").out.endswith(
        "5 links in 7 places: 1 ok, 3 broken, 1 unsafe.\n"
    )


def test_a_history_knows_files_as_the_run_saw_them(crawl: Crawl) -> None:
    Path("a.md").write_text(LOCAL)
    Path("b.md").write_text("# Two\n")
    ran = json.loads(crawl("run", "a.md", "--offline", "--format", "json").out)["links"]
    known = json.loads(crawl("report", "--format", "json").out)["links"]
    names = ("raw", "path", "fragment", "outcome", "reason", "detail")
    assert [[each[n] for n in names] for each in known] == [
        [each[n] for n in names] for each in ran
    ]
    assert [(each["path"], each["fragment"], each["reason"]) for each in known] == [
        ("b.md", "two", "local"), ("b.md", "gone", "fragment-missing"),
        ("c.md", None, "file-missing"), (None, None, "relative"), (None, None, "outside"),
        ("b.md", None, "local"), ("B.md", None, "file-case"),
    ]  # fmt: skip
    assert crawl("run", "a.md", "--offline", "--fail").code == 1


def test_links_names_the_files_that_are_linked_to(crawl: Crawl) -> None:
    Path("docs").mkdir()
    Path("docs/b.md").write_text("# Two\n")
    Path("docs/a.md").write_text("[a](b.md#two) [b](/b.md) [c](https://a.example/b.md)\n")
    assert crawl(
        "links", "docs", "--root", "docs", "--remap", "^https://a[.]example ./docs"
    ).out == (
        "docs/a.md:1:5   inline  b.md#two (local: b.md)  a\n"
        "docs/a.md:1:19  inline  /b.md (local: b.md)  b\n"
        "docs/a.md:1:30  inline  https://a.example/b.md (local: b.md)  c\n"
    )


# links, demo


def test_links_lists_what_a_document_holds(crawl: Crawl) -> None:
    Path("a.md").write_text("# T\n\n[x](https://a.example/#f) [y](rel.md) <mailto:a@b.example>\n")
    assert crawl("links", "a.md").out == (
        "a.md:3:5   inline    https://a.example/#f  x\n"
        "a.md:3:31  inline    rel.md (file-missing)  y\n"
        "a.md:3:40  autolink  mailto:a@b.example (mail)\n"
    )
    listed = json.loads(crawl("links", "a.md", "--format", "json").out)["links"]
    assert [(link["url"], link["rejected"]) for link in listed] == [
        ("https://a.example/", None),
        (None, "file-missing"),
        (None, "mail"),
    ]
    lines = crawl("links", "a.md", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == listed


IGNORED = """
[gone](http://a.example:{port}/gone) <!-- crawl: ignore until=2999-01-31 reason="moves" -->
[well](http://a.example:{port}/ok) [old](http://a.example:{port}/moved) [mail](ftp://a.example/)

Nothing. <!-- crawl: ignore -->
[old](http://a.example:{port}/moved) <!-- crawl: ignore until=2020-01-31 -->

<!-- crawl: ingore -->
"""


def test_a_link_that_is_ignored_is_not_asked_and_counted_visibly(crawl: Crawl, port: int) -> None:
    Path("a.md").write_text(IGNORED.replace("{port}", str(port)))

    done = crawl("check", "a.md", *HERE)

    assert done.code == 0
    skipped = "2 skipped (1 ignored, 1 scheme)"
    assert f"4 links in 5 places: 1 ok, 1 redirected, {skipped}." in done.out
    assert "a.md:5: this ignore leaves no link out." in done.out
    assert "a.md:6: this ignore ended with 2020-01-31; its links are asked again." in done.out
    assert "a.md:8: there is no 'crawl: ingore'; there are ignore," in done.out
    assert "a.md:5: this ignore leaves no link out." in done.err  # not all formats have notes
    assert crawl("check", "a.md", "--quiet", *HERE).err == ""


def test_ignores_are_data_too(crawl: Crawl, port: int) -> None:
    Path("a.md").write_text(IGNORED.replace("{port}", str(port)))

    told = json.loads(crawl("check", "a.md", "--format", "json", *HERE).out)

    assert told["run"]["ignores"] == [
        {"document": "a.md", "line": 2, "entry": None, "state": "active", "until": "2999-01-31",
         "reason": "moves"},
        {"document": "a.md", "line": 5, "entry": None, "state": "unused", "until": None,
         "reason": ""},
        {"document": "a.md", "line": 6, "entry": None, "state": "expired", "until": "2020-01-31",
         "reason": ""},
    ]  # fmt: skip
    ignored = told["links"][0]
    assert ignored["url"] == f"http://a.example:{port}/gone"
    assert (ignored["outcome"], ignored["reason"]) == ("skipped", "ignored")
    assert ignored["detail"].endswith("(moves; until 2999-01-31)")
    assert (ignored["status"], ignored["checked_at"]) == (None, None)
    listed = crawl("links", "a.md")
    assert f"http://a.example:{port}/gone (ignored)  gone\n" in listed.out
    assert "a.md:5: this ignore leaves no link out." in listed.err
    assert "a.md:6: this ignore ended with 2020-01-31; its links are asked again." in listed.err
    listed = crawl("links", "a.md", "--format", "json")
    assert json.loads(listed.out)["links"][0]["rejected"] == "ignored"


def test_the_history_knows_what_is_ignored_and_for_how_long(crawl: Crawl, port: int) -> None:
    gone = f"[gone](http://a.example:{port}/gone)"
    Path("a.md").write_text(f"{gone}\n")
    crawl("run", "a.md", *HERE)
    assert broken_places() == [1]

    Path("a.md").write_text(f"{gone} <!-- crawl: ignore reason=known -->\nx <!-- crawl: ignore -->")
    assert "1 link in 1 place: 1 skipped (ignored)." in crawl("run", "a.md", *HERE).out
    (row,) = json.loads(crawl("report", "--format", "json").out)["links"]
    assert (row["url"], row["reason"]) == (f"http://a.example:{port}/gone", "ignored")
    assert row["detail"].endswith("(known)")
    assert row["health"] is None
    assert broken_places() == []
    report = crawl("report")
    assert "a.md:2: this ignore leaves no link out." in report.out

    Path("a.md").write_text(f"{gone} <!-- crawl: ignore -->\n{gone}\n")
    crawl("run", "a.md", *HERE)
    rows = json.loads(crawl("report", "--format", "json").out)["links"]
    assert [(row["line"], row["reason"]) for row in rows] == [(1, "ignored"), (2, "gone")]
    assert "1 link in 2 places: 1 broken." in crawl("report").out
    assert broken_places() == [2]


def broken_places() -> list[int]:
    with contextlib.closing(sqlite3.connect("crawl.db")) as connection:
        return [line for (line,) in connection.execute("select line from broken_links")]


def test_the_ignore_list_counts_from_a_file_that_was_found(crawl: Crawl, port: int) -> None:
    document(port, "/gone", "/ok")
    Path("crawl.toml").write_text(
        "[[ignore]]\nurl = '/gone$'\nuntil = 2999-01-31\n[[ignore]]\nurl = 'nowhere'\n"
    )

    done = crawl("check", "a.md", *HERE)

    assert done.code == 0
    assert "2 links in 2 places: 1 ok, 1 skipped (ignored)." in done.out
    assert "crawl.toml: 'ignore', entry 2: this ignore leaves no link out." in done.out
    assert crawl("check", "a.md", "--no-config", *HERE).code == 1


def test_links_says_what_it_could_not_read_as_expected(crawl: Crawl) -> None:
    Path("a.md").write_text("---\nx: [\n---\n<https://a.example/>\n")
    done = crawl("links", "a.md")
    assert "a.md: the front matter is malformed" in done.err
    assert "https://a.example/" in done.out


def test_the_demo_says_that_it_is_practice_and_shows_the_commands(crawl: Crawl) -> None:
    done = crawl("demo", "--keep", "kept")
    assert done.code == 0
    assert done.out.startswith("PRACTICE WEB")
    for row in COMMANDS:
        assert row.name == "demo" or f"crawl {row.name}" in done.out
    assert {path.suffix for path in Path("kept").iterdir()} >= {".db", ".md", ".csv"}
    assert Path("kept/reports/latest.json").is_file()
    assert crawl("report", "--db", "kept/crawl.db").code == 0


# Bad input: one sentence, the right exit code


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("check",), 2, "no source"),
        (("check", "none.md"), 2, "none.md: there is no such file or directory."),
        (("check", "*.nothing"), 2, "no file matches this pattern"),
        (("check", "empty"), 2, "holds no document"),
        (("check", "https://[/"), 2, "https://[/: is no URL of a page"),
        (("links", "http://127.0.0.1/"), 3, "Not read: http://127.0.0.1/ could not be read:"),
        (("check", "a.md", "--timeout", "0"), 2, "'timeout' must be from 0.05"),
        (("check", "a.md", "--retries", "x"), 2, "is not a valid integer"),
        (("check", "a.md", "--include", "("), 2, "is no regular expression"),
        (("check", "long.md", "--exclude", "(a|a?)+$"), 2, "takes too long on 'https://a"),
        (("check", "a.md", "--fail-on", "bad"), 2, "knows no outcome 'bad'"),
        (("check", "a.md", "--resolve", "x"), 2, "PATTERN:PORT:ADDRESS"),
        (("check", "a.md", "--allow-address", "x"), 2, "is not a network"),
        (("check", "a.md", "--header", "secret"), 2, "--header takes"),
        (("check", "a.md", "--cacert", "none.pem"), 2, "not a readable file"),
        (("check", "a.md", "--config", "none.toml"), 2, "none.toml: cannot be read"),
        (("check", "a.md", "--output", "no/such/dir"), 2, "a file in a directory that exists"),
        (("check", "a.md", "--output", "empty"), 2, "a file in a directory that exists"),
        (("check", "a.md", "--output", "a.md"), 2, "is one of the documents"),
        (
            ("check", "a.md", "--output", "a.atom"),
            2,
            "atom tells of a history and of no single run",
        ),
        (("check", "a.md", "--user-agent", "ñandú"), 2, "must be printable ASCII"),
        (("check", "a.md", "--header", "a.example: X-Y: ñ"), 2, "--header takes"),
        (("check", "a.md", "--resolve", "*:99999:127.0.0.1"), 2, "PATTERN:PORT:ADDRESS"),
        (("check", "a.md", "--resolve", "[:80:127.0.0.1"), 2, "PATTERN:PORT:ADDRESS"),
        (("check", "-", "--stdin-name", " "), 2, "a document needs a name"),
        (("demo", "--keep", "a.md/x"), 3, "the demo cannot write its files"),
        (("check", "a.md", "--nonsense"), 2, "No such option"),
        (("nonsense",), 2, "No such command 'nonsense'"),
        (("report",), 3, "there is no history at crawl.db yet"),
        (("report", "--db", "binary.md"), 3, "binary.md is not a database"),
        (("run", "a.md", "--db", "binary.md"), 3, "binary.md is not a database"),
        (("run", "a.md", "--db", "no/such.db"), 3, "does its directory exist"),
        (("show", "https://a.example/"), 3, "there is no history"),
        (("show", "nonsense"), 2, "nonsense is no URL to look up"),
        (("show",), 2, "Missing argument"),
    ],
)
def test_bad_input_is_one_sentence(
    crawl: Crawl, arguments: tuple[str, ...], code: int, words: str
) -> None:
    Path("a.md").write_text("<https://a.example/>")
    Path("empty").mkdir()
    Path("long.md").write_text(f"https://a.example/{'a' * 4000}!x\n")
    Path("binary.md").write_bytes(b"\x7fELF\0\0" + bytes(range(256)) * 40)
    done = crawl(*arguments)
    assert done.code == code, done
    assert words in done.err
    assert done.out == ""


def test_an_unknown_setting_is_named_with_its_file(crawl: Crawl) -> None:
    Path("crawl.toml").write_text("timeuot = 1\n")
    Path("a.md").write_text("x")
    done = crawl("check", "a.md")
    assert done.code == 2
    assert (
        done.err == "crawl: crawl.toml: there is no setting 'timeuot' (did you mean 'timeout'?).\n"
    )


def test_format_and_messages_may_be_settings_too(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/down")
    Path("crawl.toml").write_text(
        "sources = ['a.md']\nformat = 'jsonl'\nquiet = true\nfail-on = 'broken, failing'\n"
    )
    done = crawl("check", *HERE)
    assert (done.code, done.err) == (1, "")
    assert [json.loads(line)["outcome"] for line in done.out.splitlines()] == ["ok", "failing"]
    Path("crawl.toml").write_text("format = 'pdf'\n")
    assert "must be one of text, markdown" in crawl("check", "a.md").err


def test_a_pyproject_whose_tools_are_none_is_not_ours(crawl: Crawl) -> None:
    Path("pyproject.toml").write_text("tool = 3\n")
    Path("a.md").write_text("x")
    assert crawl("check", "a.md").code == 0


def test_standard_input_is_read_once_and_need_not_be_there(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = crawl("links", "-", "-", stdin=b"<https://a.example/>")
    assert "https://a.example/" in done.out
    monkeypatch.setattr("crawler.terminal.standard_input", lambda: None)
    assert (
        crawl("links", "-").err
        == "crawl: -: standard input is closed, or has been read as a list.\n"
    )


def test_jsonl_that_is_partial_says_so_on_standard_error(crawl: Crawl, port: int) -> None:
    document(port, "/ok", "/slow")
    done = crawl("check", "a.md", "--max-time", "0.3", "--format", "jsonl", *HERE)
    assert "This report is partial" in done.err


def test_hosts_that_hang_up_show_that_the_network_is_there(crawl: Crawl) -> None:
    Path("a.md").write_text("<http://a.example:1024/> <http://b.example:1025/>")
    done = crawl("check", "a.md", *HERE)
    assert done.code == 0
    assert "2 failing" in done.out


def test_a_demo_that_is_interrupted_ends(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(stop: Any) -> Any:  # noqa: ANN401
        stop.ask("interrupted")
        return contextlib.nullcontext()

    monkeypatch.setattr("crawler.terminal.stopping", interrupted)
    assert crawl("demo").code == 130


def test_show_helps_those_who_remember_only_the_host(crawl: Crawl, port: int) -> None:
    document(port, "/ok")
    crawl("run", "a.md", *HERE)
    done = crawl("show", f"http://a.example:{port}/other")
    assert done.code == 2
    assert f"Known of that host: http://a.example:{port}/ok." in done.err


def test_a_damaged_history_does_not_stop_a_check(crawl: Crawl, port: int) -> None:
    document(port, "/ok")
    Path("crawl.db").write_bytes(b"garbage" * 1000)
    done = crawl("check", "a.md", *HERE)
    assert done.code == 0
    assert "The check goes on without history." in done.err
    assert "goes on" not in crawl("check", "a.md", "-q", *HERE).err


def test_a_second_run_says_who_is_at_work(crawl: Crawl, port: int) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from crawler import lock  # noqa: PLC0415

    document(port, "/ok")
    with lock.held(Path("crawl.db"), datetime.now(UTC)):
        done = crawl("run", "a.md", *HERE)
    assert done.code == 3
    assert f"(process {os.getpid()})" in done.err


def test_a_disk_that_fills_up_costs_the_history_and_not_the_report(
    crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawler.errors import StoreError  # noqa: PLC0415

    def full(*_: object, **_named: object) -> None:
        raise StoreError("the disk with crawl.db is full: free some room.")

    monkeypatch.setattr("crawler.store.Store.finish", full)
    document(port, "/gone")
    done = crawl("run", "a.md", *HERE)
    assert done.code == 3
    assert "Broken (1)" in done.out
    assert done.err.startswith("crawl: the disk with crawl.db is full")


def test_check_says_what_it_could_not_read_as_expected(crawl: Crawl) -> None:
    Path("a.md").write_text("---\na: [\n---\n")
    assert "front matter is malformed" in crawl("check", "a.md", *HERE).err
    assert crawl("check", "a.md", "-q", *HERE).err == ""


@pytest.mark.parametrize(("path", "code"), [("/ok", 3), ("/gone", 1)])
@pytest.mark.parametrize("format_", ["text", "markdown", "json", "jsonl"])
def test_a_document_that_cannot_be_read_is_told_in_every_format_and_fails(
    crawl: Crawl, port: int, path: str, code: int, format_: str
) -> None:
    Path("docs").mkdir()
    document(port, path, name="docs/a.md")
    Path("docs/b.md").write_bytes(b"PNG\0")
    done = crawl("check", "docs", "-q", "--format", format_, *HERE)
    assert done.code == code
    sentence = "docs/b.md is a binary file, not a document."
    assert f"crawl: Not read: {sentence}" in done.err.splitlines()
    if code == 1 or format_.startswith("json"):
        assert path in done.out, "the rest is checked all the same"
    if format_ in ("text", "markdown"):
        assert sentence in done.out
    elif format_ == "json":
        told = {"document": "docs/b.md", "reason": "is a binary file, not a document"}
        assert json.loads(done.out)["run"]["unread"] == [told | {"code": ""}]


def test_links_prints_the_settings_that_apply(crawl: Crawl) -> None:
    Path("crawl.toml").write_text("retries = 7\n")
    done = crawl("links", "docs", "--dump-config", "--hidden", "--output", "dumped.toml")
    assert (done.code, done.out) == (0, "")
    text = Path("dumped.toml").read_text()
    for line in ("(crawl.toml)\nretries = 7\n", "(command line)\nhidden = true\n"):
        assert line in text
    assert '(command line)\nsources = ["docs"]\n' in text
    again = crawl("links", "--config", "dumped.toml", "--dump-config").out
    assert again.count("(dumped.toml)") > 30
    assert re.sub(" [(].*[)]", "", again) == re.sub(" [(].*[)]", "", text)


def test_links_prints_the_documents_that_would_be_read(crawl: Crawl) -> None:
    Path("d").mkdir()
    Path("d/a.md").write_text("día")
    Path("d/b.html").write_bytes(b"\xff\xfea\0")
    Path("d/::c.txt").write_text("")
    Path("d/d.md").write_bytes(b"\0")
    done = crawl("links", "d", "--dump-files")
    assert done.code == 3
    assert done.out.splitlines() == [
        "d/::c.txt  plaintext  utf-8",
        "d/a.md     markdown   utf-8",
        "d/b.html   html       utf-16-le",
    ]  # fmt: skip
    assert "Not read: d/d.md" in done.err
    lines = crawl("links", "d", "--dump-files", "--format", "jsonl").out.splitlines()
    whole = json.loads(crawl("links", "d", "--dump-files", "--format", "json").out)
    assert [json.loads(line) for line in lines] == whole["documents"]
    assert whole["documents"][1] == {
        "document": "d/a.md", "format": "markdown", "encoding": "utf-8",
    }  # fmt: skip


def test_links_says_what_it_could_not_read_and_fails(crawl: Crawl) -> None:
    Path("a.md").write_text("<https://a.example/>")
    Path("b.md").write_bytes(b"\0")
    done = crawl("links", "a.md", "b.md")
    assert done.code == 3
    assert "https://a.example/" in done.out
    assert done.err == "crawl: Not read: b.md is a binary file, not a document.\n"


def test_a_document_that_cannot_be_read_this_time_stays_in_the_history(
    crawl: Crawl, port: int
) -> None:
    for name, path in (("a.md", "/ok"), ("b.md", "/gone"), ("c.md", "/nothing")):
        document(port, path, name=name)
    assert crawl("run", ".", *HERE).code == 0
    Path("b.md").write_bytes(b"\0")
    Path("c.md").unlink()
    assert crawl("run", ".", *HERE).code == 3
    known = json.loads(crawl("report", "--format", "json").out)["links"]
    assert [(each["document"], each["outcome"]) for each in known] == [
        ("a.md", "ok"),
        ("b.md", "broken"),
    ]


# The program itself


def test_help_names_every_command(crawl: Crawl) -> None:
    done = crawl("--help")
    assert done.code == 0
    assert all(row.name in done.out for row in COMMANDS)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, click.Abort])
def test_an_interrupt_before_anything_began_is_one_too(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise interrupt

    monkeypatch.setattr("crawler.sources.gather", interrupted)
    Path("a.md").write_text("x")
    assert crawl("links", "a.md").code == 130


def test_the_second_interrupt_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    monkeypatch.chdir(tmp_path)
    document(port, *(f"/slow{n}" for n in range(40)))
    Pages.asked.clear()
    process = start(tmp_path, "run", "a.md", *HERE, "--per-host", "1")
    wait_until_asked("/slow0", process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130


def test_the_list_of_commands_says_what_the_commands_say() -> None:
    context = click.Context(cli)
    assert isinstance(cli, click.Group)
    for row in COMMANDS:
        command = cli.get_command(context, row.name)
        assert command is not None
        assert command.help
        assert "crawl " + row.name in command.help, "every command shows examples"
    assert cli.get_command(context, "nonsense") is None


def start(
    directory: Path, *arguments: str, stderr: int = subprocess.PIPE
) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "crawler", *arguments],
        cwd=directory, stdout=subprocess.PIPE, stderr=stderr, text=True,
    )  # fmt: skip


def test_whoever_reads_the_report_is_told_once_that_there_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("<http://one.invalid/> <http://two.invalid/>")
    call = ("check", "a.md", "--retries", "0", "--no-progress")

    def told(*more: str, stderr: int = subprocess.STDOUT) -> tuple[int, ...]:
        """Count how often it is said on either stream, behind the exit code."""
        process = start(tmp_path, *call, *more, stderr=stderr)
        said = process.communicate(timeout=120)
        counts = (" ".join((each or "").split()).lower().count("no host at all") for each in said)
        return process.returncode, *counts

    assert told() == (3, 1, 0)
    assert told("--format", "json") == (3, 1, 0)  # that has no sentence for it
    assert told("--output", "report.txt") == (3, 1, 0)
    assert told("--proxy", "http://127.0.0.1:1") == (3, 2, 0)  # the second asks for the proxy
    assert told(stderr=subprocess.PIPE) == (3, 1, 1)


def wait_until_asked(path: str, process: "subprocess.Popen[str]") -> None:
    """Return when the program is known to be under way, however long it takes to start."""
    until = time.monotonic() + 120
    while not Pages.asked[path]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"{path} was never asked for"
        time.sleep(0.02)


def test_help_and_version(tmp_path: Path) -> None:
    out, _ = start(tmp_path, "--help").communicate(timeout=120)
    assert all(row.summary in " ".join(out.split()) for row in COMMANDS)
    out, _ = start(tmp_path, "--version").communicate(timeout=120)
    assert out.startswith("crawl 0.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_was_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int, number: signal.Signals
) -> None:
    monkeypatch.chdir(tmp_path)
    document(port, "/ok", *(f"/slow{n}" for n in range(40)))
    options = ("--per-host", "1", "--no-progress", "--format", "json")
    Pages.asked.clear()
    process = start(tmp_path, "run", "a.md", *HERE, *options)
    wait_until_asked("/slow1", process)  # so the links before it have been judged
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    report = json.loads(out)
    assert report["run"]["complete"] is False
    outcomes = [link["reason"] for link in report["links"]]
    assert outcomes[0] == "ok"
    assert "interrupted" in outcomes
    assert "what was seen so far is kept" in err
    out, _ = start(tmp_path, "report", "--format", "json").communicate(timeout=120)
    assert json.loads(out)["links"][0]["reason"] == "ok"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("<https://a.example/>\n" * 20_000)
    process = start(tmp_path, "links", "a.md")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(timeout=120)
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


def test_a_page_of_the_web_that_cannot_be_read_is_reported_and_fails_the_run(crawl: Crawl) -> None:
    done = crawl("check", "https://a.example/", "--offline")
    assert done.code == 3
    assert done.err.startswith("crawl: Not read: https://a.example/ could not be read: Not asked")
    assert "Not read: https://a.example/ could not be read" in done.out


def test_a_site_is_read_and_its_pages_are_documents(crawl: Crawl, port: int) -> None:
    home = f"http://a.example:{port}/ok"
    done = crawl("check", home, "--recursive", "--no-robots", "--format", "json", *HERE)
    assert done.code == 0, done
    assert json.loads(done.out)["links"] == []
    failed = crawl("run", f"http://a.example:{port}/gone", "--format", "json", *HERE)
    assert failed.code == 3
    (unread,) = json.loads(failed.out)["run"]["unread"]
    assert (unread["document"], unread["code"]) == (f"http://a.example:{port}/gone", "gone")
    assert "Not read: " in failed.err


def test_recursion_without_a_site_is_remarked_on(crawl: Crawl, port: int) -> None:
    document(port, "/ok")
    done = crawl("check", "a.md", "--recursive", *HERE)
    assert (done.code, "there is nothing to follow" in done.err) == (0, True)
    assert crawl("check", "a.md", "--recursive", "-q", *HERE).err == ""


def test_a_run_that_is_interrupted_before_its_first_page_was_read_says_so(
    crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawler import session  # noqa: PLC0415
    from crawler.stop import Stop  # noqa: PLC0415

    class Stopped(Stop):
        def __init__(self) -> None:
            super().__init__()
            self.ask("interrupted")

    monkeypatch.setattr(session, "Stop", Stopped)
    assert crawl("check", f"http://a.example:{port}/ok", *HERE).code == 130


def test_what_is_wrong_is_said_without_being_a_command_of_a_ci(crawl: Crawl) -> None:
    for option in (
        "--max-time=1\n::error::x",
        "--x\n::error::y ##[error]z",
        "--format=\r\n ::error::x",
    ):
        done = crawl("check", option)
        assert done.code == 2
        assert "\nError: " in done.err
        assert commands_of(done.err) == [None] * done.err.count("\n")
