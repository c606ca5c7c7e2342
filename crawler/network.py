"""Was the network there, and did it tell the truth? If not, a run says nothing of any link.

A healthy document whose every run is refused is worse than a lie that is missed. So nothing here
is said as long as one site that was asked has answered for itself, and never for the sake of a few
sites that may belong together: what counts are owners, as their registered names tell them apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias
from zlib import crc32

from crawler.model import Fetch, Health, LinkState, Network, Observation, Outcome, Response
from crawler.tables import registrable_domain, shortener_of
from crawler.urls import Url

TROUBLE: Final[Mapping[Network, str]] = MappingProxyType({
    Network.DOWN: "no host at all could be reached: is there a network?",
    Network.CAPTIVE: "something in the network answered in place of the sites that were asked, as "
    "a login page does: log in with a browser, and run it again.",
    Network.HIJACKED: "the name server gives addresses to names that do not exist, so nobody can "
    "tell a dead site from a living one: use another name server, and run it again.",
    Network.INTERCEPTED: "no site at all showed a certificate of an authority that is trusted: "
    "something in between replaces them; if it is meant to, name its authority with --cacert.",
})  # fmt: skip
"""What is wrong with a network that is not up, and what the operator can do."""
NOTHING_RECORDED: Final = "Nothing was recorded against any link."

_UNREACHED: Final = frozenset({"dns-not-found", "dns-failure", "connect", "timeout", "proxy"})
# What is in the way on our side of the network: one host suffices to see that.
_NEAR: Final = frozenset({"dns-not-found", "dns-failure", "proxy"})
_NOT_ASKED: Final = frozenset({Outcome.SKIPPED, Outcome.UNSAFE})

_UNKNOWN_ISSUER: Final = frozenset({"tls-chain", "tls-untrusted"})
# What a portal leaves of https: a certificate of its own, or silence.
_SHUT: Final = _UNKNOWN_ISSUER | {"tls-hostname", "tls-handshake", "connect", "timeout"}
_PORTAL_STATUS: Final = 511  # RFC 6585 §6
_FEW: Final = 3
_MANY: Final = 5
# Ends that are remembered: more than one of them shows already that no portal stands before all.
_MAX_ENDS: Final = 1000

End: TypeAlias = str | int
"""Where answers ended that sites may not have given themselves: a foreign host, or a page."""


class Signs:
    """What the looks of a run, one after the other and in any order, say of the network."""

    def __init__(self) -> None:
        self._reach = _Reach()
        self._answers = _Answers()
        self._issuers = _Issuers()

    def take(self, look: Observation, known: LinkState | None = None) -> None:
        """Take note of a look, and of what was known of its link before."""
        if look.attempts:
            self._reach.take(look, known)
            self._answers.take(look)
            self._issuers.take(look)

    def network(self) -> Network:
        """Judge by all that was seen."""
        if self._answers.are_a_portals:
            return Network.CAPTIVE
        if self._issuers.are_replaced:
            return Network.INTERCEPTED
        return Network.DOWN if self._reach.is_lost else Network.UP

    @property
    def sure(self) -> bool:
        """Whether some site has answered for itself, so that looks may be believed already."""
        return self._answers.are_honest

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Names of several owners that may have been sent to one place by the name server."""
        return self._answers.together


def reached(look: Observation) -> bool:
    """Tell whether a look shows that somebody is there, if only by refusing."""
    return look.reached or _led_on(look) or look.verdict.reason not in _UNREACHED


def page_sign(fetch: Fetch) -> int | None:
    """Return what tells a page from others, where nothing but the page shows who sent it."""
    match fetch.outcome:
        case Response(status=200, body=body) if body and fetch.effective_url.scheme == "http":
            return crc32(body) << 32 | len(body)  # `hash` is another in each process
        case _:
            return None


@dataclass(slots=True)
class _Reach:
    """Could anybody be reached?

    Not if most of the hosts that were well the last time cannot be reached now. Else one answer of
    any host, even a refused connection, shows that it is up. Without any, it is down if no name
    could be looked up or the proxy let nothing through, or if more than one host was tried in
    vain: a single silent host may well be the one that is gone.
    """

    asked: bool = False
    reached: bool = False
    near_only: bool = True
    lost: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)
    well: set[str] = field(default_factory=set)

    def take(self, look: Observation, known: LinkState | None) -> None:
        if look.verdict.outcome in _NOT_ASKED:
            return
        self.asked = True
        self.near_only = self.near_only and look.verdict.reason in _NEAR
        if reached(look):
            self.reached = True
            self.there.add(look.asked.host)
        else:
            self.lost.add(look.asked.host)
        if known and known.health is Health.HEALTHY:
            self.well.add(look.asked.host)

    @property
    def is_lost(self) -> bool:
        gone = (self.well & self.lost) - self.there
        if len(self.well) >= _MANY and len(gone) > len(self.well) / 2:
            return True
        if self.reached or not self.asked:
            return False
        return self.near_only or len(self.lost) > 1


