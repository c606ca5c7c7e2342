"""Archived copies: what is asked of the archive, what its answers mean, and what authors are told.

The archive is asked for the copy of a page that is nearest to a moment, and answers by a redirect
whose `Location` names it. That is a stranger's word: it counts only if it is a copy of the very
page, at the archive itself, and what is kept is an address of our own making. No I/O, no clock.
"""

import re
from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from crawler.addresses import is_plain, is_private_name, refusal
from crawler.model import Answer, Finding, Health, LinkState, Response, Severity
from crawler.urls import Target, Url, resolve
from crawler.wrappers import unwrap

ARCHIVE: Final = "web.archive.org"
CONFIRMED: Final = frozenset({Health.BROKEN, Health.DRIFTED})
"""What is asked about: links of which all looks together say that their page is lost, be it that
another stands in its place."""

_OLDEST: Final = datetime(1996, 1, 1, tzinfo=UTC)  # when the archive began
_DAY: Final = timedelta(days=1)
# A clock of theirs may be ahead of ours.
_AHEAD: Final = timedelta(days=1)
# So much later than its line was written, a page may have gone meanwhile.
_ABOUT: Final = timedelta(days=90)
# An older copy is looked for so much before the moment that a late one is away from it.
_BEFORE: Final = timedelta(days=365)
_COPY: Final = re.compile(r"/web/([0-9]{14})(?:[a-z]{2}_)?/(.+)")
_PORTS: Final = frozenset({80, 443})
# Copies that are meant as copies: nobody keeps copies of those.
_ARCHIVES: Final = frozenset({
    ARCHIVE, "archive.fo", "archive.is", "archive.li", "archive.md", "archive.ph", "archive.today",
    "archive.vn", "arquivo.pt", "ghostarchive.org", "perma.cc",
})  # fmt: skip
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TOO_MANY: Final = 429
_REFUSALS: Final = frozenset({401, 403})
_CLIENT_ERRORS: Final = 400
_SERVER_ERRORS: Final = 500
# Of those that are said to be ours, these may be others another day.
_MAY_PASS: Final = frozenset({408, 425, _TOO_MANY})


class Errand(StrEnum):
    """What the archive was asked to do: to find a copy, or to make one."""

    FIND = "find"
    SAVE = "save"


class Came(StrEnum):
    """What came of it: a copy, none, or nothing that tells, so that it is asked another day."""

    COPY = "copy"
    NONE = "none"
    LATER = "later"


class Basis(StrEnum):
    """Why a copy of a moment was wanted: its page was seen well then, or written of, or neither."""

    SEEN = "seen"
    WRITTEN = "written"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wish:
    """A copy that is wanted: of a page, as it was at a moment."""

    url: Url
    at: datetime
    basis: Basis


@dataclass(frozen=True, slots=True)
class ArchivedCopy:
    """What came of asking the archive about a link. `copy_url` and `copy_at`: where there is one.

    `wanted_at`: of which moment; for one that was made at our wish, when its page was seen well.
    """

    url: Url
    errand: Errand
    wanted_at: datetime
    basis: Basis
    asked_at: datetime
    came: Came
    copy_url: Url | None = None
    copy_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether the copy may be of what came after the page: an error, or another's."""
        if self.copy_at is None or self.errand is Errand.SAVE:
            return False
        allowed = _ABOUT if self.basis is Basis.WRITTEN else timedelta()
        return self.copy_at > self.wanted_at + allowed


Copies: TypeAlias = Collection[ArchivedCopy]
"""All that is known of the copies of one link."""


# Whom to ask about, and when


def may_be_told(url: Url) -> bool:
    """Tell whether an address may be named to an archive: one of the public web, and a page's own.

    What wraps a URL holds other people's tokens, and is no page; archives are archived by nobody.
    """
    if url.host in _ARCHIVES or unwrap(url) is not None:
        return False
    literal = url.host.removeprefix("[").removesuffix("]")
    if is_plain(literal):
        return refusal(literal) is None
    return not is_private_name(url.host)


def last_well(state: LinkState) -> datetime | None:
    """Return when a link's page was last believed to be itself, if it ever was."""
    if state.drift_since is not None and state.known is not None:
        return state.known.at  # since then another has answered, and answered well
    return state.last_ok_at


