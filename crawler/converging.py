"""Links of one host that led to pages of their own, and now end at one: a finding, no verdict.

What one look sees of it is nothing: a look has no past. And manuals do merge pages, so it is for
the author to see. Front pages are `homing.py`'s, which calls their links dead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crawler.drift import is_short
from crawler.model import Finding, Observation, Severity
from crawler.paths import is_detour, is_home
from crawler.urls import Url

ENOUGH: Final = 3
"""Links that led to different pages."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where a link has led last, and where it led before that."""

    url: Url
    before: Url
    now: Url


def converged(courses: Iterable[Course]) -> Mapping[Url, Finding]:
    """Return what to tell of each link whose page has become that of others of its host."""
    return {course.url: _finding(course, len(group)) for group, course in _crowds(courses)}


def crowded(looks: Iterable[Observation]) -> Mapping[Url, Finding]:
    """Return what to tell of each link that ends where others of its host do, by one look alone.

    Nobody knows whether they ever led to pages of their own; whoever writes where they end had
    better look.
    """
    ways = {look.url: Course(look.url, look.url, look.final_url or look.url) for look in looks}
    return {course.url: _beside(len(group) - 1) for group, course in _crowds(ways.values())}


def _crowds(courses: Iterable[Course]) -> Iterator[tuple[list[Course], Course]]:
    """Yield each course that ends where enough others of its host do, and all of those."""
    groups = defaultdict[tuple[str, Url], list[Course]](list)
    for course in courses:
        if course.before != course.now and not _leads_anywhere(course):
            groups[course.url.host, course.now].append(course)
    for group in groups.values():
        if _enough(group):
            yield from ((group, course) for course in group)


def _leads_anywhere(course: Course) -> bool:
    return is_short(course.url) or is_home(course.now) or is_detour(course.now)


def _enough(group: list[Course]) -> bool:
    """Tell whether these were pages of different names: those of versions have one in common."""
    names = {course.before.path.rstrip("/").rpartition("/")[2].casefold() for course in group}
    return len(names) >= ENOUGH


def _finding(course: Course, number: int) -> Finding:
    others = number - 1
    message = f"It led to {course.before}, and now ends where {others} others of its host do."
    return Finding("converged", Severity.WARNING, message)


def _beside(others: int) -> Finding:
    return Finding("converged", Severity.WARNING, f"{others} others of its host do too.")
