"""The verdicts on links that nobody asks: what is no URL, and what is left out."""

from collections.abc import Mapping
from typing import Final

from crawler.model import Verdict
from crawler.patterns import search
from crawler.reasons import verdict
from crawler.settings import SelectSettings
from crawler.urls import Rejected, Rejection, Url

_REJECTIONS: Final[Mapping[Rejection, str]] = {
    Rejection.EMPTY: "empty",
    Rejection.MALFORMED: "malformed",
    Rejection.NO_SCHEME: "no-scheme",
    Rejection.SCHEME: "scheme",
    Rejection.FILE: "file",
    Rejection.RELATIVE: "relative",
    Rejection.MAIL: "mail",
    Rejection.BAD_MAIL: "bad-mail",
    Rejection.ANCHOR: "anchor",
    Rejection.LOCAL: "local",
    Rejection.FILE_MISSING: "file-missing",
    Rejection.FILE_CASE: "file-case",
    Rejection.OUTSIDE: "outside",
    Rejection.FRAGMENT_MISSING: "fragment-missing",
    Rejection.TEMPLATE: "template",
}


def judge_unasked(url: Url, settings: SelectSettings) -> Verdict | None:
    """Return the verdict on a URL that is not to be asked at all; None if it is to be."""
    text = str(url)
    if settings.include and not _any_matches(settings.include, text):
        return verdict("excluded")
    if _any_matches(settings.exclude, text):
        return verdict("excluded")
    return verdict("offline") if settings.offline else None


def judge_rejected(rejected: Rejected) -> Verdict:
    """Return the verdict on a written link that is no URL to ask for."""
    return verdict(_REJECTIONS[rejected.reason], rejected.detail)


def _any_matches(patterns: tuple[str, ...], text: str) -> bool:
    return any(search(pattern, text) for pattern in patterns)
