"""The conversation about one URL, without the network.

`probe` is a generator: it yields the next `Request`, is sent the `Answer`, and returns the
finished `Fetch`. All that we know of redirects, of second tries with other headers, of cookies
and of asking somebody else beside a page lives here; whoever drives the generator only has to
move bytes.

A wrapper on the way is never asked: what it holds is. And a page that leads on by itself is
followed, unless that leads back, or too far: then the page itself is what people get to see.
"""

from collections.abc import Container, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from crawler.addresses import BAD_PORTS
from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    Request,
    Response,
    Testimony,
    Validators,
    Via,
)
from crawler.refresh import onward
from crawler.sites import own_words, read, side_question
from crawler.urls import Rejected, Rejection, Target, Url, resolve
from crawler.wrappers import layers

Probe: TypeAlias = Generator[Request, Answer, Fetch]

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})  # RFC 9110 §15.4

_ACCEPT: Final = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
# For a 304 that nobody asked for: some cache on the way hands out what was meant for another.
_FRESH: Final = _ACCEPT | {"cache-control": "no-cache"}
# Servers that refuse our headers often serve these: what any browser, or any tool, sends.
_ANYTHING: Final = {"accept": "*/*"}
_BROWSER_LIKE: Final = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en,*;q=0.5",
}
_NOT_ACCEPTABLE: Final = frozenset({406, 415, 416})
# 4xx that mean what they say: asking again in other words would change nothing.
_CLEAR: Final = frozenset({
    401, 402, 403, 404, 407, 408, 409, 410, 412, 417, 418, 421, 422, 423, 424, 425, 428, 429,
    444, 451, 460, 463, 499,
})  # fmt: skip
_OUT_OF_THE_WEB: Final = frozenset({
    Rejection.SCHEME, Rejection.FILE, Rejection.MAIL, Rejection.BAD_MAIL,
})  # fmt: skip
_MAX_SIDE_REDIRECTS: Final = 2
_MAX_COOKIES: Final = 50
_MAX_COOKIE_LENGTH: Final = 4096


def probe(
    url: Url,
    *,
    max_redirects: int = 10,
    unaskable: Container[str] = (),
    validators: Validators | None = None,
) -> Probe:
    """Ask for a URL and follow where it leads. `unaskable`: hosts that are named, never asked.

    `validators` go to the exact URL that gave them, wherever on the way it is.
    """
    fetch = yield from _follow(url, max_redirects, unaskable, validators, _Jar(accepts=False))
    if _went_in_circles(fetch):  # many sites go in circles until a cookie is kept
        again = yield from _follow(url, max_redirects, unaskable, validators, _Jar(accepts=True))
        if not _went_in_circles(again):
            fetch = again
    testimony = yield from _testimony(fetch)
    return replace(fetch, testimony=testimony) if testimony else fetch


def _testimony(fetch: Fetch) -> Generator[Request, Answer, Testimony | None]:
    """Ask whoever can tell more of a page, if anybody can; follow them nowhere else."""
    question = side_question(fetch)
    if question is None:
        return own_words(fetch)
    request, answer = question.request, (yield question.request)
    for _ in range(_MAX_SIDE_REDIRECTS):
        if isinstance(answer, Failure) or not _redirects(answer):
            break
        there = _location(answer, request.url)
        if isinstance(there, Failure) or _origin(there.url) != _origin(request.url):
            break
        request = replace(request, url=there.url)
        answer = yield request
    return read(question, answer)


@dataclass(slots=True)
class _Jar:
    """The cookies of one conversation, each for the exact host that set it.

    One that was set over https never goes over http; the other way round many sites need it.
    """

    accepts: bool
    _values: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def keep(self, url: Url, response: Response) -> None:
        if not self.accepts:
            return
        for line in response.headers.get("set-cookie", "").split("\n"):
            name, equals, value = line.partition(";")[0].strip().partition("=")
            if equals and len(line) <= _MAX_COOKIE_LENGTH and len(self._values) < _MAX_COOKIES:
                self._values[url.scheme, url.authority, name.strip()] = value.strip()

    def headers(self, url: Url) -> dict[str, str]:
        pairs = [
            f"{name}={value}"
            for (scheme, host, name), value in self._values.items()
            if host == url.authority and scheme in ("http", url.scheme)
        ]
        return {"cookie": "; ".join(pairs)} if pairs else {}


def _follow(
    url: Url, limit: int, unaskable: Container[str], validators: Validators | None, jar: _Jar
) -> Probe:
    way = _Way(url, limit)
    while True:
        stopped = way.enter(jar) or _refused(way.here, unaskable)
        if stopped is not None:
            return way.end(stopped)
        here = way.here
        conditions = _conditions(validators) if validators and validators.url == here else {}
        answer, unchanged = yield from _ask(here, conditions, jar)
        if isinstance(answer, Failure):
            return way.end(answer)
        if _redirects(answer):
            jar.keep(here, answer)
            there = _location(answer, here)
            if isinstance(there, Failure):
                return way.end(there)
            way.go_on(there, answer.status, Via.HTTP)
            continue
        led = onward(answer, here)
        if led is None or not way.is_open_to(led.url):
            return way.end(answer, unchanged=unchanged)
        jar.keep(here, answer)
        way.go_on(led.target, answer.status, led.via)


