"""How a shard travels to a worker, and what came of it back: plain values, packed small.

No format: both sides are the same version of this program, on the same version of Python, which
is asked before anything is sent. What stands in a parcel is shown by no `repr`, for whoever moves
it writes that into its logs, and settings hold secrets.
"""

import marshal
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

from crawler.model import Link, LinkState, Observation
from crawler.pacing import Known
from crawler.packing import pack_look, pack_state, unpack_look, unpack_state
from crawler.scratch import Plain
from crawler.settings import Settings
from crawler.urls import Url

_URL: Final = attrgetter(*Url.__slots__)
_FAST: Final = 1  # of the nine levels: 20 µs a link to a quarter of the size


@dataclass(frozen=True, slots=True)
class Asked:
    """A link that is to be looked at, and what the history knows of it.

    `before`: the look whose validators are sent along, if there is one.
    """

    link: Link
    state: LinkState | None = None
    before: Observation | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A shard, and all that a worker has to know to look at its links.

    `run` and `number` name it; `sharers`: how many shards are looked at at once; `witnesses`: who
    have answered last; `paces`: what the piece before this one has learned of its hosts;
    `hands_on`: whether a piece comes after it; `made_with`: what must be the same there.
    """

    run: str
    number: int
    settings: Settings = field(repr=False)
    links: bytes = field(repr=False)
    made_with: Mapping[str, str] = field(repr=False)
    sharers: int = 1
    witnesses: tuple[Url, ...] = field(default=(), repr=False)
    paces: Mapping[str, Known] = field(default_factory=dict, repr=False)
    hands_on: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What a worker has seen of a shard: looks in the order in which they were had.

    `place`: the machine where they were had; `stopped`: why it has ended early, if it has;
    `obstacle`: why nothing could be looked at there, in a sentence.
    """

    looks: bytes = field(default=b"", repr=False)
    place: str = field(default="", repr=False)
    stopped: str | None = None
    paces: Mapping[str, Known] = field(default_factory=dict, repr=False)
    obstacle: str = ""


def pack_asked(asked: Iterable[Asked]) -> bytes:
    """Pack the links of a shard."""
    return _packed(tuple(map(_asked, asked)))


def unpack_asked(data: bytes) -> Iterator[Asked]:
    """Yield what was packed."""
    for address, fragments, state, before in _unpacked(data):
        url = Url(*address)
        yield Asked(
            Link(url, frozenset(fragments)),
            state and unpack_state(state, url),
            before and unpack_look(before, url),
        )


def pack_looks(looks: Iterable[Observation]) -> bytes:
    """Pack fresh looks, with what they say of the network while they are fresh."""
    return _packed(
        tuple((_URL(look.url), pack_look(look), look.page_sign, look.reached) for look in looks)
    )


def unpack_looks(data: bytes) -> Iterator[Observation]:
    """Yield the looks that were packed."""
    for address, look, page_sign, reached in _unpacked(data):
        seen = unpack_look(look, Url(*address))
        yield replace(seen, page_sign=page_sign, reached=reached)


def _asked(asked: Asked) -> Plain:
    return (
        _URL(asked.link.url),
        tuple(sorted(asked.link.fragments)),
        asked.state and pack_state(asked.state),
        asked.before and pack_look(asked.before),
    )


def _packed(values: Plain) -> bytes:
    return zlib.compress(marshal.dumps(values), _FAST) if values else b""


def _unpacked(data: bytes) -> Plain:
    values: Plain = marshal.loads(zlib.decompress(data)) if data else ()  # noqa: S302 - see above
    return values
