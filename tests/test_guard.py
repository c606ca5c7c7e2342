"""What a run learns of addresses: where hosts were reached after all, and whether IPv6 works."""

import errno
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpcore
import pytest
from fakes import url
from loopback import OK, Site, answering, names_lead_to, serving, silent_at

from crawler.clock import SystemClock
from crawler.eyeballs import Won
from crawler.fast import FastLine
from crawler.fetch import Fetcher
from crawler.guard import Experience
from crawler.model import Fetch, Response
from crawler.settings import FetchSettings, PaceSettings

LOOPBACK = ("127.0.0.0/8", "::1/128")
SIX, OTHER_SIX, FOUR, OTHER_FOUR = "2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"


class NoStream(httpcore.AsyncNetworkStream):
    """Nobody speaks over it."""


def raced(place: str, **lost: BaseException | None) -> Won:
    return Won(place, NoStream(), {{"six": SIX, "four": FOUR}[name]: lost[name] for name in lost})


def no_way(number: int) -> httpcore.ConnectError:
    error = httpcore.ConnectError("x")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = OSError(number, "x")
    return error


def test_families_take_turns_and_no_more_than_six_are_tried() -> None:
    ordered = Experience().ordered
    assert ordered("a", [SIX, OTHER_SIX, FOUR, OTHER_FOUR]) == [SIX, FOUR, OTHER_SIX, OTHER_FOUR]
    assert ordered("a", [FOUR, SIX]) == [FOUR, SIX]
    many = [f"192.0.2.{number}" for number in range(99)]
    assert ordered("a", many) == many[:6]
    assert ordered("a", [*many, SIX]) == [many[0], SIX, *many[1:5]]


def test_the_address_that_worked_comes_first_for_that_host_only() -> None:
    experience = Experience()
    experience.learn("a", [FOUR, OTHER_FOUR], Won(OTHER_FOUR, NoStream(), {FOUR: no_way(111)}))
    assert experience.moved("a") == OTHER_FOUR
    assert experience.ordered("a", [FOUR, OTHER_FOUR]) == [OTHER_FOUR, FOUR]
    assert experience.moved("b") is None
    assert experience.ordered("b", [FOUR, OTHER_FOUR]) == [FOUR, OTHER_FOUR]
    experience.learn("a", [OTHER_FOUR, FOUR], Won(FOUR, NoStream(), {OTHER_FOUR: None}))
    assert experience.moved("a") == FOUR


def test_a_first_address_that_worked_is_nothing_to_remember() -> None:
    experience = Experience()
    experience.learn("a", [FOUR, SIX], raced(FOUR))
    assert experience.moved("a") is None


@pytest.mark.parametrize(
    ("races", "four_first"),
    [
        ([], False),
        ([("a", raced(FOUR, six=None))], False),
        ([("a", raced(FOUR, six=None)), ("a", raced(FOUR, six=None))], False),
        ([("a", raced(FOUR, six=None)), ("b", raced(FOUR, six=no_way(110)))], True),
        ([("a", raced(FOUR, six=no_way(errno.ENETUNREACH)))], True),
        ([("a", raced(FOUR, six=no_way(errno.EADDRNOTAVAIL)))], True),
        ([("a", raced(FOUR, six=no_way(errno.ECONNREFUSED)))], False),
        ([("a", raced(FOUR, six=None)), ("b", raced(FOUR, six=None)), ("c", raced(SIX))], False),
        ([("c", raced(SIX)), ("a", raced(FOUR, six=None)), ("b", raced(FOUR, six=None))], False),
        ([("a", raced(SIX, four=None)), ("b", raced(SIX, four=None))], False),
    ],
)
def test_an_ipv6_that_does_not_work_is_found_out(
    races: Sequence[tuple[str, Won]], *, four_first: bool
) -> None:
    experience = Experience()
    for host, won in races:
        experience.learn(host, [SIX, FOUR], won)
    expected = [FOUR, OTHER_FOUR, SIX] if four_first else [SIX, FOUR, OTHER_FOUR]
    assert experience.ordered("z", [SIX, FOUR, OTHER_FOUR]) == expected


