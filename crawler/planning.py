"""What `crawl fix` proposes, place by place, and what it leaves as it is, and why.

Pure: rows of a report, and what is remembered besides, become a plan. How each kind of repair comes
about stands in `mending.py` for URLs and in `relinking.py` for files; here is what holds for all:
which places may be changed at all, and what speaks against the page at the end, whatever led there.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeAlias
from urllib.parse import unquote

from crawler.advice.moved import PERSISTENT
from crawler.archiving import CONFIRMED, Basis, best, sentence
from crawler.corrections import Correction, Plan, Refusal, Repair
from crawler.documents import format_of
from crawler.drift import is_short
from crawler.fragments import parted
from crawler.mending import Case, Draft, Memory, mended
from crawler.model import Health, Observation, Outcome, Row
from crawler.parameters import untracked
from crawler.paths import is_detour, is_entrance, is_file, is_home, is_search
from crawler.relinking import renamed, replaced
from crawler.upgrading import PAGES, THERE
from crawler.urls import Rejected, Rejection, Target, Url, resolve
from crawler.ways import start_of
from crawler.wrappers import Wrapping, unwrap

SAFE: Final = frozenset({
    Repair.MOVED, Repair.HTTPS, Repair.WRAPPER, Repair.SHORTENER, Repair.TRACKING, Repair.AMP,
    Repair.RENAMED,
})  # fmt: skip
"""The kinds that lead to the same page for sure, so that nobody has to ask for them."""

Decision: TypeAlias = Correction | Refusal | None

_SENT_AWAY: Final = frozenset({"converged", "sent-home", "site-moved"})
_SCHEMES: Final = ("http://", "https://")


def planned(rows: Iterable[Row], kinds: Collection[Repair], memory: Memory) -> Plan:
    """Decide what is written in each place: of all that speaks for it, the most that is proven."""
    corrections, refusals = list[Correction](), list[Refusal]()
    for row in rows:
        match decided(row, kinds, memory):
            case Correction() as correction:
                corrections.append(correction)
            case Refusal() as refusal:
                refusals.append(refusal)
    return Plan(tuple(corrections), tuple(refusals))


def questions(rows: Iterable[Row], kinds: Collection[Repair], memory: Memory) -> tuple[Url, ...]:
    """Return the addresses that a look at would tell more of: with https, or a page's own.

    Once they are had, as `Memory.looks`, there may be more.
    """
    asked = dict.fromkeys(url for row in rows for url in _questions(row, kinds, memory))
    return tuple(asked)


def decided(row: Row, kinds: Collection[Repair], memory: Memory) -> Decision:
    """Decide on one place; None if there is nothing to say."""
    if row.place.ignored is not None:
        return None
    target = row.place.target
    if isinstance(target, Rejected):
        decision = _of_file(row, target, kinds, memory)
    else:
        decision = _of_archive(row, target.url, memory) if Repair.ARCHIVE in kinds else None
        decision = decision or _of_url(row, kinds, memory)
    if isinstance(decision, Correction) and (why := _fixed(row)):
        return Refusal(decision.occurrence, decision.repair, why, decision.after)
    return decision


def _of_file(row: Row, target: Rejected, kinds: Collection[Repair], memory: Memory) -> Decision:
    place = row.place.occurrence
    if target.reason in (Rejection.FILE_MISSING, Rejection.FILE_CASE) and Repair.RENAMED in kinds:
        return renamed(place, memory.renamed.get(place))
    if target.reason is Rejection.FRAGMENT_MISSING and Repair.FRAGMENT in kinds:
        return replaced(place, memory.anchored.get(place))
    return None


def _of_archive(row: Row, url: Url, memory: Memory) -> Decision:
    """Put a copy that an archive keeps in the place of what is lost by all its looks together."""
    place, state = row.place.occurrence, row.state
    if state is None or state.health not in CONFIRMED:
        if row.observation is None or row.observation.verdict.outcome is not Outcome.BROKEN:
            return None
        return Refusal(place, Repair.ARCHIVE, "Not sure yet: further looks will tell.")
    if _is_persistent(url):
        return Refusal(place, Repair.ARCHIVE, _PERSISTENT)
    copy = best(memory.copies.get(url, ()))
    if copy is None:
        return Refusal(place, Repair.ARCHIVE, "No archive is known to have a copy of it.")
    after = _with_fragment(str(copy.copy_url), _fragment(row))
    told = sentence(copy)
    if copy.is_late:
        return Refusal(place, Repair.ARCHIVE, told, after)
    well = f"The page was last well on {state.last_ok_at:%Y-%m-%d}." if state.last_ok_at else ""
    evidence = tuple(filter(None, (row.verdict.detail, well)))
    sure = copy.basis is not Basis.UNKNOWN
    return Correction(place, Repair.ARCHIVE, after, told, evidence, automatic=sure)


def _of_url(row: Row, kinds: Collection[Repair], memory: Memory) -> Decision:
    case = _case(row, kinds, memory)
    if case is None:
        return None
    place, draft = row.place.occurrence, mended(case)
    if draft.url == case.look.url:
        return _unchanged(case, draft)
    repair, after = draft.steps[0].repair, _after(row, draft)
    if objection := _objection(case):
        return Refusal(place, repair, objection, after)
    why = " ".join(step.why for step in draft.steps)
    told = (each for step in draft.steps for each in step.evidence)
    further = (each.why for each in draft.kept if each.ask is None)
    evidence = (*told, *_seen(case), *further)
    return Correction(place, repair, after, why, tuple(dict.fromkeys(evidence)))


def _questions(row: Row, kinds: Collection[Repair], memory: Memory) -> Iterator[Url]:
    case = _case(row, kinds, memory)
    if case and row.place.ignored is None and not _fixed(row) and not _objection(case):
        yield from (kept.ask for kept in mended(case).kept if kept.ask)


def _case(row: Row, kinds: Collection[Repair], memory: Memory) -> Case | None:
    look = row.observation
    if look is None:
        return None
    final = look.final_url or look.url
    return Case(row, look, final, kinds, memory, _doubt(look, final, memory))


def _doubt(look: Observation, final: Url, memory: Memory) -> str:
    """Say why it is not relied upon where a link leads; with a history, two looks must agree."""
    if memory.ends is None:
        return ""
    ends = memory.ends.get(look.url, ())
    before = next((end for end in ends if end.at != look.at), None)
    if before is None:
        return f"Seen once to lead to {final}; a second look will confirm it."
    if before.final_url is None:
        return f"On {before.at:%Y-%m-%d} it was not there; a further look will confirm it."
    if untracked(before.final_url) != untracked(final):
        return f"On {before.at:%Y-%m-%d} it led to {before.final_url}, and not to {final}."
    return ""


def _unchanged(case: Case, draft: Draft) -> Refusal | None:
    """Say why nothing is written instead, if somebody may have expected that something is."""
    place, look = case.row.place.occurrence, case.look
    if look.verdict.outcome in THERE:
        kept = draft.kept[0] if draft.kept else None
        if kept is None:
            return None
        why = _objection(case) or kept.why
        return Refusal(place, kept.repair, why, str(kept.after) if kept.after else None)
    if is_short(look.url) and Repair.SHORTENER in case.kinds:
        return Refusal(place, Repair.SHORTENER, f"Where it leads is not known: {_bad(look)}")
    if look.hops and Repair.MOVED in case.kinds:
        return Refusal(place, Repair.MOVED, f"It leads to {case.final}: {_bad(look)}")
    return None


# What speaks against the page at the end

_PERSISTENT: Final = (
    "It is made to last longer than addresses, or a copy: nothing is put in its place."
)


def _is_persistent(url: Url) -> bool:
    outer = unwrap(url)
    return url.host in PERSISTENT or (outer is not None and outer.kind is Wrapping.ARCHIVE)


def _objection(case: Case) -> str:
    """Say why nothing at all is written instead of a link, whatever speaks for it."""
    look, final, state = case.look, case.final, case.row.state
    if _is_persistent(look.url):
        return _PERSISTENT
    if look.verdict.outcome not in THERE:
        return f"The page at its end, {final}, was not seen: {_bad(look)}"
    if case.row.verdict.reason == "fragment-missing":
        name = parted(case.row.place.fragment or "")[0]
        return f"{final} has no place that is called #{name}."
    if state is not None and state.health is Health.DRIFTED:
        return f"Another page than the one that was linked to stands at {final} now."
    return _wrong_end(look, final)


def _wrong_end(look: Observation, final: Url) -> str:
    """Say why a page that is there is not the one that was asked for."""
    start = start_of(look, final)
    away = next((each for each in look.findings if each.name in _SENT_AWAY), None)
    if away is not None:
        return f"It leads to {final}: {_uncapital(away.message)}"
    if is_detour(final) and not is_detour(start):
        return f"It leads to {final}, which is a login, a question for consent or an error."
    if is_home(final) and not is_entrance(start):
        return f"It leads to the front page, {final}: the page itself may be gone."
    if any(each.name == "empty" for each in look.findings):
        return f"{final} is an empty page."
    return _another_kind(look, start, final)


def _another_kind(look: Observation, start: Url, final: Url) -> str:
    """Say why a page is not even of the kind of what was asked for."""
    if is_search(final) and not is_search(start):
        return f"It leads to {final}, which searches the site: the page itself may be gone."
    if is_file(start) and not is_file(final) and look.facts.content_type in PAGES:
        return f"It leads to {final}, a page, where a file was asked for: that may be gone."
    return ""


def _bad(look: Observation) -> str:
    return _uncapital(look.verdict.detail)


def _uncapital(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


# Which places may be changed, and to what


def _fixed(row: Row) -> str:
    """Say why a place cannot be changed, whatever is to be written there."""
    place, target = row.place.occurrence, row.place.target
    if place.document.startswith(_SCHEMES):
        return "It is on a page of the web."
    known = format_of(place.document)
    if known and not known.editable:
        return f"Documents of the format {known.name} are not changed."
    if isinstance(target, Rejected):
        return ""
    written = resolve(place.href)
    if not isinstance(written, Target):
        return "It is written in relation to another address."
    if written.url != target.url:
        return f"What was looked at in its place is {target.url}."
    return ""


def _after(row: Row, draft: Draft) -> str:
    """Return what is to be read in a place: as its author has written it, as far as that goes."""
    fragment = draft.fragment or _fragment(row)
    href = row.place.occurrence.href.strip().partition("#")[0]
    for spelling in _spellings(href, draft.url):
        target = resolve(spelling)
        if isinstance(target, Target) and target.url == draft.url:
            return _with_fragment(spelling, fragment)
    return _with_fragment(str(draft.url), fragment)


def _spellings(href: str, url: Url) -> Iterator[str]:
    """Yield a written address with https, and without what the query of a new one has not."""
    scheme, _, rest = href.partition("://")
    secure = f"https://{rest}" if scheme.lower() == "http" else href
    path, _, query = secure.partition("?")
    kept = {_name(pair) for pair in url.target.partition("?")[2].split("&")}
    left = "&".join(pair for pair in query.split("&") if _name(pair) in kept)
    yield secure
    yield f"{path}?{left}" if left else path


def _name(pair: str) -> str:
    return unquote(pair.partition("=")[0])


def _fragment(row: Row) -> str | None:
    """Return the fragment of a place, as it is written."""
    if row.place.fragment is None:
        return None
    return row.place.occurrence.href.strip().partition("#")[2] or row.place.fragment


def _with_fragment(address: str, fragment: str | None) -> str:
    return f"{address}#{fragment}" if fragment else address


def _seen(case: Case) -> Iterator[str]:
    """Say what was seen at the end, and that it was the same before."""
    look, final = case.look, case.final
    title = f"“{look.facts.title}”" if look.facts.title else "A page without a title"
    yield f"{title} at {final} on {look.at:%Y-%m-%d}."
    ends = case.memory.ends.get(look.url, ()) if case.memory.ends else ()
    before = next((end for end in ends if end.at != look.at), None)
    if before is not None and not case.doubt and look.hops:
        yield f"It ended there on {before.at:%Y-%m-%d} too."
