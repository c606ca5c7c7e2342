"""Links to files under their new names, and places under theirs: written as the old ones were."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from fakes import NOON, occurrence, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.corrections import Correction, Refusal, Repair
from crawler.mending import Memory
from crawler.model import Place, Row
from crawler.planning import decided
from crawler.relinking import Anchored, Renamed, Renaming, nearest, relinked, renamed, replaced
from crawler.urls import Rejected, Rejection
from crawler.walk import normal


@pytest.mark.parametrize(
    ("href", "path", "start", "new", "written"),
    [
        ("a.md", "a.md", "", "b.md", "b.md"),
        ("./a.md", "a.md", "", "b.md", "./b.md"),
        ("a.md", "docs/a.md", "docs", "docs/b.md", "b.md"),
        ("../a.md", "a.md", "docs", "docs/x/b.md", "x/b.md"),
        ("a.md?plain=1#x", "docs/a.md", "docs", "b.md", "../b.md?plain=1#x"),
        ("/a.md", "a.md", "", "docs/b.md", "/docs/b.md"),
        ("/a.md", "site/a.md", "site", "site/x/b.md", "/x/b.md"),
        ("/a.md", "site/a.md", "site", "docs/b.md", None),
        ("a%20b.md", "a b.md", "", "c d.md", "c%20d.md"),
        ("a b.md", "a b.md", "", "c d.md", "c d.md"),
        ("a.md", "a.md", "", "c d#1?.md", "c%20d%231%3F.md"),
        ("é.md", "é.md", "", "ü.md", "ü.md"),
        ("%C3%A9.md", "é.md", "", "ü.md", "%C3%BC.md"),
        ("a.md", "a.md", "", "ü.md", "ü.md"),
        ("a.md", "a.md", "", "100%.md", "100%25.md"),
        ("a.md", "a.md", "", "b:c.md", "./b:c.md"),
        ("images/", "images", "", "pictures", "pictures/"),
        (" a.md ", "a.md", "", "b.md", "b.md"),
        ("x/../a.md", "a.md", "", "b.md", "b.md"),
        ("a.html", "a.md", "", "b.md", None),
        ("..\\a.md", "a.md", "docs", "b.md", None),
        ("//a.md", "a.md", "", "b.md", None),
        ("../../a.md", "a.md", "docs", "b.md", None),
    ],
)
def test_a_link_is_written_as_it_was(
    href: str, path: str, start: str, new: str, written: str | None
) -> None:
    assert relinked(href, path, PurePosixPath(start).parts, new) == written


_NAMES = st.text(alphabet="aé b#?%&+:.~'()[]\u3042", min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@given(_PATHS, st.lists(_NAMES, max_size=3), st.sampled_from(["", "./", "/"]))
def test_a_new_link_leads_to_the_file(new: str, start: list[str], begin: str) -> None:
    from urllib.parse import unquote  # noqa: PLC0415

    written = relinked(f"{begin}a.md#x", "/".join((*start, "a.md")), tuple(start), new)
    if written is None:
        assert begin == "/"
        assert tuple(new.split("/"))[: len(start)] != tuple(start)
        return
    path, _, fragment = written.partition("#")
    assert fragment == "x"
    assert "?" not in path
    assert normal(tuple(start), unquote(path)) == tuple(new.split("/"))
    assert path.startswith(begin)


MOVED = Renamed("docs/a.md", ("docs",), (Renaming("docs/a.md", "docs/b.md", NOON),), is_there=True)


def test_a_renamed_file_is_found_under_its_name() -> None:
    place = occurrence("a.md#x")
    steps = (Renaming("docs/a.md", "a.md", NOON), Renaming("a.md", "docs/b.md"))
    known = Renamed("docs/a.md", ("docs",), steps, is_there=True, anchors=frozenset({"x"}))
    assert renamed(place, known) == Correction(
        place,
        Repair.RENAMED,
        "b.md#x",
        "The file is docs/b.md now.",
        (
            "git: docs/a.md became a.md on 2026-11-22.",
            "git: a.md became docs/b.md, which is not committed yet.",
        ),
    )


def test_a_name_in_another_case_is_written_as_the_disk_has_it() -> None:
    known = Renamed("DOCS/a.md", (), is_there=True, spelt="docs/A.md")
    decision = renamed(occurrence("DOCS/a.md#x"), known)
    assert isinstance(decision, Correction)
    assert (decision.after, decision.why) == ("docs/A.md#x", "The file is called docs/A.md.")


@pytest.mark.parametrize(
    ("href", "known", "why"),
    [
        ("a.md", None, "git does not tell what became of the file"),
        ("a.md", Renamed("docs/a.md", ("docs",)), "was deleted"),
        ("a.md", Renamed(MOVED.path, MOVED.start, MOVED.steps), "not there any more"),
        ("a.html", MOVED, "how to link to that"),
        ("a.md#y", replace(MOVED, anchors=frozenset({"x"})), "no place that is called #y"),
    ],
)
def test_where_nothing_is_sure_it_is_said(href: str, known: Renamed | None, why: str) -> None:
    decision = renamed(occurrence(href), known)
    assert isinstance(decision, Refusal)
    assert (decision.repair, why in decision.why) == (Repair.RENAMED, True)


@pytest.mark.parametrize(
    ("name", "anchors", "found"),
    [
        ("instalation", {"installation", "usage"}, "installation"),
        ("Install_Guide", {"install-guide", "usage"}, "install-guide"),
        ("getting-started", {"getting-started-1", "usage"}, "getting-started-1"),
        ("1-café", {"1-cafe", "1-café-", "x"}, "1-café-"),
        ("café-bar", {"cafe--bar", "café--bar", "caf-bar"}, "café--bar"),
        ("install-linux", {"install-macos", "uninstall-linux", "install-linux-x"}, None),
        ("step-1", {"step-2", "step-3"}, None),
        ("zzz", {"installation"}, None),
        ("---", {"installation"}, None),
        ("x", set(), None),
        ("x" * 300, {"x" * 299}, None),
        ("x", {"x", ""} | {f"y{n}" for n in range(3000)}, None),
    ],
)
def test_the_nearest_name_is_one_that_stands_out(
    name: str, anchors: set[str], found: str | None
) -> None:
    assert nearest(name, frozenset(anchors)) == found


def test_a_renamed_heading_is_proposed_and_no_more() -> None:
    place = occurrence("b.md#instalation:~:text=x")
    known = Anchored(frozenset({"installation"}))
    assert replaced(place, known) == Correction(
        place,
        Repair.FRAGMENT,
        "b.md#installation:~:text=x",
        "There is no #instalation; #installation is the most like it.",
        automatic=False,
    )
    assert replaced(occurrence("#über"), Anchored(frozenset({"übers"}))) is not None
    assert replaced(place, None) is None
    assert replaced(occurrence("#:~:text=x"), known) is None
    refused = replaced(occurrence("#zzz"), known)
    assert isinstance(refused, Refusal)
    assert refused.why == "No place is called anything like #zzz."


def test_places_of_files_are_decided_on() -> None:
    missing, gone = occurrence("a.md"), occurrence("b.md#instalation")
    memory = Memory(
        renamed={missing: MOVED}, anchored={gone: Anchored(frozenset({"installation"}))}
    )
    rows = [
        (missing, Rejection.FILE_MISSING, "b.md"),
        (gone, Rejection.FRAGMENT_MISSING, "b.md#installation"),
    ]
    for place, reason, after in rows:
        seen = Row(Place(place, Rejected(place.raw, reason)), verdict_of(reason))
        decision = decided(seen, frozenset(Repair), memory)
        assert isinstance(decision, Correction)
        assert decision.after == after
        assert decided(seen, (), memory) is None
