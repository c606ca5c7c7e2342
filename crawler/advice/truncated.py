"""Was the page longer than what was read? Then what was not found in it proves nothing.

Of a PDF only the title is looked for: nothing is judged by what it does not say.
"""

from collections.abc import Iterator

from crawler.model import Evidence, Finding, Response, Severity, Verdict
from crawler.page import is_pdf


def advise(evidence: Evidence, _verdict: Verdict) -> Iterator[Finding]:
    """Say that only a part of the page was read."""
    match evidence.fetch.outcome:
        case Response(truncated=True, body=body) as response if not is_pdf(response):
            message = f"Only the first {len(body)} bytes of the page were read, or could be."
            yield Finding("truncated", Severity.ADVICE, message)
