"""What a change breaks elsewhere: links that it has not touched, to what it took away."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import Crawl, Done
from commits import branched, commit, run, write

from crawler import documents
from crawler.model import Document, Reading
from crawler.revisions import Repository
from crawler.settings import ExtractSettings

Broken = Callable[..., list[str]]

GUIDE = "# Guide\n\n## First steps\n\nWords.\n\n## Last steps\n\nMore.\n"


def base() -> None:
    """Make what is there the base."""
    commit()
    run(Path(), "branch", "-q", "-f", "main")


@pytest.fixture
def crawl(crawl: Crawl, top: Path) -> Crawl:
    """Call `crawl` in a repository whose branch `topic` is where `main` is."""
    readme = "# A\n\n[guide](docs/guide.md)\n"
    branched(top, {"docs/guide.md": GUIDE, "docs/notes.txt": "Notes.\n", "README.md": readme})
    return crawl


@pytest.fixture
def broken(crawl: Crawl) -> Broken:
    """Return which links a change breaks, by document and as they are written."""

    def found(*options: str, sources: tuple[str, ...] = (".",)) -> list[str]:
        # Whatever would be asked for is a failure: there is no network in tests.
        options = options or ("--base", "main")
        done = crawl("check", *sources, "--format", "json", *options)
        rows = [each for each in json.loads(done.out)["links"] if each["outcome"] == "broken"]
        rows = [each for each in rows if not each["known"]]
        assert done.code == (1 if rows else 0), done.err
        assert all("it was there before this change" in each["detail"] for each in rows)
        return [f"{row['document']} {row['raw']}" for row in rows]

    return found


def test_a_file_that_is_removed_breaks_what_links_to_it(broken: Broken) -> None:
    write("docs/more.md", "[g](guide.md) [p](./p%69c%20a.png) [html](guide.html) [x](other.md)\n")
    write("docs/other.md", "[p](<pic a.png>)\n")
    write("docs/pic a.png", b"\x89PNG")
    base()
    assert broken() == []
    Path("docs/guide.md").unlink()
    assert broken() == [
        "README.md docs/guide.md", "docs/more.md guide.md", "docs/more.md guide.html",
    ]  # fmt: skip
    assert broken("--staged") == []
    commit()
    assert len(broken()) == 3
    Path("docs/pic a.png").unlink()
    assert broken("--working-tree") == ["docs/more.md ./p%69c%20a.png", "docs/other.md pic a.png"]


def test_it_is_told_in_words(crawl: Crawl) -> None:
    run(Path(), "mv", "docs/guide.md", "docs/guides.md")
    done = crawl("check", ".", "--base", "main")
    assert done.code == 1
    assert "no such file. (it was there before this change; it is docs/guides.md now)" in " ".join(
        done.out.split()
    )
    assert "README.md:3:9" in done.out
    assert "1 link in 1 place: 1 broken." in done.out
    run(Path(), "mv", "docs/guides.md", "docs/zebra.md")
    spanish = crawl("check", ".", "--base", "main", "--lang", "es").out
    assert "(estaba antes de este cambio; ahora es docs/zebra.md)" in " ".join(spanish.split())
    Path("docs/zebra.md").unlink()
    spanish = crawl("check", ".", "--base", "main", "--lang", "es").out
    assert "archivo. (estaba antes de este cambio)" in " ".join(spanish.split())


@pytest.fixture
def told(crawl: Crawl) -> Broken:
    """Return what is said in brackets of each link that a change breaks."""

    def found(*options: str, sources: tuple[str, ...] = (".",)) -> list[str]:
        done = crawl("check", *sources, "--format", "json", *(options or ("--base", "main")))
        assert done.out, done.err
        details = [each["detail"] for each in json.loads(done.out)["links"]]
        return [each.partition("(")[2].removesuffix(")") for each in details]

    return found


TAKEN = "it was there before this change"


def test_what_another_name_is_git_knows_and_a_name_that_is_near_is_none(told: Broken) -> None:
    write("docs/pic.png", b"\x89PNG" + bytes(range(200)))
    write("docs/guide2.md", "# Something else altogether\n")
    write("more/one.png", b"1" * 99)
    write("more/two.png", b"2" * 99)
    write("a.md", "[p](docs/pic.png)\n[g](docs/guide.md#first-steps)\n[m](more)\n")
    Path("README.md").unlink()
    base()
    run(Path(), "mv", "docs/pic.png", "docs/image.png")
    run(Path(), "mv", "docs/guide.md", "docs/zebra.md")
    run(Path(), "mv", "more", "others")
    everywhere = [
        f"{TAKEN}; it is {name} now" for name in ("docs/image.png", "docs/zebra.md", "others")
    ]
    assert told("--staged") == told("--working-tree") == everywhere
    commit()
    assert told() == everywhere
    run(Path(), "mv", "docs/image.png", "docs/figure.png")
    Path("others/one.png").rename("elsewhere.png")
    Path("others/two.png").rename("nowhere.png")
    Path("others").rmdir()
    # Neither has the index seen where those two went, nor are they where it has them.
    assert told()[0] == f"{TAKEN}; it is docs/figure.png now"
    assert told()[2] == TAKEN
    run(Path(), "reset", "-q", "--soft", "main")
    assert told("--staged")[2] == f"{TAKEN}; it is others now"


def test_a_name_is_told_from_the_top_of_the_project(told: Broken) -> None:
    write("docs/a.md", "[g](/guide.md) [g](guide.md)\n")
    base()
    run(Path(), "mv", "docs/guide.md", "docs/zebra.md")
    options = ("--base", "main", "--root", "docs")
    assert told(*options, sources=("docs",)) == [f"{TAKEN}; it is zebra.md now"] * 2
    run(Path(), "mv", "docs/zebra.md", "zebra.md")
    assert told(*options, sources=("docs",)) == [TAKEN] * 2, "nothing below docs has it"


def test_git_is_not_asked_what_became_of_files_where_nothing_is_broken(
    told: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    async def counted(_: Repository, commit: str) -> bytes:
        asked.append(commit)
        return b""

    monkeypatch.setattr(Repository, "renamed_since", counted)
    write("a.md", "[n](docs/notes.txt) [again](docs/notes.txt)\n")
    base()
    write("docs/guide.md", GUIDE.replace("Words", "More words"))
    Path("README.md").unlink()
    assert told() == []
    assert asked == []
    Path("docs/notes.txt").unlink()
    assert told() == [TAKEN, TAKEN]
    assert len(asked) == 1


def test_a_file_that_is_renamed_breaks_what_links_to_it(broken: Broken) -> None:
    write("docs/near.md", "[guide](guide.md) [up](../README.md)\n")
    base()
    run(Path(), "mv", "docs/guide.md", "docs/manual.md")
    assert broken() == ["README.md docs/guide.md", "docs/near.md guide.md"]
    run(Path(), "mv", "docs/near.md", "near.md")
    assert broken() == ["README.md docs/guide.md", "near.md guide.md"]


def test_a_document_that_moved_has_broken_its_own_links(broken: Broken) -> None:
    write(
        "docs/near.md", "# Near\n\nmany words\n\n[guide](guide.md)\n[gone](gone.md)\n[i](#near)\n"
    )
    base()
    run(Path(), "mv", "docs/near.md", "near.md")
    assert broken() == ["near.md guide.md"]


def test_a_heading_that_is_gone_breaks_links_to_it(broken: Broken) -> None:
    write("docs/a.md", "[whole](guide.md) [first](guide.md#first-steps) [no](guide.md#never)\n")
    write("docs/b.md", "[last](guide.md#last-steps) [code](guide.html#First-Steps)\n")
    write("docs/guide.md", f"[down](#last-steps)\n\n{GUIDE}")
    base()
    write("docs/guide.md", f"[down](#last-steps)\n\n{GUIDE}".replace("Last steps", "The end"))
    assert broken() == ["docs/b.md guide.md#last-steps", "docs/guide.md #last-steps"]
    write("docs/guide.md", f"[down](#last-steps)\n\n{GUIDE}".replace("## First steps\n", ""))
    assert broken() == ["docs/a.md guide.md#first-steps", "docs/b.md guide.html#First-Steps"]
    assert broken("--base", "main", "--no-fragments") == []


def test_html_has_ids(broken: Broken) -> None:
    write("page.html", '<p id="one">1</p><a name="two">2</a>\n')
    write("docs/a.md", "[1](../page.html#one) [2](../page.html#two)\n")
    write("docs/b.html", '<a href="../page.html#tw&#111;">2</a>\n')
    base()
    write("page.html", '<p id="one">1</p><a name="three">2</a>\n')
    assert broken() == ["docs/a.md ../page.html#two", "docs/b.html ../page.html#tw&#111;"]


def test_what_was_broken_before_is_nobodys_doing_here(broken: Broken) -> None:
    write("a.md", "[gone](docs/gone.md) [guide](docs/guide.md#nowhere)\n")
    base()
    write("docs/guide.md", GUIDE.replace("Last", "Latest"))
    assert broken() == []
    Path("docs/guide.md").unlink()
    assert broken() == ["README.md docs/guide.md", "a.md docs/guide.md#nowhere"]


def test_another_case_is_another_name(broken: Broken) -> None:
    run(Path(), "mv", "docs/guide.md", "docs/Guide.md")
    if Path("docs/guide.md").exists():
        pytest.skip("this file system knows no case")
    assert broken() == ["README.md docs/guide.md"]


def test_a_directory_that_is_gone_breaks_links_to_it(broken: Broken) -> None:
    write("more/index.md", "# More\n\n## Deep\n")
    write("more/pic.png", b"PNG")
    write("a.md", "[more](more/) [deep](more/#deep) [docs](docs)\n")
    base()
    write("more/index.md", "# More\n\n## Shallow\n")
    assert broken() == ["a.md more/#deep"]
    Path("more/index.md").unlink()
    assert broken() == []
    Path("more/pic.png").unlink()
    Path("more").rmdir()
    assert broken() == ["a.md more/", "a.md more/#deep"]


def test_a_link_on_a_line_that_was_touched_is_broken_too(broken: Broken) -> None:
    write("README.md", "# A\n\nBetter words: [guide](docs/guide.md)\n")
    Path("docs/guide.md").unlink()
    assert broken() == ["README.md docs/guide.md"]


def test_the_index_is_what_counts_for_what_is_staged(broken: Broken) -> None:
    write("built/page.md", "made by a program\n")
    write(".gitignore", "/built/\n")
    write("a.md", "[built](built/page.md) [guide](docs/guide.md#last-steps)\n")
    base()
    run(Path(), "rm", "-q", "--cached", "docs/guide.md")
    assert broken("--staged") == ["README.md docs/guide.md", "a.md docs/guide.md#last-steps"]
    assert broken("--working-tree") == []
    run(Path(), "add", "docs/guide.md")
    Path("docs/guide.md").unlink()
    write("docs/new.md", "[built](../built/page.md) [first](guide.md#first-steps)\n")
    run(Path(), "add", "docs/new.md")
    assert broken("--staged") == []
    write("docs/guide.md", GUIDE)
    write("a.md", "nothing any more\n")
    write("docs/guide.md", GUIDE.replace("Last", "Latest"))
    run(Path(), "add", "docs/guide.md")
    assert broken("--staged") == ["a.md docs/guide.md#last-steps"]
    assert broken("--working-tree") == []


def test_a_submodule_that_is_gone_breaks_links_to_it(broken: Broken, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(other, "init", "-q", "-b", "main")
    (other / "theirs.md").write_text("# Theirs\n\n[guide](../docs/guide.md)\n")
    run(other, "add", "-A")
    run(other, "commit", "-qm", "theirs")
    allowed = ("-c", "protocol.file.allow=always")
    run(Path(), *allowed, "submodule", "--quiet", "add", str(other), "sub")
    write("a.md", "[sub](sub) [theirs](sub/theirs.md)\n")
    base()
    assert broken() == []
    run(Path(), "rm", "-q", "sub")
    assert broken() == ["a.md sub"]


def test_symbolic_links_lead_to_what_is_gone(broken: Broken) -> None:
    write("v1/page.md", "# One\n")
    write("v1/notes.txt", "Notes.\n")
    Path("current").symlink_to("v1")
    Path("page.md").symlink_to("current/page.md")
    Path("top.md").symlink_to(Path("docs/guide.md").resolve())
    Path("out").symlink_to("/")
    write("a.md", "[c](current/page.md) [p](page.md) [one](v1/page.md) [top](top.md) [out](out)\n")
    base()
    Path("v1/page.md").unlink()
    Path("top.md").unlink()
    assert broken() == [
        "a.md current/page.md", "a.md page.md", "a.md v1/page.md", "a.md top.md",
    ]  # fmt: skip
    run(Path(), "checkout", "-q", "v1/page.md")
    Path("current").unlink()
    # `page.md` leads there too; whoever links to it does not say so.
    assert {"a.md current/page.md", "a.md top.md"} <= set(broken())


@pytest.mark.parametrize("name", [b"caf\xe9.md", "größe.md".encode(), "日本.md".encode(), b"_.md"])
def test_names_need_not_be_ascii(broken: Broken, name: bytes) -> None:
    path = os.fsdecode(name)
    quoted = "".join(f"%{each:02X}" for each in name)
    try:
        write(path, "# Text\n")
    except OSError:
        pytest.skip("this file system has no such names")
    write("a.md", f"[x]({quoted})\n")
    write("b.md", f"[x]({quoted.lower()})\n")
    write("c.md", "[other](docs/guide.md)\n")
    base()
    Path(path).unlink()
    assert broken() == [f"a.md {quoted}", f"b.md {quoted.lower()}"]


def test_a_root_is_looked_below(broken: Broken) -> None:
    write("docs/a.md", "[guide](/guide.md)\n")
    base()
    Path("docs/guide.md").unlink()
    assert broken("--base", "main", "--root", "docs", sources=("docs",)) == ["docs/a.md /guide.md"]


def test_a_sparse_working_tree_has_lost_nothing(broken: Broken) -> None:
    run(Path(), "sparse-checkout", "set", "--no-cone", "/*", "!/docs/")
    assert not Path("docs/guide.md").exists()
    assert broken() == []


def test_what_documents_hold_besides_text_is_read(broken: Broken) -> None:
    write("a.txt", "guide".encode("utf-16"))
    write("b.html", '<a href="docs/guide.md">x</a>'.encode("utf-16"))
    base()
    Path("docs/guide.md").unlink()
    assert broken() == ["README.md docs/guide.md", "b.html docs/guide.md"]


def test_untouched_documents_are_read_only_if_they_may_be_concerned(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("docs/far.md", "[x](far.md) guidebooks and misguided people\n")
    base()
    Path("docs/guide.md").unlink()
    seen = list[str]()
    read = documents.read

    def watched(document: Document, settings: ExtractSettings) -> Reading:
        seen.append(document.name)
        return read(document, settings)

    monkeypatch.setattr(documents, "read", watched)
    assert crawl("check", ".", "--base", "main").code == 1
    assert set(seen) == {"README.md"}


def test_it_is_told_in_spanish(crawl: Crawl) -> None:
    write("a.md", "[last](docs/guide.md#last-steps)\n")
    base()
    write("docs/guide.md", "# Guide\n")
    done = crawl("check", ".", "--base", "main", "--lang", "es")
    assert "(#last-steps; estaba antes de este cambio" in " ".join(done.out.split())


def test_the_top_of_a_document_without_headings_is_there(broken: Broken) -> None:
    write("docs/guide.md", "No heading.\n")
    write("a.md", "[top](docs/guide.md#top)\n")
    assert broken() == []


def test_standard_input_is_compared_and_is_not_in_the_index(
    crawl: Crawl,
) -> None:
    def given(text: str, *options: str) -> Done:
        return crawl("check", "-", "--stdin-name", "README.md", *options, stdin=text.encode())

    Path("docs/guide.md").unlink()
    done = given(Path("README.md").read_text(), "--base", "main")
    assert (done.code, "it was there before" in done.out) == (1, True)
    done = given("# A\n", "--staged")
    assert (done.code, done.err) == (
        2,
        "crawl: --staged: the index is read, and not standard input.\n",
    )


def test_lines_and_headings_are_those_of_the_index(crawl: Crawl) -> None:
    write("more.md", "# More\n")  # never staged
    Path("abroad.md").symlink_to(Path("docs").resolve() / "guide.md")
    links = (
        "docs/guide.md#last-steps", "docs/guide.md#new", "docs/notes.txt#L1", "docs/notes.txt#L2",
        "docs/notes.txt#x", "more.md#more", "more.md#L2", "abroad.md#new",
    )  # fmt: skip
    write("a.md", "".join(f"[x]({each})\n" for each in links))
    run(Path(), "add", "a.md", "abroad.md")
    write("docs/guide.md", "# New\n")
    write("docs/notes.txt", "1\n2\n")
    done = crawl("check", ".", "--staged", "--format", "json")
    rows = json.loads(done.out)["links"]
    assert [each["raw"] for each in rows if each["outcome"] == "broken"] == [
        "docs/guide.md#new", "docs/notes.txt#L2", "more.md#L2", "abroad.md#new",
    ]  # fmt: skip


def test_what_is_in_conflict_is_there(broken: Broken) -> None:
    write("docs/guide.md", GUIDE.replace("Words", "Other words"))
    commit()
    run(Path(), "checkout", "-q", "-b", "other", "main")
    write("docs/guide.md", GUIDE.replace("Words", "More words"))
    commit()
    with pytest.raises(subprocess.CalledProcessError):
        run(Path(), "merge", "-q", "topic")
    assert broken("--staged") == []


def test_directories_need_not_be_unicode(broken: Broken, crawl: Crawl) -> None:
    directory = os.fsdecode(b"\xff")
    try:
        write(f"{directory}/b.md", "# Text\n")
    except OSError:
        pytest.skip("this file system has no such names")
    # One whose name is how the other is shown must not stand in for it.
    write(r"\udcff/c.md", "")
    write(f"{directory}/a.md", "[x](c.md) [y](b.md)\n")
    base()
    assert broken() == []
    Path(f"{directory}/b.md").unlink()
    assert broken() == [r"\udcff/a.md b.md"]
    done = crawl("check", ".", "--offline")
    assert (done.code, r"\udcff/c.md" in done.out) == (1, True)
    write(r"\udcff/a.md", "")
    write(f"{directory}/a.md", "")
    done = crawl("check", ".", "--offline")
    assert (done.code, r"\udcff/a.md stands for two files" in done.err) == (3, True)
