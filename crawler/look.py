"""One look at one link: from what the network told us to a row of history."""

from datetime import datetime

from crawler.advice import advise
from crawler.conditional import validators_of
from crawler.facts import read_facts
from crawler.model import (
    Evidence,
    Fetch,
    Link,
    LinkState,
    Observation,
    PageFacts,
    PageSigns,
    Response,
)
from crawler.network import page_sign
from crawler.page import read_page
from crawler.signs import read_signs
from crawler.verdicts import judge


def observe(
    link: Link, fetch: Fetch, before: Observation | None, state: LinkState | None, now: datetime
) -> Observation:
    """Read, judge and advise. `before`: the look whose validators were sent along, if any were."""
    facts, signs = _read(fetch, before)
    evidence = Evidence(link, fetch, facts, state, signs)
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


def _read(fetch: Fetch, before: Observation | None) -> tuple[PageFacts, PageSigns]:
    if before is not None and fetch.unchanged:
        return before.facts, PageSigns()  # no page to read: what it says is what it said
    if not isinstance(fetch.outcome, Response):
        return PageFacts(), PageSigns()
    page = read_page(fetch.outcome)
    facts = read_facts(page, fetch.outcome, fetch.effective_url)
    return facts, read_signs(page) if page else PageSigns()
