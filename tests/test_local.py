"""From a written link to a file: which file it names, and what is said where there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from fakes import occurrence
from hypothesis import given
from hypothesis import strategies as st

from crawler.local import Ground
from crawler.model import Document, Kind
from crawler.published import Found
from crawler.urls import Rejected, Rejection, Target, resolve
from crawler.walk import Listing, Parts, Thing, Tree, normal, walk

LOCAL, MISSING, CASE = Rejection.LOCAL, Rejection.FILE_MISSING, Rejection.FILE_CASE
OUTSIDE, UNKNOWN = Rejection.OUTSIDE, Rejection.RELATIVE

Entries = dict[str, Thing | str]


class FakeTree:
    """A tree of paths; `a/` is a directory, `a -> b` a symbolic link, `a|` a pipe, `a!` locked."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.asked: list[Parts] = []
        self._directories: dict[Parts, Entries | None] = {(): {}}
        for path in paths:
            self._add(path)

    def _add(self, path: str) -> None:
        path, _, leads = path.partition(" -> ")
        parts = tuple(path.rstrip("/|!").split("/"))
        for depth in range(1, len(parts)):
            self._put(parts[:depth], Thing.DIRECTORY)
        kinds = {"/": Thing.DIRECTORY, "|": Thing.OTHER, "!": Thing.DIRECTORY}
        thing: Thing | str = Thing.OUTSIDE if leads == "OUT" else leads
        self._put(parts, thing or kinds.get(path[-1], Thing.FILE))
        if path.endswith("!"):
            self._directories[parts] = None

    def _put(self, parts: Parts, thing: Thing | str) -> None:
        above = self._directories[parts[:-1]]
        assert above is not None
        above[parts[-1]] = thing
        if thing is Thing.DIRECTORY:
            self._directories.setdefault(parts, {})

    def listing(self, directory: Parts, /) -> Listing | None:
        self.asked.append(directory)
        entries = self._directories.get(directory)
        return None if entries is None else Listing(entries)

    def text(self, _: Parts, /) -> Document | None:
        return None

    def lines(self, _: Parts, /) -> int | None:
        return None


PLAIN = (
    "README.md", "LICENSE.md", "docs/guide.md", "docs/index.md", "docs/api.rst", "docs/page.html",
    "docs/img/logo.png", "my file.md", "odd%20name.md", "what?.md", "cafe\u0301.md", "empty/",
    "pipe|", "locked!", "gone -> nowhere", "in -> docs", "up -> ../x", "far -> OUT", "loop -> loop",
    "docs/top -> /README.md", "docs/deep/er.md", "both/index.html", "both/README.md",
    "\udcff.md", "notes/a.md", "notes/b -> ../docs/deep",
)  # fmt: skip


def look(
    href: str,
    *,
    paths: Iterable[str] = PLAIN,
    at: str = "docs/a.md",
    base: str | None = None,
    root: Tree | None = None,
    kind: Kind = Kind.INLINE,
) -> Found | None:
    *directory, name = at.split("/")
    ground = Ground(FakeTree(paths), tuple(directory), name, root)
    found = ground.found(replace(occurrence(href), kind=kind), resolve(href), base)
    assert not isinstance(found, Target)
    return found


def told(found: Found | None) -> tuple[Rejection, str | None, str]:
    assert found is not None
    return found.reason, found.path, found.detail


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("guide.md", "docs/guide.md"),
        ("./guide.md", "docs/guide.md"),
        ("img//logo.png", "docs/img/logo.png"),
        ("img/../guide.md", "docs/guide.md"),
        ("nowhere/../guide.md", "docs/guide.md"),  # as browsers do it
        ("img\\logo.png", "docs/img/logo.png"),
        ("../README.md", "README.md"),
        (" ../README.md\n", "README.md"),
        ("../my%20file.md", "my file.md"),
        ("../my file.md", "my file.md"),
        ("../odd%20name.md", "odd%20name.md"),
        ("../odd%2520name.md", "odd%20name.md"),
        ("../README.md?raw=true#top", "README.md"),
        ("../what?.md", "what?.md"),
        ("../what%3F.md", "what?.md"),
        ("../caf\u00e9.md", "cafe\u0301.md"),
        ("../caf%C3%A9.md", "cafe\u0301.md"),
        ("../%FF.md", "\\udcff.md"),
        ("%2e%2e/README.md", "README.md"),
        ("..%2FREADME.md", "README.md"),
        ("img", "docs/img"),
        ("img/", "docs/img"),
        (".", "docs"),
        ("..", "."),
        ("guide.md/", "docs/guide.md"),
        ("?raw=true", "docs/a.md"),
        ("top", "docs/top"),
        ("../in/guide.md", "in/guide.md"),
        ("../notes/b/er.md", "notes/b/er.md"),
        ("../locked", "locked"),
    ],
)
def test_what_is_there_is_found_where_it_is(href: str, path: str) -> None:
    assert told(look(href)) == (LOCAL, path, "")


