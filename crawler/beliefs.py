"""What is believed of a link over time, in words for people and as plain data for machines."""

from datetime import datetime
from typing import Any, Final

from crawler.model import Health, LinkState, Observation, Outcome, Row
from crawler.trail import returns_as_another, turns

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


def is_broken(row: Row) -> bool:
    """Tell whether a link is broken, by the latest look or by what all looks together say."""
    if row.verdict.outcome is Outcome.BROKEN:
        return True
    believed = row.state is not None and row.state.health is Health.BROKEN
    return believed and row.verdict.outcome in (Outcome.FAILING, Outcome.BLOCKED)


def is_unconfirmed(row: Row) -> bool:
    """Tell whether the look at a link calls it broken, and all looks together do not yet.

    What is wrong with a place, or with a file, is seen at once.
    """
    look, state = row.observation, row.state
    if look is None or state is None or row.verdict != look.verdict:
        return False
    return row.verdict.outcome is Outcome.BROKEN and state.health is not Health.BROKEN


def history_of(state: LinkState) -> str:
    """Say since when and on how many looks a link is bad, flaky or drifted; else nothing."""
    if state.health is Health.FLAKY:
        return f"{flaky_words(state)} since {_day(state.since)}{_last_good(state)}."
    if state.health is Health.DRIFTED:
        return f"Another page on {_looks(state.drift_looks)} since {_day(state.drift_since)}."
    if state.failing_since is None:
        return ""
    good, looks, since = _last_good(state), _looks(state.bad_looks), _day(state.failing_since)
    if returns_as_another(state):
        return f"Broken on {looks} since {since}; another page on {_looks(state.drift_looks)} now."
    if state.health is Health.BROKEN:
        # The first look at a link that is certainly gone: there is no history to tell.
        first = state.bad_looks == 1 and not good
        return "" if first else f"Broken on {looks} since {since}{good}."
    return f"Bad on {looks} since {since}, not confirmed yet{good}."


def flaky_words(state: LinkState) -> str:
    """Say how often good and bad looks took turns."""
    bad, number = state.trail.count("-"), turns(state.trail)
    return f"Bad on {bad} of the last {len(state.trail)} looks, in {number} turns, flaky"


def drift_words(state: LinkState, look: Observation) -> str:
    """Say what a page was when it was known, and what it is now."""
    now = drift_record(state, look)
    if now is None:
        return ""
    return f"It was {_page(now['before'])}; it is {_page(now['now'])}."


def drift_record(state: LinkState | None, look: Observation | None) -> dict[str, Any] | None:
    """Return what a page was and what it is, if it has drifted; nothing of it if it is not there.

    Moments are `datetime`s.
    """
    if state is None or state.health is not Health.DRIFTED or state.known is None:
        return None
    known = state.known
    facts = look.facts if look and look.verdict.outcome in _THERE else None
    return {
        "since": state.drift_since,
        "looks": state.drift_looks,
        "before": {
            "seen_at": known.at,
            "title": known.title,
            "language": known.language,
            "site": known.site,
            "final_url": known.final_url,
        },
        "now": {
            "seen_at": look.at if look else None,
            "title": facts.title if facts else None,
            "language": facts.language if facts else None,
            "site": facts.site if facts else None,
            "final_url": str(look.final_url) if look and look.final_url and facts else None,
        },
    }


def _page(told: dict[str, Any]) -> str:
    """Say what a page is, as far as it tells.

    >>> _page({"title": "A", "language": None, "final_url": "https://a.example/"})
    '“A” at https://a.example/'
    """
    title = f"“{told['title']}”" if told["title"] else "a page without a title"
    if told["final_url"] is None:
        return "not there just now"
    language = f" ({told['language']})" if told["language"] else ""
    return f"{title}{language} at {told['final_url']}"


def _looks(number: int) -> str:
    return "one look" if number == 1 else f"{number} looks"


def _last_good(state: LinkState) -> str:
    return f"; last good {_day(state.last_ok_at)}" if state.last_ok_at else ""


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "an unknown day"
