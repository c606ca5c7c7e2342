"""Regular expressions of settings: what they match, and that none takes for ever."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import patterns
from crawler.errors import SettingsError
from crawler.patterns import PatternError, compiled, search

HOSTILE = ("(a+)+$", "(a|aa)+$", "(.*a){25}$", "(?:a|a?)+$")
ORDINARY = (
    "^https?://a[.]example/", r"/(\d+)(?:/|$)", "(?i)PDF$", r"[?&]utm_\w+=", "a|b", "", r"\bx\b",
    "(?P<n>x)(?P=n)", "é", r"[^/]+/$", "(?<!x)y(?=z)",
)  # fmt: skip


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_pattern_that_tries_everything_is_told_and_ends(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.02)
    with pytest.raises(SettingsError, match="takes too long on 'https://a"):
        search(pattern, "https://a.example/" + "a" * 4000 + "!")


@pytest.mark.parametrize("pattern", ["(", "[", "*", "a{99999999999999999999}", "(?P<1>x)"])
def test_what_is_no_pattern_is_said_to_be_none(pattern: str) -> None:
    with pytest.raises(PatternError, match="is no regular expression"):
        compiled(pattern)


@given(st.sampled_from(ORDINARY), st.text(alphabet="abxyz/?&=.:é1PDFpdf utm_"))
def test_patterns_mean_what_they_mean_to_python(pattern: str, text: str) -> None:
    assert bool(search(pattern, text)) == bool(re.search(pattern, text))


def test_settings_that_were_found_cannot_hold_up_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawler.settings import SelectSettings  # noqa: PLC0415 - only here
    from crawler.unasked import judge_unasked  # noqa: PLC0415
    from crawler.urls import Url  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(patterns, "SECONDS", 0.02)
    url = Url("https", "a.example", "/" + "a" * 4000 + "!")
    with pytest.raises(SettingsError, match="write it without repetitions"):
        judge_unasked(url, SelectSettings(exclude=("(a+)+$",)))
