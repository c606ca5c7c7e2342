"""The timeline of one link: its looks in stretches that say the same, and what each has changed.

Only here. What is believed after each look is folded by `health.py` with the settings of now, and
what is news of it is told by `transitions.py`, as a run would tell it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawler.health import steps
from crawler.model import Health, LinkState, Observation, Outcome, PageFacts, Transition
from crawler.settings import HealthSettings
from crawler.transitions import Past, of_look
from crawler.urls import Url

_SIGNS: Final = {
    Outcome.OK: "+", Outcome.REDIRECTED: "+", Outcome.BROKEN: "-", Outcome.FAILING: "-",
}  # fmt: skip
_UNSURE: Final = "."


@dataclass(frozen=True, slots=True)
class Moment:
    """A look, or somebody's word that a page is what it should be (`accepted_at`).

    `state`: what was believed then; None for a look from a clock that was ahead. `changes`: what is
    news of it; `page`: the title and language that it found, if not those of the look before.
    """

    at: datetime
    look: Observation | None
    before: LinkState | None
    state: LinkState | None
    changes: tuple[Transition, ...] = ()
    page: PageFacts | None = None

    @property
    def health(self) -> Health | None:
        """The health that began with it; that nothing is known yet is none."""
        was = self.before.health if self.before else Health.UNKNOWN
        return self.state.health if self.state and self.state.health is not was else None


@dataclass(slots=True)
class Stretch:
    """Looks one after the other that say the same, and of which only the first changed anything.

    While a link is flaky, whatever they say; a word stands alone, and has no look.
    """

    key: tuple[object, ...]
    moments: list[Moment] = field(default_factory=list)

    @property
    def looks(self) -> list[Observation]:
        """Its looks, the oldest first."""
        return [each.look for each in self.moments if each.look]

    @property
    def first(self) -> Moment:
        """What began it."""
        return self.moments[0]


def sign(look: Observation) -> str:
    """Return `+` for a good look, `-` for a bad one, `.` for one that proves nothing."""
    return _SIGNS.get(look.verdict.outcome, _UNSURE)


def moments(
    looks: Sequence[Observation],
    accepted_at: Sequence[datetime],
    until: datetime | None,
    settings: HealthSettings,
) -> Iterator[Moment]:
    """Yield looks, and words, in their order; those after `until` change nothing.

    Without `until` nothing is believed of the link.
    """
    counted = [look for look in looks if until and look.at <= until]
    before: LinkState | None = None
    good: Observation | None = None
    signs = ""
    for each, state in steps(counted, accepted_at, settings):
        if isinstance(each, datetime):
            yield Moment(each, None, before, state)
        else:
            changes = of_look(before, state, each, Past(good, signs))
            yield Moment(each.at, each, before, state, changes, _another(good, each))
            signs = (signs + sign(each)).removesuffix(_UNSURE)
            good = each if sign(each) == "+" else good
        before = state
    yield from (Moment(look.at, look, None, None) for look in looks[len(counted) :])


def stretches(told: Iterable[Moment]) -> list[Stretch]:
    """Put moments together that say the same."""
    found = list[Stretch]()
    for moment in told:
        key = _key(moment)
        if not found or found[-1].key != key or moment.health or moment.changes:
            found.append(Stretch(key))
        found[-1].moments.append(moment)
    return found


def singles(told: Iterable[Moment]) -> list[Stretch]:
    """Let each look stand by itself."""
    return [Stretch((), [moment]) for moment in told]


def _another(good: Observation | None, look: Observation) -> PageFacts | None:
    """Return what a page says of itself, if it said something else at its last good look."""
    if good is None or sign(look) != "+":
        return None
    now, then = look.facts, good.facts
    same = (now.title, now.language) == (then.title, then.language)
    return None if same or now.title is None else now


def _key(moment: Moment) -> tuple[object, ...]:
    look, state = moment.look, moment.state
    if look is None or state is None:
        return (moment.at,)
    if state.health is Health.FLAKY:
        return (Health.FLAKY,)
    # 304 says of a page what the look before did: that is no other answer.
    status = look.status if look.status != 304 else 200  # noqa: PLR2004
    return look.verdict.outcome, look.verdict.reason, status, way(look), look.missing_fragments


def way(look: Observation) -> tuple[tuple[Url, int | None], ...]:
    """Return how a look got where it ended, to be held beside another's."""
    return tuple((hop.url, hop.status) for hop in look.hops)
