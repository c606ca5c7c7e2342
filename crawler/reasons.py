"""Every reason that a verdict can give: its outcome, how sure it is, a sentence and a cure.

The catalogue behind `verdicts.py`, the reports and docs/reasons.md. A code is stored in histories
and tested against by other programs: it never changes its meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crawler.model import Confidence, Outcome, Verdict
from crawler.text import clean

CERTAIN: Final = Confidence.CERTAIN
LIKELY: Final = Confidence.LIKELY


@dataclass(frozen=True, slots=True)
class Reason:
    """One way to answer. `sentence` says what was seen, `cure` what the author can do."""

    outcome: Outcome
    code: str
    sentence: str
    cure: str = "Nothing to do."
    confidence: Confidence = CERTAIN


_REPLACE: Final = "Replace or remove the link; an archived copy may exist."
_WAIT: Final = "Wait: only several failed looks over days make a link broken."
_BROWSER: Final = "Open it in a browser. Nothing is wrong with the link as far as anybody can tell."
_TELL: Final = "Tell the site's owner, or link to another page."

REASONS: Final = (
    Reason(Outcome.OK, "ok", "The page answered."),
    Reason(
        Outcome.OK,
        "vouched",
        "The site would not show us the page, but what it is about is there.",
    ),
    Reason(Outcome.OK, "mail", "A well-formed mail address; whether it is read, nobody can tell."),
    Reason(Outcome.OK, "anchor", "A place in the same document, and it is there."),
    Reason(Outcome.OK, "local", "A file or a directory of the project, and it is there."),
    Reason(
        Outcome.REDIRECTED,
        "permanent",
        "Moved for good: every redirect on the way is a permanent one.",
        "Write the new address; `crawl report` proposes it.",
    ),
    Reason(
        Outcome.REDIRECTED,
        "wrapped",
        "The link carries its target inside itself, and that answers.",
        "Link to the target itself, where `crawl report` proposes it.",
    ),
    Reason(Outcome.REDIRECTED, "temporary", "The page answers at another address for now."),
    Reason(Outcome.BROKEN, "not-found", "The server says that there is no such page.", _REPLACE),
    Reason(Outcome.BROKEN, "gone", "The server says that the page was removed for good.", _REPLACE),
    Reason(
        Outcome.BROKEN, "client-error", "The server rejects the request as wrong.", _REPLACE, LIKELY
    ),
    Reason(
        Outcome.BROKEN,
        "parked",
        "The domain has no site any more: it is parked, for sale or suspended.",
        "Replace or remove the link, and do not trust what comes under this name next.",
    ),
    Reason(
        Outcome.BROKEN,
        "placeholder",
        "A web server's default page: there is no site at this address, or not any more.",
        _REPLACE,
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "removed-video",
        "The page answers, but the video is not available any more.",
        _REPLACE,
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "fragment-missing",
        "The page or document is there, but not the place in it that the link names.",
        "Look for the place's new name, or link to the whole.",
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "file-missing",
        "The project has no such file.",
        "Correct the path: it starts from the document's directory.",
    ),
    Reason(
        Outcome.BROKEN,
        "file-case",
        "The file's name is written in another case: it is found on some systems only.",
        "Write the name as the file has it.",
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "soft-404",
        "The server answers as if the page were there, but it is not.",
        _REPLACE,
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "removed",
        "The page does not say so, but what it is about is not there.",
        _REPLACE,
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "short-code-unknown",
        "The shortener leads to a page of its own: it knows no such link, or not any more.",
        "Replace or remove the link; only whoever shortened it knows where it led.",
        LIKELY,
    ),
    Reason(Outcome.BROKEN, "bad-redirect", "A redirect that leads nowhere.", _TELL, LIKELY),
    Reason(Outcome.BROKEN, "redirect-loop", "The redirects go in circles.", _TELL, LIKELY),
    Reason(
        Outcome.BROKEN, "too-many-redirects", "The redirects do not come to an end.", _TELL, LIKELY
    ),
    Reason(Outcome.BROKEN, "dns-not-found", "The host's name does not exist.", _REPLACE),
    Reason(
        Outcome.BROKEN,
        "tls-expired",
        "The site's certificate has expired, or is not valid yet.",
        _TELL,
        LIKELY,
    ),
    Reason(Outcome.BROKEN, "tls-hostname", "The certificate is for another host.", _TELL, LIKELY),
    Reason(
        Outcome.BROKEN,
        "tls-untrusted",
        "The certificate was issued by nobody whom browsers trust.",
        _TELL,
        LIKELY,
    ),
    Reason(
        Outcome.BROKEN,
        "tls",
        "The network in front of the site cannot make a secure connection to it.",
        _TELL,
        LIKELY,
    ),
    Reason(
        Outcome.INVALID, "malformed", "This cannot be read as a URL.", "Correct what is written."
    ),
    Reason(
        Outcome.INVALID,
        "no-scheme",
        "Without https:// browsers take this for a path of this site.",
        "Write https:// before it.",
    ),
    Reason(Outcome.INVALID, "empty", "The link leads nowhere: its URL is empty.", "Add the URL."),
    Reason(Outcome.INVALID, "bad-mail", "This is not a mail address.", "Correct what is written."),
    Reason(Outcome.BLOCKED, "auth", "The site asks for a login.", _BROWSER),
    Reason(
        Outcome.BLOCKED,
        "login",
        "The site sends visitors to its login page.",
        "Open it in a browser where you are logged in; other readers may not get to it.",
    ),
    Reason(Outcome.BLOCKED, "paywall", "The site asks for payment.", _BROWSER),
    Reason(
        Outcome.BLOCKED, "forbidden", "The site refuses us; people may well be let in.", _BROWSER
    ),
    Reason(Outcome.BLOCKED, "rejected", "The site refuses requests like ours.", _BROWSER),
    Reason(
        Outcome.BLOCKED,
        "rate-limited",
        "The site wants to be asked less often.",
        "Nothing to do; a later run asks again. `--delay` makes us slower.",
    ),
    Reason(Outcome.BLOCKED, "legal", "Not served here for legal reasons.", _BROWSER),
    Reason(Outcome.BLOCKED, "unusual-status", "A status that no standard knows.", _BROWSER),
    Reason(Outcome.BLOCKED, "bot-wall", "A wall against robots answered, not the page.", _BROWSER),
    Reason(
        Outcome.BLOCKED,
        "proxy",
        "The proxy did not let us through to the site.",
        "Nothing is known of the link. See to the proxy and its login: `--proxy`.",
    ),
    Reason(
        Outcome.BLOCKED,
        "interstitial",
        "An advertising shortener: its target is hidden behind scripts, so it is never asked.",
        "Link to the target itself.",
    ),
    Reason(Outcome.FAILING, "timeout", "No answer in time.", _WAIT),
    Reason(Outcome.FAILING, "server-error", "The server reports a failure of its own.", _WAIT),
    Reason(
        Outcome.FAILING, "origin-error", "A network in front of the site cannot reach it.", _WAIT
    ),
    Reason(Outcome.FAILING, "dns-failure", "The host's name could not be looked up.", _WAIT),
    Reason(Outcome.FAILING, "connect", "No connection could be made or kept.", _WAIT),
    Reason(
        Outcome.FAILING,
        "tls-chain",
        "The server does not send its certificate's issuer; browsers can often repair that.",
        _TELL,
    ),
    Reason(Outcome.FAILING, "tls-handshake", "No secure connection could be agreed on.", _WAIT),
    Reason(Outcome.FAILING, "protocol", "The answer is not proper HTTP.", _WAIT),
    Reason(
        Outcome.UNSAFE,
        "private-address",
        "The address is not one of the public internet, so it was not asked.",
        "If it is meant to be asked, allow it: `--allow-address`.",
    ),
    Reason(
        Outcome.UNSAFE,
        "forbidden-port",
        "The port belongs to another protocol, so it was not asked.",
        "Correct the port.",
    ),
    Reason(
        Outcome.UNSAFE,
        "forbidden-scheme",
        "A redirect leads out of the web (to another scheme than http or https).",
        _TELL,
    ),
    Reason(
        Outcome.UNSAFE,
        "file",
        "A file of the machine and not of the web, so it was not looked at.",
        "Write a path that starts from the document.",
    ),
    Reason(
        Outcome.UNSAFE,
        "outside",
        "The path leads out of the project, so it was not looked at.",
        "Link to its address on the web, or say with `--root` what belongs to the project.",
    ),
    Reason(Outcome.SKIPPED, "scheme", "Not a web address; its scheme is not checked."),
    Reason(
        Outcome.SKIPPED,
        "ignored",
        "Left out here, by a comment in the document or by the settings' ignore list.",
        "See the comment, or `ignore`; from the day after `until` on it counts again.",
    ),
    Reason(
        Outcome.SKIPPED,
        "template",
        "Not a URL yet: a template's expression stands in it, and what it comes to is not known.",
        "Nothing to do; `--define` can say what a name stands for.",
    ),
    Reason(
        Outcome.SKIPPED,
        "relative",
        "Within this site, but nothing here tells whether it is there.",
        "The sentence may name an option that helps.",
    ),
    Reason(
        Outcome.SKIPPED,
        "robots",
        "The site's robots.txt asks robots not to go there.",
        "Nothing to do; if the site is yours, see `robots`.",
    ),
    Reason(Outcome.SKIPPED, "excluded", "Left out by the settings.", "See `include`, `exclude`."),
    Reason(
        Outcome.SKIPPED,
        "offline",
        "Not asked: `--offline` was given, or the network went away during the run.",
        "Run it again with a network.",
    ),
    Reason(
        Outcome.SKIPPED, "out-of-time", "Not asked: the time was up.", "Allow more: `--max-time`."
    ),
    Reason(
        Outcome.SKIPPED,
        "no-network",
        "Not judged: the network was not there, or not to be trusted.",
        "Put the network right and run it again.",
    ),
    Reason(Outcome.SKIPPED, "not-yet", "Not asked yet.", "Run `crawl run`."),
    Reason(Outcome.SKIPPED, "interrupted", "Not asked: the run was interrupted.", "Run it again."),
    Reason(
        Outcome.SKIPPED,
        "crashed",
        "Not judged: what reads its page broke down over it.",
        "Report it: this is a fault of crawl, and none of the link.",
    ),
)

BY_CODE: Final[Mapping[str, Reason]] = {reason.code: reason for reason in REASONS}


@lru_cache(maxsize=256)  # many links share one
def verdict(code: str, specifics: str = "") -> Verdict:
    """Make a verdict of a reason's code; `specifics` go behind its sentence."""
    reason = BY_CODE[code]
    detail = f"{reason.sentence} ({clean(specifics)})" if specifics else reason.sentence
    return Verdict(reason.outcome, code, detail, reason.confidence)


def with_more(told: Verdict, specifics: str) -> Verdict:
    """Return a verdict with more specifics behind its own.

    >>> with_more(verdict("not-found"), "twice").detail
    'The server says that there is no such page. (twice)'
    >>> with_more(verdict("not-found", "HTTP 404"), "twice").detail
    'The server says that there is no such page. (HTTP 404; twice)'
    """
    own = told.detail.removeprefix(BY_CODE[told.reason].sentence).strip()[1:-1]
    return verdict(told.reason, "; ".join(filter(None, (own, specifics))))
