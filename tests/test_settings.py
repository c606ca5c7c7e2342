"""Settings: from defaults, a file and the command line."""

from pathlib import Path

import pytest

from crawler.errors import SettingsError
from crawler.layers import OPERATOR_ONLY, load
from crawler.model import Outcome
from crawler.settings import Settings, knobs


def written(directory: Path, text: str, name: str = "crawl.toml") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load(None, tmp_path, {}) == Settings()
    assert load(None, None, {"timeout": None, "include": ()}) == Settings()


def test_a_file_overrules_defaults_and_the_command_line_overrules_the_file(tmp_path: Path) -> None:
    written(tmp_path, "timeout = 5\nretries = 7\nsources = ['docs']\n")
    settings = load(None, tmp_path, {"retries": 1})
    assert settings.fetch.timeout == 5.0
    assert settings.fetch.retries == 1
    assert settings.places.sources == ("docs",)


def test_pyproject_counts_if_it_has_a_section(tmp_path: Path) -> None:
    written(tmp_path, "[tool.crawl]\nfail-on = ['broken']\n", "pyproject.toml")
    assert load(None, tmp_path, {}).policy.failing == {Outcome.BROKEN}


def test_pyproject_without_a_section_is_not_ours(tmp_path: Path) -> None:
    written(tmp_path, "[project]\nname = 'x'\n", "pyproject.toml")
    assert load(None, tmp_path, {}) == Settings()


def test_crawl_toml_comes_before_pyproject(tmp_path: Path) -> None:
    written(tmp_path, "[tool.crawl]\nretries = 9\n", "pyproject.toml")
    written(tmp_path, "retries = 3\n")
    assert load(None, tmp_path, {}).fetch.retries == 3


def test_no_directory_means_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "retries = 3\n")
    assert load(None, None, {}).fetch.retries == Settings().fetch.retries


@pytest.mark.parametrize("name", sorted(OPERATOR_ONLY))
def test_what_weakens_a_guard_is_refused_in_a_file_that_was_merely_found(
    tmp_path: Path, name: str
) -> None:
    value = {
        "insecure": "true",
        "notify_url": "'https://x.example/'",
        "scheduler": "'tls://x.example:1'",
        "untrusted": "false",
    }.get(name, "'x'")
    path = written(tmp_path, f"{name.replace('_', '-')} = {value}\n")
    with pytest.raises(SettingsError, match="never from a file that was merely found"):
        load(None, tmp_path, {})
    load(path, tmp_path, {})  # the operator named it


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("retrys = 1\n", "did you mean 'retries'"),
        ("zebra = 1\n", "there is no setting 'zebra'."),
        ("retries = 'many'\n", "must be a whole number; it is 'many'"),
        ("retries = 2.5\n", "must be a whole number"),
        ("retries = true\n", "must be a whole number"),
        ("retries = 21\n", "must be from 0 to 20; it is 21"),
        ("limit = 0\n", "must be from 1 to 100000000; it is 0"),
        ("timeout = 'x'\n", "must be a number"),
        ("timeout = 0\n", "must be from 0.05"),
        ("timeout = nan\n", "must be a number"),
        (f"timeout = 1{'0' * 400}\n", "must be a number"),
        ("strict = 1\n", "must be true or false"),
        ("user-agent = 3\n", "must be a text"),
        ("include = [1]\n", "must be a list of texts"),
        ("include = ['(']\n", "is no regular expression"),
        ("define = ['a=b', 'site.url']\n", "'define': 'site.url' must be NAME=VALUE."),
        ("define = ['=x']\n", "must be NAME=VALUE"),
        ("user-agent = 'ñandú'\n", "must be printable ASCII"),
        ("fail-on = ['bad']\n", "knows no outcome 'bad'"),
        ("retries = \n", "is not valid TOML"),
    ],
)
def test_mistakes_are_told_in_a_sentence_that_names_the_file(
    tmp_path: Path, text: str, words: str
) -> None:
    written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(None, tmp_path, {})
    assert words in str(caught.value)
    assert str(caught.value).startswith(("crawl.toml: ", str(tmp_path)))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("notify", "sh -c 'x", "'notify': is no command (No closing quotation)."),
        ("notify", " ", "'notify': names no command."),
        ("notify-url", "ftp://ann:secret@x.example", "must be a URL (http or https)."),
        ("notify-url", "https://[secret", "must be a URL (http or https)."),
    ],
)
def test_hooks_are_looked_at_before_a_run_and_secrets_are_not_repeated(
    name: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, None, {name: value})
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("engine", "spark", "'engine' must be one of loop, dask; it is 'spark'."),
        ("scheduler", "example.org", "'scheduler' must be tcp://HOST:PORT or tls://HOST:PORT"),
        ("scheduler", "http://example.org:1", "it is 'http://example.org:1'."),
        ("workers", 0, "'workers' must be from 1 to 256; it is 0."),
    ],
)
def test_how_many_processes_are_asked_is_held_to_what_there_is(
    name: str, value: object, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, None, {name: value})
    assert words in str(caught.value)
    assert load(None, None, {"scheduler": "tls://a.example:8786"}).scale.workers is None


