"""The settings as a file: it loads, and comes to the same."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dump import dumped
from crawler.layers import OPERATOR_ONLY, layers, load, merged
from crawler.settings import Settings, knobs

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def text_of(options: dict[str, Any], path: Path | None = None) -> str:
    known = layers(path, None, options)
    return dumped(merged(known), known)


def loaded(text: str, directory: Path) -> Settings:
    path = directory / "dumped.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, None, {})


def test_the_defaults_are_a_file_that_may_merely_be_found(tmp_path: Path) -> None:
    (tmp_path / "crawl.toml").write_text(text_of({}), encoding="utf-8")
    assert load(None, tmp_path, {}) == Settings()
    set_there = set(tomllib.loads(text_of({})))
    values = {name: default for _, name, default, _ in knobs()}
    unset = {name for name, default in values.items() if default is None}
    assert set_there == values.keys() - unset - OPERATOR_ONLY


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "timeout": st.floats(0.05, 86_400), "retries": st.integers(0, 20),
            "strict": st.booleans(), "fragments": st.booleans(), "max_time": st.floats(0, 1000),
            "sources": st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
            "exclude_path": st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
            "db": TEXTS, "files_from": TEXTS, "allow_address": st.just(("10.0.0.0/8",)),
            "fail_on": st.just(("broken", "failing")), "document_formats": st.just(("all",)),
        },
    )
)  # fmt: skip
def test_what_is_dumped_and_read_again_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, options: dict[str, Any]
) -> None:
    directory = tmp_path_factory.getbasetemp()
    assert loaded(text_of(options), directory) == load(None, None, options)


def test_each_value_says_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("retries = 5\ntimeout = 4\nmax-redirects = 3\n", encoding="utf-8")
    lines = text_of({"timeout": 3.0}, path).split("\n")
    for name, value, origin in (
        ("retries", "5", str(path)), ("timeout", "3.0", "command line"),
        ("deadline", "60.0", "default"),
        ("max_redirects", "3", str(path)),
    ):  # fmt: skip
        at = lines.index(f"{name} = {value}")
        assert lines[at - 1].endswith(f"({origin})")
    known = layers(None, None, {})
    settings = Settings()
    settings = replace(settings, fetch=replace(settings.fetch, cacert="/ca.pem"))
    text = dumped(settings, known)
    assert 'usual ones (environment)\ncacert = "/ca.pem"\n' in text


def test_a_file_whose_name_is_odd_stays_in_its_comment(tmp_path: Path) -> None:
    path = tmp_path / "a\ndb = 'x'.toml"
    path.write_text("retries = 5\n", encoding="utf-8")
    assert loaded(text_of({}, path), tmp_path) == load(path, None, {})


def test_secrets_are_masked_and_never_loaded_as_they_are_shown(tmp_path: Path) -> None:
    text = text_of({
        "header": ("a.example: X-Token: s3cret:x", "odd"), "proxy": "http://ann:s3cret@p.example:3128",
        "notify": "post --token s3cret", "notify_url": "https://u:s3cret@hooks.example/s3cret",
    })  # fmt: skip
    assert "s3cret" not in text
    assert '# header = ["a.example: X-Token: ***", "odd:: ***"]' in text
    assert '# proxy = "http://***@p.example:3128"' in text
    assert '# notify = "post ***"' in text
    assert '# notify_url = "https://***@hooks.example/***"' in text
    assert text.count("; masked)") == 4
    assert loaded(text, tmp_path) == Settings()
    plain = text_of({"proxy": "http://p.example:3128"})
    assert loaded(plain, tmp_path).fetch.proxy == "http://p.example:3128"
