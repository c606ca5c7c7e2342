"""The real program visits the hostile web: every verdict, and what must hold for any web."""

import pkgutil
import random
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import families
from hostile.behaviour import Behaviour
from hostile.families import BEHAVIOURS, FAMILIES
from hostile.visit import DEADLINE, SECRET, Visit, visited

from crawler.text import is_clean

MIB = 2**20
MOST_MEMORY = 250 * MIB
"""A bomb unfolds to a gigabyte. What is used stands in the tests' output with `-s`."""

MOST_SECONDS = 60.0
"""Of a processor: by the clock a visit takes what the machine leaves it."""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with visited(BEHAVIOURS, tmp_path_factory.mktemp("visit")) as done:
        yield done


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """Another visit, of the same sites in another order."""
    shuffled = list(BEHAVIOURS)
    random.Random(6).shuffle(shuffled)  # noqa: S311 - any other order
    with visited(shuffled, tmp_path_factory.mktemp("again")) as done:
        yield done


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A visit where the fast stack cannot be imported."""
    with visited(BEHAVIOURS, tmp_path_factory.mktemp("alone"), alone=True) as done:
        yield done


@pytest.fixture(params=["visit", "again", "alone"])
def each_visit(request: pytest.FixtureRequest) -> Visit:
    found: Visit = request.getfixturevalue(request.param)
    return found


# One by one


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.name)
def test_every_behaviour_gets_its_verdict(visit: Visit, behaviour: Behaviour) -> None:
    assert visit.verdict(behaviour) == behaviour.expected
    for row in visit.rows(behaviour):
        assert {name: row[name] for name in behaviour.shows} == behaviour.shows


@pytest.mark.parametrize(
    "behaviour", [pytest.param(each, id=each.name) for each in BEHAVIOURS if each.sent]
)
def test_what_is_to_be_sent_is_sent(each_visit: Visit, behaviour: Behaviour) -> None:
    heads = each_visit.web.heads(behaviour)
    for pattern in behaviour.sent:
        assert any(re.search(pattern, head) for head in heads)


@pytest.mark.parametrize(
    "behaviour", [pytest.param(each, id=each.name) for each in BEHAVIOURS if each.never_sent]
)
def test_what_is_not_to_be_sent_is_not(each_visit: Visit, behaviour: Behaviour) -> None:
    heads = each_visit.web.heads(behaviour)
    assert heads
    for pattern in behaviour.never_sent:
        assert not [head for head in heads if re.search(pattern, head)]


# What must hold for any web: no expected values


def test_nobody_goes_into_the_trap(each_visit: Visit) -> None:
    assert each_visit.web.trapped == 0


def test_the_trap_would_have_told(tmp_path: Path) -> None:
    """Else the test before could not fail."""
    with visited(BEHAVIOURS[:1], tmp_path) as lone:
        socket.create_connection(("127.0.0.1", lone.web.trap)).close()
        for _ in range(100):
            if lone.web.trapped:
                break
            time.sleep(0.05)
        assert lone.web.trapped == 1


def test_no_secret_is_told_to_anybody_else(each_visit: Visit) -> None:
    web = each_visit.web
    friends = {web.filled(each, each.header_for) for each in BEHAVIOURS if each.header_for}
    told = [heard for heard in web.heard if SECRET in heard.head]
    assert told
    assert [heard for heard in told if not heard.secure or heard.host not in friends] == []
    assert SECRET not in each_visit.text
    assert SECRET not in each_visit.errors


def test_nobody_is_told_who_sent_us(each_visit: Visit) -> None:
    assert not [each for each in each_visit.web.heard if "\r\nreferer:" in each.head.lower()]


def test_cookies_go_back_to_their_own_host_only(each_visit: Visit) -> None:
    with_cookies = 0
    for heard in each_visit.web.heard:
        for cookie in re.findall(r"\r\ncookie: (.*)\r\n", heard.head, re.IGNORECASE):
            with_cookies += 1
            hosts = re.findall(r"=([a-z0-9-]+\.site\.test)", cookie)
            assert set(hosts) <= {heard.host.partition(":")[0]}
    assert with_cookies


def test_only_pages_are_asked_for_and_in_good_form(each_visit: Visit) -> None:
    for heard in each_visit.web.heard:
        assert re.match(r"GET /[!-~]* HTTP/1\.1\r\n", heard.head), heard.head
        assert not re.search(r"[^\r]\n|\r[^\n]", heard.head)


def test_every_link_is_reported_once(each_visit: Visit) -> None:
    links = Counter(behaviour.name for behaviour in BEHAVIOURS for _ in behaviour.urls)
    assert Counter(row["text"] for row in each_visit.report["links"]) == links
    places = [(row["line"], row["column"]) for row in each_visit.report["links"]]
    assert places == sorted(set(places))
    assert each_visit.report["run"]["complete"]


def test_the_program_ends_in_order(each_visit: Visit) -> None:
    assert each_visit.code == 1  # some of the links are broken
    assert each_visit.errors == ""


def test_the_report_can_be_shown_as_it_is(each_visit: Visit) -> None:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for name, inner in value.items():
                yield from texts(name)
                yield from texts(inner if name != "raw" else "")  # the document's, to the letter
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    assert [text for text in texts(each_visit.report) if not is_clean(text)] == []


def test_memory_and_time_are_bounded(each_visit: Visit) -> None:
    print(f"{each_visit.peak / MIB:.0f} MiB at most, {each_visit.cpu:.1f} s of CPU time")  # noqa: T201
    assert each_visit.peak < MOST_MEMORY
    assert each_visit.cpu < MOST_SECONDS
    slowest = max(row["elapsed_ms"] or 0 for row in each_visit.report["links"])
    assert slowest / 1000 < 2 * DEADLINE  # the deadline, and a machine that is busy


def test_another_order_makes_no_other_verdict(visit: Visit, again: Visit) -> None:
    assert verdicts(visit) == verdicts(again)


def test_one_stack_alone_comes_to_the_same_verdicts(visit: Visit, alone: Visit) -> None:
    assert verdicts(visit) == verdicts(alone)


def verdicts(visit: Visit) -> dict[str, str]:
    return {each.name: visit.verdict(each) for each in BEHAVIOURS}


# The web itself


def test_behaviours_have_names_of_their_own() -> None:
    names = [behaviour.name for behaviour in BEHAVIOURS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]{1,58}", name) for name in names)
    # Else `name-2`, the second host of a site, might be the first of another.
    assert not {f"{name}-2" for name in names} & set(names)


def test_every_family_is_registered() -> None:
    found = {f"{families.__name__}.{each.name}" for each in pkgutil.iter_modules(families.__path__)}
    assert {family.__name__ for family in FAMILIES} == found
