"""The looks of one run: second looks, hosts that are down, and a network that goes away."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace

import httpx
from fakes import FakeClock, url

from crawler.conduct import Conduct, Looks
from crawler.crawl import SECOND_LOOK_SECONDS
from crawler.engines import look as crawl
from crawler.model import Link, Observation
from crawler.settings import FetchSettings, PaceSettings, Settings
from crawler.stop import Stop

SETTINGS = Settings(pace=PaceSettings(delay=0), fetch=FetchSettings(retries=1))

Answer = Callable[[httpx.Request], httpx.Response]


def ok(_request: httpx.Request | None = None) -> httpx.Response:
    return httpx.Response(200)


def refuse(_request: httpx.Request | None = None) -> httpx.Response:
    error = httpx.ConnectError("refused")
    error.__cause__ = ConnectionRefusedError()
    raise error


def unreachable(_request: httpx.Request | None = None) -> httpx.Response:
    raise httpx.ConnectError("network is unreachable")


class Web:
    """Answers by host; counts what it is asked."""

    def __init__(self, answers: Mapping[str, Answer], others: Answer = ok) -> None:
        self.answers = answers
        self.others = others
        self.asked: Counter[str] = Counter()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked[request.url.host] += 1
        await asyncio.sleep(0)
        return self.answers.get(request.url.host, self.others)(request)


@dataclass
class Crawled:
    """What became of a crawl: the looks that were told, in their order, and what was not asked."""

    looks: Looks
    told: list[Observation]

    @property
    def reasons(self) -> Counter[str]:
        return Counter(look.verdict.reason for look in self.told)


async def crawled(
    web: Callable[[httpx.Request], Coroutine[None, None, httpx.Response]],
    *addresses: str,
    settings: Settings = SETTINGS,
    stop: Stop | None = None,
    clock: FakeClock | None = None,
    witness: str | None = None,
) -> Crawled:
    told: list[Observation] = []
    links = [Link(url(address)) for address in addresses]
    transport = httpx.MockTransport(web)
    conduct = Conduct(settings, clock or FakeClock(), stop or Stop(), told.append, transport)
    conduct = replace(conduct, witnesses=(url(witness),) if witness else ())
    async with asyncio.timeout(120):
        looks = await crawl(links, {}, conduct)
    assert [look.url for look in told] == looks.seen
    assert len(told) == len(set(looks.seen)), "each link is told once"
    return Crawled(looks, told)


def pages(host: str, number: int) -> list[str]:
    return [f"https://{host}.example/{page}" for page in range(number)]


async def test_a_link_that_failed_gets_a_second_look_and_that_one_counts() -> None:
    def recovering(request: httpx.Request) -> httpx.Response:
        return ok() if web.asked[request.url.host] > 2 else httpx.Response(500)

    web = Web({"sick.example": recovering})
    seen = await crawled(web, "https://sick.example/", "https://well.example/")
    assert seen.reasons == {"ok": 2}
    (sick,) = [look for look in seen.told if look.url.host == "sick.example"]
    assert sick.attempts == web.asked["sick.example"] == 3


async def test_a_link_that_fails_twice_is_told_once() -> None:
    web = Web({"sick.example": lambda _: httpx.Response(500)})
    seen = await crawled(web, "https://sick.example/")
    assert seen.reasons == {"server-error": 1}


async def test_without_retries_there_is_no_second_look_either() -> None:
    web = Web({"sick.example": lambda _: httpx.Response(500)})
    hasty = replace(SETTINGS, fetch=replace(SETTINGS.fetch, retries=0))
    await crawled(web, "https://sick.example/", settings=hasty)
    assert web.asked["sick.example"] == 1


async def test_the_links_of_a_host_that_is_down_share_what_two_of_them_found_out() -> None:
    web = Web({"down.example": refuse})
    seen = await crawled(web, *pages("down", 200), *pages("well", 3))
    assert seen.reasons == {"connect": 200, "ok": 3}
    assert web.asked["down.example"] <= SETTINGS.pace.per_host + 4
    shared = [look for look in seen.told if not look.attempts]
    assert len(shared) > 180


async def test_a_host_that_comes_back_within_the_run_loses_no_link() -> None:
    clock = FakeClock()

    async def recovering(_request: httpx.Request) -> httpx.Response:
        return ok() if clock.seconds > SECOND_LOOK_SECONDS else refuse()

    seen = await crawled(recovering, *pages("down", 50), clock=clock)
    assert seen.reasons == {"ok": 50}


async def test_a_silent_host_costs_one_deadline_however_many_links_it_has() -> None:
    async def silent(request: httpx.Request) -> httpx.Response:
        if request.url.host == "well.example":
            return ok()
        await asyncio.sleep(3600)
        raise AssertionError

    quick = replace(SETTINGS, fetch=replace(SETTINGS.fetch, timeout=1))
    seen = await crawled(silent, *pages("silent", 100), *pages("well", 5), settings=quick)
    assert seen.reasons == {"timeout": 100, "ok": 5}


async def test_dead_hosts_at_the_end_of_a_list_are_believed_after_one_question() -> None:
    web = Web({f"dead{n}.example": unreachable for n in range(8)})
    dead = [f"https://dead{number}.example/" for number in range(8)]
    seen = await crawled(web, *pages("well", 2), *dead)
    assert seen.reasons == {"ok": 2, "connect": 8}


async def test_a_network_that_goes_away_and_comes_back_costs_no_link() -> None:
    clock = FakeClock()
    total: Counter[str] = Counter()

    async def flaky(_request: httpx.Request) -> httpx.Response:
        total["asked"] += 1
        if total["asked"] > 5 and clock.seconds < 20:
            clock.seconds += 0.01
            return unreachable()
        return ok()

    addresses = [f"https://h{number}.example/" for number in range(100)]
    seen = await crawled(flaky, *addresses, clock=clock)
    assert seen.reasons == {"ok": 100}
    assert not seen.looks.unasked


async def test_a_network_that_stays_away_ends_the_run_and_blames_nobody() -> None:
    total: Counter[str] = Counter()

    def leaving(_request: httpx.Request) -> httpx.Response:
        total["asked"] += 1
        return ok() if total["asked"] <= 5 else unreachable()

    stop = Stop()
    addresses = [f"https://h{number}.example/" for number in range(100)]
    seen = await crawled(Web({}, leaving), *addresses, stop=stop)
    assert stop.reason == "offline"
    assert seen.reasons == {"ok": 5}
    assert Counter(verdict.reason for verdict in seen.looks.unasked.values()) == {"offline": 95}


async def test_a_witness_that_falls_silent_ends_no_run_in_which_others_answer() -> None:
    doubted = asyncio.Event()

    async def web(request: httpx.Request) -> httpx.Response:
        if request.url.host == "slow.example":
            await doubted.wait()
        elif request.url.host != "witness.example":
            await asyncio.sleep(0.01)
        elif seen_before:
            doubted.set()
        else:
            seen_before.append(request)
            return ok()
        return ok() if request.url.host == "slow.example" else unreachable()

    seen_before: list[httpx.Request] = []
    stop = Stop()
    dead = [f"https://dead{number}.example/" for number in range(100)]
    addresses = ["https://witness.example/", "https://slow.example/", *dead]
    narrow = replace(SETTINGS, pace=replace(SETTINGS.pace, concurrency=3))
    seen = await crawled(web, *addresses, settings=narrow, stop=stop)
    assert stop.reason is None
    assert seen.reasons == {"ok": 2, "connect": 100}


async def test_a_network_that_goes_away_while_all_links_are_out_costs_none() -> None:
    clock, answers = FakeClock(), Counter[str]()

    async def one_after_the_other(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(int(request.url.host.strip("h.exampl")) / 200)
        answers["all"] += 1
        return unreachable() if answers["all"] > 3 and clock.seconds < 1 else ok()

    hasty = replace(SETTINGS, fetch=replace(SETTINGS.fetch, retries=0))
    addresses = [f"https://h{number}.example/" for number in range(20)]
    seen = await crawled(one_after_the_other, *addresses, settings=hasty, clock=clock)
    assert seen.reasons == {"ok": 20}


async def test_links_that_share_what_an_outage_did_to_their_host_are_asked_after_it() -> None:
    clock, answers = FakeClock(), Counter[str]()

    async def web(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05 if request.url.host.startswith("late") else 0)
        answers["all"] += 1
        if answers["all"] > 1 and clock.seconds < 1:
            raise httpx.ConnectTimeout("silent")
        return ok()

    hasty = replace(SETTINGS, fetch=replace(SETTINGS.fetch, retries=0))
    late = [f"https://late{number}.example/" for number in range(5)]
    addresses = ["https://witness.example/", *pages("big", 50), *late]
    seen = await crawled(web, *addresses, settings=hasty, clock=clock)
    assert seen.reasons == {"ok": 56}


async def test_a_stop_during_an_outage_blames_nobody() -> None:
    total: Counter[str] = Counter()
    stop = Stop()

    def leaving(_request: httpx.Request) -> httpx.Response:
        total["asked"] += 1
        if total["asked"] > 60:
            stop.ask("interrupted")
        return ok() if total["asked"] <= 5 else unreachable()

    addresses = [f"https://h{number}.example/" for number in range(30)]
    seen = await crawled(Web({}, leaving), *addresses, stop=stop)
    assert seen.reasons == {"ok": 5}
    assert Counter(verdict.reason for verdict in seen.looks.unasked.values()) == {"interrupted": 25}


async def test_a_second_look_that_was_held_back_at_a_stop_is_told_and_not_the_first() -> None:
    stop = Stop()

    async def web(request: httpx.Request) -> httpx.Response:
        if request.url.host == "dead.example":
            asked.append(request)
            return unreachable()
        if len(asked) < 3:
            await asyncio.sleep(0)
            return httpx.Response(500)
        for _ in range(50):
            await asyncio.sleep(0)
        stop.ask("interrupted")
        return await asyncio.Future()

    asked: list[httpx.Request] = []
    seen = await crawled(web, "https://dead.example/", "https://sick.example/", stop=stop)
    assert seen.reasons == {"connect": 1, "server-error": 1}


async def test_a_redirected_link_does_not_hold_the_place_of_the_next_at_its_host() -> None:
    released = asyncio.Event()

    async def web(request: httpx.Request) -> httpx.Response:
        if request.url.host == "short.example":
            number = int(request.url.path[1:])
            if number == 49:
                released.set()
            return httpx.Response(302, headers={"location": f"https://t{number}.example/"})
        await released.wait()
        return ok()

    seen = await crawled(web, *pages("short", 50))
    assert seen.reasons == {"temporary": 50}


async def test_a_few_dead_hosts_do_not_wait_for_a_silent_one() -> None:
    released = asyncio.Event()
    again: Counter[str] = Counter()

    async def web(request: httpx.Request) -> httpx.Response:
        host = request.url.host
        again[host] += 1
        if host == "silent.example":
            await released.wait()
        if host == "dead.example" and again[host] > SETTINGS.fetch.retries + 1:
            released.set()  # its second look has come while the other one is still silent
        return refuse() if host == "dead.example" else ok()

    addresses = ("https://well.example/", "https://silent.example/", "https://dead.example/")
    seen = await crawled(web, *addresses)
    assert seen.reasons == {"ok": 2, "connect": 1}


WITNESS = "https://witness.example/"


async def test_a_part_of_a_run_believes_its_last_looks_once_the_witness_has_answered() -> None:
    web = Web({"dead.example": unreachable})
    seen = await crawled(web, "https://dead.example/", witness=WITNESS)
    assert seen.reasons == {"connect": 1}
    assert web.asked["witness.example"] == 2, "of the first look, and of the second"
    assert not seen.looks.unasked


async def test_a_run_of_its_own_has_nobody_to_ask_of_its_last_looks() -> None:
    web = Web({"dead.example": unreachable})
    seen = await crawled(web, "https://dead.example/")
    assert seen.reasons == {"connect": 1}
    assert set(web.asked) == {"dead.example"}


async def test_no_witness_is_asked_where_nobody_is_in_doubt() -> None:
    web = Web({"gone.example": lambda _: httpx.Response(404), "shut.example": refuse})
    addresses = ("https://well.example/", "https://gone.example/", "https://shut.example/")
    seen = await crawled(web, *addresses, witness=WITNESS)
    assert seen.reasons == {"ok": 1, "not-found": 1, "connect": 1}
    assert "witness.example" not in web.asked


async def test_one_witness_that_has_gone_is_not_the_network_where_another_is_there() -> None:
    gone = {"gone.example": unreachable, "dead.example": unreachable}
    web, told, stop = Web(gone), list[Observation](), Stop()
    conduct = Conduct(SETTINGS, FakeClock(), stop, told.append, httpx.MockTransport(web))
    conduct = replace(conduct, witnesses=(url("https://gone.example/"), url(WITNESS)))
    async with asyncio.timeout(60):
        await crawl([Link(url("https://dead.example/"))], {}, conduct)
    assert [look.verdict.reason for look in told] == ["connect"]
    assert stop.reason is None
    assert web.asked["witness.example"] == 2


async def test_who_answers_in_a_part_of_a_run_is_its_witness_from_then_on() -> None:
    web = Web({f"dead{number}.example": unreachable for number in range(8)})
    dead = [f"https://dead{number}.example/" for number in range(8)]
    seen = await crawled(web, "https://well.example/", *dead, witness=WITNESS)
    assert seen.reasons == {"ok": 1, "connect": 8}
    assert "witness.example" not in web.asked
    assert web.asked["well.example"] > 1


async def test_last_looks_are_had_again_once_a_silent_witness_is_back() -> None:
    clock = FakeClock()

    async def web(_request: httpx.Request) -> httpx.Response:
        return ok() if clock.seconds > 20 else unreachable()

    seen = await crawled(web, *pages("a", 3), *pages("b", 2), clock=clock, witness=WITNESS)
    assert seen.reasons == {"ok": 5}
    assert not seen.looks.unasked


async def test_a_part_of_a_run_whose_witness_stays_silent_ends_and_blames_nobody() -> None:
    stop, web = Stop(), Web({}, unreachable)
    seen = await crawled(web, *pages("a", 3), stop=stop, witness=WITNESS)
    assert stop.reason == "offline"
    assert not seen.told
    assert [each.reason for each in seen.looks.unasked.values()] == ["offline"] * 3


async def test_three_pages_that_are_sent_home_are_dead_and_two_are_not() -> None:
    def home(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/":
            return httpx.Response(200)
        return httpx.Response(302, headers={"location": "/"})

    web = Web({"many.example": home, "few.example": home})
    crawl = await crawled(web, *pages("many", 5), *pages("few", 2), "https://well.example/a")
    by_host = Counter((look.url.host, look.verdict.reason) for look in crawl.told)
    assert by_host == {
        ("many.example", "soft-404"): 5,
        ("few.example", "temporary"): 2,
        ("well.example", "ok"): 1,
    }


async def test_what_was_sent_home_is_told_although_the_run_was_stopped() -> None:
    stop, clock = Stop(), FakeClock()

    async def web(request: httpx.Request) -> httpx.Response:
        if request.url.host == "hung.example":
            stop.ask("interrupted")
            await asyncio.Event().wait()
        if request.url.path == "/":
            return httpx.Response(200)
        return httpx.Response(302, headers={"location": "/"})

    one = Settings(pace=PaceSettings(delay=0, concurrency=1), fetch=FetchSettings(retries=0))
    addresses = ("https://a.example/x", "https://hung.example/")
    crawl = await crawled(web, *addresses, settings=one, stop=stop, clock=clock)
    assert crawl.reasons["temporary"] == len(crawl.told)
    assert url("https://hung.example/") in crawl.looks.unasked
