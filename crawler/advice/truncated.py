"""Was the page longer than what was read? Then what was not found in it proves nothing."""

from collections.abc import Iterator

from crawler.model import Evidence, Finding, Response, Severity, Verdict


def advise(evidence: Evidence, _verdict: Verdict) -> Iterator[Finding]:
    """Say that only a part of the page was read."""
    match evidence.fetch.outcome:
        case Response(truncated=True, body=body):
            message = f"Only the first {len(body)} bytes of the page were read, or could be."
            yield Finding("truncated", Severity.ADVICE, message)
