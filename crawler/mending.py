"""What may be written in the place of a URL that was looked at: one small function for each kind.

Each takes what would be written so far and goes on from there, if that is proven; if not, it says
why, and whom to ask. What led on by itself comes off first, and what only tracks last.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from crawler.advice.moved import CHANGED, PERSISTENT, is_for_one_visitor
from crawler.archiving import Copies
from crawler.corrections import Repair
from crawler.drift import is_short
from crawler.model import Hop, Observation, Occurrence, Row, Via
from crawler.parameters import Burden, carried, held, is_signed
from crawler.paths import is_home, is_translated
from crawler.relinking import Anchored, Renamed
from crawler.tables import shortener_of
from crawler.upgrading import difference, secured
from crawler.urls import Url
from crawler.ways import advised, is_for_good, kind_of, landing, next_of, told
from crawler.wrappers import Unwrapped, Wrapping, unwrap

_COSMETIC: Final = frozenset({"case", "slash", "www"})
_GUESSED: Final = frozenset({Via.SCRIPT, Via.PAGE_LINK})


@dataclass(frozen=True, slots=True)
class End:
    """Where an earlier look ended, if the page was there."""

    at: datetime
    final_url: Url | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known besides the rows.

    `ends`: where the last looks at links ended, of different runs, the latest first; None without
    a history, where one look is enough. `looks`: at addresses that were asked for besides.
    `renamed` and `anchored`: what is known of links to files, by their places.
    """

    ends: Mapping[Url, Sequence[End]] | None = None
    looks: Mapping[Url, Observation] = field(default_factory=dict)
    copies: Mapping[Url, Copies] = field(default_factory=dict)
    renamed: Mapping[Occurrence, Renamed] = field(default_factory=dict)
    anchored: Mapping[Occurrence, Anchored] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A place whose link was looked at. `doubt`: why where it leads is not relied upon yet."""

    row: Row
    look: Observation
    final: Url
    kinds: Collection[Repair]
    memory: Memory
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of repair that is part of what is written, and what proves it, in sentences."""

    repair: Repair
    why: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind that might have been, why it is not, and whom to ask to know better."""

    repair: Repair
    why: str
    after: Url | None = None
    ask: Url | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be written so far.

    `at`: how many hops of the look's way lie behind it; `fragment`: what a wrapper holds, or where
    the way leads on its page; `stuck`: all else is behind something that is not taken off.
    """

    url: Url
    at: int = 0
    fragment: str | None = None
    steps: tuple[Step, ...] = ()
    kept: tuple[Kept, ...] = ()
    stuck: bool = False

    def keeping(
        self, repair: Repair, why: str, after: Url | None = None, ask: Url | None = None
    ) -> "Draft":
        """Return the same, with one kind more that is not to be."""
        return replace(self, kept=(*self.kept, Kept(repair, why, after, ask)))

    def at_url(self, url: Url, at: int, step: Step) -> "Draft":
        """Return the same one step further."""
        return replace(self, url=url, at=at, steps=(*self.steps, step))


Mender: TypeAlias = Callable[[Case, Draft], Draft]
"""Pure: goes one step further, or says why not."""


def mended(case: Case) -> Draft:
    """Return what may be written in the place of a URL, as far as every step is proven."""
    draft = Draft(case.look.url)
    for mender in MENDERS:
        if draft.stuck:
            break
        draft = mender(case, draft)
    return draft


def unwrapped(case: Case, draft: Draft) -> Draft:
    """Take wrappers and shorteners off, in the order in which they come: to lead on is their job.

    It does not matter that shorteners do so by temporary redirects.
    """
    while draft.at < len(case.look.hops) and not draft.stuck:
        hop = case.look.hops[draft.at]
        if hop.via is Via.WRAPPER:
            draft = _without_wrapper(case, draft, hop)
        elif is_short(hop.url):
            draft = _without_shortener(case, draft, hop)
        else:
            return draft
    stuck = draft.stuck or is_short(draft.url) or unwrap(draft.url) is not None
    return replace(draft, stuck=stuck)


