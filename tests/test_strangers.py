"""What counts of a settings file that came with a stranger's checkout: every knob is decided on."""

import math
from typing import Any, Final

import pytest

from crawler.errors import SettingsError
from crawler.layers import OPERATOR_ONLY, Layer, merged
from crawler.model import Outcome
from crawler.pull_requests import is_pull_request
from crawler.settings import Settings, knobs
from crawler.strangers import BY_NAME, RULES, Counts, counting
from crawler.tables import rows

KNOBS: Final = {name: default for _, name, default, _ in knobs()}
# A value of each kind that is no default, and that a settings file can have.
OTHERS: Final[dict[str, Any]] = {
    "archive": "find", "baseline": "x", "base_url": "https://a.example/", "cacert": "x",
    "db": "x", "depth": 1, "engine": "dask",
    "document_formats": ["json"], "exclude": ["x"], "files_from": "x",
    "fail_on": ["broken", "invalid", "failing"],
    "format": "json", "ignore": [{"url": "x"}], "include": ["x"], "lang": "es", "limit": 1,
    "max_time": 1.0, "notify": "x", "notify_url": "https://a.example/", "output": "x",
    "proxy": "x", "root": ".", "scheduler": "tls://a.example:1",
    "workers": 2, "trust_history": "24h", "user_agent": "x",
}  # fmt: skip


def other(name: str) -> Any:  # noqa: ANN401 - any setting
    """Return what differs from a default."""
    default = KNOBS[name]
    if name in OTHERS:
        return OTHERS[name]
    if isinstance(default, bool):
        return not default
    if isinstance(default, tuple):
        return ["x"]
    return default + 1


def test_every_setting_is_decided_on_and_nothing_else_is() -> None:
    """Whoever adds a setting says here what a stranger may say of it."""
    assert [rule.name for rule in RULES] == sorted(KNOBS)
    assert all(rule.why for rule in RULES)


def test_what_is_the_operators_alone_is_no_strangers() -> None:
    assert all(BY_NAME[name].counts is Counts.NONE for name in OPERATOR_ONLY)


def test_what_nobody_has_decided_on_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(BY_NAME, "strict")
    assert counting({"strict": True}) == ({}, ("strict",))


@pytest.mark.parametrize("name", sorted(KNOBS))
def test_a_rule_is_kept_to(name: str) -> None:
    value, rule = other(name), BY_NAME[name]
    taken, ignored = counting({name.replace("_", "-"): value})
    says = [(Counts.TRUE, True), (Counts.FALSE, False)]
    counts = rule.counts in (Counts.ANY, Counts.MORE) or (rule.counts, value) in says
    if rule.counts is Counts.HIGHER:
        assert rule.bound is not None
        counts = value <= rule.bound
    assert (bool(taken), ignored) == (counts, () if counts else (name,))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.counts is Counts.LOWER])
def test_numbers_may_be_lower_and_not_higher(rule: Any) -> None:  # noqa: ANN401 - a rule
    held = KNOBS[rule.name]
    bound = held / 2 if rule.bound is None else rule.bound
    for value, counts in ((held, True), (bound, True), (held + 1, False), (math.nan, False)):
        assert counting({rule.name: value})[1] == (() if counts else (rule.name,))
    if rule.bound is not None:
        assert counting({rule.name: rule.bound - 1})[1] == (rule.name,)


@pytest.mark.parametrize(
    ("name", "value", "counts"),
    [
        ("delay", 0.5, True),
        ("delay", 1, True),
        ("delay", 1.5, False),
        ("delay", 0.001, False),
        ("fail_on", ["broken", "invalid"], True),
        ("fail_on", "broken, invalid,failing", True),
        ("fail_on", ["broken"], False),
        ("fail_on", [], False),
        ("fail-on", "failing", False),
        ("strict", True, True),
        ("strict", False, True),
        ("fragments", True, True),
        ("fragments", False, False),
        ("gitignore", True, True),
        ("robots", False, False),
    ],
)
def test_nothing_is_weaker_than_without_it(name: str, value: object, counts: bool) -> None:
    assert counting({name: value})[1] == (() if counts else (name.replace("-", "_"),))


@pytest.mark.parametrize(
    "mistake",
    [{"timeout": "x"}, {"strict": "x"}, {"fail_on": 7}, {"fail_on": [7]}, {"delay": True},
     {"hiden": True}, {"gitignore": 1}, {"lang": 3}],
)  # fmt: skip
def test_mistakes_are_told_as_ever(mistake: dict[str, object]) -> None:
    taken, ignored = counting(mistake)
    assert (taken, ignored) == (mistake, ())
    with pytest.raises(SettingsError):
        merged([Layer(taken, "crawl.toml", found=True)])


def test_the_names_of_what_does_not_count_are_sorted_and_told_once() -> None:
    values = {"user-agent": "x", "user_agent": "y", "retries": 1, "exclude": []}
    assert counting(values) == ({"retries": 1}, ("exclude", "user_agent"))


def test_all_that_can_count_at_once_fails_no_less_and_sees_no_less() -> None:
    """The best that a stranger can do: of each setting another value than the default."""
    taken, _ = counting({name: other(name) for name in KNOBS})
    settings, held = merged([Layer(taken, "crawl.toml", found=True)]), Settings()
    assert settings.policy.failing >= held.policy.failing | {Outcome.FAILING}
    assert settings.select == held.select
    assert settings.local == held.local
    assert settings.notify == held.notify
    assert settings.places == held.places
    assert settings.fetch.header == settings.fetch.resolve == settings.fetch.allow_address == ()
    assert not settings.extract.ignore


@pytest.mark.parametrize(
    "environment",
    [
        {"GITHUB_EVENT_NAME": "pull_request"},
        {"GITHUB_EVENT_NAME": "pull_request_target"},
        {"CI_PIPELINE_SOURCE": "merge_request_event"},
        {"CI_MERGE_REQUEST_IID": "7"},
        {"BUILD_REASON": "PullRequest"},
        {"TRAVIS_PULL_REQUEST": "12"},
        {"CHANGE_ID": "3"},
    ],
)
def test_ci_systems_say_when_it_is_a_pull_request(environment: dict[str, str]) -> None:
    assert is_pull_request({"CI": "true", **environment})


@pytest.mark.parametrize(
    "environment",
    [
        {"CI": "true"},
        {"GITHUB_EVENT_NAME": "push"},
        {"GITHUB_EVENT_NAME": "schedule"},
        {"CI_PIPELINE_SOURCE": "push"},
        {"CI_MERGE_REQUEST_IID": ""},
        {"TRAVIS_PULL_REQUEST": "false"},
        {"BUILDKITE_PULL_REQUEST": "false"},
    ],
)
def test_and_when_it_is_none(environment: dict[str, str]) -> None:
    assert not is_pull_request(environment)


def test_the_table_is_sorted_and_says_each_thing_once() -> None:
    known = [tuple(row) for row in rows("pull_requests.tsv")]
    assert known == sorted(set(known))
    assert all(len(row) == 2 and all(row) for row in known)
