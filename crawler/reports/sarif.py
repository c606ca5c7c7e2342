"""SARIF 2.1.0, for code scanning and editors: one run, and a result for each notice.

A place is a result of its own, also where many have a URL in common: code scanning shows a result
at its first location alone, and in a pull request only if that is on a changed line.
Results are the loudest first, as many as GitHub takes. Of what is no file of the checkout there are
none, for it would refuse them all. Whatever is left out is counted in notifications and properties.
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeAlias

from crawler.checkout_paths import path_of, uri_of
from crawler.explanations import Explanation, explained
from crawler.levels import Level, level_of
from crawler.model import Confidence, Report
from crawler.notices import Notice, alarms, asides, is_whole, notices
from crawler.outline import TOPICS, Aspect
from crawler.reasons import BY_CODE
from crawler.records import stamp
from crawler.shortlist import LOUD, Shortlist
from crawler.text import clean, without_commands
from crawler.version import __version__
from crawler.words import Words

MAX_RESULTS: Final = 25_000
MAX_BYTES: Final = 9_000_000
"""Compressed: GitHub takes 10 MB, and others may compress a little less well than we do."""

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT: Final = "%SRCROOT%"
_LIMIT: Final = 4_096
_DESCRIPTION: Final = 1_000  # GitHub takes 1,024
_BRACKET: Final = re.compile(r"([\\\[\]])")
# What may be read as a link, `[text](target)`, or as an escape: else brackets stay as they are,
# for not every viewer takes the backslashes away.
_LINK: Final = re.compile(r"\]\(|\\[\\\[\]]")
_PROBLEM: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}
_PRECISION: Final = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "high"}

Object: TypeAlias = dict[str, Any]


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render one run: its tool with the rules that occur, its results, and how it went."""
    rules, elsewhere = _Rules(words), 0
    results = Shortlist[str](MAX_RESULTS)
    for notice in notices(report, aspect):
        path = path_of(notice.place.document)
        if path is None:
            elsewhere += 1
        else:
            result = _result(notice, path, rules.index(notice), words)
            results.take(notice.level, _json(result))
    room, written = _Room(), Counter[Level]()
    yield f'{{"$schema":{_json(_SCHEMA)},"version":"2.1.0","runs":[{{"tool":'
    yield rules.tool()
    yield f',\n"language":{_json(words.language)},"columnKind":"unicodeCodePoints"'
    yield f',"originalUriBaseIds":{_json(_bases(words))}\n,"results":['
    for level, text in results:
        if not room.has(text):
            break
        yield f"{',' if written else ''}\n{text}"
        written[level] += 1
    left_out = {level: results.seen(level) - written[level] for level in LOUD}
    found = {level: results.seen(level) for level in LOUD}
    invocation = _invocation(report, sum(left_out.values()), elsewhere, words)
    yield f'\n],"invocations":{_json([invocation])}'
    yield f',\n"properties":{_json({"found": found, "leftOut": left_out, "elsewhere": elsewhere})}'
    yield "}]}\n"


def escape(text: str, limit: int = _LIMIT) -> str:
    r"""Make any text a message that is nothing but text: SARIF 2.1.0 §3.11.5 and §3.11.6.

    >>> escape("see [this](0) and {0}")
    'see \\[this\\](0) and {{0}}'
    """
    told = clean(text, limit)
    if _LINK.search(told):
        told = _BRACKET.sub(r"\\\1", told)
    return told.replace("{", "{{").replace("}", "}}")


