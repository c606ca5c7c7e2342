"""Which shard is handed out next. Holds state, performs nothing.

Law: of the pieces of one domain never are two out at once, whatever comes back to be asked again.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from crawler.shards import Shard


class Handout:
    """The shards of a plan that wait. Each that was taken is `done` in the end.

    It may be `put_back` or halved before.
    """

    def __init__(self, plan: Iterable[Shard]) -> None:
        self._waiting = deque(plan)
        self._next = {each.after: each.number for each in self._waiting if each.after is not None}
        self._done: set[int] = set()
        self._numbers = count(len(self._waiting))

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self) -> Shard | None:
        """Return the next shard that need not wait for another; None if there is none for now."""
        for place, shard in enumerate(self._waiting):
            if shard.after is None or shard.after in self._done:
                del self._waiting[place]
                return shard
        return None

    def done(self, shard: Shard) -> None:
        """Take in that a shard has come back."""
        self._done.add(shard.number)

    def put_back(self, shard: Shard) -> None:
        """Have a shard that is done asked again, once the pieces that come after it are done."""
        last = shard.number
        while last in self._next:
            last = self._next[last]
        again = replace(shard, number=next(self._numbers), after=last)
        self._next[last] = again.number
        self._waiting.append(again)

    def halve(self, shard: Shard) -> None:
        """Have a shard that came to nothing asked again by halves, before the pieces after it."""
        middle = len(shard.links) // 2
        first, second = (
            replace(shard, number=next(self._numbers), links=links, seconds=shard.seconds / 2)
            for links in (shard.links[:middle], shard.links[middle:])
        )
        chain = [replace(first, after=shard.number), replace(second, after=first.number)]
        follower = self._next.get(shard.number)
        if follower is not None:
            self._next[second.number] = follower
            for place, each in enumerate(self._waiting):
                if each.number == follower:
                    self._waiting[place] = replace(each, after=second.number)
        self._next |= {each.after: each.number for each in chain if each.after is not None}
        self._waiting.extendleft(reversed(chain))

    def is_followed(self, shard: Shard) -> bool:
        """Tell whether another piece of its domains comes after a shard."""
        return shard.number in self._next
