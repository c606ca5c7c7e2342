"""The nouns of the crawler, in the order in which a link meets them.

Frozen values only: no I/O, no clock, no imports from the package but `urls`.
Properties may derive; nothing here decides. Closed sets are `StrEnum`: their text is what
reports show and the history stores.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from crawler.urls import Rejected, Rejection, Target, Url

if TYPE_CHECKING:
    from crawler.repairs import Repaired

# 1. What authors wrote


@dataclass(frozen=True, slots=True)
class Document:
    """An input with links in it.

    `base`: the URL that its relative links start from, if known; `source`: the operator's word
    that named it, be it itself, its directory or a pattern; `data`: the bytes of a format that is
    no text, which then is empty; `encoding`: Python's codec that the text was in, behind a byte
    order mark if there was one; `path`: its name as the system has it, where that is no Unicode.
    """

    name: str
    format: str
    text: str = field(repr=False)
    base: str | None = None
    source: str = ""
    data: bytes = field(default=b"", repr=False)
    encoding: str = "utf-8"
    path: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """What ought to have been read and was not: a document, or a directory of some.

    `reason` is the rest of a sentence that begins with the name, without its full stop; `code` that
    of the verdict on a page of the web.
    """

    document: str
    reason: str
    code: str = ""

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"{self.document}: {self.reason}."


@dataclass(frozen=True, slots=True)
class Entrance:
    """A page of the web that the operator has named: it is asked for, and read as a document."""

    source: str
    url: Url


class Kind(StrEnum):
    """How a link is written."""

    INLINE = "inline"
    REFERENCE = "reference"
    AUTOLINK = "autolink"
    BARE = "bare"
    IMAGE = "image"
    HTML = "html"
    FRONTMATTER = "frontmatter"
    DEFINITION = "definition"
    DIRECTIVE = "directive"
    FEED = "feed"
    CELL = "cell"
    CODE_COMMENT = "code-comment"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a URL's text stands. 1-based, in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where one document writes one link.

    `span` covers exactly `raw`, the URL as the file has it; `href` is `raw` with the escapes of
    the format decoded and templates filled in. `text` is the label, `section` the path of headings
    (`A > B`).
    """

    document: str
    span: Span
    raw: str
    href: str
    kind: Kind
    text: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All links of one document, in order of their places; to be gone through once.

    `base`: the base URL that the document itself declares (`<base href>`), if any;
    `remarks`: what could not be read as its format says, one sentence each; `anchors` returns what
    its own fragments may name, once all links were gone through, or None if nobody can tell; `code`
    returns where code stands, as pairs of offsets in order: no comment of its own is in there.
    """

    occurrences: Iterable[Occurrence]
    base: str | None = None
    remarks: tuple[str, ...] = ()
    anchors: Callable[[], frozenset[str] | None] = field(default=lambda: None, compare=False)
    code: Callable[[], Sequence[tuple[int, int]]] = field(default=lambda: (), compare=False)


class IgnoreState(StrEnum):
    """What has become of somebody's word that links are to be left out."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Ignore:
    """A word that links be left out, in a line or an entry; `until` is the last day it counts."""

    document: str
    line: int | None = None
    entry: int | None = None
    state: IgnoreState = IgnoreState.UNUSED
    until: date | None = None
    reason: str = ""


