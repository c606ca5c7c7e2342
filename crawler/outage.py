"""Has the network gone away in the middle of a run?

Holds state, performs nothing. Looks that reached nobody are held back until somebody is reached
after them; when they pile up over several hosts, the network itself is in doubt.
"""

from typing import Final, TypeAlias

from crawler.frontier import Turn
from crawler.model import Observation
from crawler.network import reached
from crawler.urls import Url

DOUBTFUL_HOSTS: Final = 5

Held: TypeAlias = tuple[Turn, Observation]


class Outage:
    """Looks in doubt, in their order, and the last URL that is known to have answered."""

    def __init__(self, witness: Url | None = None) -> None:
        self.witness = witness
        self.held: list[Held] = []
        self.over = False
        self._proven = False
        self._hosts: set[str] = set()
        self._enough = DOUBTFUL_HOSTS

    @property
    def in_doubt(self) -> bool:
        """Whether somebody who answered before should be asked if the network is there."""
        return self.witness is not None and len(self._hosts) >= self._enough

    def may_come(self, out: int) -> bool:
        """Tell whether doubt may still come, if all looks that are under way reach nobody."""
        return self.witness is not None and len(self._hosts) + out >= DOUBTFUL_HOSTS

    def feed(self, turn: Turn, look: Observation) -> list[Held]:
        """Take in a look; return those that are beyond doubt now."""
        if not reached(look) and (look.attempts or look.asked.host in self._hosts):
            self.held.append((turn, look))
            self._hosts.add(look.asked.host)
            return []
        if not look.attempts:  # nobody was asked, and nothing that it stands on is in doubt
            return [(turn, look)]
        if look.status is not None:
            self.witness = look.final_url
        if self._proven:
            self.over = True
            return [(turn, look)]
        return [*self.release(), (turn, look)]

    def doubt(self) -> None:
        """Take in that what is held now is to be doubted, however few they are."""
        self._enough = 1

    def prove(self) -> None:
        """Take in that the witness is silent too: what is held now is not to be believed any more.

        Once somebody is reached it is `over`, and the links of what is held are to be asked again.
        """
        self._proven = True

    def release(self) -> list[Held]:
        """Return the looks that were held back, and begin anew."""
        held, self.held = self.held, []
        self._hosts.clear()
        self._enough = DOUBTFUL_HOSTS
        self.over = self._proven = False
        return held
