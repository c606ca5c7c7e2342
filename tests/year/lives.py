"""Lives of links: how a host answers over the year, and the truth about it.

Pure: the same chance gives the same lives. Each kind is one function in `LIVES`.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from year.pages import NOT_FOUND, Page, Reply, Trouble
from year.timeline import SUNDAY, Timeline, always, daily, spells, turning
from year.truth import Kind, Says, Truth

ALIVE: Final = Truth()
DEAD: Final = Truth(Says.DEAD)
TAKEN: Final = Truth(Says.TAKEN)
LACKING: Final = Truth(Says.LACKING)

Replies: TypeAlias = Mapping[str, Timeline[Reply]]


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a document writes it, from the day that it is added until that of its removal."""

    kind: Kind
    written: Timeline[str]
    truth: Timeline[Truth]
    added: float = 0.0
    removed: float = float("inf")

    def is_written(self, day: float) -> bool:
        return self.added <= day < self.removed


@dataclass(frozen=True, slots=True)
class Life:
    """Links that share one fate, and what is answered at every URL that they touch."""

    links: tuple[Link, ...]
    replies: Replies


class Chance:
    """What the lives of one world draw from. `nights`: how long it lasts."""

    def __init__(self, seed: int, nights: int) -> None:
        self.nights = nights
        self.draw = random.Random(seed)  # noqa: S311 - a world, not a secret
        self._hosts = 0

    def host(self) -> str:
        self._hosts += 1
        word = self.draw.choice(_NAMES)
        return f"{word}-{self._hosts}.{self.draw.choice(_ENDINGS)}"

    def url(self, host: str | None = None, scheme: str = "https") -> str:
        number = self.draw.randrange(1, 100_000)
        return f"{scheme}://{host or self.host()}/{self.draw.choice(_CHAPTERS)}/{number}"

    def page(self, url: str, language: str = "en") -> Page:
        name = url.split("/")[2].partition("-")[0].capitalize()
        subject = self.draw.randrange(1_000_000)
        title = f"{self.draw.choice(_TITLES)} {subject % 997} | {name}"
        return Page(title, subject, name, language)

    def turn(self) -> float:
        """Return the moment of a change for good, early enough to be noticed."""
        return self.draw.uniform(0.2, 0.65) * self.nights

    def days(self, number: int) -> list[int]:
        """Return some days that are far from each other, and from both ends."""
        width = (self.nights - 10) / number
        each = (width * (at + self.draw.uniform(0.1, 0.8)) for at in range(number))
        return [5 + int(day) for day in each]


_NAMES: Final = ("alder", "basalt", "cedar", "delta", "ember", "fjord", "granite", "heron", "iris")
_ENDINGS: Final = ("example", "test.example", "org.example", "dev.example")
_CHAPTERS: Final = ("articles", "blog", "docs", "guide", "notes", "papers")
_TITLES: Final = (
    "Building a harbour", "How to tune an engine", "Lessons in optics", "Notes on gradients",
    "The long winter", "Understanding compilers", "A tour of the valley", "Reading the weather",
)  # fmt: skip
_HOSTILE: Final = (
    "<script>alert(1)</script> & friends", "| a | table | of | pipes |", "[click](https://evil.example)",
    "404 ways to say hello", "Page not found: a history of the error", "\u202eeltit desrever",
    "# Heading ``` fence", "It\u2019s an \u201cerror\u201d", "\u200b\u200bzero width",
    "日本語のタイトル 文字化け",
    "&lt;escaped&gt; &amp;amp;", "=cmd|' /C calc'!A0",
)  # fmt: skip
_SOFT: Final = Reply(page=Page("Page not found", bare=True))
_WALL: Final = Reply(
    403, Page("Just a moment...", bare=True), headers=(("cf-mitigated", "challenge"),)
)
_BUSY: Final = Reply(503, Page("Service unavailable", bare=True))
_PARKED: Final = Page(
    "Welcome", bare=True,
    head='<script src="//d38psrni17bvxu.cloudfront.net/themes/x.js"></script>',
)  # fmt: skip


def _trouble(kind: Trouble) -> Reply:
    return Reply(trouble=kind)


_NO_NAME: Final = _trouble(Trouble.NO_NAME)


# Alive all the year


def _one(chance: Chance, kind: Kind, replies: Callable[[Page], Timeline[Reply]]) -> Life:
    """One link whose truth is that it is alive, whatever is answered."""
    url = chance.url()
    return _life(kind, url, always(ALIVE), {url: replies(chance.page(url))})


def _life(kind: Kind, url: str, truth: Timeline[Truth], replies: Replies) -> Life:
    return Life((Link(kind, always(url), truth),), replies)


def _steady(chance: Chance, kind: Kind) -> Life:
    tagged = kind is Kind.TAGGED
    return _one(chance, kind, lambda page: always(Reply(page=page, tagged=tagged)))


