"""What a history knows of the links of a run, also of those that are found while it goes on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crawler.collect import Collection
from crawler.conduct import Conduct
from crawler.errors import StoreError
from crawler.kept import ByLink, Links, states_of
from crawler.model import Link, LinkState, Observation
from crawler.moments import ago
from crawler.trust import suffices
from crawler.urls import Url
from crawler.views import Lookup

if TYPE_CHECKING:
    from crawler.store import Store


def shared_states(store: "Store", collection: Collection, conduct: Conduct) -> Lookup[LinkState]:
    """Return the same as `known_states`, and have pages asked for what other documents ask for.

    That is for looks that are recorded: else two sets of documents that share a history, and ask
    for two places of one page, would have it due for each other every night.
    """
    names = (document.name for document in collection.documents)
    collection.links.ask_besides(store.asked_besides(names))
    return known_states(store, collection, conduct)


def known_states(store: "Store", collection: Collection, conduct: Conduct) -> Lookup[LinkState]:
    """Return what a history believes of the links of some documents. Raises `StoreError`."""
    known = states_of(collection.links, collection.scratch)
    believed = partial(store.believed, conduct.settings.health, conduct.clock.now())
    for state in believed():
        known.put(state.url, state)
    return _Remembered(believed, collection.links, known) if collection.entrances else known


def troubled(store: "Store", conduct: Conduct) -> frozenset[tuple[str, str]]:
    """Return what a history knew to be broken, and where, if that is to fail nothing."""
    return store.troubled() if conduct.settings.policy.new_only else frozenset()


def remembering(conduct: Conduct, store: "Store", known: Lookup[LinkState]) -> Conduct:
    """Return the same conduct, beside a history.

    A link without a state has never been looked at: the history need not be asked, once for each.
    """
    digest = conduct.settings.digest
    trusted = conduct.settings.schedule.trust_history
    return replace(
        conduct,
        recall=lambda url: store.recall(url, digest) if known.get(url) else None,
        latest=store.latest,
        looked_for=store.looked_for,
        sent_home=store.sent_home(),
        answers=partial(_trusted, store, conduct) if trusted else conduct.answers,
        paces=store.paces,
    )


def _trusted(store: "Store", conduct: Conduct, links: Sequence[Link]) -> Iterator[Observation]:
    """Yield the looks that spare links from being asked."""
    settings, now = conduct.settings, conduct.clock.now()
    since = ago(settings.schedule.trust_history or "", now)
    asked = {link.url: link for link in links}
    failing = settings.policy.failing
    for look in store.recent(asked, settings.digest, since):
        if suffices(look, asked[look.url], since, now, failing):
            yield look


class _Remembered:
    """What a history believes, of links too that are found while the run goes on."""

    def __init__(
        self,
        believed: Callable[[Url], Iterable[LinkState]],
        links: Links,
        known: ByLink[LinkState],
    ) -> None:
        self._believed = believed
        self._links = links
        self._known = known
        self._looked_up = bytearray(b"\1" * len(links))  # by a link's number

    def get(self, url: Url, /) -> LinkState | None:
        number = self._links.number(url)
        if number is None:
            return None
        self._looked_up.extend(bytes(max(0, len(self._links) - len(self._looked_up))))
        if not self._looked_up[number]:
            self._looked_up[number] = 1
            with suppress(StoreError):  # as where nothing is known: that costs no run
                for state in self._believed(url):
                    self._known.put(url, state)
        return self._known.get(url)
