"""What is said of the links that a run has left for another time."""

from collections.abc import Iterator

from crawler.model import Network, Report, Turnout


def turnout_notes(report: Report) -> Iterator[str]:
    """Yield sentences on those not due, those that a history answers, those beyond the limit."""
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
    if turnout.answered and turnout.since:
        was = "was" if turnout.answered == 1 else "were"
        yield (
            f"{turnout.answered} {of_all} {was} answered from the history (--trust-history); the "
            f"oldest of these looks is of {turnout.since:%Y-%m-%d %H:%M} UTC."
        )
    if turnout.put_off:
        was, waits = ("was", "waits") if turnout.put_off == 1 else ("were", "wait")
        yield f"{turnout.put_off} {of_all} {was} left by --limit, and {waits} for the next run."


def missed_note(turnout: Turnout) -> str:
    """Say for which links there was no time, those that nobody has ever looked at first."""
    of_all = f"of {turnout.links} link{'' if turnout.links == 1 else 's'}"
    new = (
        f", {turnout.never} of them never asked before" if 0 < turnout.never < turnout.late else ""
    )
    named, more = ", ".join(turnout.named), turnout.late - len(turnout.named)
    rest = f" and {more} more" if more else ""
    return (
        f"This report is partial: no time was left for {turnout.late} {of_all}{new}: {named}{rest}."
    )
