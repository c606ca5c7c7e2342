"""The URL Standard's own test vectors, and every disagreement that is on purpose."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from crawler.urls import Rejected, Rejection, Target, mask, resolve

DATA: Final = Path(__file__).with_name("data") / "urltestdata.json"
VECTORS: Final[list[dict[str, str | bool | None]]] = [
    vector for vector in json.loads(DATA.read_text(encoding="utf-8")) if isinstance(vector, dict)
]
OCTET: Final = re.compile(r"%([0-9A-Fa-f]{2})")
NOWHERE: Final = "a name with an empty label is in no name server"
# What the standard accepts and we reject: input -> why.
ON_PURPOSE: Final[Mapping[str, tuple[Rejection, str]]] = {
    "": (Rejection.EMPTY, "an empty link in a document is a mistake, not a link to itself"),
    "  \t": (Rejection.EMPTY, "likewise"),
    "http://./": (Rejection.MALFORMED, NOWHERE),
    "http://../": (Rejection.MALFORMED, NOWHERE),
    "http://foo.09..": (Rejection.MALFORMED, NOWHERE),
    (
        "http://example.com/\ud800\U000107fe\udfff\ufdd0\ufdcf\ufdef\ufdf0\ufffe\uffff"
        "?\ud800\U000107fe\udfff\ufdd0\ufdcf\ufdef\ufdf0\ufffe\uffff"
    ): (Rejection.MALFORMED, "a lone surrogate is damage that no replacement character repairs"),
}


def _resolved(vector: Mapping[str, str | bool | None]) -> Target | Rejected:
    raw, base = vector["input"], vector["base"]
    assert isinstance(raw, str)
    assert base is None or isinstance(base, str)
    return resolve(raw, base)


def _of_the_web(vector: Mapping[str, str | bool | None]) -> str | None:
    href = vector.get("href")
    return href if isinstance(href, str) and re.match("https?:", href) else None


def _named(vectors: list[dict[str, str | bool | None]]) -> list[object]:
    return [
        pytest.param(vector, id=f"{number}-{ascii(vector['input'])[:60]}")
        for number, vector in enumerate(vectors)
    ]


def _normalised(text: str) -> str:
    """RFC 3986 §6.2.2, written once more and otherwise than in the code."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        unreserved = character.isascii() and (character.isalnum() or character in "-_~")
        return character if unreserved else match[0].upper()

    return OCTET.sub(one, text)


WEB: Final = [v for v in VECTORS if _of_the_web(v) and v["input"] not in ON_PURPOSE]
OTHER: Final = [v for v in VECTORS if not _of_the_web(v)]


def test_the_vectors_are_all_there() -> None:
    assert len(VECTORS) == 820
    assert len(WEB) == 213
    assert len(OTHER) == 600


@pytest.mark.parametrize("vector", _named(WEB))
def test_a_web_address_of_the_standard_is_ours(vector: dict[str, str | bool | None]) -> None:
    target = _resolved(vector)
    assert isinstance(target, Target)
    href = _of_the_web(vector) or ""
    assert target.fragment == (str(vector["hash"])[1:] or None)
    assert target.url.scheme + ":" == vector["protocol"]
    assert target.url.host == vector["hostname"]
    assert target.url.authority == vector["host"]
    written = href.partition("#")[0].partition("://")[2].partition("/")[2]
    assert target.url.target == _normalised(f"/{written}")


@pytest.mark.parametrize("vector", _named(OTHER))
def test_a_failure_or_another_scheme_of_the_standard_is_rejected(
    vector: dict[str, str | bool | None],
) -> None:
    assert isinstance(_resolved(vector), Rejected)


@pytest.mark.parametrize(("raw", "why"), ON_PURPOSE.items(), ids=ascii)
def test_every_listed_disagreement_still_disagrees(raw: str, why: tuple[Rejection, str]) -> None:
    vectors = [v for v in VECTORS if v["input"] == raw and _of_the_web(v)]
    assert vectors, "no vector of that input is a web address for the standard"
    for vector in vectors:
        rejected = _resolved(vector)
        assert isinstance(rejected, Rejected)
        assert rejected.reason is why[0]


@pytest.mark.parametrize(
    "vector", _named([v for v in WEB if len(str(v["password"])) > 1 and "@" in str(v["input"])])
)
def test_the_mask_hides_every_password_of_the_vectors(
    vector: dict[str, str | bool | None],
) -> None:
    masked = mask(str(vector["input"]))
    assert "***@" in masked
    assert f":{vector['password']}" not in masked
    assert _resolved({**vector, "input": masked}) == _resolved(vector)


def test_a_relative_link_needs_a_base() -> None:
    relative = [
        v for v in WEB if v["base"] and not re.match(r"\s*(https?:|[/\\]{2})", str(v["input"]))
    ]
    assert len(relative) > 40
    for vector in relative:
        assert isinstance(resolve(str(vector["input"])), Rejected)
