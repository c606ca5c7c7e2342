"""What each host has shown of itself in this run, so that its links need not all find it out.

Holds state, performs nothing. A host that cannot be reached is found out by one request and
confirmed by a second that began after the first had failed; from then on all its links share that
answer. So does a host that limits us to the end. One good answer clears it of both.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from crawler.model import Answer, Failure, FailureKind, Response
from crawler.urls import Url

# What concerns a host as a whole, whatever is asked of it.
_WHOLE_HOST: Final = frozenset({
    FailureKind.CONNECT, FailureKind.DNS_FAILURE, FailureKind.DNS_NOT_FOUND, FailureKind.TIMEOUT,
    FailureKind.TLS_CHAIN, FailureKind.TLS_EXPIRED, FailureKind.TLS_HANDSHAKE,
    FailureKind.TLS_HOSTNAME, FailureKind.TLS_UNTRUSTED,
})  # fmt: skip
REFUSED: Final = "refused"
"""The detail of a failure that says: nobody listens there."""

_CONFIRMED: Final = 2
# One that has answered before was there: more must speak against it.
_CONFIRMED_THOUGH_SEEN: Final = 8


@dataclass(slots=True)
class _Standing:
    seen: bool = False
    misses: int = 0
    missed_at: float = 0.0
    shared: Answer | None = None
    reopened: bool = False

    @property
    def enough(self) -> int:
        return _CONFIRMED_THOUGH_SEEN if self.seen else _CONFIRMED


@dataclass(slots=True)
class Hosts:
    """What is known of each origin (scheme, host and port)."""

    _standings: dict[tuple[str, str], _Standing] = field(default_factory=dict)

    def shared(self, url: Url) -> Answer | None:
        """Return what every link of this host is to be told without asking, if anything."""
        standing = self._standings.get((url.scheme, url.authority))
        return standing.shared if standing else None

    def note(self, url: Url, answer: Answer, asked_at: float, now: float, tries: int = 1) -> None:
        """Take in what `tries` requests, the first at `asked_at`, have come to.

        Times are seconds of one clock.
        """
        standing = self._standings.setdefault((url.scheme, url.authority), _Standing())
        if isinstance(answer, Response):
            standing.seen, standing.misses = True, 0
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                standing.shared = None
        elif not _concerns_the_host(answer):
            standing.misses = 0
        elif not standing.misses or asked_at >= standing.missed_at:
            standing.misses, standing.missed_at = standing.misses + tries, now
            if standing.misses >= standing.enough:
                standing.shared = answer

    def limited(self, url: Url, answer: Answer) -> None:
        """Take in the answer to the last try at a link: a 429 is meant for all its links."""
        if isinstance(answer, Response) and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._standings.setdefault((url.scheme, url.authority), _Standing()).shared = answer

    def reopen(self, url: Url, now: float) -> None:
        """Ask a host that was given up once more, for all its links: one failure settles it."""
        standing = self._standings.get((url.scheme, url.authority))
        if standing and standing.shared is not None and not standing.reopened:
            standing.shared, standing.reopened = None, True
            standing.misses, standing.missed_at = standing.enough - 1, now

    def forget(self) -> None:
        """Forget everything: it was the network that failed, and not they."""
        self._standings.clear()


def _concerns_the_host(failure: Failure) -> bool:
    """Tell whether a failure is about the host: who hangs up may only dislike the page."""
    hung_up = failure.reached and failure.detail != REFUSED
    return failure.kind in _WHOLE_HOST and not hung_up
