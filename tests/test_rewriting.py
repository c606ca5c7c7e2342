"""Corrections become files, and the history knows of them; taken back, they are as they were."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import NOON
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import overwriting, rewriting, sources, terminal
from crawler.amending import CHANGED
from crawler.collect import Collection
from crawler.corrections import Correction, Plan, Refusal, Repair
from crawler.errors import StoreError
from crawler.repairs import Repaired
from crawler.rewrites import Change, Fixes
from crawler.settings import ExtractSettings, Settings
from crawler.store import Store
from crawler.undoing import GONE, OTHERWISE

OLD, NEW = "http://old.example/a", "https://new.example/b"
EXTRACT = ExtractSettings()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def gathered(*names: str) -> Collection:
    return sources.gather(names, None, "", Settings())


def planned(collection: Collection, after: str = NEW, *, automatic: bool = True) -> Plan:
    """Return the plan to have every link that holds `old` lead elsewhere."""
    return Plan(
        tuple(
            Correction(each.occurrence, Repair.MOVED, after, "Moved for good.", automatic=automatic)
            for each in collection.places
            if "old" in each.occurrence.href
        )
    )


def found(*names: str, after: str = NEW) -> Fixes:
    collection = gathered(*names)
    return rewriting.fixes_of(collection, planned(collection, after), EXTRACT)


def by(name: str = "one", undoes: str | None = None, hours: int = 0) -> rewriting.By:
    return rewriting.By(name, NOON + timedelta(hours=hours), "Ana", undoes)


def undo(store: Store, name: str, inside: Callable[[str], bool] = lambda _: True) -> Fixes:
    """Take a call back and write that."""
    fixes, problems = rewriting.undone_fixes(store.repairs.of(name), inside, EXTRACT)
    assert problems == ()
    return rewriting.write(fixes, store, by(f"not {name}", name, 1)).fixes


# What is to be written


def test_what_is_sure_is_made_and_the_rest_is_proposed_or_refused() -> None:
    Path("a.md").write_text(f"<{OLD}> [b]({OLD}?b)\n")
    collection = gathered("a.md")
    first, second = planned(collection).corrections
    unsure = Correction(second.occurrence, Repair.FRAGMENT, f"{OLD}?b#c", "Why.", automatic=False)
    refusal = Refusal(second.occurrence, Repair.HTTPS, "No.")
    fixes = rewriting.fixes_of(collection, Plan((first, unsure), (refusal,)), EXTRACT)
    (rewrite,) = fixes.rewrites
    assert rewrite.after == f"<{NEW}> [b]({OLD}?b)\n".encode()
    assert (fixes.proposed, fixes.refused) == ((unsure,), (refusal,))
    assert [(each.before.raw, each.after.raw) for each in rewrite.changes] == [(OLD, NEW)]


def test_a_document_that_has_changed_since_it_was_read_is_left_there() -> None:
    Path("a.md").write_text(f"<{OLD}> and <{OLD}>\n")
    collection = gathered("a.md")
    Path("a.md").write_text(f"<{OLD}> and more <{OLD}>\n")
    fixes = rewriting.fixes_of(collection, planned(collection), EXTRACT)
    assert [each.why for each in fixes.refused] == [CHANGED]
    assert fixes.rewrites[0].after == f"<{NEW}> and more <{OLD}>\n".encode()


def test_what_is_no_file_is_refused_and_a_file_that_is_gone_too() -> None:
    Path("a.md").write_text(f"<{OLD}>\n")
    Path("b.md").write_text("nothing\n")
    collection = gathered("a.md")
    Path("a.md").unlink()
    fixes = rewriting.fixes_of(collection, planned(collection), EXTRACT)
    assert [each.why for each in fixes.refused] == [
        "The document cannot be read (No such file or directory)."
    ]
    again = planned(collection)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a stream
        stream = sources.gather(("-",), nothing, "a.md", Settings())
    assert [each.why for each in rewriting.fixes_of(stream, again, EXTRACT).refused] == [
        rewriting.STREAM
    ]
    elsewhere = rewriting.fixes_of(gathered("b.md"), again, EXTRACT)
    assert [each.why for each in elsewhere.refused] == [rewriting.PAGE]


def test_somebody_may_agree_to_a_part_also_of_what_is_proposed() -> None:
    Path("a.md").write_text(f"<{OLD}/1> <{OLD}/2> <{OLD}/3>\n")
    collection = gathered("a.md")

    def second(trial: Fixes) -> Iterable[Change]:
        asked.extend(trial.changes())
        return asked[1:2]

    asked = list[Change]()
    plan = planned(collection, automatic=False)
    fixes = rewriting.agreed(collection, plan, EXTRACT, second)
    assert len(asked) == 3
    assert fixes.rewrites[0].after == f"<{OLD}/1> <{NEW}> <{OLD}/3>\n".encode()


# Writing


def test_what_is_written_is_in_the_history(store: Store) -> None:
    Path("a.md").write_text(f"ñ <{OLD}> <{OLD}>\n")
    Path("b.md").write_text(f"\n[x]({OLD})\n")
    written = rewriting.write(found("a.md", "b.md"), store, by())
    assert Path("a.md").read_text() == f"ñ <{NEW}> <{NEW}>\n"
    assert written.fixes.recorded == "one"
    assert written.problems == ()
    kept = store.repairs.of("one")
    assert [(each.position, each.document, each.line, each.column) for each in kept] == [
        (0, "a.md", 1, 4), (1, "a.md", 1, 28), (2, "b.md", 2, 5),
    ]  # fmt: skip
    assert {(each.before, each.after, each.who, each.undoes) for each in kept} == {
        (OLD, NEW, "Ana", None)
    }


def test_nothing_is_left_to_do_the_second_time(store: Store) -> None:
    Path("a.md").write_text(f"<{OLD}>\n")
    assert rewriting.write(found("a.md"), store, by()).fixes.rewrites
    assert found("a.md").rewrites == ()


def test_one_document_that_cannot_be_written_does_not_stop_the_others(store: Store) -> None:
    for name in ("a.md", "b.md", "c.md"):
        Path(name).write_text(f"<{OLD}>\n")
    fixes = found("a.md", "b.md", "c.md")
    Path("a.md").chmod(0o444)
    Path("b.md").write_text("something else\n")
    written = rewriting.write(fixes, store, by())
    assert [each.name for each in written.fixes.rewrites] == ["c.md"]
    assert written.problems == (
        "a.md: is read-only; it is left as it is.",
        "b.md: has changed since it was read; it is left as it is.",
    )
    assert [each.document for each in store.repairs.of("one")] == ["c.md"]
    assert Path("b.md").read_text() == "something else\n"


def test_whoever_ends_it_has_whole_documents(store: Store) -> None:
    for name in ("a.md", "b.md"):
        Path(name).write_text(f"<{OLD}>\n")
    answers = iter([True, False])
    written = rewriting.write(found("a.md", "b.md"), store, by(), lambda: next(answers))
    assert [each.name for each in written.fixes.rewrites] == ["a.md"]
    assert written.problems == ("b.md: was not written: you ended it.",)


@contextmanager
def full(
    store: Store, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Have no room for what is recorded; `meanwhile` is what happens before that is known."""
    execute = store._db.execute

    def tried(sql: str, *values: Any) -> Any:  # noqa: ANN401 - as it is called
        if sql == "commit":
            meanwhile()
            raise StoreError("the disk is full.")
        return execute(sql, *values)

    with monkeypatch.context() as patch:
        patch.setattr(store._db, "execute", tried)
        yield