def moved(case: Case, draft: Draft) -> Draft:
    """Go to the end of redirects all of which are permanent."""
    old, new = draft.url, case.final
    rest, kind = case.look.hops[draft.at :], kind_of(old, new)
    if not rest or kind not in ("moved", "renamed") or Repair.MOVED not in case.kinds:
        return draft
    if is_home(old) and kind == "renamed":
        return draft  # a front page is an entrance: where it leads is the site's own affair
    if barrier := _barrier(case, old, new, rest):
        return draft.keeping(Repair.MOVED, barrier, new)
    step = Step(
        Repair.MOVED,
        f"It has moved for good: {CHANGED[kind]}.",
        told(case.look, case.final, draft.at),
    )
    return _at_end(case, draft, step)


def https(case: Case, draft: Draft) -> Draft:
    """Write https, where that address was asked for and shows the same page."""
    twin, rest = secured(draft.url), case.look.hops[draft.at :]
    if twin is None or Repair.HTTPS not in case.kinds:
        return draft
    if draft.url.host in PERSISTENT:
        return draft.keeping(Repair.HTTPS, _PERSISTS, twin)
    if twin == case.final or any(hop.url == twin for hop in rest):
        return _led_to(case, draft, twin)
    if rest and case.final.scheme == "https" and kind_of(draft.url, case.final) in _COSMETIC:
        if barrier := _barrier(case, draft.url, case.final, rest):
            return draft.keeping(Repair.HTTPS, barrier, case.final)
        return _at_end(
            case, draft, Step(Repair.HTTPS, _SECURE, told(case.look, case.final, draft.at))
        )
    return _compared(case, draft, twin, Step(Repair.HTTPS, _SECURE))


def cosmetic(case: Case, draft: Draft) -> Draft:
    """Write an address as the site itself spells it: slash, case, `www`."""
    rest, kind = case.look.hops[draft.at :], kind_of(draft.url, case.final)
    if not rest or kind not in _COSMETIC or Repair.COSMETIC not in case.kinds:
        return draft
    if barrier := _barrier(case, draft.url, case.final, rest):
        return draft.keeping(Repair.COSMETIC, barrier, case.final)
    step = Step(Repair.COSMETIC, f"It is {CHANGED[kind]}.", told(case.look, case.final, draft.at))
    return _at_end(case, draft, step)


def amp(case: Case, draft: Draft) -> Draft:
    """Write the address of the page that a version for phones says that it is made of."""
    there = (case.final, secured(case.final))
    outer = unwrap(case.look.url)
    name = "wrapper" if outer is not None and outer.kind is Wrapping.AMP else "amp"
    own = advised(case.look, name) if draft.url in there else None
    if own is None or str(own) != case.look.facts.canonical_url or Repair.AMP not in case.kinds:
        return draft
    step = Step(Repair.AMP, "It is a version for phones, which names the page itself.")
    return _compared(case, draft, own, step)


def tracking(case: Case, draft: Draft) -> Draft:
    """Leave out parameters that only tell where readers come from."""
    found = held(draft.url, Burden.TRACKING)
    meant = Repair.TRACKING not in case.kinds and (
        draft.url == case.look.url or held(case.look.url, Burden.TRACKING) is not None
    )
    if found is None or meant:
        return draft
    names = ", ".join(f"“{name}”" for name in found.names)
    if carried(draft.url, Burden.TRACKING) is None:
        why = f"The address is signed: without {names} it might not work."
        return draft.keeping(Repair.TRACKING, why, found.without)
    step = Step(Repair.TRACKING, f"What it says of where readers come from is left out: {names}.")
    return draft.at_url(found.without, draft.at, step)


MENDERS: Final[tuple[Mender, ...]] = (unwrapped, moved, https, cosmetic, amp, tracking)


# Pieces


def _without_wrapper(case: Case, draft: Draft, hop: Hop) -> Draft:
    outer = unwrap(hop.url)
    if outer is None or Repair.WRAPPER not in case.kinds:
        return replace(draft, stuck=True)
    if why := _meant(outer):
        return replace(draft.keeping(Repair.WRAPPER, why), stuck=True)
    step = Step(Repair.WRAPPER, f"Wrapped by {outer.name}, which only leads on.")
    there = draft.at_url(outer.url, draft.at + 1, step)
    return replace(there, fragment=outer.target.fragment or draft.fragment)


