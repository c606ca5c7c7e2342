"""One look at one link: from what the network told us to a row of history."""

from datetime import datetime

from crawler.advice import advise
from crawler.conditional import validators_of
from crawler.facts import read_facts
from crawler.model import Evidence, Fetch, Link, LinkState, Observation, PageFacts, Response
from crawler.network import page_sign
from crawler.verdicts import judge


def observe(
    link: Link, fetch: Fetch, before: Observation | None, state: LinkState | None, now: datetime
) -> Observation:
    """Read, judge and advise. `before`: the look whose validators were sent along, if any were."""
    evidence = Evidence(link, fetch, _facts(fetch, before), state)
    judged = judge(evidence)
    response = fetch.outcome if isinstance(fetch.outcome, Response) else None
    return Observation(
        url=link.url,
        at=now,
        verdict=judged,
        status=response.status if response else None,
        final_url=fetch.effective_url if response or fetch.hops else None,
        hops=fetch.hops,
        facts=evidence.facts,
        findings=advise(evidence, judged),
        attempts=fetch.attempts,
        elapsed_ms=fetch.elapsed_ms,
        http_stack=fetch.http_stack,
        validators=validators_of(fetch, judged, now, before),
        page_sign=page_sign(fetch),
        reached=isinstance(fetch.outcome, Response) or fetch.outcome.reached,
    )


def _facts(fetch: Fetch, before: Observation | None) -> PageFacts:
    if before is not None and fetch.unchanged:
        return before.facts  # there is no page to read: what it says is what it said
    if isinstance(fetch.outcome, Response):
        return read_facts(fetch.outcome, fetch.effective_url)
    return PageFacts()
