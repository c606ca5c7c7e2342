"""The labelled corpus: how many pages that are dead with 200 are found, and how many wrongly."""

import subprocess
import sys
import tomllib
from collections.abc import Iterable

import pytest
from labelled import CORPUS, DEAD, Labelled, labelled

PAGES = labelled()
FLOORS = tomllib.loads((CORPUS / "floors.toml").read_text("utf-8"))


def found(pages: Iterable[Labelled]) -> float:
    """Return which part of the dead pages is called what it is."""
    dead = [page for page in pages if page.expects in DEAD]
    return sum(page.said() == page.expects for page in dead) / len(dead)


def test_who_is_called_dead_is_dead() -> None:
    called = [page for page in PAGES if page.said() in DEAD]
    wrong = [page.name for page in called if page.said() != page.expects]
    precision = 1 - len(wrong) / len(called)
    print(f"precision {precision:.4f} of {len(called)}")  # noqa: T201
    assert precision >= FLOORS["precision"], wrong


def test_the_dead_are_found() -> None:
    seen = [page for page in PAGES if not page.held_out]
    recall = found(seen)
    print(f"recall {recall:.4f} of {len(seen)} pages")  # noqa: T201
    assert recall >= FLOORS["recall"]


def test_the_dead_are_found_among_pages_that_nobody_looked_at() -> None:
    # Their names are not shown: whoever knew them would write rules for them.
    assert found(page for page in PAGES if page.held_out) >= FLOORS["recall_held_out"]


@pytest.mark.parametrize("reason", sorted(DEAD))
def test_each_kind_of_dead_page_is_found(reason: str) -> None:
    kind = [page for page in PAGES if page.expects == reason and not page.held_out]
    assert found(kind) >= FLOORS["recall_of_each_kind"]


def test_the_corpus_is_large_and_adversarial_enough() -> None:
    assert len(PAGES) >= 400
    assert len({page.language for page in PAGES}) >= 40
    assert len({page.language for page in PAGES if page.expects == "soft-404"}) >= 30
    assert sum(page.expects == "alive" for page in PAGES) >= 170
    assert sum(page.name.startswith("about-") for page in PAGES) >= 115
    assert sum(page.held_out for page in PAGES) >= 30
    assert {page.expects for page in PAGES} == DEAD | {"alive"}
    assert len({page.name for page in PAGES}) == len(PAGES)


def test_made_pages_are_as_their_maker_makes_them() -> None:
    maker = [sys.executable, str(CORPUS / "make.py"), "--check"]
    assert subprocess.run(maker, check=False).returncode == 0  # noqa: S603 - our own script