@pytest.mark.parametrize("source", ["/etc", "../other", "docs/../../x", "*/../../y"])
def test_sources_of_a_file_that_was_merely_found_stay_in_its_tree(
    tmp_path: Path, source: str
) -> None:
    path = written(tmp_path, f"sources = ['docs', '{source}']\n")
    with pytest.raises(SettingsError, match="which is not in this tree: name it on the"):
        load(None, tmp_path, {})
    assert load(path, None, {}).places.sources == ("docs", source)


def test_a_section_that_is_none_is_told(tmp_path: Path) -> None:
    written(tmp_path, "[tool]\ncrawl = 5\n", "pyproject.toml")
    with pytest.raises(SettingsError, match="no setting"):
        load(None, tmp_path, {})


def test_a_single_text_is_a_list_of_one(tmp_path: Path) -> None:
    written(tmp_path, "exclude = 'a[.]example'\n")
    assert load(None, tmp_path, {}).select.exclude == ("a[.]example",)


def test_max_time_takes_whole_numbers_too() -> None:
    assert load(None, None, {"max_time": 60}).pace.max_time == 60.0


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml", None, {})


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "crawl.toml"
    path.write_bytes(b"user-agent = '\xff'")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load(path, None, {})


@pytest.mark.parametrize(
    "text",
    [
        "root = '..'", "root = '/'", "root = 'docs/../../x'", "root = 'my docs/../../x y'",
        "root = 'link'", 'root = "a\\u0000"', "remap = 'x ../docs/'", "remap = ['x y', 'x /srv/']",
        "remap = ['x link/y']", "remap = ['(x) ../$1/y']",
    ],
)  # fmt: skip
def test_a_file_that_was_merely_found_names_no_path_outside_its_tree(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to(tmp_path.parent)
    named = written(tmp_path, text)
    with pytest.raises(SettingsError, match="may lead out of this directory only on the command"):
        load(None, tmp_path, {})
    assert load(named, None, {}) != Settings()


@pytest.mark.parametrize(
    "text",
    [
        "root = 'docs'",
        "base-url = 'https://a.example'",
        "remap = 'x https://a.example/'",
        "remap = ['(x) $1/y', 'x docs']",
    ],
)
def test_a_file_that_was_merely_found_may_name_paths_of_its_tree(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, text)
    assert load(None, tmp_path, {}) != Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("base-url = 'docs'", "'base_url' must be a URL"),
        ("base-url = 'ftp://a.example/'", "'base_url' must be a URL"),
        ("remap = 'x'", "'remap': 'x' must be a pattern, white space and what takes its place"),
        ("remap = '( x'", "is no regular expression"),
        ("remap = 5", "'remap' must be a list of texts"),
        ("root = 5", "'root' must be a text"),
    ],
)
def test_wrong_addresses_and_rules_are_told_in_a_sentence(
    text: str, words: str, tmp_path: Path
) -> None:
    written(tmp_path, text)
    with pytest.raises(SettingsError, match=words):
        load(None, tmp_path, {})


@pytest.mark.parametrize("text", ["tool = 1\n", "[tool]\ncrawl = 1\n", "[tool.crawl]\n"])
def test_a_project_may_say_anything_of_its_tools(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text, "pyproject.toml")
    if "crawl = 1" in text:
        with pytest.raises(SettingsError, match="there is no setting 'crawl'"):
            load(None, tmp_path, {})
    else:
        assert load(None, tmp_path, {}) == Settings()
        assert load(path, None, {}) == Settings()


def test_strict_adds_links_without_an_answer() -> None:
    assert Outcome.FAILING in load(None, None, {"strict": True}).policy.failing
    assert Outcome.FAILING not in Settings().policy.failing


def test_the_digest_changes_with_the_values_and_holds_no_secret() -> None:
    secret = load(None, None, {"header": ("a.example: X-Token: one",)})
    other = load(None, None, {"header": ("a.example: X-Token: two",)})
    assert secret.digest == other.digest
    assert Settings().digest != load(None, None, {"insecure": True}).digest
    assert Settings().digest == load(None, None, {"delay": 3}).digest, "means the same"


def test_names_of_settings_are_unique() -> None:
    names = [name for _, name, _, _ in knobs()]
    assert len(names) == len(set(names))
