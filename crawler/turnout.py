"""What is said of the links that a run has left for another time."""

from collections.abc import Iterator

from crawler.model import Network, Report


def turnout_notes(report: Report) -> Iterator[str]:
    """Yield a sentence on those that were not due, and one on those beyond the limit."""
    turnout = report.turnout
    if turnout is None or report.run.network is not Network.UP:
        return
    of_all = f"of {turnout.links} link{'' if turnout.links == 1 else 's'}"
    if turnout.not_due:
        was, them = ("was", "it") if turnout.not_due == 1 else ("were", "them")
        yield (
            f"{turnout.not_due} {of_all} {was} not due: what is said of {them} is of the last "
            "look; --all asks all."
        )
    if turnout.put_off:
        was, waits = ("was", "waits") if turnout.put_off == 1 else ("were", "wait")
        yield f"{turnout.put_off} {of_all} {was} left by --limit, and {waits} for the next run."
