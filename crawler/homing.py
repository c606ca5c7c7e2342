"""Links that were sent to a front page: one may have its reasons, three of one host are dead.

A look that found its link sent home waits for others of its host, until there are enough of them
to say so or the run is over. It is a matter of what one run saw, in any order, and of what earlier
ones saw last of links that this one has not looked at yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from crawler.model import Observation
from crawler.reasons import verdict
from crawler.urls import Url

ENOUGH: Final = 3
"""Different pages of one host that end at one front page."""

End: TypeAlias = tuple[str, Url | None]


@dataclass(slots=True)
class _Group:
    """Looks at pages of one host that ended at one front page; they are held until `proven`."""

    pages: set[str] = field(default_factory=set)
    held: list[Observation] = field(default_factory=list)

    @property
    def proven(self) -> bool:
        return len(self.pages) >= ENOUGH


class Homing:
    """The links of a run that were sent home."""

    def __init__(self, earlier: Iterable[tuple[Url, Url]] = ()) -> None:
        """`earlier`: links that the latest look found sent home, and to which page."""
        self._groups: dict[End, _Group] = {}
        self._earlier: dict[Url, _Group] = {}
        for url, end in earlier:
            group = self._earlier[url] = self._groups.setdefault((url.host, end), _Group())
            group.pages.add(_page(url))

    def feed(self, look: Observation) -> tuple[Observation, ...]:
        """Take a look; return those that are judged to their end, as they are to be kept."""
        group = self._earlier.pop(look.url, None)
        if not any(finding.name == "sent-home" for finding in look.findings):
            if group and not group.proven:
                group.pages.discard(_page(look.url))
            return (look,)
        group = self._groups.setdefault((look.url.host, look.final_url), _Group())
        if not group.proven:  # what is proven need not grow
            group.pages.add(_page(look.url))
        group.held.append(look)
        if not group.proven:
            return ()
        held, group.held = group.held, []
        return tuple(map(_missing, held))

    def release(self) -> Iterator[Observation]:
        """Give back what is still held: nothing more is known of these."""
        for group in self._groups.values():
            held, group.held = group.held, []
            yield from held


def _page(url: Url) -> str:
    return url.path.rstrip("/").casefold()


def _missing(look: Observation) -> Observation:
    judged = verdict("soft-404", f"sent to {look.final_url}, as other links of this host are")
    return replace(look, verdict=judged, validators=None, missing_fragments=())
