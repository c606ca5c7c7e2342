"""Was the network there at all? If not, a run says nothing of any link."""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from crawler.model import Health, LinkState, Network, Observation, Outcome
from crawler.urls import Url

_UNREACHED: Final = frozenset({"dns-not-found", "dns-failure", "connect", "timeout", "proxy"})
# What is in the way on our side of the network: one host suffices to see that.
_NEAR: Final = frozenset({"dns-not-found", "dns-failure", "proxy"})
_ENOUGH_HOSTS: Final = 5
_NOTHING: Final[Mapping[Url, LinkState]] = MappingProxyType({})
_NOT_ASKED: Final = frozenset({Outcome.SKIPPED, Outcome.UNSAFE})


def judge_network(
    looks: Iterable[Observation], known: Mapping[Url, LinkState] = _NOTHING
) -> Network:
    """Judge by what a whole run saw, and by what is known of its links.

    It is down if most of the hosts that were well the last time cannot be reached now. Else one
    answer of any host, even a refused connection, shows that it is up. Without any, it is down if
    no name could be looked up or the proxy let nothing through, or if more than one host was tried
    in vain: a single silent host
    may well be the one that is gone.
    """
    asked = [look for look in looks if look.attempts and look.verdict.outcome not in _NOT_ASKED]
    lost = {look.url.host for look in asked if not reached(look)}
    if _most_are_lost(asked, lost, known):
        return Network.DOWN
    if not asked or any(map(reached, asked)):
        return Network.UP
    near = all(look.verdict.reason in _NEAR for look in asked)
    return Network.DOWN if near or len(lost) > 1 else Network.UP


def reached(look: Observation) -> bool:
    """Tell whether a look shows that somebody is there, if only by refusing."""
    return look.reached or bool(look.hops) or look.verdict.reason not in _UNREACHED


def _most_are_lost(
    asked: Iterable[Observation], lost: Container[str], known: Mapping[Url, LinkState]
) -> bool:
    well = {
        look.url.host
        for look in asked
        if (state := known.get(look.url)) and state.health is Health.HEALTHY
    }
    missing = sum(host in lost for host in well)
    return len(well) >= _ENOUGH_HOSTS and missing > len(well) / 2
