"""How much a settings file counts that came with a stranger's checkout: a rule for each setting.

Law: it may have more looked at, judge harder, be gentler to servers and choose how things are
said. It never has less seen, leads nowhere else, and makes nobody say less. What has no rule here
does not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from crawler.settings import knobs


class Counts(StrEnum):
    """Which values of a setting count."""

    NONE = "none"
    ANY = "any"
    TRUE = "true"
    FALSE = "false"
    LOWER = "lower ones"
    HIGHER = "higher ones"
    MORE = "longer lists"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which values of a setting count, and why no others. `bound`: how far a number may go."""

    name: str
    counts: Counts
    why: str
    bound: float | None = None


_HIDES: Final = "it could hide links"
_ELSEWHERE: Final = "it could lead requests elsewhere"
_WEAKENS: Final = "it could open what is guarded"
_WRITES: Final = "it could choose what is read or written"
_TELLS: Final = "it could have others told, or a program run"
_JUDGES: Final = "it could change what is believed"
_ASKS: Final = "it could have much more asked"
_LOOKS: Final = "more is looked at"
_SPARES: Final = "servers are spared, within bounds"
_SAID: Final = "only how things are said"

RULES: Final = (
    Rule("allow_address", Counts.NONE, _WEAKENS),
    Rule("archive", Counts.NONE, _TELLS),
    Rule("archive_limit", Counts.LOWER, _SPARES),
    Rule("base_url", Counts.NONE, _ELSEWHERE),
    Rule("baseline", Counts.NONE, _HIDES),
    Rule("baseline_days", Counts.NONE, _WRITES),
    Rule("cacert", Counts.NONE, _WEAKENS),
    Rule("comments", Counts.TRUE, _LOOKS),
    Rule("concurrency", Counts.LOWER, _SPARES, 16),
    Rule("db", Counts.NONE, _WRITES),
    Rule("deadline", Counts.LOWER, "a site that is slower than that counts as no answer", 20),
    Rule("define", Counts.NONE, _ELSEWHERE),
    Rule("delay", Counts.HIGHER, _SPARES, 1),
    Rule("depth", Counts.NONE, _HIDES),
    Rule("document_formats", Counts.NONE, _HIDES),
    Rule("engine", Counts.NONE, _ASKS),
    Rule("exclude", Counts.NONE, _HIDES),
    Rule("exclude_path", Counts.NONE, _HIDES),
    Rule("fail_on", Counts.MORE, "what fails goes on failing"),
    Rule("failing_hours", Counts.NONE, _JUDGES),
    Rule("failing_looks", Counts.NONE, _JUDGES),
    Rule("files_from", Counts.NONE, _WRITES),
    Rule("flaky_looks", Counts.NONE, _JUDGES),
    Rule("flaky_turns", Counts.NONE, _JUDGES),
    Rule("format", Counts.ANY, _SAID),
    Rule("fragments", Counts.TRUE, _LOOKS),
    Rule("gitignore", Counts.FALSE, _LOOKS),
    Rule("header", Counts.NONE, _ELSEWHERE),
    Rule("hidden", Counts.TRUE, _LOOKS),
    Rule("ignore", Counts.NONE, _HIDES),
    Rule("include", Counts.NONE, _HIDES),
    Rule("include_path", Counts.NONE, _HIDES),
    Rule("insecure", Counts.NONE, _WEAKENS),
    Rule("lang", Counts.ANY, _SAID),
    Rule("likely_hours", Counts.NONE, _JUDGES),
    Rule("likely_looks", Counts.NONE, _JUDGES),
    Rule("limit", Counts.NONE, _HIDES),
    Rule("max_body", Counts.NONE, _HIDES),
    Rule("max_days", Counts.LOWER, _LOOKS),
    Rule("max_document_links", Counts.LOWER, "what is beyond is told, and no check passes"),
    Rule("max_links", Counts.LOWER, "what is beyond is told, and no check passes"),
    Rule("max_pages", Counts.NONE, _HIDES),
    Rule("max_redirects", Counts.NONE, _HIDES),
    Rule("max_retry_after", Counts.LOWER, _SPARES),
    Rule("max_time", Counts.NONE, _HIDES),
    Rule("new_only", Counts.FALSE, "more fails"),
    Rule("no_progress", Counts.ANY, _SAID),
    Rule("nofollow", Counts.NONE, _HIDES),
    Rule("notify", Counts.NONE, _TELLS),
    Rule("notify_url", Counts.NONE, _TELLS),
    Rule("offline", Counts.NONE, _HIDES),
    Rule("output", Counts.NONE, _WRITES),
    Rule("outputs", Counts.TRUE, _LOOKS),
    Rule("per_host", Counts.LOWER, _SPARES),
    Rule("probe", Counts.TRUE, _LOOKS),
    Rule("proxy", Counts.NONE, _ELSEWHERE),
    Rule("quiet", Counts.NONE, "it could hide what is said of this"),
    Rule("recursive", Counts.NONE, _ASKS),
    Rule("remap", Counts.NONE, _ELSEWHERE),
    Rule("resolve", Counts.NONE, _ELSEWHERE),
    Rule("retries", Counts.LOWER, _SPARES),
    Rule("robots", Counts.TRUE, _SPARES),
    Rule("root", Counts.NONE, _ELSEWHERE),
    Rule("scheduler", Counts.NONE, _TELLS),
    Rule("schemeless", Counts.TRUE, _LOOKS),
    Rule("sources", Counts.NONE, _HIDES),
    Rule("strict", Counts.TRUE, "more fails"),
    Rule("timeout", Counts.LOWER, "a site that is slower than that counts as no answer", 5),
    Rule("trust_history", Counts.NONE, "it could have links believed that nobody asks"),
    Rule("untrusted", Counts.NONE, "it could say that it is none"),
    Rule("user_agent", Counts.NONE, "it could speak in another's name"),
    Rule("verbose", Counts.TRUE, _SAID),
    Rule("workers", Counts.NONE, _ASKS),
)
BY_NAME: Final[Mapping[str, Rule]] = {rule.name: rule for rule in RULES}


