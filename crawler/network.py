"""Was the network there at all? If not, a run says nothing of any link."""

from collections.abc import Iterable
from typing import Final

from crawler.model import Network, Observation, Outcome

_UNREACHED: Final = frozenset({"dns-not-found", "dns-failure", "connect", "timeout"})
_NAMES: Final = frozenset({"dns-not-found", "dns-failure"})
_NOT_ASKED: Final = frozenset({Outcome.SKIPPED, Outcome.UNSAFE})


def judge_network(looks: Iterable[Observation]) -> Network:
    """Judge by what a whole run saw.

    One answer of any host, even a refused connection, shows that the network is up. Without any,
    it is down if no name could be looked up, or if more than one host was tried in vain: a single
    silent host may well be the one that is gone.
    """
    hosts: set[str] = set()
    reasons: set[str] = set()
    for look in looks:
        if look.verdict.outcome in _NOT_ASKED or look.attempts == 0:
            continue
        if look.reached or look.hops or look.verdict.reason not in _UNREACHED:
            return Network.UP
        hosts.add(look.url.host)
        reasons.add(look.verdict.reason)
    if not hosts:
        return Network.UP
    return Network.DOWN if reasons <= _NAMES or len(hosts) > 1 else Network.UP
