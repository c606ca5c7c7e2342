"""A stranger's checkout, over the command line: what it says of itself does not count."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from commandline import Crawl
from commits import branched, commit, run, write

from crawler import check_links
from crawler.checkout import PLANTED
from crawler.cli import COMMANDS
from crawler.settings import CheckoutSettings, SelectSettings, Settings
from crawler.store import Store

TEXT = "[here](there.md)\n[gone](gone.md)\n<https://one.example/>\n"


@pytest.fixture
def crawl(crawl: Crawl, top: Path) -> Crawl:
    """Call `crawl` in a repository whose branch `topic` is where `main` is."""
    branched(top, {"README.md": TEXT, "there.md": "# There\n"})
    return crawl


@pytest.fixture
def check(crawl: Crawl) -> Crawl:
    return lambda *options: crawl("check", ".", "--offline", "--untrusted", *options)


def test_what_could_hide_links_does_not_count_and_is_told(check: Crawl, crawl: Crawl) -> None:
    write("crawl.toml", "exclude = ['.']\nfail-on = []\nsources = ['there.md']\nstrict = true\n")
    done = check("--format", "json")
    told = "crawl.toml came with the checkout: what it sets for exclude, fail_on, sources does not"
    assert (done.code, done.err) == (1, f"crawl: {told} count.\n")
    assert json.loads(done.out)["run"]["remarks"] == [f"{told} count."]
    assert crawl("check", ".", "--offline", "--trusted").code == 0
    done = crawl("links", ".", "--untrusted", "--dump-config")
    assert "exclude = []\n" in done.out
    assert "strict = true\n" in done.out
    assert done.err == f"crawl: {told} count.\n"


@pytest.mark.parametrize(
    "setting", ["proxy = 'http://x.example/'", "db = 'x'", "notify = 'touch x'"]
)
def test_what_is_the_operators_alone_is_told_and_does_not_end_it(
    check: Crawl, setting: str
) -> None:
    write("pyproject.toml", f"[tool.crawl]\n{setting}\n")
    done = check()
    assert done.code == 1
    name, _, _ = setting.partition(" ")
    assert f"pyproject.toml came with the checkout: what it sets for {name} does" in done.err
    assert not Path("x").exists()


def test_without_a_source_it_is_said_why_there_is_none(crawl: Crawl) -> None:
    write("crawl.toml", "sources = ['.']\n")
    done = crawl("check", "--offline", "--untrusted")
    assert done.code == 2
    assert "In a stranger's checkout those of the settings do not count without --base." in done.err
    assert crawl("check", "--offline", "--trusted").code == 1


def test_the_settings_of_the_base_count_whatever_the_change_makes_of_them(
    crawl: Crawl, check: Crawl
) -> None:
    write("crawl.toml", "fail-on = ['skipped']\nsources = ['README.md']\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("README.md", f"{TEXT}<https://two.example/>\n")
    commit()
    assert check("--base", "main") == (1, check("--base", "main").out, "")
    for other in ("", "fail-on = []\n", "fail-on = [", "proxy = 'x'\n"):
        write("crawl.toml", other)
        commit()
        done = check("--base", "main", "--format", "json")
        told = "The settings of main count; this checkout has others."
        assert (done.code, done.err) == (1, f"crawl: {told}\n")
        assert json.loads(done.out)["run"]["remarks"] == [told]
    Path("crawl.toml").unlink()
    assert (
        check("--base", "main").err
        == "crawl: The settings of main count; this checkout has others.\n"
    )
    done = crawl("links", ".", "--untrusted", "--dump-config")
    assert "(crawl.toml)" not in done.out


def test_settings_that_are_new_do_not_count(check: Crawl) -> None:
    write("crawl.toml", "exclude = ['.']\nfail-on = []\n")
    write("README.md", f"{TEXT}[new](nowhere.md)\n")
    commit()
    done = check("--base", "main")
    assert (done.code, "this checkout has others" in done.err) == (1, True)
    done = check("--base", "HEAD")  # whose keepers want it so
    assert (done.code, done.err) == (0, "")


def test_where_dependencies_change_settings_do_not(check: Crawl) -> None:
    write("pyproject.toml", "[tool.crawl]\nretries = 1\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("pyproject.toml", "[project]\nname = 'x'\n[tool.crawl]\nretries = 1\n")
    commit()
    assert check("--base", "main").err == ""


def test_a_directory_below_has_its_own_settings(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("docs/crawl.toml", "fail-on = ['skipped']\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("docs/a.md", "<https://new.example/>\n")
    write("docs/crawl.toml", "fail-on = []\n")
    commit()
    monkeypatch.chdir("docs")
    done = crawl("check", ".", "--offline", "--untrusted", "--base", "main")
    assert (done.code, "this checkout has others" in done.err) == (1, True)


def test_settings_may_be_a_link_at_the_base(check: Crawl) -> None:
    write("config/crawl.toml", "fail-on = ['skipped']\n")
    Path("crawl.toml").symlink_to("config/crawl.toml")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("README.md", f"{TEXT}<https://two.example/>\n")
    commit()
    assert check("--base", "main").code == 1


def test_a_base_that_is_none_is_told_once(check: Crawl) -> None:
    done = check("--base", "nowhere")
    assert (done.code, done.err) == (2, "crawl: --base nowhere: there is no such commit.\n")


def test_without_a_repository_there_is_no_base(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write("README.md", TEXT)
    write("crawl.toml", "fail-on = []\n")
    done = crawl("check", ".", "--untrusted", "--base", "main", "--offline")
    assert "There is no git repository here" in done.err
    assert "crawl.toml came with the checkout: what it sets for fail_on does not count" in done.err
    write("pyproject.toml", "[project]\nname = 'x'\n")  # it says nothing to us
    Path("crawl.toml").unlink()
    assert crawl("check", ".", "--offline", "--untrusted").err == ""


def test_a_link_in_the_place_of_settings_tells_nothing_of_where_it_leads(
    check: Crawl, tmp_path: Path
) -> None:
    secret = tmp_path / "credentials.toml"
    secret.write_text("hunter2 = 'swordfish'\n", "utf-8")
    Path("crawl.toml").symlink_to(secret)
    for options in ((), ("--base", "main")):
        done = check(*options)
        assert not {"hunter2", "swordfish"} & set(done.err.replace("'", " ").split())
    told = "crawl: crawl.toml came with the checkout and is no regular file: it does not count.\n"
    assert (check().code, check().err) == (1, told)


def test_what_is_no_file_is_not_waited_for(check: Crawl) -> None:
    os.mkfifo("crawl.toml")
    assert "no regular file" in check().err


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 5000, f"retries = {'9' * 5000}\n", f"# {'x' * 1_100_000}\n"]
)
@pytest.mark.parametrize("trust", ["--untrusted", "--trusted"])
def test_settings_that_are_to_make_us_stumble_are_a_sentence(
    crawl: Crawl, text: str, trust: str
) -> None:
    write("crawl.toml", text)
    done = crawl("check", ".", "--offline", trust)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert done.err.startswith("crawl: crawl.toml: ")


def test_a_pull_request_is_a_strangers_unless_somebody_says_otherwise(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("crawl.toml", "fail-on = []\n")
    assert crawl("check", ".", "--offline").code == 0
    monkeypatch.setenv("CI", "true")
    assert crawl("check", ".", "--offline").code == 0
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    assert crawl("check", ".", "--offline").code == 1
    assert crawl("check", ".", "--offline", "--trusted").code == 0
    assert crawl("check", ".", "--offline", "--no-config").err == ""
    mine = tmp_path / "mine.toml"
    mine.write_text("fail-on = []\n", "utf-8")
    assert crawl("check", ".", "--offline", "--config", str(mine)).code == 0
    mine.write_text("untrusted = false\n", "utf-8")  # the operator's word too
    assert crawl("check", ".", "--offline", "--config", str(mine)).code == 1


def test_comments_that_leave_links_out_are_counted(check: Crawl) -> None:
    run(Path(), "branch", "-q", "-f", "main")
    hidden = "<!-- crawl: ignore-next-line -->\n[x](nowhere.md)\n"
    write("README.md", f"<!-- crawl: ignore-next-line -->\n{TEXT}")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    done = check()
    assert "crawl: 1 link is left out by a comment of this checkout: README.md:2.\n" in done.err
    write(
        "README.md",
        f"{Path('README.md').read_text()}{hidden}[y](nowhere.md) <!-- crawl: ignore -->\n",
    )
    commit()
    done = check("--base", "main", "--format", "json")
    told = "2 links are left out by comments of this checkout, the first at README.md:6."
    assert (done.code, told in done.err, told in json.loads(done.out)["run"]["remarks"]) == (
        0,
        True,
        True,
    )


def test_entries_of_the_base_are_no_comments(check: Crawl) -> None:
    write("crawl.toml", "[[ignore]]\nurl = 'nowhere'\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("README.md", f"{TEXT}[x](nowhere.md)\n")
    commit()
    done = check("--base", "main")
    assert (done.code, done.err) == (0, "")


def test_what_git_holds_cannot_be_ignored(check: Crawl, crawl: Crawl, tmp_path: Path) -> None:
    write("docs/a.md", "[x](nowhere.md)\n")
    write("docs/deep/b.md", "[x](nowhere.md)\n")
    write("docs/deep/.gitignore", "*\n")
    run(Path(), "add", "-f", "docs")
    write(".gitignore", "/docs\n*.tmp.md\n")
    commit()
    write("docs/made.md", "[x](nowhere.md)\n")
    write("docs/made/a.md", "[x](nowhere.md)\n")

    def files(*options: str) -> list[str]:
        told = crawl("links", *options, "--dump-files", "--format", "jsonl").out
        return [json.loads(line)["document"] for line in told.splitlines()]

    assert files(".", "--untrusted") == ["README.md", "docs/a.md", "docs/deep/b.md", "there.md"]
    assert files("**/*.md", "--untrusted") == files(".", "--untrusted")
    assert files(".", "--trusted") == ["README.md", "there.md"]
    assert "docs/deep/b.md:1" in check("--base", "main").out
    for source in ("../top", str(tmp_path / "top")):  # by whatever name
        assert len(files(source, "--untrusted")) == 4


@pytest.mark.usefixtures("crawl")
async def test_a_program_may_say_whose_the_checkout_is() -> None:
    write("docs/a.md", "[x](nowhere.md)\n")
    run(Path(), "add", "docs")
    write(".gitignore", "/docs\n")
    for untrusted, number in ((True, 1), (False, 0)):
        settings = Settings(checkout=CheckoutSettings(untrusted=untrusted))
        report = await check_links(["."], replace(settings, select=SelectSettings(offline=True)))
        found = [row for row in report.rows if row.place.occurrence.document == "docs/a.md"]
        assert len(found) == number


def planted(name: str = "crawl.db") -> None:
    with Store(Path(name)):
        pass


def test_a_history_that_came_with_the_checkout_is_not_read(check: Crawl, crawl: Crawl) -> None:
    planted()
    assert "crawl.db" not in check().err  # it is nobody's but ours
    commit()
    assert check().err == f"crawl: {PLANTED}\n"
    assert json.loads(check("--format", "json").out)["run"]["remarks"] == [PLANTED]
    for command in ("run", "check --record"):
        done = crawl(*command.split(), ".", "--offline", "--untrusted")
        told = "nothing can be recorded: name a history with --db."
        assert (done.code, done.err) == (2, f"crawl: {PLANTED}\ncrawl: {told}\n")
    url = "https://a.example/"
    write("x.gz", "")
    for command in ("report", f"show {url}", "serve", "db stats", "db verify", "db prune",
                    "db backup x", "db export", "db import x.gz", f"db accept {url}"):  # fmt: skip
        done = crawl(*command.split(), "--untrusted")
        assert (done.code, done.err) == (2, f"crawl: {PLANTED}\n"), command
    for options in (("--untrusted", "--db", "crawl.db"), ("--trusted",)):
        assert "holds no finished run yet" in crawl("report", *options).err
    assert crawl("links", ".", "--untrusted").err == ""


@pytest.mark.parametrize("name", ["crawl.db-wal", "crawl.db-journal", "CRAWL.DB"])
def test_nor_is_one_beside_which_files_were_planted(check: Crawl, name: str) -> None:
    write(name, "x")
    commit()
    planted()
    assert PLANTED in check().err


def test_where_git_cannot_tell_a_history_must_be_named(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    monkeypatch.chdir(plain)
    write("README.md", "[x](README.md)\n")
    assert crawl("check", ".", "--offline", "--untrusted").err == ""
    planted()
    assert crawl("check", ".", "--offline", "--untrusted").err == f"crawl: {PLANTED}\n"
    monkeypatch.setenv("CRAWL_DB", "crawl.db")
    assert crawl("check", ".", "--offline", "--untrusted").err == ""


def test_all_that_reads_settings_can_be_told_whose_they_are(crawl: Crawl) -> None:
    for name in ({row.name for row in COMMANDS} - {"db", "demo"}) | {"db stats"}:
        assert "--untrusted / --trusted" in crawl(*name.split(), "--help").out