def test_what_cannot_be_recorded_is_not_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.md").write_text(f"<{OLD}>\n")
    fixes = found("a.md")
    with full(store, monkeypatch), pytest.raises(StoreError, match="full"):
        rewriting.write(fixes, store, by())
    assert Path("a.md").read_text() == f"<{OLD}>\n"
    assert store.repairs.of("one") == ()


def test_what_somebody_has_added_before_it_could_be_recorded_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.md").write_text(f"<{OLD}>\n")
    fixes = found("a.md")

    def meanwhile() -> None:
        Path("a.md").write_text(f"<{NEW}> and more\n")

    with full(store, monkeypatch, meanwhile), pytest.raises(StoreError, match="full"):
        rewriting.write(fixes, store, by())
    assert Path("a.md").read_text() == f"<{NEW}> and more\n"


def test_what_cannot_be_written_is_not_recorded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.md").write_text(f"<{OLD}>\n")

    def refuse(*_: object) -> None:
        raise overwriting.Unwritable("is wet")

    fixes = found("a.md")
    monkeypatch.setattr(overwriting, "replace", refuse)
    assert rewriting.write(fixes, store, by()).problems == ("a.md: is wet; it is left as it is.",)
    assert store.repairs.of("one") == ()


def test_without_a_history_it_is_written_all_the_same() -> None:
    Path("a.md").write_text(f"<{OLD}>\n")
    written = rewriting.write(found("a.md"), None, by())
    assert Path("a.md").read_text() == f"<{NEW}>\n"
    assert written.fixes.recorded == ""