def wish(url: Url, well_at: datetime | None, written_at: datetime | None, now: datetime) -> Wish:
    """Return which copy is wanted: of the last good look, else the day before its line came."""
    if well_at is not None:
        return Wish(url, well_at, Basis.SEEN)
    if written_at is not None:
        return Wish(url, written_at - _DAY, Basis.WRITTEN)
    return Wish(url, now, Basis.UNKNOWN)


_FIND_AGAIN: Final = {
    Came.COPY: timedelta(days=365), Came.NONE: timedelta(days=30), Came.LATER: timedelta(hours=20),
}  # fmt: skip
_SAVE_AGAIN: Final = {
    Came.COPY: timedelta(days=90), Came.NONE: timedelta(days=90), Came.LATER: timedelta(hours=20),
}  # fmt: skip
_OTHER_TIME: Final = timedelta(days=30)


def is_due(known: ArchivedCopy | None, well_at: datetime | None, now: datetime) -> bool:
    """Tell whether the archive is to be asked for a copy, given what it said the last time."""
    if known is None or known.asked_at > now:  # a clock has jumped
        return True
    waited = now - known.asked_at
    if well_at is not None and abs(well_at - known.wanted_at) > _OTHER_TIME:
        return waited >= _FIND_AGAIN[Came.LATER]  # another copy is wanted
    return waited >= _FIND_AGAIN[known.came]


def is_to_be_saved(known: ArchivedCopy | None, now: datetime) -> bool:
    """Tell whether the archive is to be asked to keep a page, given what it said the last time."""
    if known is None or known.asked_at > now:
        return True
    return now - known.asked_at >= _SAVE_AGAIN[known.came]


# What is asked, and what the answers mean


def question(url: Url, at: datetime) -> Url:
    """Return the address at which the archive names the copy of a page nearest to a moment."""
    return Url("https", ARCHIVE, f"/web/{max(at, _OLDEST):%Y%m%d%H%M%S}/{url}")


def order(url: Url) -> Url:
    """Return the address at which the archive makes a copy of a page."""
    return Url("https", ARCHIVE, f"/save/{url}")


def seek(wish: Wish, now: datetime) -> Generator[Url, Answer, ArchivedCopy]:
    """Hold the conversation about one page: yield what to ask, take the answers, return the end.

    The nearest copy may be later than was wished for. Then an older one is asked for, once.
    """
    first = _told(wish, wish.at, (yield question(wish.url, wish.at)), now)
    if first.copy_at is None or not first.is_late or wish.basis is Basis.UNKNOWN:
        return first
    earlier = max(_OLDEST, wish.at - (first.copy_at - wish.at) - _BEFORE)
    second = _told(wish, earlier, (yield question(wish.url, earlier)), now)
    return first if second.copy_at is None or second.is_late else second


def saved(url: Url, answer: Answer, seen_at: datetime, now: datetime) -> ArchivedCopy:
    """Return what came of asking for a copy to be made: the answer names it in either header."""
    asked, headers = order(url), answer.headers if isinstance(answer, Response) else {}
    named = (headers.get(name, "") for name in ("location", "content-location"))
    found = next((copy for each in named if (copy := _copy(each, asked, url, now))), None)
    came = Came.COPY if found else _without_copy(answer)
    return ArchivedCopy(url, Errand.SAVE, seen_at, Basis.SEEN, now, came, *(found or ()))


def _told(wish: Wish, at: datetime, answer: Answer, now: datetime) -> ArchivedCopy:
    asked, found = question(wish.url, at), None
    came = _without_copy(answer)
    if isinstance(answer, Response) and answer.is_success:  # a copy of that very second
        found = _copy(asked.target, asked, wish.url, now)
    elif isinstance(answer, Response) and answer.status in _REDIRECTS:
        found = _copy(answer.headers.get("location", ""), asked, wish.url, now)
        came = Came.NONE
    came = Came.COPY if found else came
    return ArchivedCopy(wish.url, Errand.FIND, wish.at, wish.basis, now, came, *(found or ()))


def _without_copy(answer: Answer) -> Came:
    """Say what an answer without a copy means. Some sites are shown to nobody: that is none too."""
    if isinstance(answer, Response) and answer.status not in _MAY_PASS:
        return Came.NONE if _CLIENT_ERRORS <= answer.status < _SERVER_ERRORS else Came.LATER
    return Came.LATER


