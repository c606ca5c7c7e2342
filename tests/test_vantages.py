"""Which of several machines are believed, and what is asked again from elsewhere."""

from dataclasses import replace

from fakes import look, url

from crawler.model import Hop, Observation
from crawler.vantages import Sorted, Vantages

PORTAL = url("http://login.portal.example/")
LOST = [look("connect", address=f"https://h{n}.example/") for n in range(3)]


def caught(name: str) -> Observation:
    """A look that ended at the login page of a network."""
    seen = look("temporary", address=f"http://{name}.example/")
    return replace(seen, status=200, final_url=PORTAL, hops=(Hop(seen.url, 302),), reached=True)


CAUGHT = [caught(name) for name in ("one", "two", "three", "four", "five")]


def well(address: str = "https://well.example/") -> Observation:
    seen = look("ok", address=address)
    return replace(seen, status=200, final_url=seen.url, reached=True)


def test_what_a_place_sees_waits_until_a_site_has_answered_for_itself() -> None:
    places = Vantages[str]()
    assert places.take("a", LOST[:1], {}, "first") == Sorted()
    assert places.take("a", [well()], {}, "second") == Sorted(["first", "second"])
    assert places.take("a", LOST, {}, "third") == Sorted(["third"])
    assert places.settle() == Sorted()


def test_a_place_behind_a_portal_is_asked_no_more_where_another_is_sure() -> None:
    places = Vantages[str]()
    places.take("a", [well()], {}, "honest")
    assert places.take("b", CAUGHT, {}, "caught") == Sorted(again=["caught"])
    assert places.shut == {"b"}
    assert places.take("b", [well()], {}, "late") == Sorted(again=["late"])


def test_a_portal_that_is_alone_is_left_to_who_judges_the_whole_run() -> None:
    places = Vantages[str]()
    assert places.take("b", CAUGHT, {}, "caught") == Sorted()
    assert places.shut == frozenset()
    assert places.settle() == Sorted(["caught"])


def test_what_is_known_at_last_counts_for_what_came_before() -> None:
    places = Vantages[str]()
    places.take("b", CAUGHT, {}, "caught")
    places.take("c", LOST, {}, "lost")
    places.take("a", [well()], {}, "honest")
    settled = places.settle()
    assert settled.believed == []
    assert sorted(settled.again) == ["caught", "lost"]
    assert places.shut == {"b", "c"}


def test_a_quiet_place_is_believed_in_the_end() -> None:
    places = Vantages[str]()
    places.take("a", [well()], {}, "honest")
    refused = replace(LOST[0], reached=True)
    assert places.take("b", [refused], {}, "refused") == Sorted()
    assert places.settle() == Sorted(["refused"])


def test_a_place_that_has_lost_its_network_hands_over_to_the_others() -> None:
    places = Vantages[str]()
    places.lose("a")
    assert places.shut == {"a"}
    assert places.take("a", [well()], {}, "half") == Sorted(again=["half"])
    assert places.take("b", [well()], {}, "honest") == Sorted(["honest"])