# Both stacks together, over real sockets


@contextmanager
def pins_noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mapping[str, str]]]:
    noted: list[Mapping[str, str]] = []
    build = FastLine._build

    def noting(transport: FastLine, pins: Mapping[str, str], *, secure: bool) -> object:
        noted.append(dict(pins))
        return build(transport, pins, secure=secure)

    with monkeypatch.context() as patch:
        patch.setattr(FastLine, "_build", noting)
        yield noted


async def looks(site: Site, *hosts: str, seconds: float = 1.5) -> list[Fetch]:
    fetch = FetchSettings(retries=0, timeout=seconds, allow_address=LOOPBACK)
    async with Fetcher(fetch, PaceSettings(delay=0), SystemClock()) as fetcher:
        return [await fetcher.fetch(url(f"http://{host}:{site.port}/")) for host in hosts]


def answers(fetches: Sequence[Fetch]) -> list[tuple[int | None, str | None]]:
    return [
        (each.outcome.status if isinstance(each.outcome, Response) else None, each.http_stack)
        for each in fetches
    ]


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "refusing"])
async def test_a_dead_first_address_costs_one_look_some_time_and_the_next_ones_nothing(
    monkeypatch: pytest.MonkeyPatch, *, silent: bool
) -> None:
    names_lead_to(monkeypatch, {"a.example": ["127.0.0.9", "127.0.0.1"]})
    async with serving(answering(OK)) as site:
        with pins_noted(monkeypatch) as pins:
            if silent:
                with silent_at("127.0.0.9", site.port):
                    seen = await looks(site, "a.example", "a.example", "a.example")
            else:
                seen = await looks(site, "a.example", "a.example", "a.example")
    assert answers(seen) == [(200, "standard"), (200, "fast"), (200, "fast")]
    assert pins == [{"a.example": "127.0.0.9"}, {"a.example": "127.0.0.1"}]


async def test_an_ipv6_that_leads_nowhere_is_not_tried_first_at_every_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hosts = [f"h{number}.example" for number in range(4)]
    names_lead_to(monkeypatch, dict.fromkeys(hosts, ("::1", "127.0.0.1")))  # nothing is at ::1
    async with serving(answering(OK)) as site:
        with pins_noted(monkeypatch) as pins:
            seen = await looks(site, *hosts)
    assert [stack for _, stack in answers(seen)] in (
        ["standard", "standard", "fast", "fast"],  # refused there: two hosts say it
        ["standard", "fast", "fast", "fast"],  # no IPv6 at all here: one says it
    )
    assert pins[-1] == {"h3.example": "127.0.0.1"}


async def test_the_standard_stack_alone_does_not_wait_for_silent_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawler.transport._fast", lambda *_: None)
    names_lead_to(monkeypatch, {"a.example": ["127.0.0.8", "127.0.0.9", "127.0.0.1"]})
    async with serving(answering(OK)) as site:
        with silent_at("127.0.0.8", site.port), silent_at("127.0.0.9", site.port):
            begun = time.monotonic()
            seen = await looks(site, "a.example", seconds=60)
            spent = time.monotonic() - begun
    assert answers(seen) == [(200, "standard")]
    assert spent < 15  # a third of the time for an answer would be more


async def test_silent_addresses_are_silent_within_the_time_for_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names_lead_to(monkeypatch, {"a.example": ["127.0.0.8", "127.0.0.9"]})
    async with serving(answering(OK)) as site:
        with silent_at("127.0.0.8", site.port), silent_at("127.0.0.9", site.port):
            (seen,) = await looks(site, "a.example", seconds=0.5)
    assert not isinstance(seen.outcome, Response)
    assert seen.outcome.kind == "timeout"
    assert not seen.outcome.reached
