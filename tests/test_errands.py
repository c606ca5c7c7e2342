"""Which links the archive is asked about, and what for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOON, look, occurrence, state_of_looks, url, verdict_of

from crawler.archiving import ArchivedCopy, Basis, Came, Copies, Errand
from crawler.errands import MOST_PLACES, Task, tasks
from crawler.model import Health, LinkState, Network, Place, Report, Row, Run, Sketch
from crawler.settings import ArchiveSettings, SelectSettings, Settings
from crawler.urls import Rejected, Rejection, Target, Url

DAY = timedelta(days=1)
RUN = Run("run-1", NOON, NOON + timedelta(minutes=1), complete=True)
LOST, NEVER_SEEN, WELL = (url(f"https://{name}.example/") for name in ("lost", "never", "well"))
FIND = Settings(archive=ArchiveSettings(archive="find"))
SAVE = Settings(archive=ArchiveSettings(archive="save"))


def state(*codes: str) -> LinkState:
    believed = state_of_looks(*codes)
    assert believed is not None
    return believed


def row(address: Url, *codes: str, line: int = 1, raw: str = "") -> Row:
    """Return a row with the last of several looks."""
    seen = replace(look(codes[-1], at=NOON), url=address)
    place = Place(occurrence(raw or str(address), line), Target(address))
    return Row(place, seen.verdict, seen, replace(state(*codes), url=address))


def asked(
    rows: Sequence[Row],
    settings: Settings = FIND,
    copies: Mapping[Url, Copies] | None = None,
    run: Run = RUN,
) -> list[tuple[Errand, str]]:
    found = tasks(Report(run, rows), copies or {}, settings, NOON)
    return [(task.errand, str(task.url)) for task in found]


def known(address: Url, days: float, errand: Errand = Errand.FIND) -> ArchivedCopy:
    return ArchivedCopy(address, errand, NOON, Basis.SEEN, NOON - days * DAY, Came.NONE)


ROWS = (row(WELL, "ok"), row(NEVER_SEEN, "not-found"), row(LOST, "ok", "not-found"))


def test_nothing_is_asked_unless_it_is_wished_for() -> None:
    assert asked(ROWS, Settings()) == []
    assert asked(ROWS, replace(FIND, select=SelectSettings(offline=True))) == []
    assert asked(ROWS, run=replace(RUN, network=Network.DOWN)) == []


def test_copies_are_sought_of_what_is_lost_and_kept_of_what_is_well() -> None:
    lost = [(Errand.FIND, str(LOST)), (Errand.FIND, str(NEVER_SEEN))]
    assert asked(ROWS) == lost
    assert asked(ROWS, SAVE) == [*lost, (Errand.SAVE, str(WELL))]


def test_the_moment_is_that_of_the_last_good_look() -> None:
    found = tasks(Report(RUN, ROWS), {}, SAVE, NOON)
    assert [task.well_at for task in found] == [NOON, None, NOON]
    assert found[0] == Task(LOST, Errand.FIND, NOON)


@pytest.mark.parametrize("codes", [("timeout",), ("ok", "timeout"), ("bot-wall",)])
def test_what_is_not_confirmed_is_left_alone(codes: tuple[str, ...]) -> None:
    assert asked([row(LOST, *codes)], SAVE) == []


def test_what_is_not_asked_is_not_told() -> None:
    """It was broken once, and is now left out by the author or the operator."""
    broken = row(LOST, "not-found")
    excluded = replace(broken, verdict=verdict_of("excluded"), observation=None)
    ignored = replace(broken, place=replace(broken.place, ignored="because"))
    rejected = replace(broken, place=Place(occurrence("x"), Rejected("x", Rejection.RELATIVE)))
    unsafe = replace(broken, verdict=verdict_of("private-address"))
    unknown = replace(broken, state=None)
    private = row(url("http://wiki.internal/"), "not-found")
    assert asked([excluded, ignored, rejected, unsafe, unknown, private], SAVE) == []


def test_a_page_that_needs_a_password_somewhere_is_nobody_elses_affair() -> None:
    secret = row(LOST, "not-found", line=2, raw="https://ann:secret@lost.example/")
    plain = row(LOST, "not-found")
    assert asked([plain, secret]) == []
    assert asked([secret, plain]) == []
    assert asked([plain]) == [(Errand.FIND, str(LOST))]


def test_only_what_was_found_well_in_this_very_run_is_saved() -> None:
    seen = row(WELL, "ok")
    assert seen.observation is not None
    earlier = replace(seen, observation=replace(seen.observation, at=NOON - DAY))
    assert asked([earlier], SAVE) == []
    assert asked([replace(seen, observation=None)], SAVE) == []
    assert asked([row(WELL, "ok", "timeout")], SAVE) == []
    assert asked([row(WELL, "ok", "bot-wall")], SAVE) == []
    assert asked([row(WELL, "permanent")], SAVE) == [(Errand.SAVE, str(WELL))]


def test_what_has_drifted_is_sought_and_what_may_have_is_not_saved() -> None:
    good = row(WELL, "ok")
    assert good.state is not None
    known = Sketch(NOON - 9 * DAY, str(WELL))
    drifting = replace(good.state, known=known, drift_since=NOON)
    assert asked([replace(good, state=drifting)], SAVE) == []
    drifted = replace(drifting, health=Health.DRIFTED)
    (task,) = tasks(Report(RUN, [replace(good, state=drifted)]), {}, SAVE, NOON)
    assert (task.errand, task.well_at) == (Errand.FIND, known.at)


def test_what_was_answered_lately_is_not_asked_again() -> None:
    copies = {LOST: [known(LOST, 29)], NEVER_SEEN: [known(NEVER_SEEN, 30)]}
    assert asked(ROWS, FIND, copies) == [(Errand.FIND, str(NEVER_SEEN))]
    other = {LOST: [known(LOST, 1, Errand.SAVE)], WELL: [known(WELL, 1, Errand.SAVE)]}
    lost = [(Errand.FIND, str(LOST)), (Errand.FIND, str(NEVER_SEEN))]
    assert asked(ROWS, SAVE, other) == lost


def test_a_run_asks_so_many_and_those_first_that_were_never_asked_about() -> None:
    links = [url(f"https://{name}.example/") for name in "abcd"]
    rows = [row(each, "not-found") for each in links]
    copies = {links[0]: [known(links[0], 40)], links[1]: [known(links[1], 50)]}
    settings = Settings(archive=ArchiveSettings(archive="find", archive_limit=3))
    assert [address for _, address in asked(rows, settings, copies)] == [
        str(links[index]) for index in (2, 3, 1)
    ]


def test_all_places_of_a_link_tell_when_it_was_written_up_to_a_number() -> None:
    rows = [row(LOST, "not-found", line=line) for line in range(1, 99)]
    (task,) = tasks(Report(RUN, rows), {}, FIND, NOON)
    assert [place.span.line for place in task.places] == list(range(1, MOST_PLACES + 1))