# Taking it back

TEXTS = {
    "a.md": f'# Ñ\r\n\r\n[a]({OLD}) <{OLD}>\r\n\r\n[r]: {OLD}?r "t"',
    "a.yaml": f"a: {OLD}\nb: ['{OLD}', \"{OLD}\"]\n",
    "a.html": f"<a href={OLD}>x</a><a href='{OLD}'>{OLD}</a>",
    "a.rst": f"`x <{OLD}>`_ and {OLD}\n\n.. _y: {OLD}\n",
    "a.json": f'{{"a": "{OLD}", "b": "http:\\/\\/old.example\\/a"}}',
}
AFTER = (NEW, "https://new.example/?a=1&b=2", "https://new.example/a_(b)", "https://ñ.example/ c")


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("after", AFTER)
def test_taken_back_every_byte_is_as_it_was(name: str, after: str, store: Store) -> None:
    data = TEXTS[name].encode()
    Path(name).write_bytes(data)
    written = rewriting.write(found(name, after=after), store, by())
    assert Path(name).read_bytes() != data
    assert written.fixes.rewrites
    undone = undo(store, "one")
    assert undone.refused == ()
    assert Path(name).read_bytes() == data
    assert {each.undoes for each in store.repairs.of("not one")} == {"one"}


WORDS = st.lists(
    st.sampled_from([f"<{OLD}>", f"[x]({OLD}?a)", "ñ", "\r\n", "\n\n", "# h", OLD, "\ufeff", "🙂"]),
    max_size=12,
).map(" ".join)


@given(WORDS, st.sampled_from(AFTER), st.sampled_from([b"", b"\xef\xbb\xbf"]))
@settings(max_examples=40)
def test_any_document_is_as_it_was(words: str, after: str, mark: bytes) -> None:
    path, data = Path("any.md"), mark + words.encode()
    path.write_bytes(data)
    fixes = found("any.md", after=after)
    rewriting.write(fixes, None, by())
    rows = [row for each in fixes.rewrites for row in rewriting._rows(each, by(), 0)]
    back, problems = rewriting.undone_fixes(rows, lambda _: True, EXTRACT)
    rewriting.write(back, None, by())
    assert (problems, back.refused) == ((), ())
    assert path.read_bytes() == data


def test_what_has_changed_since_is_left_and_the_rest_taken_back(store: Store) -> None:
    Path("a.md").write_text(f"<{OLD}> x\n<{OLD}>\n<{OLD}>\n")
    rewriting.write(found("a.md"), store, by())
    now = f"<{NEW}> y\n<https://mine.example/>\n  <{NEW}>\n"
    Path("a.md").write_text(now)
    undone = undo(store, "one")
    assert [each.why for each in undone.refused] == [GONE, GONE]
    assert Path("a.md").read_text() == now.replace(NEW, OLD, 1)


def test_an_address_that_somebody_has_put_back_is_not_put_back_once_more() -> None:
    """What was written is the beginning of what stands there again."""
    before = f"<{NEW}?a=1> <{OLD}>\n<{NEW}?a=1>\n"
    Path("a.md").write_text(before)
    rows = [
        Repaired("one", 0, NOON, "Ana", "a.md", line, 2, f"{NEW}?a=1", NEW, Repair.TRACKING, "Why.")
        for line in (1, 2)
    ]
    Path("a.md").write_text(f"<{NEW}?a=1> <{OLD}>\n<{NEW}>\n")
    fixes, _ = rewriting.undone_fixes(rows, lambda _: True, EXTRACT)
    assert [(each.why, each.occurrence.span.line) for each in fixes.refused] == [(GONE, 1)]
    assert [each.after.decode() for each in fixes.rewrites] == [before]


