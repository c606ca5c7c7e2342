"""GitLab's code quality: an array of issues, one a notice and one a document that was not read.

Of the format of Code Climate it has what GitLab reads. It has no place for what concerns the
report as a whole: the exit code tells of that.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from crawler.checkout_paths import path_or_name
from crawler.levels import Level
from crawler.model import Report
from crawler.notices import Alarm, Notice, alarms, notices
from crawler.outline import Aspect
from crawler.records import array_text
from crawler.text import clean
from crawler.words import Words

_SEVERITIES: Final = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}
_LIMIT: Final = 4_096

Issue: TypeAlias = dict[str, Any]


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render documents that were not read, then all notices, in order."""
    yield from array_text(_issues(report, aspect, words))
    yield "\n"


def escape(text: str) -> str:
    """Make any text a description: GitLab shows it as it is."""
    return clean(text, _LIMIT)


def _issues(report: Report, aspect: Aspect, words: Words) -> Iterable[Issue]:
    for alarm in alarms(report):
        if alarm.document is not None:
            yield _unread(alarm, alarm.document, words)
    for notice in notices(report, aspect):
        yield _issue(notice, words)


def _issue(notice: Notice, words: Words) -> Issue:
    span = notice.place.span
    return {
        "description": escape(notice.message(words)),
        "check_name": notice.code,
        "fingerprint": notice.fingerprint,
        "severity": _SEVERITIES[notice.level],
        "location": {
            "path": path_or_name(notice.place.document),
            "lines": {"begin": span.line, "end": span.end_line},
        },
    }


def _unread(alarm: Alarm, document: str, words: Words) -> Issue:
    told = f"unread\0{document}".encode("utf-8", "backslashreplace")
    return {
        "description": escape(words(alarm.sentence)),
        "check_name": "unread",
        "fingerprint": hashlib.sha256(told).hexdigest()[:32],
        "severity": _SEVERITIES[Level.ERROR],
        "location": {"path": path_or_name(document), "lines": {"begin": 1}},
    }
