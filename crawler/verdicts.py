"""From evidence to a verdict: is it there?

`RULES` is the policy and reads from top to bottom: the first rule that answers decides. A rule is
a pure function of the evidence that returns a reason's code, or None; those that look into the page
stand in `pages.py`. What each code means stands in `reasons.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from crawler.model import (
    Confidence,
    Evidence,
    Failure,
    FailureKind,
    Hop,
    Outcome,
    Says,
    Verdict,
    Via,
)
from crawler.pages import (
    bot_wall,
    login_wall,
    object_store,
    parked,
    placeholder,
    response_of,
    soft_404,
)
from crawler.reasons import BY_CODE, verdict
from crawler.shortening import has_closed, is_unknown_code
from crawler.siblings import same

Rule: TypeAlias = Callable[[Evidence], str | None]

_PERMANENT: Final = frozenset({301, 308})
# Where we went is what a person would do, as far as a program can tell: so is what we found there.
_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_GUESSED: Final = frozenset({Via.SCRIPT, Via.PAGE_LINK})
_STATUS: Final[Mapping[int, str]] = {
    304: "protocol",  # the answer to a question that we did not ask
    401: "auth",
    402: "paywall",
    403: "forbidden",
    404: "not-found",
    405: "client-error",
    407: "auth",
    408: "timeout",
    410: "gone",
    425: "timeout",
    429: "rate-limited",
    444: "server-error",
    451: "legal",
    460: "server-error",
    463: "server-error",
    499: "server-error",
    **dict.fromkeys((406, 409, 412, 415, 416, 417, 418, 421, 422, 423, 424, 428), "rejected"),
    **dict.fromkeys((520, 521, 522, 523, 524, 527, 530), "origin-error"),
    **dict.fromkeys((525, 526), "tls"),
}
# By these, somebody keeps us out who may well let people in.
_REFUSALS: Final = frozenset({
    "bot-wall", "forbidden", "rate-limited", "rejected", "unusual-status",
})  # fmt: skip
_WORDS: Final[Mapping[Says, str]] = {
    Says.THERE: "{} has this {}",
    Says.GONE: "{} has no such {}",
    Says.PRIVATE: "{} says that this {} is private",
    Says.UNKNOWN: "",
}
_VIDEO_GONE: Final = frozenset({"- youtube", "youtube", "video unavailable"})
_SEEN_IN_PAGES: Final = frozenset({"login", "parked", "placeholder", "soft-404"})


def no_answer(evidence: Evidence) -> str | None:
    """Whatever stood in the way of an answer is the answer."""
    outcome = evidence.fetch.outcome
    return _failure_code(outcome.kind) if isinstance(outcome, Failure) else None


def testimony(evidence: Evidence) -> str | None:
    """Some pages do not say whether a thing is there, or not to us; somebody else did."""
    told = evidence.fetch.testimony
    if told is None or told.says is Says.UNKNOWN:
        return None
    if told.says is Says.GONE:
        return "removed-video" if told.thing == "video" else "removed"
    if told.says is Says.PRIVATE:
        return "auth"
    own = bot_wall(evidence) or error_status(evidence)
    if own is None:  # what the page looks like does not matter any more
        return redirected(evidence) or answered(evidence)
    return "vouched" if own in _REFUSALS else None


def error_status(evidence: Evidence) -> str | None:
    """Everything that is not a success: RFC 9110 §15.5 and §15.6, and what is seen in the wild."""
    status = response_of(evidence).status
    if evidence.fetch.unchanged:
        return None
    if status in _STATUS:
        return _STATUS[status]
    if 400 <= status < 500:  # noqa: PLR2004 - the class of client errors
        return "client-error"
    if 500 <= status < 600:  # noqa: PLR2004 - the class of server errors
        return "server-error"
    if 300 < status < 400:  # noqa: PLR2004 - one that could not be followed
        return "bad-redirect"
    return None if 200 <= status < 400 else "unusual-status"  # noqa: PLR2004


def removed_video(evidence: Evidence) -> str | None:
    """YouTube answers 200 for a video that is no more; its title is then empty but for the site.

    That is to be believed only where nobody knew better.
    """
    url, title = evidence.fetch.effective_url, evidence.facts.title
    watches = url.host in ("www.youtube.com", "m.youtube.com") and url.path == "/watch"
    return "removed-video" if watches and title and title.casefold() in _VIDEO_GONE else None


def short_code_unknown(evidence: Evidence) -> str | None:
    """A shortener that leads to its own front page, or to its error page, knows no such link."""
    return "short-code-unknown" if is_unknown_code(evidence.fetch) else None


def like_anything(evidence: Evidence) -> str | None:
    """A server that shows the same page where nothing can be shows it for everything."""
    return "soft-404" if same(evidence) else None


def redirected(evidence: Evidence) -> str | None:
    """Permanent only if *every* hop is: a temporary one may lead elsewhere tomorrow.

    What a wrapper holds it will always hold; a page that leads on by itself may say else tomorrow.
    """
    hops = evidence.fetch.hops
    if not hops:
        return None
    if all(hop.via is Via.WRAPPER for hop in hops):
        return "wrapped"
    return "permanent" if all(_is_for_good(hop) for hop in hops) else "temporary"


def answered(_evidence: Evidence) -> str | None:
    """Nothing spoke against it."""
    return "ok"


RULES: Final[tuple[Rule, ...]] = (
    no_answer,
    testimony,  # before what the page says: it does not know, or would not say
    bot_wall,  # before the status: walls answer with any
    parked,  # likewise: what a parking host answers with says nothing of the page
    object_store,  # likewise: it refuses what it does not have
    error_status,
    login_wall,  # from here on before the successes: they are none
    soft_404,
    placeholder,
    short_code_unknown,
    removed_video,
    like_anything,
    redirected,
    answered,
)


def judge(evidence: Evidence, rules: tuple[Rule, ...] = RULES) -> Verdict:
    """Return the verdict of the first rule that speaks; the last one always does."""
    code = next(code for rule in rules if (code := rule(evidence)) is not None)
    judged = verdict(code, _specifics(evidence, code))
    if any(hop.via in _GUESSED for hop in evidence.fetch.hops):
        judged = replace(judged, confidence=Confidence.LIKELY)
    if judged.outcome not in _THERE and (closed := has_closed(evidence.fetch)):
        detail = f"{judged.detail} {closed.host} was a shortener and has closed."
        judged = replace(judged, detail=detail)
    return judged


def _is_for_good(hop: Hop) -> bool:
    return hop.via is Via.WRAPPER or hop.status in _PERMANENT


def _failure_code(kind: FailureKind) -> str:
    return kind.value  # a test holds the two sets of codes together


def _specifics(evidence: Evidence, code: str) -> str:
    fetch, told = evidence.fetch, evidence.fetch.testimony
    if isinstance(fetch.outcome, Failure):
        return fetch.outcome.detail
    if code == "short-code-unknown":
        return f"to {fetch.effective_url}"
    there = BY_CODE[code].outcome in (Outcome.OK, Outcome.REDIRECTED) and code != "vouched"
    moved = f"now at {fetch.effective_url}" if fetch.hops else ""
    own = moved if there else f"HTTP {fetch.outcome.status}"
    words = _WORDS[told.says].format(told.witness, told.thing) if told else ""
    if code == "soft-404" and evidence.sibling and same(evidence):
        words = f"an address that was made up shows the same: {evidence.sibling.url}"
    elif code in _SEEN_IN_PAGES:
        words = _shown(evidence)
    return "; ".join(filter(None, (own, words)))


def _shown(evidence: Evidence) -> str:
    """What a page calls itself, and where."""
    title = f'"{evidence.facts.title}"' if evidence.facts.title else ""
    place = f"at {evidence.fetch.effective_url}" if evidence.fetch.hops else ""
    return " ".join(filter(None, (title, place)))
