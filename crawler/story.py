"""The story of one link: all that a history holds of it, as a noun and as plain data.

`storytelling.py` tells it to people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.archiving import ArchivedCopy, Copies
from crawler.at_places import advise_place
from crawler.model import Finding, LinkState, Observation, Occurrence
from crawler.settings import HealthSettings
from crawler.urls import Url

if TYPE_CHECKING:
    from crawler.records import Record
    from crawler.timeline import Moment


@dataclass(frozen=True, slots=True)
class Story:
    """All that a history holds of one URL. Looks are in order, oldest first.

    `accepted_at`: when somebody said that what the page was then is right, in order; `left_out`: at
    which places it is not to be asked, each with what is said of that.
    """

    url: Url
    looks: tuple[Observation, ...]
    places: tuple[Occurrence, ...]
    state: LinkState | None
    copies: Copies = ()
    accepted_at: tuple[datetime, ...] = ()
    left_out: Mapping[Occurrence, str] = field(default_factory=dict)

    @property
    def latest(self) -> Observation | None:
        """The look that the state is of: not one of a night when the clock was ahead."""
        if self.state is None:
            return self.looks[-1] if self.looks else None
        past = (look for look in reversed(self.looks) if look.at <= self.state.checked_at)
        return next(past, None)


def moments_of(story: Story, settings: HealthSettings) -> "Iterator[Moment]":
    """Yield its looks, and the words that were said of it, with what each has changed."""
    from crawler.timeline import moments  # noqa: PLC0415 - reports know stories, and tell none

    until = story.state.checked_at if story.state else None
    return moments(story.looks, story.accepted_at, until, settings)


def story_record(story: Story, settings: HealthSettings) -> "Record":
    """Return a story as plain data; the settings are those that tell what each look changed."""
    from crawler.records import (  # noqa: PLC0415 - the text needs none
        change_record,
        drift,
        look_record,
        stamp,
    )

    state = story.state
    return {
        "url": str(story.url),
        "health": state.health if state else None,
        "failing_since": stamp(state.failing_since) if state else None,
        "last_ok_at": stamp(state.last_ok_at) if state else None,
        "drift": drift(state, story.latest),
        "archived_copies": [_copy_record(copy) for copy in story.copies],
        "places": [_place_record(place, story) for place in story.places],
        "accepted_at": [stamp(at) for at in story.accepted_at],
        "changes": [
            change_record(change)
            for moment in moments_of(story, settings)
            for change in moment.changes
        ],
        "looks": [look_record(look) for look in story.looks],
    }


def _place_record(place: Occurrence, story: Story) -> "Record":
    from crawler.records import occurrence_record  # noqa: PLC0415

    findings = [asdict(finding) for finding in told_at(place, story)]
    ignored = story.left_out.get(place)
    return {**occurrence_record(place), "ignored": ignored, "findings": findings}


def _copy_record(copy: ArchivedCopy) -> "Record":
    from crawler.records import stamp  # noqa: PLC0415

    return {
        **{name: getattr(copy, name) for name in ("errand", "basis", "came")},
        **{name: stamp(getattr(copy, name)) for name in ("wanted_at", "asked_at", "copy_at")},
        "copy_url": str(copy.copy_url) if copy.copy_url else None,
    }


def told_at(place: Occurrence, story: Story) -> tuple[Finding, ...]:
    """Return the advice on one place of it, by the latest look."""
    return advise_place(place, story.latest) if story.latest else ()