@pytest.mark.parametrize(
    ("href", "path", "detail"),
    [
        ("gone.md", "docs/gone.md", ""),
        ("guid.md", "docs/guid.md", "there is docs/guide.md"),
        ("page-s.htm", "docs/page-s.htm", ""),
        ("guides", "docs/guides", ""),
        ("guide.mdx", "docs/guide.mdx", "there is docs/guide.md"),
        ("b.md", "docs/b.md", ""),
        ("../LICENS.md", "LICENS.md", "there is LICENSE.md"),
        ("../LICENSEs", "LICENSEs", ""),
        ("../notes-", "notes-", "there is notes"),
        ("gudie.md", "docs/gudie.md", "there is docs/guide.md"),
        ("giude.rst", "docs/giude.rst", ""),
        ("guide.rst", "docs/guide.rst", "there is docs/guide.md"),
        ("img/logo.svg", "docs/img/logo.svg", "there is docs/img/logo.png"),
        ("guide", "docs/guide", "there is docs/guide.md"),
        ("../LICENSE", "LICENSE", "there is LICENSE.md"),
        ("guide.md/x", "docs/guide.md/x", ""),
        ("gone/x.md", "docs/gone/x.md", ""),
        ("../pipe", "pipe", "pipe is no regular file"),
        ("../gone", "gone", ""),
        ("../loop", "loop", ""),
        ("nul%00.md", "docs/nul\0.md", ""),
        ("x" * 5000, "docs/" + "x" * 5000, ""),
        ("\ud800", "docs/\\ud800", ""),
    ],
)
def test_what_is_not_there_is_missing_and_what_may_be_meant_is_told(
    href: str, path: str, detail: str
) -> None:
    assert told(look(href)) == (MISSING, path, detail)


@pytest.mark.parametrize(
    ("href", "path", "detail"),
    [
        ("Guide.md", "docs/Guide.md", "it is docs/guide.md"),
        ("../Docs/guide.MD", "Docs/guide.MD", "it is docs/guide.md"),
        ("../CAF\u00c9.md", "CAF\u00c9.md", "it is cafe\u0301.md"),
        ("../in/Guide.md", "in/Guide.md", "it is in/guide.md"),
    ],
)
def test_a_name_in_another_case_is_told_with_the_right_one(
    href: str, path: str, detail: str
) -> None:
    assert told(look(href)) == (CASE, path, detail)


@pytest.mark.parametrize(
    "href",
    [
        "../../x", "../../README.md", "../..", "..\\..\\x", "%2e%2e/%2E%2E/etc/passwd",
        "..%2f..%2fetc%2fpasswd", "../up", "../far", "../far/more", "../../../../../../etc/passwd",
    ],
)  # fmt: skip
def test_what_leads_out_of_the_project_is_not_looked_at_and_nothing_else_is_said(href: str) -> None:
    assert told(look(href)) == (OUTSIDE, None, "")


@pytest.mark.parametrize("href", ["../../etc/passwd", "../../no-such-thing"])
def test_nothing_is_asked_about_what_is_outside(href: str) -> None:
    tree = FakeTree(PLAIN)
    Ground(tree, ("docs",), "a.md").found(occurrence(href), resolve(href), None)
    assert {".."}.isdisjoint(part for asked in tree.asked for part in asked)
    assert all(asked in {(), ("docs",)} for asked in tree.asked)


@pytest.mark.parametrize(
    ("href", "detail"),
    [
        ("/guide.md", "--root tells which directory / stands for"),
        ("{{ site.url }}/x.md", "it is filled in by a template or a program"),
        ("/{{ x }}", "it is filled in by a template or a program"),
        ("<?php echo $x ?>", "it is filled in by a template or a program"),
        ("${base}/x.md", "it is filled in by a template or a program"),
        ("@ref", "it is filled in by a template or a program"),
        ("~assets/logo.png", "it is filled in by a template or a program"),
        ("%s/x.html", "it is filled in by a template or a program"),
        ("../empty/README.md", "its directory is empty: a submodule perhaps"),
        ("../locked/x.md", "its directory cannot be read"),
    ],
)
def test_what_nobody_can_tell_is_left_alone(href: str, detail: str) -> None:
    assert told(look(href)) == (UNKNOWN, None, detail)


