"""The timeline of a link: what each look has changed, and how it is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fakes import NOON, look, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.archiving import ArchivedCopy, Basis, Came, Errand, question
from crawler.breadth import breadth
from crawler.health import fold
from crawler.ink import Paper, inked
from crawler.model import Change, Finding, Health, Hop, Observation, PageFacts, Severity
from crawler.settings import HealthSettings
from crawler.story import Story, moments_of, story_record
from crawler.storytelling import story_lines
from crawler.timeline import moments, singles, stretches

A = url("https://a.example/")
USUAL = HealthSettings()
CODES = st.sampled_from(["ok", "permanent", "not-found", "timeout", "soft-404", "bot-wall"])


def day(number: float) -> datetime:
    return NOON + timedelta(days=number)


def nights(*codes: str) -> tuple[Observation, ...]:
    return tuple(look(code, day(number)) for number, code in enumerate(codes))


def of(
    looks: Sequence[Observation],
    accepted_at: tuple[datetime, ...] = (),
    copies: tuple[ArchivedCopy, ...] = (),
) -> Story:
    state = fold(looks, accepted_at, USUAL)
    return Story(A, tuple(looks), (), state, copies, accepted_at)


def timeline(story: Story, width: int = 80, *, all_looks: bool = False) -> list[str]:
    lines = story_lines(story, USUAL, Paper(width), all_looks=all_looks)
    text = "".join(inked(lines, Paper(width)))
    return text.partition("Timeline")[2].splitlines()[1:]


def test_looks_that_say_the_same_are_one_stretch_and_each_change_begins_another() -> None:
    looks = nights("ok", "ok", "timeout", "timeout", "timeout", "timeout", "ok", "bot-wall")
    found = stretches(moments(looks, (), looks[-1].at, USUAL))
    assert [(len(each.looks), each.first.health) for each in found] == [
        (2, Health.HEALTHY),
        (3, Health.SUSPECT),
        (1, Health.BROKEN),
        (1, Health.HEALTHY),
        (1, None),
    ]
    kinds = [[change.kind for change in each.first.changes] for each in found]
    assert kinds == [[], [], [Change.BROKEN], [Change.RECOVERED], []]
    assert timeline(of(looks)) == [
        "  2026-11-22 … 2026-11-23  ok 200               2 looks  → healthy",
        "  2026-11-24 … 2026-11-26  failing, timeout     3 looks  → suspect",
        "  2026-11-27 12:00         failing, timeout              → broken",
        "      broken: No answer in time.",
        "  2026-11-28 12:00         ok 200                        → healthy",
        "      recovered: It is there again.",
        "  2026-11-29 12:00         blocked, bot-wall",
    ]


def test_while_a_link_is_flaky_its_looks_are_one_stretch() -> None:
    told = timeline(of(nights("ok", "timeout", "ok", "timeout", "ok", "ok", "timeout", "ok")))
    assert told[-3:] == [
        "  2026-11-26 … 2026-11-29  now there, now not    4 looks  → flaky",
        "      flaky: It answers at one look and not at the next.",
        "      3 ok; 1 failing, timeout: ++-+",
    ]


def test_not_modified_is_no_other_answer_and_looks_of_one_day_say_their_hours() -> None:
    looks = [replace(look(at=day(number / 24)), status=304) for number in (1, 2)]
    assert timeline(of([look(), *looks])) == [
        "  2026-11-22 12:00–14:00  ok 200/304    3 looks  → healthy",  # noqa: RUF001
    ]


def test_a_page_that_moves_says_how_it_is_reached_when_that_begins() -> None:
    moved = Finding("moved", Severity.ADVICE, "Moved for good.", "https://b.example/")
    there = url("https://b.example/")
    looks = [
        look(),
        *(
            replace(
                look("permanent", day(number)),
                hops=(Hop(A, 301),), final_url=there, findings=(moved,), status=200,
            )
            for number in (1, 2)
        ),
    ]  # fmt: skip
    assert timeline(of(looks))[1:] == [
        "  2026-11-23 … 2026-11-24  redirected, permanent 200    2 looks",
        "      moved: Moved for good.",
        "      → https://b.example/",
        "      301 https://a.example/",
        "        → https://b.example/",
    ]
    changes = story_record(of(looks), USUAL)["changes"]
    assert [(each["kind"], each["at"]) for each in changes] == [("moved", "2026-11-23T12:00:00Z")]


def test_a_way_that_ends_nowhere_is_told_as_far_as_it_goes() -> None:
    loop = replace(look("redirect-loop"), hops=(Hop(A, 302), Hop(A, 302)))
    assert timeline(of([loop]))[-2:] == ["      302 https://a.example/"] * 2


def test_what_the_page_called_itself_is_told_where_it_changed() -> None:
    def titled(number: int, title: str | None) -> Observation:
        return replace(look(at=day(number)), facts=PageFacts(title=title, language="en"))

    few = timeline(of([titled(0, "One"), titled(1, "One"), titled(2, "Two"), titled(3, None)]))
    assert few[1:] == ["      the page from 2026-11-24: “Two” (en)"]
    many = timeline(of([titled(number, f"News of day {number}") for number in range(9)]))
    assert many[1:] == [
        "      the page from 2026-11-23: “News of day 1” (en)",
        "      the page from 2026-11-24: “News of day 2” (en)",
        "      the page from 2026-11-25: “News of day 3” (en)",
        "      the title or language changed 5 more times, at last: “News of day 8” (en)",
    ]


def test_a_place_on_the_page_that_goes_is_told() -> None:
    lacking = [replace(look(at=day(number)), missing_fragments=("x",)) for number in (1, 2)]
    assert timeline(of([look(), *lacking])) == [
        "  2026-11-22 12:00         ok 200             → healthy",
        "  2026-11-23 … 2026-11-24  ok 200    2 looks",
        "      not on the page: #x",
    ]


def test_somebodys_word_stands_where_it_was_said() -> None:
    told = timeline(of(nights("ok", "ok"), accepted_at=(day(0.5), day(1.5))))
    assert told == [
        "  2026-11-22 12:00  ok 200             → healthy",
        "  2026-11-23 00:00  accepted as it is",
        "  2026-11-23 12:00  ok 200",
        "  2026-11-24 00:00  accepted as it is",
    ]
    record = story_record(of(nights("ok"), accepted_at=(day(1),)), USUAL)
    assert record["accepted_at"] == ["2026-11-23T12:00:00Z"]


def test_what_an_archive_said_stands_where_it_was_asked() -> None:
    copy = ArchivedCopy(
        A, Errand.FIND, day(1), Basis.SEEN, day(1.5), Came.COPY, question(A, NOON), NOON
    )
    later = replace(copy, errand=Errand.SAVE, asked_at=day(9), came=Came.NONE, copy_url=None)
    told = timeline(of(nights("ok", "gone", "gone", "ok"), copies=(copy, later)))
    assert (
        told[2:]
        == [
            "      broken: The server says that the page was removed for good.",
            "  2026-11-24 00:00         web.archive.org was asked",
            "      Archived on 2026-11-22, before the page was lost.",
            "  2026-11-25 12:00         ok 200                   → healthy",
            "      recovered: It is there again.",
            "  2026-12-01 12:00         web.archive.org was asked",
            "      none at web.archive.org, asked on 2026-12-01",
        ]
        or told
    )


def test_each_look_by_itself_says_what_it_cost() -> None:
    looks = [replace(look(at=day(0)), elapsed_ms=85), look("timeout", day(1), attempts=3),
             look("interstitial", day(2), attempts=0)]  # fmt: skip
    assert timeline(of(looks), all_looks=True) == [
        "  2026-11-22 12:00  ok 200                 (1 attempt, 85 ms)  → healthy",
        "  2026-11-23 12:00  failing, timeout       (3 attempts, 0 ms)  → suspect",
        "  2026-11-24 12:00  blocked, interstitial  (not asked)",
    ]


def test_of_very_many_stretches_the_middle_is_left_out_and_counted() -> None:
    story = of(nights(*(["ok", "bot-wall"] * 40)))
    told = timeline(story)
    assert len(told) == 51
    assert told[10] == "  … 30 looks in 30 lines are left out; --all-looks shows all"
    assert len(timeline(story, all_looks=True)) == 80


def test_on_a_narrow_screen_lines_are_folded() -> None:
    looks = nights("ok", "ok", "not-found")
    assert timeline(of(looks), 40) == [
        "  2026-11-22 … 2026-11-23  ok 200  2",
        "    looks  → healthy",
        "  2026-11-24 12:00  broken, not-found  →",
        "    broken",
        "      broken: The server says that there",
        "        is no such page.",
    ]


def test_if_the_settings_of_now_would_say_something_else_that_is_told() -> None:
    looks = nights("ok", "timeout")
    strict = HealthSettings(failing_looks=1, failing_hours=0)
    lines = story_lines(of(looks), strict)
    told = "".join(inked(lines, Paper()))
    assert "By the settings of now the link is broken" in told


def test_without_a_state_nothing_is_believed_and_nothing_is_news() -> None:
    story = Story(A, nights("gone"), (), None)
    (only,) = moments_of(story, USUAL)
    assert only.state is None
    assert only.health is None
    assert "The clock was ahead" in " ".join(timeline(story))


@given(st.lists(CODES, min_size=1, max_size=30), st.sets(st.integers(0, 30), max_size=3))
def test_every_look_is_in_one_stretch_and_the_last_is_what_is_believed(
    codes: list[str], said: set[int]
) -> None:
    looks = nights(*codes)
    words = tuple(day(each + 0.5) for each in sorted(said))
    state = fold(looks, words, USUAL)
    told = list(moments(looks, words, looks[-1].at, USUAL))
    assert told[-1].state == state
    for group in (stretches, singles):
        found = group(told)
        assert [each for stretch in found for each in stretch.looks] == list(looks)
        assert all(not each.changes for stretch in found for each in stretch.moments[1:])


@given(
    st.lists(st.tuples(CODES, st.text(max_size=30)), min_size=1, max_size=20),
    st.integers(40, 110),
    st.booleans(),
)
def test_no_line_is_wider_than_the_screen(
    told: list[tuple[str, str]],
    width: int,
    all_looks: bool,
) -> None:
    looks = [
        replace(look(code, day(number)), facts=PageFacts(title=title))
        for number, (code, title) in enumerate(told)
    ]
    for line in timeline(of(looks), width, all_looks=all_looks):
        assert breadth(line) <= width
