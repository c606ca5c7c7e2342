"""All behaviours of the hostile web, by family."""

from typing import Final

from hostile.behaviour import Behaviour
from hostile.families import (
    bodies,
    codings,
    cookies,
    fragments,
    handshakes,
    heads,
    pages,
    patience,
    places,
    redirects,
    secrets,
    silence,
    statuses,
)

FAMILIES: Final = (
    statuses, redirects, places, bodies, codings, heads, silence, handshakes, patience, secrets,
    cookies, pages, fragments,
)  # fmt: skip

BEHAVIOURS: Final[tuple[Behaviour, ...]] = tuple(
    behaviour for family in FAMILIES for behaviour in family.BEHAVIOURS
)
