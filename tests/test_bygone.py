"""Links that a change makes, or leads elsewhere, without writing their lines: none stays unseen."""

import json
from pathlib import Path

import commits
import pytest
from commandline import Crawl

LINK = "[x](gone.md)\n"
BARE = "<p>\n<a href='sub/x.md'>x</a>\n"
HTML = "<html><head>\n<base href='{}/'>\n</head>\n<a href='x.md'>x</a>\n"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.md", f"# A\n\n```\n{LINK}```\n", f"# A\n\n{LINK}"),
        ("a.md", f"# A\n\n<!--\n\n{LINK}\n-->\n", f"# A\n\n{LINK}"),
        ("a.md", f"# A\n\n<!-- crawl: ignore-next-line -->\n{LINK}", f"# A\n\n{LINK}"),
        ("a.md", f"# A\n\n<!-- crawl: ignore-file -->\n\n{LINK}", f"# A\n\n{LINK}"),
        ("a.adoc", "= A\n:d: sub\n\nlink:{d}/x.md[x]\n", "= A\n:d: gone\n\nlink:{d}/x.md[x]\n"),
        ("a.html", HTML.format("sub"), HTML.format("gone")),
        ("a.html", HTML.format("sub"), HTML.format("gone") + "<p><a href='x.md'>again</a>\n"),
        ("a.html", BARE, f"<base href='gone/'>{BARE}"),
        ("a.html", HTML.format("sub"), HTML.format("sub").replace("<base href='sub/'>", "")),
    ],
    ids=[
        "a fence", "a comment", "an ignore", "all ignored", "an attribute", "a base", "again",
        "a new base", "no base",
    ],
)  # fmt: skip
def test_what_becomes_a_broken_link_fails_though_its_line_is_old(
    name: str,
    before: str,
    after: str,
    tmp_path: Path,
    crawl: Crawl,
) -> None:
    commits.branched(tmp_path, {name: before, "sub/x.md": "# X\n"})
    commits.write(name, after)
    commits.commit()
    done = crawl("check", ".", "--base", "main", "--offline", "--format", "json")
    links = json.loads(done.out)["links"]
    assert (done.code, {each["outcome"] for each in links}) == (1, {"broken"})
    assert not any(each["known"] for each in links)


def test_what_is_left_out_as_before_is_an_old_story(tmp_path: Path, crawl: Crawl) -> None:
    ignored = f"# A\n\n<!-- crawl: ignore-next-line -->\n{LINK}"
    expired = f"\n<!-- crawl: ignore-next-line until=2020-01-31 -->\n{LINK}"
    commits.branched(tmp_path, {"a.md": ignored, "b.md": expired})
    commits.write("a.md", f"{ignored}\nMore words.\n")
    commits.write("b.md", f"{expired}\nMore words.\n")
    commits.commit()
    done = crawl("check", ".", "--base", "main", "--offline")
    assert (done.code, "No links." in done.out.splitlines()) == (0, True)


def test_a_relative_link_is_known_in_its_own_directory_alone(tmp_path: Path, crawl: Crawl) -> None:
    fragment, web = "[y](#gone)\n", "<https://a.example/>\n"
    commits.branched(tmp_path, {"a.md": f"{LINK}{fragment}{web}", "sub/x.md": "# X\n"})
    for name, more in (("a.md", "# A\n"), ("b.md", ""), ("sub/x.md", "# X\n")):
        commits.write(name, f"{more}Words of {LINK}Words of {fragment}Words of {web}")
    commits.commit()
    done = crawl("check", ".", "--base", "main", "--offline", "--format", "json")
    told = {
        (each["document"], each["raw"]): each["known"] is not None
        for each in json.loads(done.out)["links"]
    }
    assert done.code == 1
    assert told == {
        ("a.md", "gone.md"): True, ("a.md", "#gone"): True,
        ("b.md", "gone.md"): True, ("b.md", "#gone"): False,
        ("sub/x.md", "gone.md"): False, ("sub/x.md", "#gone"): False,
        **{(name, "https://a.example/"): True for name in ("a.md", "b.md", "sub/x.md")},
    }  # fmt: skip
