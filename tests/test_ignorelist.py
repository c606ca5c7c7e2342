"""The ignore list of the settings: what an entry may say, and how wrong ones are told."""

from datetime import date
from pathlib import Path

import pytest

from crawler.errors import SettingsError
from crawler.ignorelist import Entry, day, entries
from crawler.layers import load


def loaded(path: Path, text: str, name: str = "crawl.toml") -> tuple[Entry, ...]:
    (path / name).write_text(text, encoding="utf-8")
    return load(None, path, {}).extract.ignore


def test_entries_are_read_from_a_file_that_was_found(tmp_path: Path) -> None:
    text = """
[[ignore]]
url = '^https://x[.]example/'
until = 2027-01-31
reason = "moves"

[[ignore]]
document = "docs/**"
until = "2027-02-01"
"""

    assert loaded(tmp_path, text) == (
        Entry("^https://x[.]example/", "", date(2027, 1, 31), "moves", "crawl.toml", 1),
        Entry("", "docs/**", date(2027, 2, 1), "", "crawl.toml", 2),
    )


def test_entries_are_read_from_a_pyproject(tmp_path: Path) -> None:
    text = "[[tool.crawl.ignore]]\nurl = 'x'\n"

    assert loaded(tmp_path, text, "pyproject.toml") == (Entry("x", where="pyproject.toml"),)


def test_a_program_gives_entries_as_they_are() -> None:
    assert load(None, None, {"ignore": [Entry("x")]}).extract.ignore == (Entry("x"),)
    assert entries([{"url": "x"}], "") == (Entry("x"),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ignore = 'x'", "'ignore' must be a list of tables: write [[ignore]]."),
        ("ignore = ['x']", "'ignore', entry 1: must be a table, such as"),
        ("[[ignore]]\nreason = 'x'", "entry 1: must say which links"),
        ("[[ignore]]\nurl = ''", "entry 1: must say which links"),
        ("[[ignore]]\nurl = 'x'\n[[ignore]]\nurls = 'x'", "entry 2: there is no key 'urls'"),
        ("[[ignore]]\nurl = '('", "entry 1: '(' is no regular expression"),
        ("[[ignore]]\nurl = ['x']", "entry 1: 'url' must be a text; it is ['x']."),
        ("[[ignore]]\ndocument = '!'", "entry 1: '!' is no pattern of names."),
        ("[[ignore]]\nurl = 'x'\nuntil = 'soon'", "'until' must be a day such as 2027-01-31"),
        ("[[ignore]]\nurl = 'x'\nuntil = 2027-01-31T10:00:00Z", "'until' must be a day"),
        ("[[ignore]]\nurl = 'x'\nuntil = 2027", "'until' must be a day"),
        ("[[ignore]]\nurl = 'x'\nreason = 1", "'reason' must be a text; it is 1."),
    ],
)
def test_a_wrong_entry_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)

    assert str(caught.value).startswith("crawl.toml: 'ignore'")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["20270131", "2027-W04-7", "2027-02-30", "2027-1-31", "", "x"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day(text) is None