class _Rules:
    """The rules that occur: one a reason, a belief, or a name of a finding."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._found: dict[str, tuple[int, Object]] = {}

    def index(self, notice: Notice) -> int:
        code = notice.code
        if code not in self._found:
            self._found[code] = (len(self._found), _rule(notice, self._words))
        return self._found[code][0]

    def tool(self) -> str:
        named = {"name": "crawl", "version": __version__, "semanticVersion": __version__}
        rules = ",\n".join(_json(rule) for _, rule in self._found.values())
        return f'{{"driver":{_json(named).removesuffix("}")},"rules":[\n{rules}\n]}}}}'


class _Room:
    """How much more may be written, once it is compressed."""

    def __init__(self) -> None:
        self._left = MAX_BYTES
        self._packer = zlib.compressobj(level=1)  # a sixth of the time, and never much smaller

    def has(self, text: str) -> bool:
        self._left -= len(self._packer.compress(text.encode()))
        return self._left > 0


def _rule(notice: Notice, words: Words) -> Object:
    reason = BY_CODE.get(notice.name) if notice.kind == "reasons" else None
    topic = reason.outcome if reason else notice.topic  # the rule's own, whatever it found here
    title, sentence = map(words, TOPICS[topic])
    said = explained(notice.name, words, notice.kind) or Explanation(title, sentence, sentence)
    level = level_of(topic)
    return {
        "id": notice.code,
        "shortDescription": {"text": escape(said.sentence, _DESCRIPTION)},
        "fullDescription": {"text": escape(said.text, _DESCRIPTION)},
        "help": {"text": escape(said.cure)},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["links"],
            "precision": _PRECISION[reason.confidence if reason else Confidence.LIKELY],
            "problem.severity": _PROBLEM[level],
        },
    }


def _result(notice: Notice, path: str, index: int, words: Words) -> Object:
    where = {"artifactLocation": _file(path), "region": _region(notice)}
    fixes = {"fixes": [_fix(notice, path, words)]} if notice.fix else {}
    return {
        "ruleId": notice.code,
        "ruleIndex": index,
        "level": notice.level,
        "message": {"text": escape(notice.message(words))},
        "locations": [{"physicalLocation": where}],
        # `primaryLocationLineHash` is not ours to give: who uploads makes it of the line's text,
        # and warns of each that is another.
        "partialFingerprints": {"crawlLink/v1": notice.fingerprint},
        **fixes,
        "properties": _properties(notice),
    }


def _file(path: str) -> Object:
    return {"uri": uri_of(path), "uriBaseId": _ROOT}


def _region(notice: Notice) -> Object:
    span = notice.place.span
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(notice: Notice, path: str, words: Words) -> Object:
    change = {"deletedRegion": _region(notice), "insertedContent": {"text": notice.fix}}
    return {
        "description": {"text": escape(words(f"Write {notice.fix} instead."))},
        "artifactChanges": [{"artifactLocation": _file(path), "replacements": [change]}],
    }


def _properties(notice: Notice) -> Object:
    row = notice.row
    look, state = row.observation, row.state
    told = {
        "url": clean(notice.about, _LIMIT),
        "outcome": row.verdict.outcome,
        "confidence": row.verdict.confidence,
        "status": look.status if look else None,
        "finalUrl": str(look.final_url) if look and look.final_url else None,
        "checkedAt": stamp(look.at) if look else None,
        "health": state.health if state else None,
        "failingSince": stamp(state.failing_since) if state else None,
        "lastOkAt": stamp(state.last_ok_at) if state else None,
        "replacement": notice.proposed,
        "archivedCopy": notice.copy.replacement if notice.copy else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _bases(words: Words) -> Object:
    told = words("The root of the project: where crawl was started.")
    return {_ROOT: {"description": {"text": escape(told)}}}


def _invocation(report: Report, left_out: int, elsewhere: int, words: Words) -> Object:
    run = report.run
    told: list[Object] = []
    for each in alarms(report):
        path = path_of(each.document) if each.document else None
        where = [{"physicalLocation": {"artifactLocation": _file(path)}}] if path else []
        notification = _notification("error", words(each.sentence))
        told.append(notification | ({"locations": where} if where else {}))
    for number, why in (
        (left_out, "there is no room for more"),
        (elsewhere, "documents that are no files of the project"),
    ):
        if number:
            results = "1 result is" if number == 1 else f"{number} results are"
            told.append(_notification("warning", words(f"{results} left out here: {why}.")))
    told += [_notification("note", words(each)) for each in asides(report)]
    return {
        "executionSuccessful": is_whole(report),
        "startTimeUtc": _time(run.started_at),
        **({"endTimeUtc": _time(run.finished_at)} if run.finished_at else {}),
        "toolExecutionNotifications": told,
    }


def _notification(level: str, text: str) -> Object:
    return {"level": level, "message": {"text": escape(text)}}


def _time(moment: datetime) -> str | None:
    return stamp(moment)


def _json(value: object) -> str:
    return without_commands(json.dumps(value, allow_nan=False, separators=(",", ":")))
