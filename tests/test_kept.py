"""What a run keeps of links and places is had back exactly."""

from fakes import look, occurrence, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.kept import Links, Places, looks_at, states_of
from crawler.model import LinkState, Observation, Place
from crawler.scratch import Scratch
from crawler.urls import Target, Url

A, B = url("https://a.example/"), url("https://b.example/b")


def links_to(*urls: Url) -> Links:
    links = Links()
    for each in urls:
        links.add(Target(each))
    return links


@given(st.lists(st.from_type(Place), max_size=5))
def test_places_are_had_back_in_order(places: list[Place]) -> None:
    kept = Places()
    for place in places:
        kept.add(place)
    assert kept.view() == places
    asked = [place for place in places if place.ignored is None]
    targets = [place.target.url for place in asked if isinstance(place.target, Target)]
    assert [link.url for link in kept.links] == list(dict.fromkeys(targets))


@given(st.from_type(Observation))
def test_a_look_is_had_back_exactly(seen: Observation) -> None:
    looks = looks_at(links_to(seen.url), Scratch())
    looks.put(seen.url, seen)
    assert looks.get(seen.url) == seen


@given(st.from_type(LinkState))
def test_a_state_is_had_back_exactly(state: LinkState) -> None:
    states = states_of(links_to(state.url), Scratch())
    states.put(state.url, state)
    assert states.get(state.url) == state


def test_a_link_has_a_number_and_all_fragments_that_are_asked_of_it() -> None:
    links = Links()
    targets = [Target(A, "x"), Target(B), Target(A), Target(A, "y")]
    assert [links.add(target) for target in targets] == [0, 1, 0, 0]
    assert [link.fragments for link in links] == [{"x", "y"}, frozenset()]
    assert (len(links), A in links, links.number(B), links.url(1)) == (2, True, 1, B)
    stranger = url("https://c.example/")
    assert (stranger in links, links.number(stranger)) == (False, None)


def test_links_that_ask_for_nothing_on_their_pages_have_that_in_common() -> None:
    links = links_to(A, B)
    links.ask_besides({A: frozenset()})
    assert links.link(0).fragments is links.link(1).fragments
    links.ask_besides({B: frozenset({"z"})})
    assert [link.fragments for link in links] == [frozenset(), {"z"}]


def test_the_last_value_counts_and_strangers_have_none() -> None:
    looks = looks_at(links_to(A, B), Scratch())
    assert (looks.get(A), A in looks) == (None, False)
    for code in ("timeout", "ok"):
        looks.put(A, look(code, address=str(A)))
    assert looks.get(A) == look("ok", address=str(A))
    assert (A in looks, B in looks) == (True, False)
    stranger = url("https://c.example/")
    looks.put(stranger, look(address=str(stranger)))
    assert (looks.get(stranger), stranger in looks) == (None, False)


def test_places_looks_and_states_share_one_file() -> None:
    places = Places()
    places.add(Place(occurrence(str(A)), Target(A)))
    looks = looks_at(places.links, places.scratch)
    states = states_of(places.links, places.scratch)
    looks.put(A, look(address=str(A)))
    state = state_of_looks("ok")
    assert state is not None
    states.put(A, state)
    assert looks.get(A) == look(address=str(A))
    assert states.get(A) == state
    assert places.view()[0].target == Target(A)


def test_links_may_still_come_when_looks_are_kept() -> None:
    links = links_to(A)
    looks = looks_at(links, Scratch())
    looks.put(A, look(address=str(A)))
    links.add(Target(B))
    assert (looks.get(B), B in looks) == (None, False)
    looks.put(B, look("timeout", address=str(B)))
    found = [looks.get(each) for each in (A, B)]
    assert [each and each.verdict.reason for each in found] == ["ok", "timeout"]


def test_places_are_shown_one_stretch_after_the_other() -> None:
    places = Places()
    for number in range(5):
        places.add(Place(occurrence(line=number), Target(A)))
    shown = places.view([range(3, 5), range(3, 3), range(3)])
    assert [place.occurrence.span.line for place in shown] == [3, 4, 0, 1, 2]
    assert [place.occurrence.span.line for place in shown[1:3]] == [4, 0]
    assert len(places) == len(shown) == 5
