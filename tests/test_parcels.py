"""What travels between processes arrives as it was, small, and shows nothing of itself."""

import pickle
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import distributed.protocol.pickle as of_dask
import pytest
from fakes import NOON, look, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import (
    Finding,
    Hop,
    Link,
    LinkState,
    Observation,
    PageFacts,
    Severity,
    Validators,
    Verdict,
)
from crawler.parcels import (
    Asked,
    Batch,
    Parcel,
    pack_asked,
    pack_looks,
    unpack_asked,
    unpack_looks,
)
from crawler.settings import Settings, knobs

SECRET: Final = "s3cret"  # noqa: S105 - none
A = url("https://a.example/s3cret?page=1")
# What stands in pages and headers is any text, also halves of characters that JSON has escaped.
WILD: Final = st.text(st.characters(), max_size=8)
LOOKS: Final = st.builds(
    lambda seen, reached, sign, title, fragments, place: replace(
        seen,
        reached=reached,
        page_sign=sign,
        facts=replace(seen.facts, title=title, titles=(("og", title),)),
        missing_fragments=fragments,
        findings=(*seen.findings, Finding(title, Severity.ADVICE, title, place)),
    ),
    st.from_type(Observation),
    st.booleans(),
    st.none() | st.integers(0, 2**64),
    WILD,
    st.lists(WILD, max_size=3).map(tuple),
    st.none() | WILD,
)
ASKED: Final = st.builds(
    lambda link, fragments, state, before: Asked(
        Link(link, fragments),
        state and replace(state, url=link),
        before and replace(before, url=link),
    ),
    st.from_type(Link).map(lambda link: link.url),
    st.frozensets(WILD, max_size=3),
    st.none() | st.from_type(LinkState),
    st.none() | LOOKS,
)


def full_look(number: int = 0) -> Observation:
    """Return a look that has something in every field, such as a good page gives."""
    address = url(f"https://www.library.example/catalogue/authors/{number}?lang=es")
    there = url(f"https://www.library.example/es/catalogue/authors/{number}")
    return Observation(
        address,
        NOON,
        Verdict(look().verdict.outcome, "permanent", f"Moved permanently to {there}"),
        200,
        there,
        (Hop(address, 301),),
        PageFacts(
            content_type="text/html", title=f"Autora número {number}", title_source="og",
            language="es", language_source="html", description="Una autora y sus obras.",
            canonical_url=str(there), site="La biblioteca", content=f"{number:064x}",
            titles=(("og", f"Autora número {number}"), ("html", f"Autora {number} | Biblioteca")),
        ),
        (Finding("moved", Severity.ADVICE, "It has moved for good.", str(there)),),
        1,
        212,
        "fast",
        Validators(there, NOON, f'W/"{number:x}"', "Sun, 22 Nov 2026 10:00:00 GMT"),
        ("obras",),
        ("obras", "vida"),
        reached=True,
        page_sign=number << 32 | 5,
    )  # fmt: skip


def full_settings() -> Settings:
    """Return settings that have a secret wherever one of their texts could be one."""
    given: dict[str, Any] = {}
    for section, name, default, _ in knobs():
        if (value := _secret(default)) is not None:
            given.setdefault(section, {})[name] = value
    plain = Settings()
    return replace(
        plain, **{name: replace(getattr(plain, name), **each) for name, each in given.items()}
    )


def _secret(default: object) -> object:
    match default:
        case bool() | int() | float():
            return None
        case tuple():
            return (f"a.example: Authorization: {SECRET}",)
        case _:
            return f"http://ann:{SECRET}@proxy.example"


def parcel() -> Parcel:
    state = state_of_looks("ok", "not-found")
    return Parcel(
        "0a1b2c3d",
        7,
        full_settings(),
        pack_asked([Asked(Link(A, frozenset({SECRET})), state, full_look())]),
        {"crawl": SECRET},
        sharers=8,
        witnesses=(A,),
        paces={f"{SECRET}.example": (0.1, 0.1, 1.0, 2, -5.0, 0.1, 0.1)},
        hands_on=True,
    )


def batch() -> Batch:
    paces = {f"{SECRET}.example": (0.1, 0.1, 1.0, 2, -5.0, 0.1, 0.1)}
    return Batch(pack_looks([replace(full_look(), url=A)]), f"{SECRET}.example", "offline", paces)


# The journey


@given(st.lists(LOOKS, max_size=2))
def test_looks_come_back_in_their_order_as_they_were(looks: list[Observation]) -> None:
    back = list(unpack_looks(pack_looks(looks)))
    assert back == looks
    # These two are no part of what is compared.
    assert [each.reached for each in back] == [each.reached for each in looks]
    assert [each.page_sign for each in back] == [each.page_sign for each in looks]


@given(st.lists(ASKED, max_size=2))
def test_links_get_there_with_all_that_is_known_of_them(asked: list[Asked]) -> None:
    assert list(unpack_asked(pack_asked(asked))) == asked


def test_no_field_of_a_look_is_forgotten() -> None:
    """A field that is new is to be in `full_look`, and must travel."""
    seen, plain = full_look(), Observation(A, NOON, look().verdict)
    for each in fields(Observation):
        if each.name != "at":
            assert getattr(seen, each.name) != getattr(plain, each.name), each.name
    (back,) = unpack_looks(pack_looks([seen]))
    for each in fields(Observation):
        assert getattr(back, each.name) == getattr(seen, each.name), each.name


def test_nothing_is_nothing() -> None:
    assert pack_looks([]) == pack_asked([]) == b""
    assert not [*unpack_looks(b""), *unpack_asked(b"")]


PICKLED: Final = pytest.mark.parametrize("pickled", [pickle.dumps, of_dask.dumps])


@PICKLED
@pytest.mark.parametrize("made", [parcel, batch])
def test_what_travels_survives_being_pickled(
    pickled: Callable[[Any], bytes], made: Callable[[], Parcel | Batch]
) -> None:
    there: Parcel | Batch = pickle.loads(pickled(made()))  # noqa: S301 - made in this line
    assert there == made()


# What others see of it


@pytest.mark.parametrize("shown", [repr, str, "{}".format])
def test_nothing_that_travels_shows_what_is_in_it(shown: Callable[[object], str]) -> None:
    assert repr(full_settings()).count(SECRET) > 20, "there is something to be hidden"
    for each in (parcel(), batch()):
        text = shown(each)
        assert SECRET not in text
        assert "example" not in text
        assert "\\x" not in text, "packed, and there all the same"


def test_what_is_shown_suffices_to_tell_one_from_the_other() -> None:
    assert repr(parcel()) == "Parcel(run='0a1b2c3d', number=7, sharers=8, hands_on=True)"
    assert repr(batch()) == "Batch(stopped='offline', obstacle='')"


# Size


def test_a_link_takes_a_few_bytes_and_a_look_not_many_more() -> None:
    looks = [full_look(number) for number in range(256)]
    links = [Asked(Link(each.url)) for each in looks]
    assert len(pack_asked(links)) < 256 * 20
    assert len(pack_looks(looks)) < 256 * 250
    whole = Parcel("0a1b2c3d", 7, Settings(), pack_asked(links), {})
    assert len(pickle.dumps(whole)) < len(whole.links) + 4096, "what all of them share"
