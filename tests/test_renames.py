"""What became of files, as told by git: read, and followed as far as it is sure."""

from collections.abc import Collection

import pytest
from fakes import NOON
from hypothesis import given
from hypothesis import strategies as st

from crawler.relinking import Renaming
from crawler.renames import MAX_STEPS, Change, Trail, change_of, changes_of, wanted

ONE, TWO = b"a" * 40, b"b" * 64


def entry(kind: str, *names: str) -> bytes:
    begin = f":100644 100644 {'1' * 40} {'2' * 40} {kind}\0".encode()
    return begin + b"".join(name.encode() + b"\0" for name in names)


def change(deleted: Collection[str] = (), **renamed: str) -> Change:
    return Change(NOON, {old.replace("_", "/"): new for old, new in renamed.items()}, set(deleted))


def test_what_git_tells_is_read() -> None:
    strange = ONE.decode()
    told = (
        ONE + b"\0" + entry("R100", strange, ":b") + entry("D", "c/d")
        + TWO + b"\0" + entry("M", "x") + entry("R051", "e", "f")
    )  # fmt: skip
    assert changes_of(told, {ONE: NOON}) == [
        Change(NOON, {strange: ":b"}, {"c/d"}),
        Change(None, {"e": "f"}),
    ]
    assert change_of(entry("D", "c") + entry("R077", "a", "b")) == Change(None, {"a": "b"}, {"c"})
    assert (changes_of(b"", {}), change_of(b"")) == ([], Change())


@given(st.binary(max_size=300))
def test_nothing_that_git_could_tell_raises(told: bytes) -> None:
    changes_of(told, {})
    change_of(told)


@pytest.mark.parametrize(
    ("path", "made", "new"),
    [
        ("a", change(a="b"), "b"),
        ("a", change(deleted={"a"}), None),
        ("a", change(ab="b"), None),
        ("docs", change(docs_a="guide/a", docs_x_b="guide/x/b"), "guide"),
        ("docs", change(docs_a="guide/a", docs_b="other/b"), None),
        ("docs", change(docs_a="guide/a", deleted={"docs/b"}), None),
        ("docs", change(docs_a="a"), None),
        ("docs", change(docs_a="guide/b"), None),
    ],
)
def test_a_change_tells_what_a_path_became(path: str, made: Change, new: str | None) -> None:
    assert (made.successor(path) or None) == new


def followed(path: str, there: Collection[str], *changes: Change) -> Trail:
    trail = Trail(path)
    while wanted([trail], there.__contains__):
        trail.follow(changes, there.__contains__)
    return trail


def test_a_file_is_followed_to_the_name_that_it_has() -> None:
    trail = followed("a", {"c"}, change(b="c"), change(a="b"))
    assert trail.steps == (Renaming("a", "b", NOON), Renaming("b", "c", NOON))
    assert (trail.name, trail.lost) == ("c", False)


@pytest.mark.parametrize(
    ("there", "changes", "deleted"),
    [
        ({"b", "c"}, [change(a="c"), change(a="b")], True),
        ({"b"}, [change(deleted={"a"}), change(a="b")], True),
        ({"b"}, [change(x="b")], False),
        (set(), [], False),
    ],
    ids=["two that are there", "another file", "another name", "nothing"],
)
def test_what_is_not_sure_is_not_followed(
    there: Collection[str], changes: list[Change], deleted: bool
) -> None:
    trail = followed("a", there, *changes)
    assert (trail.steps, trail.lost, trail.deleted) == ((), True, deleted)


def test_of_two_names_the_one_that_is_there_counts() -> None:
    assert followed("a", {"b"}, change(a="c"), change(a="b")).name == "b"


def test_names_that_go_in_circles_lead_nowhere() -> None:
    trail = followed("a", (), change(a="b"), change(b="a"))
    assert (trail.name, trail.lost) == ("b", True)
    long = [change(**{f"n{each}": f"n{each + 1}"}) for each in range(20)]
    trail = followed("n0", {"n20"}, *long)
    assert (len(trail.steps), trail.lost) == (MAX_STEPS, True)