def counting(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what counts of the values that a file has, by name, and the names of what does not.

    What is no setting, or has a value that no setting can have, is let through: it is a mistake,
    and told as one.
    """
    held = {name: default for _, name, default, _ in knobs()}
    ignored = set[str]()
    for key, value in values.items():
        name = key.replace("-", "_")
        if name in held and not _counts(BY_NAME.get(name), value, held[name]):
            ignored.add(name)
    taken = {key: value for key, value in values.items() if key.replace("-", "_") not in ignored}
    return taken, tuple(sorted(ignored))


def _counts(rule: Rule | None, value: Any, held: Any) -> bool:  # noqa: ANN401 - as a file has it
    match rule.counts if rule else Counts.NONE:
        case Counts.NONE:
            return False
        case Counts.ANY:
            return True
        case Counts.TRUE:
            return value is not False or held is False
        case Counts.FALSE:
            return value is not True or held is True
        case Counts.MORE:
            return not _is_weaker(value, held)
        case counts:
            return _is_within(value, held, rule.bound if rule else None, counts)


def _is_weaker(value: Any, held: tuple[str, ...]) -> bool:  # noqa: ANN401 - as above
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
        return False  # it is no list of texts: a mistake
    said = {each.strip() for one in listed for each in one.split(",")}
    return not said.issuperset(held)


def _is_within(value: Any, held: float, bound: float | None, counts: Counts) -> bool:  # noqa: ANN401 - as above
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True  # it is no number: a mistake
    if counts is Counts.LOWER:
        return (value if bound is None else bound) <= value <= held
    return held <= value <= (value if bound is None else bound)