@dataclass(slots=True)
class _Way:
    """Where a conversation has been, and where it is."""

    url: Url
    limit: int
    here: Url = field(init=False)
    fragment: str | None = None
    hops: list[Hop] = field(default_factory=list)
    _seen: set[tuple[Url, str]] = field(default_factory=set)
    _asked: set[Url] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.here = self.url

    def enter(self, jar: _Jar) -> Failure | None:
        """Take wrappers off what is to be asked next; return why the way ends here, if it does.

        A page for consent holds the page that sent us there: what leads back is left wrapped.
        """
        for layer in layers(self.here):
            if layer.url in self._asked:
                break
            self.go_on(layer.target, None, Via.WRAPPER)
        state = (self.here, jar.headers(self.here).get("cookie", ""))
        if state in self._seen:
            return Failure(FailureKind.REDIRECT_LOOP, str(self.here))
        if len(self.hops) > self.limit:
            return Failure(FailureKind.TOO_MANY_REDIRECTS, f"more than {self.limit}")
        self._seen.add(state)
        self._asked.add(self.here)
        return None

    def is_open_to(self, there: Url) -> bool:
        """Tell whether it may lead there, where whoever led us has also given an answer."""
        return there not in self._asked and len(self.hops) < self.limit

    def go_on(self, there: Target, status: int | None, via: Via) -> None:
        self.hops.append(Hop(self.here, status, via))
        self.here = there.url
        self.fragment = there.fragment or self.fragment  # RFC 9110 §10.2.2: else it is inherited

    def end(self, outcome: Answer, *, unchanged: bool = False) -> Fetch:
        return Fetch(
            self.url,
            self.here,
            outcome,
            tuple(self.hops),
            unchanged=unchanged,
            fragment=self.fragment,
        )


def _ask(
    url: Url, conditions: Mapping[str, str], jar: _Jar
) -> Generator[Request, Answer, tuple[Answer, bool]]:
    """Return the answer, and whether it says that the conditions still hold.

    A second request is never conditional: the conditions may be what the server stumbled over.
    """
    first = yield Request(url, {**_ACCEPT, **conditions, **jar.headers(url)})
    headers = _other_headers(first, conditions)
    if headers is None:
        return first, isinstance(first, Response) and first.status == 304  # noqa: PLR2004
    second = yield Request(url, {**headers, **jar.headers(url)})
    return (first if isinstance(second, Failure) else second), False


def _conditions(validators: Validators) -> dict[str, str]:
    """Both, if there are both: who knows the first ignores the second (RFC 9110 §13.1.3)."""
    named = {
        "if-none-match": validators.etag,
        "if-modified-since": validators.last_modified,
    }
    return {name: value for name, value in named.items() if value}


def _other_headers(answer: Answer, conditions: Mapping[str, str]) -> Mapping[str, str] | None:
    match answer:
        case Response(status=304) if not conditions:
            return _FRESH
        case Response(status=412) if conditions:
            return _ACCEPT
        case Response(status=status) if status in _NOT_ACCEPTABLE:
            return _ANYTHING
        case Response(status=status) if 400 <= status < 500 and status not in _CLEAR:  # noqa: PLR2004
            return _BROWSER_LIKE
        case _:
            return None


def _refused(url: Url, unaskable: Container[str]) -> Failure | None:
    if url.port in BAD_PORTS:
        return Failure(FailureKind.FORBIDDEN_PORT, str(url.port))
    if url.host.removeprefix("www.") in unaskable:
        return Failure(FailureKind.INTERSTITIAL, url.host)
    return None


def _redirects(response: Response) -> bool:
    if response.status == 300:  # noqa: PLR2004 - RFC 9110 §15.4.1: choices, at times with a preferred one
        return "location" in response.headers
    return response.status in REDIRECTS


def _location(response: Response, base: Url) -> Target | Failure:
    written = response.headers.get("location", "")
    target = resolve(written, str(base)) if written else Rejected("", Rejection.EMPTY)
    if not isinstance(target, Rejected):
        return target
    app = target.reason is Rejection.NO_SCHEME and "://" in written  # com.example.app://open
    if app or target.reason in _OUT_OF_THE_WEB:
        return Failure(FailureKind.FORBIDDEN_SCHEME, target.detail or "mailto")
    return Failure(FailureKind.BAD_REDIRECT, "no Location" if not written else "")


def _origin(url: Url) -> tuple[str, str]:
    return url.scheme, url.authority


def _went_in_circles(fetch: Fetch) -> bool:
    match fetch.outcome:
        case Failure(kind=FailureKind.REDIRECT_LOOP | FailureKind.TOO_MANY_REDIRECTS):
            return True
        case _:
            return False
