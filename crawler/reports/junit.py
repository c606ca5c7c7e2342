"""JUnit XML, as Jenkins' xUnit plugin has its schema: a suite a document, a case a place.

What is wrong with a link is a `failure`; what could not be read or finished is an `error`, for it
is the check that went wrong; what was not looked at, or without an answer, is `skipped`. What
passes may have something to say (`system-out`): that a page has drifted, or advice. That a report
is about some links only is a property of a suite of its own, which need not have cases.

The totals of a suite stand before its cases, so one document at a time is in memory. `testsuites`
has none: to know what all of them add up to would take going through the report twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from crawler import xmltext
from crawler.levels import Level
from crawler.model import Outcome, Report, Row
from crawler.naming import written
from crawler.notices import Alarm, Notice, alarms, by_row
from crawler.outline import Aspect
from crawler.records import stamp
from crawler.urls import Url
from crawler.words import Words

_LIMIT: Final = 4_096
_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


@dataclass(frozen=True, slots=True)
class _Case:
    """One test. `kind`: the element that says how it ended; of one that passed, what it said."""

    document: str
    name: str
    milliseconds: int = 0
    kind: str = ""
    code: str = ""
    message: str = ""
    text: str = ""


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render what went wrong with the check, then one document after the other."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="crawl">\n'
    stamped = stamp(report.run.started_at) or ""
    errors = [_error(each, words) for each in alarms(report)]
    if errors or report.chosen:
        yield from _suite("crawl", stamped, errors, list(map(words, report.chosen)))
    timed: set[Url] = set()
    documents = groupby(by_row(report, aspect), lambda told: told[0].place.occurrence.document)
    for document, rows in documents:
        cases = [_case(row, told, _time(row, timed), words) for row, told in rows]
        yield from _suite(document, stamped, cases)
    yield "</testsuites>\n"


def escape(text: str) -> str:
    """Make any text fit for an attribute and between tags: one line, of characters of XML."""
    return xmltext.escape(text, _LIMIT)


def _suite(
    name: str, stamped: str, cases: Sequence[_Case], chosen: Sequence[str] = ()
) -> Iterator[str]:
    kinds = [each.kind for each in cases]
    yield _tag(
        " <testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=_seconds(sum(each.milliseconds for each in cases)),
        timestamp=stamped,
    )
    yield ">\n"
    if chosen:
        told = (_tag("<property", name="selection", value=each) for each in chosen)
        yield f"  <properties>{''.join(f'{each}/>' for each in told)}</properties>\n"
    for case in cases:
        yield from _element(case)
    yield " </testsuite>\n"


def _element(case: _Case) -> Iterator[str]:
    time = _seconds(case.milliseconds)
    yield _tag("  <testcase", classname=case.document, name=case.name, time=time)
    if not case.kind:
        yield "/>\n"
        return
    yield ">"
    if case.kind == "system-out":
        yield f"<system-out>{escape(case.text)}</system-out>"
    else:
        yield _tag(f"<{case.kind}", type=case.code, message=case.message)
        yield f">{escape(case.text)}</{case.kind}>"
    yield "</testcase>\n"


def _case(row: Row, told: tuple[Notice, ...], milliseconds: int, words: Words) -> _Case:
    span, verdict = row.place.occurrence.span, row.verdict
    name = f"{span.line}:{span.column} {written(row)}"
    text = " ".join(each.message(words) for each in told)
    kind = "system-out" if told else ""
    if any(each.level is Level.ERROR for each in told):
        kind = "failure"
    elif verdict.outcome not in _THERE:
        kind = "skipped"
    document, said = row.place.occurrence.document, words(verdict.detail)
    return _Case(document, name, milliseconds, kind, verdict.reason, said, text or said)


def _error(alarm: Alarm, words: Words) -> _Case:
    said = words(alarm.sentence)
    if alarm.document is None:
        return _Case("crawl", "run", 0, "error", "incomplete", said, said)
    return _Case(alarm.document, "read", 0, "error", "unread", said, said)


def _time(row: Row, timed: set[Url]) -> int:
    """Return how long a link took, at its first place: it was asked once."""
    look = row.observation
    if look is None or look.url in timed:
        return 0
    timed.add(look.url)
    return look.elapsed_ms


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}"


def _tag(begin: str, **attributes: str) -> str:
    return " ".join((begin, *(f'{name}="{escape(value)}"' for name, value in attributes.items())))
