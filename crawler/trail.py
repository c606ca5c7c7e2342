"""How a link fared of late: the last looks that counted, oldest first, as text of `+` and `-`."""

from itertools import pairwise
from typing import Final

from crawler.model import Health, LinkState

TRAIL: Final = 8
"""Looks that are remembered one by one."""


def returns_as_another(state: LinkState) -> bool:
    """Tell whether what was broken answers again, with a page that is not the known one so far."""
    return state.health is Health.HEALTHY and state.failing_since is not None


def longer(trail: str, sign: str) -> str:
    """Return a trail after one more look."""
    return (trail + sign)[-TRAIL:]


def turns(trail: str) -> int:
    """Count how often good and bad took turns.

    >>> turns("++-+")
    2
    """
    return sum(one != other for one, other in pairwise(trail))