def _copy(location: str, asked: Url, page: Url, now: datetime) -> tuple[Url, datetime] | None:
    """Read where a copy of a page is said to be. Total: a stranger has written it."""
    target = resolve(location, str(asked)) if location else None
    if not isinstance(target, Target) or target.url.authority != ARCHIVE:
        return None
    found = _COPY.fullmatch(target.url.target)
    inner = resolve(found[2]) if found else None
    if found is None or not isinstance(inner, Target) or not is_same_page(inner.url, page):
        return None
    at = _moment(found[1])
    if at is None or not _OLDEST <= at <= now + _AHEAD:
        return None
    return Url("https", ARCHIVE, f"/web/{found[1]}/{inner.url}"), at


def is_same_page(one: Url, other: Url) -> bool:
    """Tell whether two addresses differ in what archives make light of: scheme, `www` and slash."""
    return _plainly(one) == _plainly(other)


def _plainly(url: Url) -> tuple[str, int, str, str]:
    path, _, query = url.target.partition("?")
    port = 0 if url.port in _PORTS else url.port
    return url.host.removeprefix("www."), port, path.rstrip("/"), query


def _moment(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # the 13th month
        return None


def is_proper(copy: ArchivedCopy) -> bool:
    """Tell whether what is said to have come is what `seek` and `saved` return.

    A copy has an address at the archive that names its page and its moment; else there is neither.
    """
    if copy.came is not Came.COPY:
        return copy.copy_url is None and copy.copy_at is None
    if copy.copy_url is None or copy.copy_at is None:
        return False
    found = _copy(str(copy.copy_url), copy.copy_url, copy.url, copy.copy_at)
    return found is not None and found[1] == copy.copy_at


class Welcome:
    """Whether the archive still bears us: it is left alone for the day at the first sign of not."""

    _ENOUGH: Final = 2
    _ENOUGH_REFUSALS: Final = 5  # one may be of a site that is shown to nobody

    def __init__(self) -> None:
        self._complaints = self._silences = self._refusals = 0

    @property
    def is_over(self) -> bool:
        """Whether it is time to go: it said so, or several times in a row it said nothing."""
        if self._refusals >= self._ENOUGH_REFUSALS:
            return True
        return self._complaints >= self._ENOUGH or self._silences >= self._ENOUGH

    def take(self, answer: Answer, pause: float | None, most: float) -> None:
        """Take in an answer, and how many seconds it asks us to wait, of `most` that we would."""
        silent = not isinstance(answer, Response) or answer.status >= _SERVER_ERRORS
        self._silences = self._silences + 1 if silent else 0
        status = answer.status if isinstance(answer, Response) else None
        self._refusals = self._refusals + 1 if status in _REFUSALS else 0
        if status == _TOO_MANY:
            self._complaints += 1
        if pause is not None and pause > most:
            self._complaints = self._ENOUGH


# What authors are told


def finding(copies: Copies, state: LinkState | None) -> Finding | None:
    """Return what to tell of the copies of a link that is lost: the best of them."""
    copy = best(copies) if state is not None and state.health in CONFIRMED else None
    if copy is None:
        return None
    return Finding("archived-copy", Severity.ADVICE, sentence(copy), str(copy.copy_url))


def best(copies: Iterable[ArchivedCopy]) -> ArchivedCopy | None:
    """Return the copy that is the likeliest to show what is lost, if there is any at all."""
    there = [each for each in copies if each.copy_at is not None and each.copy_url is not None]
    return max(there, key=lambda each: (not _is_doubtful(each), each.copy_at), default=None)


def sentence(copy: ArchivedCopy) -> str:
    """Say of when a copy is, and how far it is to be trusted."""
    day = f"{copy.copy_at:%Y-%m-%d}"
    if copy.is_late:
        return f"Archived on {day}, perhaps too late: look whether the copy still shows the page."
    return f"Archived on {day}{_BY_BASIS[copy.basis]}"


_BY_BASIS: Final = {
    Basis.SEEN: ", before the page was lost.",
    Basis.WRITTEN: ", about when the link was written or before.",
    Basis.UNKNOWN: "; whether the page was well then is not known.",
}


def _is_doubtful(copy: ArchivedCopy) -> bool:
    return copy.is_late or copy.basis is Basis.UNKNOWN