@pytest.mark.parametrize(
    "href", ["", "#top", "https://a.example/", "//a.example/x", "mailto:a@b.example", "ftp://x/"]
)
def test_what_names_no_file_is_none(href: str) -> None:
    assert look(href) is None


@pytest.mark.parametrize(
    ("base", "href", "path"),
    [
        ("img/", "logo.png", "docs/img/logo.png"),
        ("img/x.html?y/#z/", "logo.png", "docs/img/logo.png"),
        ("x", "guide.md", "docs/guide.md"),
        ("../", "README.md", "README.md"),
        ("mailto:a@b.example", "guide.md", "docs/guide.md"),
    ],
)
def test_a_relative_base_of_a_page_is_where_its_links_start(
    base: str, href: str, path: str
) -> None:
    assert told(look(href, base=base)) == (LOCAL, path, "")


def test_a_rooted_base_needs_the_root() -> None:
    site = FakeTree(["img/logo.png"])
    assert told(look("logo.png", base="/img/"))[0] is UNKNOWN
    assert told(look("logo.png", base="/img/", root=site)) == (LOCAL, "img/logo.png", "")


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/", (LOCAL, ".", "")),
        ("/img/logo.png", (LOCAL, "img/logo.png", "")),
        ("\\img\\logo.png", (LOCAL, "img/logo.png", "")),
        ("/gone.png", (MISSING, "gone.png", "")),
        ("/../x", (OUTSIDE, None, "")),
        ("guide.md", (LOCAL, "docs/guide.md", "")),
    ],
)
def test_a_path_from_the_root_starts_there(
    href: str, expected: tuple[Rejection, str | None, str]
) -> None:
    assert told(look(href, root=FakeTree(["img/logo.png"]))) == expected


# Pages that are made of files


@pytest.mark.parametrize(
    ("href", "at", "path"),
    [
        ("guide.html", "docs/a.md", "docs/guide.md"),
        ("api.html", "docs/a.html", "docs/api.rst"),
        ("page", "docs/a.html", "docs/page.html"),
        ("page/", "docs/a.md", "docs/page.html"),
        ("guide", "docs/a.rst", "docs/guide.md"),
        ("../both/index.html", "docs/a.md", "both/index.html"),
        ("../index.html", "docs/a.md", "README.md"),
        ("img/logo.*", "docs/a.rst", "docs/img/logo.png"),
        ("img/logo", "docs/a.tex", "docs/img/logo.png"),
    ],
)
def test_a_page_is_there_if_that_is_of_which_it_is_made(href: str, at: str, path: str) -> None:
    found = look(href, at=at)
    as_it_is = path == "both/index.html"
    assert told(found) == (LOCAL, path, "" if as_it_is else f"as {path}")


@pytest.mark.parametrize("href", ["plot", "plot.png", "img/"])
def test_a_picture_that_tex_may_find_elsewhere_is_not_missing(href: str) -> None:
    found = look(f"{href}x", at="docs/a.tex")

    assert told(found) == (UNKNOWN, None, "TeX looks for it in other directories too")


SITE = (*PLAIN, "mkdocs.yml", "static/app.css", "public/robots.txt", "docs/other/x.md")


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("guide", (LOCAL, "docs/guide.md", "as docs/guide.md")),
        ("guide/", (LOCAL, "docs/guide.md", "as docs/guide.md")),
        ("../guide/", (LOCAL, "docs/guide.md", "as docs/guide.md")),  # `a.md` is published as `a/`
        ("../img/logo.png", (LOCAL, "docs/img/logo.png", "as docs/img/logo.png")),
        ("../../README.md", (LOCAL, "README.md", "as README.md")),
        ("tags/x/", (UNKNOWN, None, "its site generator may make such a page")),
        ("2020/01/01/x.html", (UNKNOWN, None, "its site generator may make such a page")),
        ("gone.md", (MISSING, "docs/gone.md", "")),
        ("img/gone.png", (MISSING, "docs/img/gone.png", "")),
        ("../../../x", (OUTSIDE, None, "")),
    ],
)
def test_where_a_generator_is_at_work_pages_may_come_from_anywhere(
    href: str, expected: tuple[Rejection, str | None, str]
) -> None:
    assert told(look(href, paths=SITE)) == expected


def test_the_front_page_of_a_directory_is_published_where_it_lies() -> None:
    assert told(look("../guide/", paths=SITE, at="docs/index.md"))[0] is UNKNOWN


@pytest.mark.parametrize(
    ("sign", "works"),
    [("_config.yml", True), ("docs/conf.py", True), ("website/hugo.toml", True), ("x.yml", False),
     ("elsewhere/conf.py", False)],
)  # fmt: skip
def test_generators_are_known_above_a_document_and_where_sites_are(sign: str, works: bool) -> None:
    found = told(look("tags/", paths=(*PLAIN, sign)))
    assert found[0] is (UNKNOWN if works else MISSING)


