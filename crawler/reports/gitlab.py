"""GitLab's code quality: an array of issues, one a notice and one a document that was not read.

Of the format of Code Climate it has what GitLab reads. It has no place for what concerns the
report as a whole: the exit code tells of that.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from crawler.checkout_paths import shown_path
from crawler.levels import Level
from crawler.model import Report
from crawler.notices import Alarm, Notice, alarms, notices
from crawler.outline import Aspect
from crawler.text import clean, without_commands
from crawler.words import Words

_SEVERITIES: Final = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}
_LIMIT: Final = 4_096

Issue: TypeAlias = dict[str, Any]


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render documents that were not read, then all notices, in order."""
    yield "["
    comma = ""
    for issue in _issues(report, aspect, words):
        yield f"{comma}\n{without_commands(json.dumps(issue, allow_nan=False))}"
        comma = ","
    yield "\n]\n"


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
            "path": _path(notice.place.document),
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
        "location": {"path": _path(document), "lines": {"begin": 1}},
    }


def _path(document: str) -> str:
    # What is no file of the checkout goes by its name: it needs some, and this leads to no other.
    return shown_path(document) or clean(document)
