"""One look at one link: from what the network told us to a row of history."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from crawler.advice import advise
from crawler.conditional import validators_of
from crawler.facts import read_facts
from crawler.fragments import missing_parts
from crawler.model import (
    Answer,
    Evidence,
    Fetch,
    Link,
    LinkState,
    Observation,
    Outcome,
    PageFacts,
    PageSigns,
    Response,
    Says,
    Sibling,
    Testimony,
    Verdict,
)
from crawler.network import page_sign
from crawler.page import Page, read_page
from crawler.siblings import seen
from crawler.signs import read_signs
from crawler.urls import Url
from crawler.verdicts import judge

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


def observe(
    link: Link,
    fetch: Fetch,
    before: Observation | None,
    state: LinkState | None,
    now: datetime,
    sibling: Sibling | None = None,
) -> Observation:
    """Read, judge and advise. `before`: the look whose validators were sent along, if any were."""
    page = _page(fetch)
    facts, signs = _read(page, fetch, before)
    if fetch.testimony:
        facts = _with_testimony(facts, fetch.testimony, fetch.outcome)
    evidence = Evidence(link, fetch, facts, state, signs, sibling)
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
        missing_fragments=_missing(link, fetch, page, judged),
        fragments=tuple(sorted(link.fragments)),
        page_sign=page_sign(fetch),
        reached=isinstance(fetch.outcome, Response) or fetch.outcome.reached,
    )


def observe_sibling(url: Url, fetch: Fetch) -> Sibling:
    """Take in what came of an address that was made up."""
    return seen(url, fetch, *_read(_page(fetch), fetch, None))


def _page(fetch: Fetch) -> Page | None:
    if not isinstance(fetch.outcome, Response) or fetch.unchanged:
        return None
    return read_page(fetch.outcome)


def _read(
    page: Page | None, fetch: Fetch, before: Observation | None
) -> tuple[PageFacts, PageSigns]:
    if before is not None and fetch.unchanged:
        return before.facts, PageSigns()  # no page to read: what it says is what it said
    if not isinstance(fetch.outcome, Response):
        return PageFacts(), PageSigns()
    facts = read_facts(page, fetch.outcome, fetch.effective_url)
    return facts, read_signs(page, fetch.outcome) if page else PageSigns()


def _missing(link: Link, fetch: Fetch, page: Page | None, judged: Verdict) -> tuple[str, ...]:
    """Return what the link's fragments ask for and the page has not, if it is the page at all.

    A redirect that says where on its page it leads takes the place of what the author wrote.
    """
    if not link.fragments or page is None or fetch.fragment is not None:
        return ()
    if judged.outcome not in _THERE or not isinstance(fetch.outcome, Response):
        return ()
    return tuple(sorted(missing_parts(link.fragments, fetch.outcome, page, fetch.effective_url)))


def _with_testimony(facts: PageFacts, told: Testimony, outcome: Answer) -> PageFacts:
    """Return facts as a witness knows them; the page of a refusal is about something else."""
    refused = isinstance(outcome, Response) and outcome.is_error
    known = PageFacts() if refused and told.says is Says.THERE else facts
    better: dict[str, Any] = dict(told.facts)
    if "title" in told.facts:
        source = told.facts["title_source"]
        others = (each for each in known.titles if each[0] != source)  # stored facts know it too
        better["titles"] = ((source, told.facts["title"]), *others)
    return replace(known, **better)
