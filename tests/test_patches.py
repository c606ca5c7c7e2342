"""What is to be fixed, in every format; patches are held to git and to `patch` themselves."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import disk, patches
from crawler.amending import amended
from crawler.corrections import Correction, Refusal, Repair
from crawler.documents import read
from crawler.hunks import hunks
from crawler.ink import PLAIN, Paper
from crawler.patches import patch
from crawler.quoting import header, quoted
from crawler.rewrites import Change, Fixes, Rewrite
from crawler.settings import ExtractSettings

OLD, NEW = "http://old.example/a", "https://new.example/b?c=1&d=2"
WHY = "Moved for good: to another site."
EVIDENCE = "Seen on 2 looks since 2026-11-20."


def rewrite(name: str, data: bytes, after: Mapping[str, str] | None = None) -> Rewrite:
    """Return a document in which addresses are replaced by others, as `amending.py` does it."""
    document = disk.document(name, "markdown", data, name, [])
    told = {OLD: NEW} if after is None else after
    corrections = [
        Correction(each, Repair.MOVED, told[each.href], WHY, (EVIDENCE,))
        for each in read(document, ExtractSettings()).occurrences
        if each.href in told
    ]
    made = amended(document, corrections, ExtractSettings(), data)
    pairs = zip(made.applied, made.written, strict=True)
    changes = tuple(Change(each, each.occurrence, new) for each, new in pairs)
    return Rewrite(
        name, name, document.encoding, data, made.data, document.text, made.text, changes
    )


def rendered(name: str, fixes: Fixes, paper: Paper = PLAIN, *, verbose: bool = False) -> str:
    return "".join(patches.BY_NAME[name].render(fixes, paper, verbose=verbose))


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# Hunks


def applied(
    before: Sequence[str], found: Sequence[tuple[int, Sequence[tuple[str, str]]]]
) -> list[str]:
    """Apply hunks as POSIX says, and hold what they say of the old lines to those."""
    done, at = list[str](), 0
    for old, lines in found:
        done += before[at : old - 1]
        at = old - 1
        for sign, line in lines:
            if sign != "+":
                assert before[at] == line
                at += 1
            if sign != "-":
                done.append(line)
    return done + list(before[at:])


LINES = st.lists(st.sampled_from("abc"), max_size=30)


@given(LINES, LINES)
def test_hunks_make_the_new_lines_of_the_old_ones(before: list[str], after: list[str]) -> None:
    found = list(hunks(before, after))
    pieces = [(each.old, each.lines) for each in found]
    assert applied(before, pieces) == after
    ends = [0]
    for each in found:
        assert each.old > ends[-1]
        ends.append(each.old + sum(sign != "+" for sign, _ in each.lines) - 1)


@given(LINES, st.sets(st.integers(0, 29)))
def test_lines_that_pair_up_are_told_one_by_one(before: list[str], changed: set[int]) -> None:
    after = [f"{line}!" if at in changed else line for at, line in enumerate(before)]
    told = [sign for each in hunks(before, after) for sign, _ in each.lines]
    assert told.count("-") == told.count("+") == len([at for at in changed if at < len(before)])


def test_hunks_stand_apart_where_seven_lines_are_between_them() -> None:
    before = [str(number) for number in range(20)]
    near = [f"{each}!" if each in ("2", "9") else each for each in before]
    far = [f"{each}!" if each in ("2", "10") else each for each in before]
    assert [each.header for each in hunks(before, near)] == ["@@ -1,13 +1,13 @@"]
    assert [each.header for each in hunks(before, far)] == ["@@ -1,6 +1,6 @@", "@@ -8,7 +8,7 @@"]
    assert [each.header for each in hunks(["a"], ["b"])] == ["@@ -1 +1 @@"]
    assert [each.header for each in hunks([], ["b"])] == ["@@ -0,0 +1 @@"]


# Patches

TEXT = f"# Año\n\n[one]({OLD}) and\nso on.\n"
CONTENTS = {
    "plain": TEXT.encode(),
    "crlf": TEXT.replace("\n", "\r\n").encode(),
    "mixed": f"a\r\n<{OLD}>\nb\rc\r\n".encode(),
    "no end": f"a\n<{OLD}>".encode(),
    "mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "latin": TEXT.encode("latin-1"),
    "only line": f"<{OLD}>".encode(),
    "far": (f"<{OLD}>\n" + "x\n" * 30 + f"<{OLD}>\n" + "y\n" * 5).encode(),
    "spaces": f"a  \n\n \n<{OLD}>  \n\t\n".encode(),
    "like a patch": f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n<{OLD}>\n\\ No newline\n".encode(),
}
NAMES = ("a.md", "a b.md", "año.md", 'q"x.md', "docs/deep/ñ b.md", "tab\there.md", "-x.md")
TOOLS = {
    "git": ["git", "apply", "-"],
    "patch": ["patch", "-p1", "--silent", "--no-backup-if-mismatch"],
}


def patched(tool: str, directory: Path, text: bytes) -> None:
    if shutil.which(TOOLS[tool][0]) is None:
        pytest.skip(f"there is no {tool} here")
    subprocess.run(TOOLS[tool], cwd=directory, input=text, check=True)  # noqa: S603 - of ours


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("content", CONTENTS)
def test_git_and_patch_make_the_very_bytes(tool: str, content: str, tmp_path: Path) -> None:
    data = CONTENTS[content]
    made = rewrite("a.md", data)
    assert made.changes
    (tmp_path / "a.md").write_bytes(data)
    patched(tool, tmp_path, as_bytes(rendered("patch", Fixes((made,)))))
    assert (tmp_path / "a.md").read_bytes() == made.after != data


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("inside", ["git", "nothing", "below git"])
def test_names_are_read_back_wherever_that_is(tool: str, inside: str, tmp_path: Path) -> None:
    made = [rewrite(name, CONTENTS["plain"]) for name in NAMES]
    if inside != "nothing":
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # noqa: S607
    here = tmp_path / "below" if inside == "below git" else tmp_path
    for each in made:
        (here / each.name).parent.mkdir(parents=True, exist_ok=True)
        (here / each.name).write_bytes(each.before)
    patched(tool, here, as_bytes(rendered("patch", Fixes(tuple(made)))))
    assert [(here / each.name).read_bytes() for each in made] == [each.after for each in made]


def test_a_patch_says_what_it_cannot_hold() -> None:
    wide = rewrite("wide.md", b"\xff\xfe" + TEXT.encode("utf-16-le"))
    away = rewrite("../away.md", TEXT.encode())
    fixes = Fixes((wide, away, rewrite("a.md", TEXT.encode())))
    assert wide.changes
    assert rendered("patch", fixes).count("+++") == 1
    assert list(patch.beyond(fixes)) == [
        "wide.md: is in utf-16-le, which no patch of lines can hold.",
        "../away.md: is outside of this directory, where no patch leads.",
    ]


@given(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1))
def test_a_quoted_name_is_ascii_and_one_line(name: str) -> None:
    told = quoted(name)
    assert told.isascii()
    assert told.isprintable()
    assert (told == name) or (told[0], told[-1]) == ('"', '"')


def test_names_are_quoted_as_git_does() -> None:
    assert quoted("a\\b\n\x01.md") == r'"a\\b\n\001.md"'
    assert header("b/a b.md") == "b/a b.md\t"
    assert header("b/a ñ.md") == r'"b/a \303\261.md"'


# For people

PLACE = rewrite("a.md", TEXT.encode()).changes[0].before
PROPOSED = Correction(PLACE, Repair.FRAGMENT, f"{OLD}#new", "A heading was renamed.")
REFUSED = (
    Refusal(PLACE, Repair.MOVED, "Only one look says so.", NEW),
    Refusal(PLACE, Repair.MOVED, "Only one look says so."),
    Refusal(PLACE, Repair.ARCHIVE, "It may come back."),
)


def all_of(data: bytes = TEXT.encode()) -> Fixes:
    return Fixes((rewrite("a.md", data),), (PROPOSED,), REFUSED, unknown=2)


def test_the_diff_is_one_and_says_what_else_there_is() -> None:
    assert rendered("diff", all_of()) == (
        "--- a/a.md\n+++ b/a.md\n@@ -1,4 +1,4 @@\n # Año\n \n"
        f"-[one]({OLD}) and\n+[one]({NEW}) and\n so on.\n"
        "\n1 link to fix in 1 document: 1 moved. `crawl fix --write` writes it.\n"
        "\nFor you to weigh (1); `crawl fix --interactive` asks\n"
        f"  a.md:3:7\n    {OLD}\n  → {OLD}#new\n    A heading was renamed.\n"
        "\nLeft as they are (3); -v lists them\n"
        "  2  Only one look says so.\n  1  It may come back.\n"
        "\nThe history has never seen 2 links: nothing is said of them.\n"
    )


def test_nothing_to_fix_is_said_and_all_that_is_refused_on_request() -> None:
    told = rendered("diff", Fixes(refused=REFUSED), verbose=True)
    assert told.startswith("Nothing to fix.\n\nLeft as they are (3)\n  a.md:3:7\n")
    assert told.count("a.md:3:7") == 3
    assert f"  → {NEW}\n" in told
    written = replace(all_of(), written=True)
    assert "1 link fixed in 1 document: 1 moved.\n" in rendered("diff", written)


@pytest.mark.parametrize("content", CONTENTS)
def test_the_diff_shows_no_ends_of_lines_but_a_missing_one(content: str) -> None:
    told = rendered("diff", Fixes((rewrite("a.md", CONTENTS[content]),)))
    assert "\r" not in told
    missing = not CONTENTS[content].endswith(b"\n")
    assert ("\\ No newline at end of file\n" in told) == missing
    assert NEW in told


def test_nothing_that_a_document_holds_commands_a_terminal_or_a_ci() -> None:
    text = f"\x1b[31m red \u202e\n::error::x\n  ::error::y\n[a]({OLD})\n##[error]z\n"
    for paper in (PLAIN, Paper(80, color=True)):
        told = rendered("diff", Fixes((rewrite("a.md", text.encode()),)), paper)
        assert "\x1b[31m red" not in told
        assert "<U+001B>[31m red <U+202E>" in told
    assert not any(line.lstrip(" +-").startswith("::") for line in rendered("diff", all_of()))


def test_reasons_that_differ_in_addresses_are_one() -> None:
    whys = ("It leads to http://a.example/x: gone.", "It leads to http://b.example/: gone.", "No.")
    fixes = Fixes(refused=tuple(replace(REFUSED[0], why=why) for why in whys))
    assert fixes.reasons() == [("It leads to …: gone.", 2), ("No.", 1)]
    assert Fixes(refused=fixes.refused[1:]).reasons()[0] == (whys[1], 1)


def test_colour_shows_what_of_a_line_has_changed() -> None:
    told = rendered("diff", all_of(), Paper(80, color=True))
    assert "\x1b[31m-[one](http\x1b[0m\x1b[1;31m://old.example/a\x1b[0m\x1b[31m) and\x1b[0m" in told
    assert "\x1b[1;32ms://new.example/b?c=1&d=2\x1b[0m" in told


def test_of_a_very_long_line_only_what_is_near_the_change_is_shown() -> None:
    made = rewrite("a.md", f"{'x ' * 5_000}<{OLD}>{' y' * 5_000}\n{'z' * 9_000}\n".encode())
    lines = rendered("diff", Fixes((made,))).splitlines()
    assert max(map(len, lines)) <= 1_002
    assert sum(OLD in line or NEW in line for line in lines) == 2


def test_json_has_every_place_in_order() -> None:
    told = json.loads(rendered("json", all_of()))
    assert (told["schema"], told["written"], told["fix"], told["unknown"]) == (1, False, None, 2)
    assert [each["state"] for each in told["fixes"]] == ["fix", "proposed", *["refused"] * 3]
    assert told["fixes"][0] == {
        "document": "a.md", "line": 3, "column": 7, "end_line": 3, "end_column": 27,
        "before": OLD, "state": "fix", "after": NEW, "url": NEW,
        "repair": "moved", "why": WHY, "evidence": [EVIDENCE],
    }  # fmt: skip
    written = json.loads(rendered("json", replace(all_of(), written=True, recorded="name")))
    assert (written["written"], written["fix"], written["fixes"][0]["state"]) == (
        True, "name", "written",
    )  # fmt: skip


def test_json_masks_secrets() -> None:
    place = replace(PLACE, raw="https://me:secret@a.example/")
    told = rendered("json", Fixes(refused=(Refusal(place, Repair.MOVED, "No.", place.raw),)))
    assert "secret" not in told


def test_suggestions_are_exact_to_the_byte() -> None:
    data = f"ñ [one]({OLD}) <{OLD}>\n".encode()
    told = json.loads(rendered("suggestions", Fixes((rewrite("a.md", data),))))
    line = data.decode().splitlines()[0].encode()
    found = []
    for each in reversed(told["diagnostics"]):
        assert each["location"]["path"] == "a.md"
        assert each["message"] == f"{WHY} {EVIDENCE}"
        (suggestion,) = each["suggestions"]
        start, end = suggestion["range"]["start"], suggestion["range"]["end"]
        assert start["line"] == end["line"] == 1
        line = line[: start["column"] - 1] + suggestion["text"].encode() + line[end["column"] - 1 :]
        found.append(each["code"]["value"])
    assert line.decode() == f"ñ [one]({NEW}) <{NEW}>"
    assert found == ["moved", "moved"]


def test_markdown_is_a_table_of_evidence_and_stays_text() -> None:
    told = rendered("markdown", all_of())
    assert "## Links to fix (1)\n\n| where | link | why |\n|---|---|---|\n" in told
    assert f"| `a.md:3` | `{OLD}`<br>→ `{NEW}` | {WHY}<br>{EVIDENCE} |\n" in told
    assert "### For you to weigh (1)" in told
    written = rendered("markdown", replace(all_of(), written=True))
    assert written.startswith("## Links fixed (1)\n")
    assert rendered("markdown", Fixes(written=True)) == "## Nothing to fix\n"
    back = Fixes((rewrite("a.md", TEXT.encode()),), written=True, undoes=True)
    assert rendered("markdown", back).startswith("## Links put back (")
    assert "- 2: Only one look says so.\n- 1: It may come back.\n" in told
    evil = replace(PLACE, document="a|b`c.md", raw="http://x.example/|<b>@me`")
    refused = Refusal(evil, Repair.MOVED, "See @me, #1 and <b>|x|</b>.", "http://x.example/|")
    told = rendered("markdown", Fixes(refused=(refused,)), verbose=True)
    (row,) = [line for line in told.splitlines() if "x.example" in line]
    assert row.replace("\\|", "").count("|") == 4
    assert "<b>|" not in row
    assert "\\<b\\>" in row


def test_a_long_table_ends_and_says_so() -> None:
    fixes = Fixes(refused=tuple(replace(REFUSED[0], why=f"No. {at:03}") for at in range(500)))
    told = rendered("markdown", fixes, verbose=True)
    shown = told.count("| `a.md:3`")
    assert 20_000 < len(told) < 25_000
    assert told.endswith(f"\nand {500 - shown} more.\n")
    assert "Nothing to fix" in told