@dataclass(slots=True)
class _Answers:
    """Did the sites answer for themselves, or one and the same for all of them?

    A site has, over https, by its certificate; over http, by an answer that no other one gives.
    Ends are remembered by owner of the name that was asked, each with one host of his.
    """

    proven: bool = False
    announced: bool = False
    inside: bool = False
    ends: dict[End, dict[str, str]] = field(default_factory=dict)
    private: dict[str, str] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)
    misnamed: set[str] = field(default_factory=set)

    def take(self, look: Observation) -> None:
        if _is_vouched_for(look):
            self.proven = True
        elif _led_on(look) or look.status is not None:
            self._take_answer(look)
        elif look.verdict.reason == "private-address":
            _note(self.private, look.asked)
        elif look.asked.scheme == "https" and not self.proven:
            if look.verdict.reason in _SHUT and len(self.shut) < _MANY:
                self.shut.add(_owner(look.asked))
            if look.verdict.reason == "tls-hostname" and len(self.misnamed) < _MANY:
                self.misnamed.add(_owner(look.asked))

    def _take_answer(self, look: Observation) -> None:
        last = look.final_url or look.asked
        own = _is_own(look, last)
        end = look.page_sign if own else last.host
        if look.status == _PORTAL_STATUS:
            self.announced = True
        elif end is None:
            self.proven = True
        if end is None or (not own and shortener_of(look.asked.host)):
            return  # to lead to one site is what several shorteners are there for
        self.inside = self.inside or look.verdict.reason == "private-address"
        if end in self.ends or len(self.ends) < _MAX_ENDS:
            _note(self.ends.setdefault(end, {}), look.asked)

    @property
    def are_honest(self) -> bool:
        """One portal has one place where everything ends."""
        return self.proven or len(self.ends) > 1

    @property
    def are_a_portals(self) -> bool:
        if self.are_honest:
            return False
        if self.announced or len(self.misnamed) >= _MANY:
            return True
        ended = {owner for owners in self.ends.values() for owner in owners}
        # Three old sites may well have been bought by one; five, and no other site in sight?
        return len(ended) >= _FEW and (self.inside or len(ended | self.shut) >= _MANY)

    @property
    def together(self) -> tuple[str, ...]:
        hosts = max((self.private, *self.ends.values()), key=len)
        return tuple(sorted(hosts.values())) if len(hosts) > 1 else ()


@dataclass(slots=True)
class _Issuers:
    """Is no certificate at all from somebody who is trusted, however unrelated the sites?"""

    known: bool = False
    unknown: set[str] = field(default_factory=set)

    def take(self, look: Observation) -> None:
        reason = look.verdict.reason
        # An issuer is looked for before the name and the date are.
        issued = reason in ("tls-hostname", "tls-expired") or any(
            each.scheme == "https" for each in _answered(look)
        )
        self.known = self.known or issued
        if reason in _UNKNOWN_ISSUER and not self.known and len(self.unknown) < _FEW:
            self.unknown.add(_owner(look.final_url or look.asked))

    @property
    def are_replaced(self) -> bool:
        return not self.known and len(self.unknown) >= _FEW


def _answered(look: Observation) -> Iterator[Url]:
    """Yield the URLs that gave an answer, be it only to lead us on."""
    yield from (hop.url for hop in look.hops if hop.status is not None)
    if look.status is not None:
        yield look.final_url or look.asked


def _led_on(look: Observation) -> bool:
    return any(hop.status is not None for hop in look.hops)


def _is_vouched_for(look: Observation) -> bool:
    """Tell whether a certificate says that the asked site itself has answered."""
    return any(each.scheme == "https" and _is_own(look, each) for each in _answered(look))


def _is_own(look: Observation, url: Url) -> bool:
    """Tell whether a URL is the asked site's, or may belong to the same owner."""
    return url.host == look.asked.host or _owner(url) == _owner(look.asked)


def _note(hosts: dict[str, str], url: Url) -> None:
    if len(hosts) < _MANY:
        hosts.setdefault(_owner(url), url.host)


def _owner(url: Url) -> str:
    """Return the name that somebody registered, without its ending: one has it under several."""
    return registrable_domain(url.host).partition(".")[0]
