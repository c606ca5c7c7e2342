"""Conditional requests: a page that has not changed need not be sent again (RFC 9110 §13).

Here and only here stands which answers give validators, when they are sent back, and how long
"not modified" is believed. Such an answer has no body: rules and advisors get the facts that were
read when there was one, and nothing else of the page. A rule that needs more of it must have it
among the facts; a link that needs it, as one that asks for a fragment, is asked in full.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from crawler.model import (
    Fetch,
    Link,
    Observation,
    Outcome,
    PageFacts,
    Response,
    Validators,
    Verdict,
)
from crawler.page import is_pdf
from crawler.validators import DATE, ETAG, are_proper

BELIEVED: Final = timedelta(days=7)
"""How long a server's "not modified" spares its page.

Caches that are set up wrongly say so for ever. A week costs one answer in seven of a nightly run,
and lets no link stay frozen for longer.
"""

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
# Findings that stand on the page itself and on nothing that is remembered of it.
_OF_THE_PAGE: Final = frozenset({"amp", "empty"})


def validators_of(
    fetch: Fetch, verdict: Verdict, at: datetime, before: Observation | None
) -> Validators | None:
    """Return the validators of what was read as far as it is ever read, at `at` or before.

    A page that was cut may be whole the next time; of a PDF, however long, only the title is read.
    """
    if before is not None and fetch.unchanged:
        return before.validators  # those that name what was read, whatever the server sends now
    match fetch.outcome:
        case Response(status=200, headers=headers) as response if _is_read(response, verdict):
            found = Validators(
                fetch.effective_url,
                at,
                _proper(ETAG, headers.get("etag", "")),
                _proper(DATE, headers.get("last-modified", "")),
            )
            return found if are_proper(found) else None
        case _:
            return None


def _is_read(response: Response, verdict: Verdict) -> bool:
    return verdict.outcome in _THERE and (not response.truncated or is_pdf(response))


def basis(last: Observation | None, link: Link, now: datetime) -> Observation | None:
    """Return the last look at a link if this one may stand on its facts; else ask in full."""
    if last is None or last.validators is None or link.fragments or last.facts == PageFacts():
        return None
    if any(finding.name in _OF_THE_PAGE for finding in last.findings):
        return None
    age = now - last.validators.at  # a clock that has gone back makes it negative
    return last if timedelta() <= age < BELIEVED else None


def _proper(pattern: re.Pattern[str], value: str) -> str | None:
    value = value.strip()
    return value if pattern.fullmatch(value) else None