def _hiccup(chance: Chance, kind: Kind) -> Life:
    return _one(chance, kind, lambda page: always(Reply(page=page, busy=2)))


def _hostile(chance: Chance, kind: Kind) -> Life:
    title = chance.draw.choice(_HOSTILE)
    return _one(chance, kind, lambda page: always(Reply(page=replace(page, title=title))))


def _a_b(chance: Chance, kind: Kind) -> Life:
    def replies(page: Page) -> Timeline[Reply]:
        other = replace(page, title=f"{chance.draw.choice(_TITLES)}, and how! | {page.site}")
        return _by_the_day(chance, [page, other])

    return _one(chance, kind, replies)


def _geo(chance: Chance, kind: Kind) -> Life:
    def replies(page: Page) -> Timeline[Reply]:
        titles = {
            "de": "Vom Bau der Häfen",
            "fr": "Construire un port",
            "es": "Construir un puerto",
        }
        others = [
            replace(page, title=f"{title} | {page.site}", language=language)
            for language, title in titles.items()
        ]
        return _by_the_day(chance, [page, page, *others])

    return _one(chance, kind, replies)


def _living(chance: Chance, kind: Kind) -> Life:
    def replies(page: Page) -> Timeline[Reply]:
        return daily(Reply(page=replace(page, subject=day)) for day in range(chance.nights))

    return _one(chance, kind, replies)


def _changed(chance: Chance, kind: Kind) -> Life:
    """It changes once for good and remains what it is: redesigned, rewritten, translated."""

    def replies(page: Page) -> Timeline[Reply]:
        match kind:
            case Kind.REDESIGN:
                after = replace(page, layout=1, title=page.title.replace(" | ", " - the new "))
            case Kind.REWRITTEN:
                title = f"{chance.draw.choice(_TITLES)}, second edition | {page.site}"
                after = replace(page, title=title, subject=page.subject + 1)
            case _:
                title = f"La construcción de puertos | {page.site}"
                after = replace(page, title=title, language="es")
        return turning(Reply(page=page), chance.turn(), Reply(page=after))

    return _one(chance, kind, replies)


def _for_now(chance: Chance, kind: Kind) -> Life:
    host = chance.host()
    url, there = chance.url(host), chance.url(host)
    page = Reply(page=chance.page(there))
    led = turning(page, chance.turn(), Reply(302, location=there))
    return _life(kind, url, always(ALIVE), {url: led, there: always(page)})


# Away for a while