def _meant(outer: Unwrapped) -> str:
    """Say why a wrapper may be meant as it is."""
    match outer.kind:
        case Wrapping.AFFILIATE:
            return f"{outer.name} pays somebody for it: whether that is meant is for you to say."
        case Wrapping.TRANSLATE:
            return f"A translation by {outer.name}: what it holds is in another language."
        case _:
            return ""


def _without_shortener(case: Case, draft: Draft, hop: Hop) -> Draft:
    known = shortener_of(hop.url.host)
    if known is None or Repair.SHORTENER not in case.kinds:
        return replace(draft, stuck=True)
    why = case.doubt
    if known.status == "dead":
        why = f"{known.host} has closed: nobody knows who answers in its place."
    elif known.kind == "smartlink":
        why = f"{known.host} chooses where to lead each reader."
    elif hop.via in _GUESSED:
        why = f"Where {known.host} leads was guessed from its page."
    there = next_of(case.look, case.final, draft.at)
    if why := why or _passing(hop.url, there):
        return replace(draft.keeping(Repair.SHORTENER, why, there), stuck=True)
    step = Step(
        Repair.SHORTENER,
        f"Shortened by {known.host}.",
        told(case.look, case.final, draft.at, draft.at + 1),
    )
    led = draft.at_url(there, draft.at + 1, step)
    return replace(led, fragment=landing(case.look, there) or draft.fragment)


_SECURE: Final = "The same address answers with https."


def _led_to(case: Case, draft: Draft, twin: Url) -> Draft:
    """Go to the same address with https, to which the way has led: it is what people get to see."""
    if case.final.scheme == "http":
        back = f"With https it leads back to {case.final}."
        return draft.keeping(Repair.HTTPS, back, twin)
    if case.doubt:
        return draft.keeping(Repair.HTTPS, case.doubt, twin)
    stations = (*(hop.url for hop in case.look.hops), case.final)
    at = stations.index(twin, draft.at)
    return draft.at_url(
        twin, at, Step(Repair.HTTPS, _SECURE, told(case.look, case.final, draft.at, at))
    )


def _compared(case: Case, draft: Draft, other: Url, step: Step) -> Draft:
    """Go to an address that no look has led to, if a look at it has seen the same page."""
    look = case.memory.looks.get(other)
    if look is None:
        return draft.keeping(
            step.repair,
            f"It may be the same page as {other}, which was not looked at.",
            other,
            other,
        )
    if why := difference(case.look, look):
        return draft.keeping(step.repair, why, other)
    title = f", “{look.facts.title}”" if look.facts.title else ""
    told = f"{other} showed the same page{title}, on {look.at:%Y-%m-%d}."
    return draft.at_url(other, len(case.look.hops), replace(step, evidence=(told,)))


def _at_end(case: Case, draft: Draft, step: Step) -> Draft:
    led = draft.at_url(case.final, len(case.look.hops), step)
    return replace(led, fragment=landing(case.look, case.final) or draft.fragment)


_PERSISTS: Final = "It is made to last longer than addresses: those are never put in its place."


def _barrier(case: Case, old: Url, new: Url, way: Sequence[Hop]) -> str:
    """Say why the end of some redirects is not to be written, if it is not."""
    if old.host in PERSISTENT:
        return _PERSISTS
    passing = next((hop for hop in way if not is_for_good(hop)), None)
    if passing is not None:
        status = f" ({passing.status})" if passing.via is Via.HTTP else ""
        return f"It leads to {new} for now only: {passing.url} sends on temporarily{status}."
    if old.scheme == "https" and new.scheme == "http":
        return f"It leads to {new}, which is not https any more."
    if is_translated(old, new):
        return f"It leads to {new}, which is the same in one language: others may be led elsewhere."
    return _passing(old, new) or case.doubt


def _passing(old: Url, new: Url) -> str:
    """Say why an address will not hold for all, or not for long."""
    if is_for_one_visitor(new):
        return "The new address is for one visitor alone."
    if is_signed(new) and not is_signed(old):
        return "The new address is signed: it may hold for a while only."
    return ""