_WITH_FRAGMENT: Final = frozenset({
    Rejection.ANCHOR, Rejection.FILE_CASE, Rejection.FILE_MISSING, Rejection.FRAGMENT_MISSING,
    Rejection.LOCAL,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """An occurrence and what its link resolves to; `ignored`: why it is left out, if it is."""

    occurrence: Occurrence
    target: Target | Rejected
    ignored: str | None = None

    @property
    def fragment(self) -> str | None:
        """What the link asks for on its page, or in its own document."""
        if isinstance(self.target, Target):
            return self.target.fragment
        local = self.target.reason in _WITH_FRAGMENT
        return self.occurrence.href.strip().partition("#")[2] or None if local else None


@dataclass(frozen=True, slots=True)
class Link:
    """One distinct URL, with every fragment asked for."""

    url: Url
    fragments: frozenset[str] = frozenset()


# 2. What the network said


class Reads(StrEnum):
    """What a body is wanted for: the facts of a page, a document's links, or whatever it is."""

    PAGE = "page"
    DOCUMENT = "document"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Request:
    """One exchange that we want to have.

    `aside`: it asks somebody about a link, and is not the link: what comes of it is held against
    no link of that host.
    """

    url: Url
    headers: Mapping[str, str] = field(default_factory=dict)
    aside: bool = False
    reads: Reads = Reads.PAGE


@dataclass(frozen=True, slots=True)
class Response:
    r"""One answer. Header names are lower case, repeated ones joined by `, ` (`set-cookie`: `\n`).

    `body` is decoded, and cut at the configured size: then `truncated` says so.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    truncated: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status is of the class of successes: RFC 9110 §15.3."""
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def is_error(self) -> bool:
        """Whether the status is an error, the client's or the server's, or beyond all classes."""
        return self.status >= 400  # noqa: PLR2004

    @property
    def media_type(self) -> str:
        """The media type without its parameters, lower case; empty if unknown."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether it says that it is a page: of XML and of what has no type nobody can tell."""
        return self.media_type in ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls the present state of a page: sent back, they may save its body.

    They mean something to the exact `url` that gave them; `at` is when its page was last read.
    """

    url: Url
    at: datetime
    etag: str | None = None
    last_modified: str | None = None


class FailureKind(StrEnum):
    """What stood in the way of an answer."""

    DNS_NOT_FOUND = "dns-not-found"
    DNS_FAILURE = "dns-failure"
    CONNECT = "connect"
    TIMEOUT = "timeout"
    PROXY = "proxy"
    TLS_EXPIRED = "tls-expired"
    TLS_HOSTNAME = "tls-hostname"
    TLS_UNTRUSTED = "tls-untrusted"
    TLS_CHAIN = "tls-chain"
    TLS_HANDSHAKE = "tls-handshake"
    PROTOCOL = "protocol"
    REDIRECT_LOOP = "redirect-loop"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    BAD_REDIRECT = "bad-redirect"
    PRIVATE_ADDRESS = "private-address"
    FORBIDDEN_PORT = "forbidden-port"
    FORBIDDEN_SCHEME = "forbidden-scheme"
    INTERSTITIAL = "interstitial"


@dataclass(frozen=True, slots=True)
class Failure:
    """No usable answer, and why. `detail` is ours: never the text of a library's exception.

    `reached`: somebody at the other end said so, if only by refusing: the network is there.
    """

    kind: FailureKind
    detail: str = ""
    reached: bool = False


Answer: TypeAlias = Response | Failure


class Via(StrEnum):
    """What made us go on to the next URL."""

    HTTP = "http"
    REFRESH_HEADER = "refresh-header"
    META_REFRESH = "meta-refresh"
    SCRIPT = "script"
    PAGE_LINK = "page-link"
    WRAPPER = "wrapper"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step on the way: `url` answered with `status` and sent us on.

    Without a status nothing was asked: a wrapper carries its target inside itself.
    """

    url: Url
    status: int | None
    via: Via = Via.HTTP


class Says(StrEnum):
    """What somebody who should know says of a thing. UNKNOWN: nothing that we could use."""

    THERE = "there"
    GONE = "gone"
    PRIVATE = "private"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Testimony:
    """What was learnt of a thing whose page does not tell, or not us, whether it is there.

    `witness` and `thing` are words for people: "YouTube", "video"; `url` is what was asked.
    `facts`: cleaned values of fields of `PageFacts`, by their names.
    """

    says: Says
    witness: str
    thing: str
    url: Url
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Everything that the network told us about one URL in one run.

    `effective_url` is the one that finally answered, or failed to. `unchanged`: it was asked with
    validators and says that its page is still the one that they name. `fragment`: where on the
    page a redirect leads, in the place of what the author asks for.
    """

    url: Url
    effective_url: Url
    outcome: Answer
    hops: tuple[Hop, ...] = ()
    attempts: int = 1
    elapsed_ms: int = 0
    http_stack: str | None = None
    unchanged: bool = False
    fragment: str | None = None
    testimony: Testimony | None = None


# 3. What we make of it


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Resource metadata, cleaned text only. `*_source` says where a fact was found.

    `titles`: all that could have been the title, as pairs of source and text; `type`: what the
    resource is; `archived`: since when nobody keeps it up. `language` is what we believe, given
    what the page declares and what its text was detected to be in. `content` stands for the words
    of its text, as `drift.py` compares them.
    """

    content_type: str | None = None
    title: str | None = None
    title_source: str | None = None
    language: str | None = None
    language_source: str | None = None
    description: str | None = None
    canonical_url: str | None = None
    site: str | None = None
    author: str | None = None
    published: str | None = None
    modified: str | None = None
    image: str | None = None
    type: str | None = None
    licence: str | None = None
    language_declared: str | None = None
    language_detected: str | None = None
    archived: str | None = None
    titles: tuple[tuple[str, str], ...] = ()
    feeds: tuple[str, ...] = ()
    content: str | None = None


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What the rules of one look see in a page besides its facts. Never stored.

    `headings`: the texts of its first-level headings; `text`: where its visible text begins;
    `text_length`: visible characters, None if nobody had to count; `noindex`: it does not want to
    be found; `marks`: names of signatures found in it.
    """

    headings: tuple[str, ...] = ()
    text: str = ""
    text_length: int | None = None
    noindex: bool = False
    marks: frozenset[str] = frozenset()


class Outcome(StrEnum):
    """The answer of one look at one link."""

    OK = "ok"
    REDIRECTED = "redirected"
    BROKEN = "broken"
    INVALID = "invalid"
    BLOCKED = "blocked"
    FAILING = "failing"
    UNSAFE = "unsafe"
    SKIPPED = "skipped"


class Confidence(StrEnum):
    """How sure the rule that spoke is."""

    CERTAIN = "certain"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one answer of one look.

    `reason` is the stable code of the rule that gave it, `detail` a sentence for people.
    """

    outcome: Outcome
    reason: str
    detail: str
    confidence: Confidence = Confidence.CERTAIN


class Severity(StrEnum):
    """How much a finding matters."""

    ADVICE = "advice"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Advice to the author. It never changes the verdict."""

    name: str
    severity: Severity
    message: str
    replacement: str | None = None


# 4. What we remember


class Health(StrEnum):
    """What we believe of a link over time."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    SUSPECT = "suspect"
    BROKEN = "broken"
    FLAKY = "flaky"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one link: a row of history, appended, never changed.

    `status` is what the server said: 304 where `facts` are still those of an earlier look.
    `fragments`: what places ask for on the page, as far as it was known then;
    `missing_fragments`: the parts of that which the page has not.
    """

    url: Url
    at: datetime
    verdict: Verdict
    status: int | None = None
    final_url: Url | None = None
    hops: tuple[Hop, ...] = ()
    facts: PageFacts = PageFacts()
    findings: tuple[Finding, ...] = ()
    attempts: int = 0
    elapsed_ms: int = 0
    http_stack: str | None = None
    validators: Validators | None = None
    missing_fragments: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    # Of use while its run lasts, to judge the network.
    reached: bool = field(default=False, compare=False)
    page_sign: int | None = field(default=None, compare=False)

    @property
    def asked(self) -> Url:
        """The first URL that anybody was asked for: what a wrapper holds, not the wrapper."""
        asked = (hop.url for hop in self.hops if hop.status is not None)
        return next(asked, self.final_url or self.url)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a page was like at one look: whose it was and what it was about, as far as it told.

    URLs are texts, for nobody asks them. `target`: the first URL behind a shortener, if the link
    went through one; `content`: that of `PageFacts`.
    """

    at: datetime
    final_url: str
    target: str | None = None
    title: str | None = None
    language: str | None = None
    site: str | None = None
    canonical_url: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class LinkState:
    """The fold of a link's history: what we believe, since when, and on how many looks.

    `bad_looks` counts the looks of the present streak of bad ones, `failing_since` is its first;
    `broken_looks` and `broken_since` likewise those of them that called the link broken.
    `outcome` is that of the latest look, whatever it proves; `trail` has the last looks that
    proved something, the oldest first: `+` for a good one, `-` for a bad one. `known` is what the
    page was like when we last believed it to be itself; `drift_looks` counts the looks since
    `drift_since` that found another in its place.
    """

    url: Url
    health: Health
    since: datetime
    checked_at: datetime
    last_ok_at: datetime | None = None
    failing_since: datetime | None = None
    bad_looks: int = 0
    broken_since: datetime | None = None
    broken_looks: int = 0
    outcome: Outcome | None = None
    trail: str = ""
    known: Sketch | None = None
    drift_since: datetime | None = None
    drift_looks: int = 0


@dataclass(frozen=True, slots=True)
class Sibling:
    """What came of asking for an address beside a page, made up so that nothing can be there.

    `is_page`: a page was shown all the same, after so many `hops`; `fingerprint` stands for its
    text (`length` characters), `size` is in bytes.
    """

    url: Url
    effective_url: Url
    is_page: bool = False
    hops: int = 0
    title: str | None = None
    headings: tuple[str, ...] = ()
    size: int = 0
    length: int = 0
    fingerprint: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a rule or an advisor may look at."""

    link: Link
    fetch: Fetch
    facts: PageFacts
    state: LinkState | None = None
    signs: PageSigns = PageSigns()
    sibling: Sibling | None = None


# 5. What we report


class Network(StrEnum):
    """Whether the network was there during a run, and told the truth."""

    UP = "up"
    DOWN = "down"
    CAPTIVE = "captive-portal"
    HIJACKED = "hijacked-names"
    INTERCEPTED = "intercepted"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `complete` is false while it lasts and when it was cut short."""

    id: str
    started_at: datetime
    finished_at: datetime | None = None
    complete: bool = False
    network: Network = Network.UP
    ignores: tuple[Ignore, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One occurrence with its verdict: one line of a report.

    `observation` and `state` are those of its URL; there is none where nothing was asked.
    The verdict is the place's own, for its fragment may be missing where others are not, and so
    is the `advice`. `known`: why trouble with it is none of what a check is about, in words; empty
    if it is.
    """

    place: Place
    verdict: Verdict
    observation: Observation | None = None
    state: LinkState | None = None
    advice: tuple[Finding, ...] = ()
    known: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that there is to tell the author of this place."""
        return (*(self.observation.findings if self.observation else ()), *self.advice)


class Change(StrEnum):
    """What a run may change in what is believed, the worst first."""

    BROKEN = "broken"
    DRIFTED = "drifted"
    FLAKY = "flaky"
    MOVED = "moved"
    IGNORE_EXPIRED = "ignore-expired"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that a run has changed, which is news once.

    `url`: whose, but for an `ignore` that expired; `code`: the reason of the verdict; `before` and
    `after`: the health, the final URL or the state of the ignore, None on a link's first look;
    `at`: when the look was had that saw it, or the run ended that met it; `since`: when that began
    which is now so, or has ended, and `history` in words; `places`: the first of `written`.
    """

    kind: Change
    url: Url | None
    sentence: str
    before: str | None = None
    after: str = ""
    code: str = ""
    since: datetime | None = None
    history: str = ""
    places: tuple[Occurrence, ...] = ()
    written: int = 0
    replacement: str | None = None
    ignore: Ignore | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Headcount:
    """What was believed of all links of a history when a run had ended: how many of each health.

    `asked`: how many of them the run had looked at. `healths` is empty where nobody knows, for the
    run was an older version's.
    """

    at: datetime
    asked: int
    healths: Mapping[Health, int]


@dataclass(frozen=True, slots=True)
class Glance:
    """One look, as a chart of many shows it."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Chronicle:
    """How it came to what a report says, for charts. Everything is in order, oldest first.

    `glances`: the last looks at each link that a report has an entry for; not at those that are
    simply well.
    """

    runs: tuple[Headcount, ...] = ()
    glances: Mapping[Url, tuple[Glance, ...]] = field(default_factory=dict)


class Undated(StrEnum):
    """Why nobody knows when a line was written."""

    ABSENT = "absent"
    UNTRACKED = "untracked"
    UNTOLD = "untold"
    UNCOMMITTED = "uncommitted"
    CUT_OFF = "cut-off"
    UNBELIEVABLE = "unbelievable"


@dataclass(frozen=True, slots=True)
class Line:
    """When a line of a document was last written, and by whom; or why nobody knows when.

    `author` is cleaned: a name, as the repository's own list of names (`.mailmap`) has it.
    """

    at: datetime | None = None
    author: str = ""
    undated: Undated | None = None


@dataclass(frozen=True, slots=True)
class Origins:
    """Since when links have been where they are.

    `seen`: when a history first looked at each; `lines`: of those where they stand, by document,
    number and what is written there; None if nobody has asked.
    """

    seen: Mapping[Url, datetime]
    lines: Mapping[tuple[str, int, str], Line] | None = None


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of a run's `links` it `asked`, and how many it left for another time.

    Those were `not_due`, or `put_off` because it was to ask no more, or `answered` by looks that a
    history has, the oldest of them of `since`. For `late` ones there was no time; nobody had ever
    looked at `never` of them, and `named` are the first, those before the others.
    """

    links: int
    asked: int
    not_due: int = 0
    put_off: int = 0
    answered: int = 0
    since: datetime | None = None
    late: int = 0
    never: int = 0
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A finished run. Rows, which may be a view, are in order of document, line and column.

    `changes`: what the run has changed, the worst first; None if it was not recorded. In the report
    of a history: all that was told by the runs that ended after `since`, run by run; None where it
    was not asked for. `repairs`: likewise what was written into documents. `turnout`: None where
    all is told from the history. `chronicle`: None if nobody wants charts. `origins`: None if
    nobody asks how old links are. `chosen`: what the rows were chosen by, in words; empty if they
    are all. `remembers`: the looks are part of a history, in which further ones will confirm what
    one alone does not; `origin`: the name of that history's first run, by which feeds of it are
    known.
    """

    run: Run
    rows: Sequence[Row]
    remarks: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    # A run's own news; the report of a history tells how things are.
    changes: tuple[Transition, ...] | None = field(default=None, compare=False)
    turnout: Turnout | None = field(default=None, compare=False)
    remembers: bool = field(default=False, compare=False)
    since: datetime | None = field(default=None, compare=False)
    chronicle: Chronicle | None = field(default=None, compare=False)
    origins: Origins | None = field(default=None, compare=False)
    chosen: tuple[str, ...] = field(default=(), compare=False)
    origin: str = field(default="", compare=False)
    repairs: tuple["Repaired", ...] | None = field(default=None, compare=False)
