"""The page on CI: what it shows is called, and a check is played here, without a network."""

import json
import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
import yaml
from commandline import Crawl
from test_annotations import commands as annotations

import crawler
from crawler import reports

ROOT: Final = Path(crawler.__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS: Final = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMAND: Final = re.compile(r"crawl ((?:report|check) [^&|;>\n]*)")


@pytest.fixture
def crawl(crawl: Crawl) -> Crawl:
    Path("docs").mkdir()
    Path("docs/a b.md").write_text("[gone](x.md)\n\n<https://a.example/>\n")
    return crawl


def shown() -> list[str]:
    return [match.strip() for _, text in BLOCKS for match in COMMAND.findall(text)]


def test_the_page_is_linked_and_its_commands_are_there() -> None:
    assert "(docs/ci.md)" in (ROOT / "README.md").read_text("utf-8")
    assert len(shown()) == 3
    for command in shown():
        name, *arguments = shlex.split(command)
        import_module(f"crawler.cli.{name}").command.make_context(name, arguments)


def test_every_job_is_yaml_and_checks_links() -> None:
    told = [yaml.safe_load(text) for name, text in BLOCKS if name == "yaml"]
    assert len(told) == 4
    assert all("crawl" in str(each) for each in told)
    hooks = [hook for each in told for one in each.get("repos", ()) for hook in one["hooks"]]
    assert [each["id"] for each in hooks] == ["crawl-local", "crawl"]
    assert "${{" not in "".join(text for _, text in BLOCKS), "nothing is put into a command"


def test_the_inputs_and_outputs_of_the_action_are_all_there() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    rows = re.findall(r"^\| (`[^|]*`) \| ?([^|]*) ?\|", PAGE, re.MULTILINE)
    told = dict[str, str]()
    for names, default in rows:
        for name in re.findall("`([^`]+)`", names):
            told.setdefault(name, default)  # an output may be called as an input is
    for name, each in action["inputs"].items():
        assert name in told, name
        assert each["default"] in ("", *re.findall("`([^`]+)`", told[name])), name
    assert action["outputs"].keys() <= told.keys()


def test_the_page_leads_to_files_that_there_are_and_to_its_own_headings() -> None:
    links = re.findall(r"\]\(([a-z][^)#:]*)(?:#[^)]*)?\)", PAGE)
    assert {"workflows/check.yml", "workflows/comment.yml", "gitlab-ci.yml"} <= set(links)
    assert all((ROOT / "docs" / each).exists() for each in links)
    heads = [
        re.sub("[^a-z -]", "", head.lower()) for head in re.findall("^## (.*)$", PAGE, re.MULTILINE)
    ]
    names = re.findall(r"^- \[.*\]\(#(.*)\)$", PAGE, re.MULTILINE)
    assert names == [head.replace(" ", "-") for head in heads]


def test_the_script_is_one_that_a_shell_can_read() -> None:
    (script,) = [text for name, text in BLOCKS if name == "sh"]
    done = subprocess.run(["sh", "-n"], input=script, text=True, check=False)  # noqa: S607
    assert done.returncode == 0


def test_the_page_and_the_readme_have_every_format_of_ci_systems() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in (
        "sarif",
        "junit",
        "github",
        "github-comment",
        "github-summary",
        "gitlab",
        "rdjson",
    ):
        assert f"| `{name}` | `{reports.BY_NAME[name].suffix}` |" in readme
        assert f" `{name}`" in PAGE


def test_a_check_is_annotated_and_then_reported_without_asking_again(crawl: Crawl) -> None:
    done = crawl("check", "--record", "--offline", "--format", "github", "docs")
    assert done.code == 1
    error, last = annotations(done.out)
    assert error is not None
    assert last is None
    assert error.properties == {
        "file": "docs/a b.md", "line": "1", "endLine": "1", "col": "8", "endColumn": "11",
        "title": "Broken (file-missing)",
    }  # fmt: skip
    summary = crawl("report", "--format", "github-summary")
    assert (summary.code, "## Broken (1)" in summary.out) == (0, True)
    assert crawl("report", "--output", "links.junit.xml").code == 0
    (suite,) = ET.parse("links.junit.xml").getroot()  # noqa: S314 - we wrote it
    assert {name: suite.attrib[name] for name in ("tests", "failures", "skipped")} == {
        "tests": "2", "failures": "1", "skipped": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "begins"),
    [
        ("links.sarif", '{"$schema"'),
        ("links.junit.xml", "<?xml"),
        ("links.github.txt", "::error file=docs/a b.md,"),
        ("links.summary.md", "# Links of 1 document"),
        ("links.gitlab.json", "[\n{"),
        ("links.rdjson", '{"source": {"name": "crawl"}'),
    ],
)
def test_the_ending_of_the_output_tells_the_format(crawl: Crawl, file: str, begins: str) -> None:
    done = crawl("check", "--offline", "--output", file, "docs")
    assert (done.code, done.out) == (1, "")
    assert Path(file).read_text("utf-8").startswith(begins)


def test_a_place_in_sarif_leads_to_the_file(crawl: Crawl) -> None:
    crawl("check", "--offline", "--output", "links.sarif", "docs")
    (result,) = json.loads(Path("links.sarif").read_text("utf-8"))["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "docs/a%20b.md"


def test_what_cannot_tell_changes_is_refused_for_news(crawl: Crawl) -> None:
    done = crawl("run", "--quiet", "--offline", "--format", "sarif", "docs")
    assert done.code == 2
    assert done.err == "crawl: --quiet: the format sarif cannot show what a run has changed.\n"
    assert crawl("run", "-q", "--offline", "--format", "github-summary", "docs").code == 0