def _nights_off(chance: Chance, kind: Kind) -> Life:
    def replies(page: Page) -> Timeline[Reply]:
        ways = [_BUSY, Reply(502), Reply(500), *map(_trouble, _PASSING)]
        nights = chance.days(max(2, chance.nights // 60))
        return spells(
            Reply(page=page),
            [(day - 0.1, day + chance.draw.uniform(0.3, 0.7), chance.draw.choice(ways))
             for day in nights],
        )  # fmt: skip

    return _one(chance, kind, replies)


_PASSING: Final = (
    Trouble.NAME_SERVER, Trouble.REFUSED, Trouble.RESET, Trouble.SILENT,
)  # fmt: skip


def _off(chance: Chance, kind: Kind, way: Reply, least: float, most: float) -> Life:
    """Some times a year, for so many days; a human shrugs."""

    def replies(page: Page) -> Timeline[Reply]:
        days = chance.days(max(1, chance.nights // 120))
        return spells(
            Reply(page=page), [(day, day + chance.draw.uniform(least, most), way) for day in days]
        )

    return _one(chance, kind, replies)


def _days_off(chance: Chance, kind: Kind) -> Life:
    return _off(chance, kind, chance.draw.choice((_BUSY, _trouble(Trouble.SILENT))), 1.5, 2.5)


def _deploy(chance: Chance, kind: Kind) -> Life:
    return _off(chance, kind, NOT_FOUND, 0.3, 0.9)


def _name_lapse(chance: Chance, kind: Kind) -> Life:
    return _off(chance, kind, _NO_NAME, 0.3, 0.9)


def _certificate_lapse(chance: Chance, kind: Kind) -> Life:
    return _off(chance, kind, _trouble(Trouble.EXPIRED), 1.6, 2.0)


def _maintenance(chance: Chance, kind: Kind) -> Life:
    sundays = range(SUNDAY, chance.nights, 7)

    def replies(page: Page) -> Timeline[Reply]:
        return spells(Reply(page=page), [(day + 0.1, day + 0.25, _BUSY) for day in sundays])

    return _one(chance, kind, replies)


def _flaky(chance: Chance, kind: Kind) -> Life:
    url = chance.url()
    up = Reply(page=chance.page(url))
    down = _BUSY if kind is Kind.FLAKY else NOT_FOUND
    since = int(chance.turn())
    later = (chance.draw.choice((up, down)) for _ in range(chance.nights - since))
    answers = daily([*[up] * since, *later])
    truth = turning(ALIVE, since - 0.5, Truth(Says.FLAKY))
    return _life(kind, url, truth, {url: answers})


def _absent(chance: Chance, kind: Kind, way: Reply, least: float, most: float) -> Life:
    """Dead for so long that a human says so, and then back."""
    url = chance.url()
    page, start = Reply(page=chance.page(url)), chance.turn()
    end = start + chance.draw.uniform(least, most)
    truth = spells(ALIVE, [(start, end, DEAD)])
    return _life(kind, url, truth, {url: spells(page, [(start, end, way)])})


def _week_off(chance: Chance, kind: Kind) -> Life:
    return _absent(chance, kind, _BUSY, 5, 9)


def _back(chance: Chance, kind: Kind) -> Life:
    return _absent(chance, kind, NOT_FOUND if kind is Kind.BACK else _NO_NAME, 25, 40)


# Dead for good

_DEATHS: Final[Mapping[Kind, Reply]] = {
    Kind.NOT_FOUND: NOT_FOUND,
    Kind.GONE: Reply(410, Page("Gone", bare=True)),
    Kind.NO_NAME: _NO_NAME,
    Kind.NAME_SERVER: _trouble(Trouble.NAME_SERVER),
    Kind.REFUSED: _trouble(Trouble.REFUSED),
    Kind.SILENT: _trouble(Trouble.SILENT),
    Kind.ERRORS: _BUSY,
    Kind.CERTIFICATE: _trouble(Trouble.EXPIRED),
    Kind.SOFT_404: _SOFT,
    Kind.PARKED: Reply(page=_PARKED),
    Kind.HOST: _NO_NAME,
}


def _dying(chance: Chance, kind: Kind) -> Life:
    """One link, or three of a host, that are well until they are not."""
    host, day = chance.host(), chance.turn()
    home = f"https://{host}/"
    urls = [chance.url(host) for _ in range(3 if kind in (Kind.HOST, Kind.HOMES) else 1)]
    front = Reply(page=Page(f"{host.partition('-')[0].capitalize()}: home", 1))
    end = _DEATHS.get(kind) or Reply(302, location=home)
    replies = {url: turning(Reply(page=chance.page(url)), day, end) for url in urls}
    truth = turning(ALIVE, day, DEAD)
    links = tuple(Link(kind, always(url), truth) for url in urls)
    return Life(links, {home: always(front), **replies})


# Elsewhere


def _moved(chance: Chance, kind: Kind) -> Life:
    host = chance.host()
    upgraded, renamed = kind is Kind.UPGRADED, kind is Kind.MOVED_RENAMED
    url = chance.url(host, "http" if upgraded else "https")
    elsewhere = kind in (Kind.REBRANDED, Kind.MOVED_DIED)
    there = url.replace("http:", "https:") if upgraded else chance.url(None if elsewhere else host)
    page, day = chance.page(url), chance.turn()
    after = replace(page, title=f"Moved and renamed | {page.site}") if renamed else page
    if kind is Kind.REBRANDED:
        after = replace(
            page, title=f"{page.title.partition(' | ')[0]} | Nova", site="Nova", layout=1
        )
    led = turning(Reply(page=page), day, Reply(chance.draw.choice((301, 308)), location=there))
    truth = turning(ALIVE, day, Truth(Says.MOVED, there))
    if kind is Kind.MOVED_DIED:
        end = day + (chance.nights - day) * 0.35
        led = Timeline((*led.days, end), (*led.values, _NO_NAME))
        truth = Timeline((*truth.days, end), (*truth.values, DEAD))
    return _life(kind, url, truth, {url: led, there: always(Reply(page=after))})


# Somebody else's


def _spam(chance: Chance, language: str) -> Page:
    subject = chance.draw.randrange(1000)
    if language == "id":
        return Page("Situs Slot Gacor Terpercaya Hari Ini", subject, "Slot Raja", "id", layout=1)
    title = "Best Online Casino Bonus Codes"
    return Page(title, subject, "Lucky Spins", voice="spam", layout=1)


def _sold(chance: Chance, kind: Kind) -> Life:
    url, day = chance.url(), chance.turn()
    page = Reply(page=chance.page(url))
    spam = Reply(page=_spam(chance, "en" if kind is Kind.SOLD_SAME else "id"))
    if kind is Kind.CAUGHT:
        later = day + 30
        truth = Timeline((0.0, day, later), (ALIVE, DEAD, TAKEN))
        return _life(kind, url, truth, {url: Timeline(truth.days, (page, _NO_NAME, spam))})
    truth = turning(ALIVE, day, TAKEN)
    if kind is Kind.HIJACKED:
        there = chance.url(chance.host())
        led = turning(page, day, Reply(302, location=there))
        return _life(kind, url, truth, {url: led, there: always(spam)})
    return _life(kind, url, truth, {url: turning(page, day, spam)})


def _short(chance: Chance, kind: Kind) -> Life:
    url = f"https://bit.ly/{chance.draw.randrange(10**6):06x}"
    first, second = chance.url(), chance.url()
    led = turning(Reply(301, location=first), chance.turn(), Reply(301, location=second))
    truth = turning(ALIVE, led.days[1], TAKEN)
    pages = {first: chance.page(first), second: _spam(chance, "en")}
    shown = {each: always(Reply(page=page)) for each, page in pages.items()}
    return _life(kind, url, truth, {url: led, **shown})


# Not for programs


def _walled(chance: Chance, kind: Kind) -> Life:
    url = chance.url()
    page, sign_in = Reply(page=chance.page(url)), f"https://{url.split('/')[2]}/login"
    walls = {
        Kind.FORBIDDEN: Reply(403, Page("Forbidden", bare=True)),
        Kind.LIMITED: Reply(429),
        Kind.LOGIN: Reply(302, location=sign_in),
    }
    wall = walls.get(kind, _WALL)
    day = chance.turn() if kind is Kind.WALLED else 0.0
    replies = turning(page, day, wall)
    truth = turning(ALIVE, day, Truth(Says.UNKNOWABLE))
    form = always(Reply(page=Page("Sign in", bare=True)))
    return _life(kind, url, truth, {url: replies, sign_in: form})


# A place on a page


def _fragment(chance: Chance, kind: Kind) -> Life:
    url, day = chance.url(), chance.turn()
    page, wrong = chance.page(url), kind is Kind.FRAGMENT_WRONG
    before, after = (Reply(page=replace(page, anchors=(each,))) for each in ("setup", "install"))
    mended = day + 0.1 * chance.nights
    written, truth = always(f"{url}#setup"), turning(ALIVE, day, LACKING)
    if kind is Kind.FRAGMENT_MENDED:
        written = turning(f"{url}#setup", mended, f"{url}#install")
        truth = spells(ALIVE, [(day, mended, LACKING)])
    elif wrong:
        written = turning(f"{url}#setup", day, f"{url}#set-up")
    replies = always(before) if wrong else turning(before, day, after)
    return Life((Link(kind, written, truth),), {url: replies})


def _by_the_day(chance: Chance, pages: Iterable[Page]) -> Timeline[Reply]:
    replies = [Reply(page=page) for page in pages]
    return daily(chance.draw.choice(replies) for _ in range(chance.nights))


LIVES: Final[Mapping[Kind, Callable[[Chance, Kind], Life]]] = {
    Kind.STEADY: _steady,
    Kind.TAGGED: _steady,
    Kind.HICCUP: _hiccup,
    Kind.HOSTILE: _hostile,
    Kind.A_B: _a_b,
    Kind.GEO: _geo,
    Kind.LIVING: _living,
    **dict.fromkeys((Kind.REWRITTEN, Kind.REDESIGN, Kind.TRANSLATED), _changed),
    Kind.FOR_NOW: _for_now,
    Kind.NIGHT_OFF: _nights_off,
    Kind.DAYS_OFF: _days_off,
    Kind.MAINTENANCE: _maintenance,
    Kind.DEPLOY: _deploy,
    Kind.NAME_LAPSE: _name_lapse,
    Kind.CERTIFICATE_LAPSE: _certificate_lapse,
    Kind.WEEK_OFF: _week_off,
    **dict.fromkeys((Kind.FLAKY, Kind.FLAKY_MIRROR), _flaky),
    **dict.fromkeys((*_DEATHS, Kind.HOME, Kind.HOMES), _dying),
    **dict.fromkeys((Kind.BACK, Kind.BACK_NAME), _back),
    **dict.fromkeys(
        (Kind.MOVED, Kind.MOVED_RENAMED, Kind.REBRANDED, Kind.UPGRADED, Kind.MOVED_DIED), _moved
    ),
    **dict.fromkeys((Kind.SOLD, Kind.SOLD_SAME, Kind.HIJACKED, Kind.CAUGHT), _sold),
    Kind.SHORT: _short,
    **dict.fromkeys((Kind.WALL, Kind.FORBIDDEN, Kind.LIMITED, Kind.LOGIN, Kind.WALLED), _walled),
    **dict.fromkeys((Kind.FRAGMENT, Kind.FRAGMENT_MENDED, Kind.FRAGMENT_WRONG), _fragment),
}
"""Every kind of life, and who makes it."""


def born(chance: Chance, kind: Kind) -> Life:
    return LIVES[kind](chance, kind)
