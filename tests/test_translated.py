"""What people read is in their language: all of it, in every command, and nothing else is."""

import json
from pathlib import Path

import pytest
from commandline import Crawl

from crawler import languages
from crawler.cli import COMMANDS

DOCUMENT = "[a](missing.md) [b](tel:+34) [c](mailto:a@b.example)\n"
ENGLISH_WORDS = ("Links of 1 document", "The project has no such file.")
SPANISH_WORDS = ("Enlaces de 1 documento", "El proyecto no tiene ese archivo.")


@pytest.fixture
def crawl(crawl: Crawl) -> Crawl:
    """Call `crawl` in a directory that has one document; nothing is asked of a network."""
    Path("a.md").write_text(DOCUMENT, encoding="utf-8")
    return crawl


def check(crawl: Crawl, *options: str) -> str:
    return crawl("check", "--offline", "a.md", "--format", "markdown", *options).out


def holds(text: str, words: tuple[str, ...]) -> bool:
    return all(each in text for each in words)


def test_english_is_spoken_where_nobody_asks_for_anything_else(crawl: Crawl) -> None:
    assert holds(check(crawl), ENGLISH_WORDS)


def test_reports_are_in_the_language_that_is_asked_for(crawl: Crawl) -> None:
    assert holds(check(crawl, "--lang", "es"), SPANISH_WORDS)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LANG", "es_ES.UTF-8", SPANISH_WORDS),
        ("LC_ALL", "es_MX@euro", SPANISH_WORDS),
        ("LANGUAGE", "gl:es", SPANISH_WORDS),
        ("LANGUAGE", "en:es", ENGLISH_WORDS),
        ("LANG", "tlh_001.UTF-8", ENGLISH_WORDS),
        ("LANG", "../../es", ENGLISH_WORDS),
        ("LANG", "C.UTF-8", ENGLISH_WORDS),
    ],
)
def test_the_environment_says_which_language_if_it_is_one_that_there_is(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv(name, value)
    assert holds(check(crawl), words)


def test_who_asks_for_a_language_is_told_if_there_is_none(crawl: Crawl) -> None:
    done = crawl("check", "--offline", "a.md", "--lang", "tlh")
    assert done.code == 2
    assert done.out == ""
    assert "'lang': reports cannot be in 'tlh'; there are en, es." in done.err


def test_the_settings_overrule_the_environment_and_the_command_line_both(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("crawl.toml").write_text('lang = "es"\n', encoding="utf-8")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert holds(check(crawl), SPANISH_WORDS)
    assert holds(check(crawl, "--lang", "en"), ENGLISH_WORDS)


def test_a_history_is_reported_in_any_language_whatever_it_was_made_in(crawl: Crawl) -> None:
    made = crawl("run", "--offline", "a.md", "--format", "markdown", "--lang", "es").out
    assert holds(made, SPANISH_WORDS)
    assert holds(crawl("report", "--format", "markdown").out, ENGLISH_WORDS)
    assert holds(crawl("report", "--format", "markdown", "--lang", "es").out, SPANISH_WORDS)


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_what_programs_read_is_in_no_language_but_english(crawl: Crawl, name: str) -> None:
    said = crawl("check", "--offline", "a.md", "--format", name, "--lang", "es").out
    details = [json.loads(each)["detail"] for each in said.splitlines()] if name == "jsonl" else []
    found = details or [each["detail"] for each in json.loads(said)["links"]]
    assert ENGLISH_WORDS[1] in found


def test_help_and_messages_stay_english(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    assert "Show this message and exit." in crawl("check", "--help").out
    assert "no such file" in crawl("check", "none.md").err


def test_english_costs_nothing(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "entries", None)
    assert holds(check(crawl), ENGLISH_WORDS)


def test_every_command_that_reports_has_the_option(crawl: Crawl) -> None:
    told = {row.name for row in COMMANDS if "--lang TAG" in crawl(row.name, "--help").out}
    assert told == {"check", "report", "run", "show"}