def test_where_there_are_fewer_lines_now_nothing_is_taken_back(store: Store) -> None:
    Path("a.md").write_text(f"a\n\nb\n\n<{OLD}>\n")
    rewriting.write(found("a.md"), store, by())
    Path("a.md").write_text("a\n")
    assert [each.why for each in undo(store, "one").refused] == [GONE]


def test_what_would_be_read_otherwise_is_left() -> None:
    row = Repaired("one", 0, NOON, "Ana", "a.md", 1, 2, "x", NEW, Repair.MOVED, "Why.")
    Path("a.md").write_text(f"<{NEW}>\n")
    fixes, _ = rewriting.undone_fixes([row], lambda _: True, EXTRACT)
    assert [each.why for each in fixes.refused] == [OTHERWISE]
    assert fixes.rewrites == ()


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        (f"<{NEW}>", f"`{OLD}`", f"<{NEW}>"),
        (f"<{NEW}>", OLD, f"<{NEW}>"),
        (f"<{NEW}> <{OLD}>", f"<{OLD}> <{NEW}>", f"<{NEW}> <{OLD}>"),
        (f"{NEW} x", "no link", "x"),
        (f"<{NEW}>\nmail = all\n", f"{OLD}>\nmail = mine\n", f"{NEW}>\nmail = all\n"),
        (f"x {NEW} y", f"{OLD} z", f"{NEW}"),
        (f"x {NEW} y", f"{OLD}", f"{NEW} y"),
    ],
    ids=[
        "no link any more",
        "of another kind",
        "two links",
        "where no link is",
        "several lines",
        "more than the link before",
        "more than the link after",
    ],
)
def test_what_a_history_says_that_crawl_has_never_written_is_left(
    text: str, before: str, after: str
) -> None:
    Path("a.md").write_text(f"{text}\n")
    column = text.index(after) + 1
    row = Repaired("one", 0, NOON, "Ana", "a.md", 1, column, before, after, Repair.MOVED, "Why.")
    fixes, _ = rewriting.undone_fixes([row], lambda _: True, EXTRACT)
    assert [each.why for each in fixes.refused] in ([GONE], [OTHERWISE])
    assert fixes.rewrites == ()


def test_documents_that_are_not_meant_are_not_even_read(store: Store) -> None:
    for name in ("a.md", "b.md"):
        Path(name).write_text(f"<{OLD}>\n")
    rewriting.write(found("a.md", "b.md"), store, by())
    undo(store, "one", lambda name: name == "b.md")
    assert Path("a.md").read_text() == f"<{NEW}>\n"
    assert Path("b.md").read_text() == f"<{OLD}>\n"


def test_a_link_in_the_place_of_a_document_is_not_followed(store: Store) -> None:
    Path("a.md").write_text(f"<{OLD}>\n")
    rewriting.write(found("a.md"), store, by())
    Path("a.md").rename("b.md")
    Path("a.md").symlink_to("b.md")
    _, problems = rewriting.undone_fixes(store.repairs.of("one"), lambda _: True, EXTRACT)
    assert len(problems) == 1
    assert problems[0].startswith("a.md: cannot be read")


def test_the_latest_is_the_one_that_nobody_has_taken_back(store: Store) -> None:
    assert store.repairs.latest() is None
    Path("a.md").write_text(f"<{OLD}>\n")
    Path("b.md").write_text(f"<{OLD}>\n")
    rewriting.write(found("a.md"), store, by("one"))
    rewriting.write(found("b.md"), store, by("two", hours=1))
    assert store.repairs.latest() == "two"
    undo(store, "two")
    assert store.repairs.latest() == "one"
    assert len(store.repairs.undone("two")) == 1


def test_a_name_is_a_moment_and_nobody_elses() -> None:
    names = {rewriting.by(NOON, "x").name for _ in range(50)}
    assert len(names) == 50
    assert all(name.startswith("20261122T120000Z-") for name in names)
    assert rewriting.by(NOON, "\x1b[31m " * 99).who.isprintable()
    assert rewriting.by(NOON, "").who == "nobody"


def test_ctrl_c_lets_what_is_being_done_be_finished() -> None:
    before = signal.getsignal(signal.SIGINT)
    with terminal.unhurried() as wanted:
        assert wanted()
        signal.raise_signal(signal.SIGINT)
        assert not wanted()
    assert signal.getsignal(signal.SIGINT) is before