@pytest.mark.parametrize(
    ("href", "path"), [("/app.css", "static/app.css"), ("/robots.txt", "public/robots.txt")]
)
def test_generators_publish_some_directories_at_the_top(href: str, path: str) -> None:
    assert told(look(href, root=FakeTree(SITE))) == (LOCAL, path, f"as {path}")
    assert told(look(href, root=FakeTree(p for p in SITE if p != "mkdocs.yml")))[0] is MISSING


def test_front_matter_names_files_as_only_its_generator_knows() -> None:
    assert told(look("./gone.png", kind=Kind.FRONTMATTER))[0] is UNKNOWN
    assert told(look("./img/logo.png", kind=Kind.FRONTMATTER))[0] is LOCAL


# Where a fragment is looked for


@pytest.mark.parametrize(
    ("href", "file"),
    [
        ("guide.md", ("docs", "guide.md")),
        ("../in/guide.md", ("docs", "guide.md")),
        ("top", ("README.md",)),
        ("..", ("README.md",)),
        (".", ("docs", "index.md")),
        ("../both", None),  # which of its two pages is shown nobody can tell
        ("img", None),
        ("gone.md", None),
        ("?x", ("docs", "a.md")),
    ],
)
def test_a_fragment_is_looked_for_in_the_file_itself(href: str, file: Parts | None) -> None:
    found = look(href)
    assert found is not None
    assert found.file == file


# Laws

HREFS = st.text(st.sampled_from("./\\%2eEfF?#:{}@~ aé\u0301\udcff\0"), max_size=30) | st.text()
RANDOM = st.lists(st.sampled_from(PLAIN), unique=True)


@given(
    HREFS, RANDOM, st.sampled_from(["a.md", "docs/a.rst", "docs/deep/a.html"]), st.none() | HREFS
)
def test_every_text_comes_to_something_that_can_be_stored(
    href: str, paths: list[str], at: str, base: str | None
) -> None:
    found = look(href, paths=paths, at=at, base=base, root=FakeTree(paths))
    relative = isinstance(target := resolve(href), Rejected) and target.reason is UNKNOWN
    assert relative or found is None
    if found is not None:
        assert found.reason in {LOCAL, MISSING, CASE, OUTSIDE, UNKNOWN}
        (found.path or "").encode()
        assert (found.path is None) == (found.reason in {OUTSIDE, UNKNOWN})


@given(HREFS, RANDOM)
def test_no_path_asks_about_anything_that_no_directory_has_listed(
    href: str, paths: list[str]
) -> None:
    tree = FakeTree(paths)
    Ground(tree, (), "a.md", tree).found(occurrence(href), resolve(href), None)
    for asked in tree.asked:
        spot = walk(FakeTree(paths), asked)
        assert spot is not None or asked[:1] in {(each,) for each in ("static", "public")}


@given(st.lists(st.text("ab./", max_size=6)).map("/".join))
def test_a_normal_way_has_nothing_to_be_taken_out(path: str) -> None:
    way = normal(("x",), path)
    assert way is None or ({"", ".", ".."}.isdisjoint(way) and normal((), "/".join(way)) == way)


def test_symbolic_links_that_double_at_each_step_come_to_an_end() -> None:
    chain = [f"l{n} -> ./l{n - 1}/l{n - 1}" for n in range(1, 60)]
    tree = FakeTree(["l0 -> .", *chain])
    assert walk(tree, ("l59",)) is None
    assert len(tree.asked) < 1000


def test_a_link_is_looked_up_once_in_a_document() -> None:
    tree = FakeTree(PLAIN)
    ground = Ground(tree, ("docs",), "a.md")
    for _ in range(3):
        ground.found(occurrence("img/logo.png#x"), resolve("img/logo.png"), None)
    assert len(tree.asked) == 3


def test_listings_hold_what_was_put_into_them() -> None:
    entries: Mapping[str, Thing | str] = {"a": Thing.FILE, "É": Thing.FILE}
    listing = Listing(entries)
    assert (listing.spelt("a"), listing.spelt("A"), listing.folded("A")) == ("a", None, "a")
    assert (listing.spelt("E\u0301"), listing.folded("é"), listing.near("zz")) == ("É", "É", None)


def test_targets_are_left_as_they_are() -> None:
    ground = Ground(FakeTree(PLAIN), (), "a.md")
    target = resolve("https://a.example/README.md")
    assert isinstance(target, Target)
    assert ground.found(occurrence("https://a.example/README.md"), target, None) is None
