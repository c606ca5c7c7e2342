"""Views are sequences like any other."""

import pytest

from crawler.views import View

SQUARES = View(4, lambda number: number * number)


def test_a_view_is_a_sequence() -> None:
    assert list(SQUARES) == list(SQUARES) == [0, 1, 4, 9]
    assert (len(SQUARES), SQUARES[1], SQUARES[-1]) == (4, 1, 9)
    assert SQUARES[1:3] == (1, 4)
    assert 4 in SQUARES
    assert repr(SQUARES) == "View of 4"
    with pytest.raises(IndexError):
        SQUARES[4]


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        ((0, 1, 4, 9), True),
        ([0, 1, 4, 9], True),
        (View(4, lambda number: number**2), True),
        ((0, 1, 4), False),
        ((0, 1, 4, 8), False),
        (4, False),
    ],
)
def test_a_view_is_equal_to_what_holds_the_same(other: object, equal: bool) -> None:
    assert (other == SQUARES) is equal
    assert (other == SQUARES) is equal


def test_items_are_made_when_they_are_looked_at() -> None:
    made: list[int] = []

    def item(number: int) -> int:
        made.append(number)
        return number

    view = View(3, item)
    assert made == []
    assert view[2] == 2
    assert made == [2]
