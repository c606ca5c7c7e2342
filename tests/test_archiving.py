"""What the archive is asked, how its answers are read, and what authors are told of copies."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import NOON, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.archiving import (
    ARCHIVE,
    ArchivedCopy,
    Basis,
    Came,
    Errand,
    Welcome,
    Wish,
    best,
    finding,
    is_due,
    is_same_page,
    is_to_be_saved,
    last_well,
    may_be_told,
    order,
    question,
    saved,
    seek,
    sentence,
    wish,
)
from crawler.model import Answer, Failure, FailureKind, Health, Response, Sketch
from crawler.urls import Url, resolve

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


PAGE = url("https://a.example/page?q=1")
DAY = timedelta(days=1)
WELL = NOON - 10 * DAY
SILENCE = Failure(FailureKind.TIMEOUT)


def stamp(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}"


def archived(at: datetime, page: object = PAGE, flags: str = "") -> Response:
    return Response(302, {"location": f"https://{ARCHIVE}/web/{stamp(at)}{flags}/{page}"})


def held(wanted: Wish, *answers: Answer) -> tuple[ArchivedCopy, list[str]]:
    conversation = seek(wanted, NOON)
    asked = [str(next(conversation)), *(str(conversation.send(each)) for each in answers[:-1])]
    with pytest.raises(StopIteration) as end:
        conversation.send(answers[-1])
    copy: ArchivedCopy = end.value.value
    return copy, asked


def a_copy(
    came: Came = Came.COPY,
    at: datetime = WELL,
    basis: Basis = Basis.SEEN,
    errand: Errand = Errand.FIND,
    asked_at: datetime = NOON,
) -> ArchivedCopy:
    there = question(PAGE, at) if came is Came.COPY else None
    return ArchivedCopy(
        PAGE, errand, WELL, basis, asked_at, came, there, at if came is Came.COPY else None
    )


# Whom to ask about


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://a.example/", True),
        ("https://a.example:8443/x?y=z", True),
        ("http://8.8.8.8/", True),
        ("http://[2606:4700::1111]/", True),
        ("http://10.0.0.1/", False),
        ("http://127.0.0.1:8000/", False),
        ("http://[::1]/", False),
        ("http://wiki/", False),
        ("http://printer.local/", False),
        ("http://git.corp.internal/", False),
        ("http://localhost/", False),
        ("https://web.archive.org/web/2013/http://a.example/", False),
        ("https://web.archive.org/", False),
        ("https://archive.ph/AbC12", False),
        ("https://perma.cc/ABCD-1234", False),
        ("https://webarchive.org.uk/wayback/archive/20130101/http://a.example/", False),
        ("https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example&data=s", False),
    ],
)
def test_only_addresses_of_the_public_web_are_told(address: str, *, told: bool) -> None:
    assert may_be_told(url(address)) is told


def test_what_is_wanted_is_the_last_good_look_else_the_day_before_the_line_came() -> None:
    written = NOON - 900 * DAY
    assert wish(PAGE, WELL, written, NOON) == Wish(PAGE, WELL, Basis.SEEN)
    assert wish(PAGE, None, written, NOON) == Wish(PAGE, written - DAY, Basis.WRITTEN)
    assert wish(PAGE, None, None, NOON) == Wish(PAGE, NOON, Basis.UNKNOWN)


def test_a_page_was_last_well_before_another_took_its_place() -> None:
    state = state_of_looks("ok", "ok", "not-found")
    assert state is not None
    assert last_well(state) == NOON + DAY
    known = Sketch(WELL, str(PAGE))
    assert last_well(replace(state, known=known)) == NOON + DAY
    drifted = replace(state, health=Health.DRIFTED, known=known, drift_since=NOON)
    assert last_well(drifted) == WELL
    assert finding([a_copy()], drifted) is not None


@pytest.mark.parametrize(
    ("came", "days", "due"),
    [
        (Came.COPY, 364, False),
        (Came.COPY, 365, True),
        (Came.NONE, 29, False),
        (Came.NONE, 30, True),
        (Came.LATER, 0.5, False),
        (Came.LATER, 1, True),
    ],
)
def test_what_was_answered_is_asked_again_in_time(came: Came, days: float, *, due: bool) -> None:
    known = a_copy(came)
    assert is_due(known, WELL, NOON + days * DAY) is due
    assert is_due(known, None, NOON + days * DAY) is due
    assert is_due(None, WELL, NOON)


def test_another_moment_is_another_question_and_once_a_day_at_most() -> None:
    later = WELL + 31 * DAY
    assert is_due(a_copy(), later, NOON + DAY)
    assert not is_due(a_copy(), later, NOON + DAY / 2)
    assert not is_due(a_copy(), WELL + 29 * DAY, NOON + DAY)


def test_an_answer_of_the_future_is_none() -> None:
    assert is_due(a_copy(asked_at=NOON + DAY), WELL, NOON)
    assert is_to_be_saved(a_copy(asked_at=NOON + DAY, errand=Errand.SAVE), NOON)


def test_a_page_is_kept_again_after_a_season() -> None:
    assert is_to_be_saved(None, NOON)
    assert not is_to_be_saved(a_copy(errand=Errand.SAVE), NOON + 89 * DAY)
    assert is_to_be_saved(a_copy(errand=Errand.SAVE), NOON + 90 * DAY)
    assert not is_to_be_saved(a_copy(Came.NONE, errand=Errand.SAVE), NOON + 89 * DAY)
    assert is_to_be_saved(a_copy(Came.LATER, errand=Errand.SAVE), NOON + DAY)


# What is asked and answered


def test_the_question_names_the_moment_and_the_page() -> None:
    copy, asked = held(Wish(PAGE, WELL, Basis.SEEN), archived(WELL - DAY))
    assert asked == ["https://web.archive.org/web/20261112120000/https://a.example/page?q=1"]
    assert copy == ArchivedCopy(
        PAGE, Errand.FIND, WELL, Basis.SEEN, NOON, Came.COPY,
        url("https://web.archive.org/web/20261111120000/https://a.example/page?q=1"), WELL - DAY,
    )  # fmt: skip
    assert not copy.is_late


def test_nothing_is_asked_of_before_the_archive_began() -> None:
    ancient = datetime(3, 1, 1, tzinfo=NOON.tzinfo)
    assert question(PAGE, ancient).target.startswith("/web/19960101000000/")


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (Response(404), Came.NONE),
        (Response(403), Came.NONE),
        (Response(451), Came.NONE),
        (Response(429, {"retry-after": "9"}), Came.LATER),
        (Response(408), Came.LATER),
        (Response(414), Came.NONE),
        (Response(503), Came.LATER),
        (Response(999), Came.LATER),
        (SILENCE, Came.LATER),
        (Response(304), Came.LATER),
        (Response(302), Came.NONE),
    ],
)
def test_most_answers_name_no_copy(answer: Answer, came: Came) -> None:
    copy, _ = held(Wish(PAGE, WELL, Basis.SEEN), answer)
    assert (copy.came, copy.copy_url, copy.copy_at) == (came, None, None)


@pytest.mark.parametrize(
    "location",
    [
        f"https://{ARCHIVE}/web/20261111120000/https://a.example/other",
        f"https://{ARCHIVE}/web/20261111120000/https://b.example/page?q=1",
        f"https://{ARCHIVE}/web/20261111120000/https://a.example/page",
        f"https://{ARCHIVE}/web/20261111120000/https://a.example:8443/page?q=1",
        f"https://{ARCHIVE}/web/20261111120000/mailto:a@b.example",
        f"https://{ARCHIVE}/web/20261111120000/a.example/page?q=1",
        f"https://{ARCHIVE}/web/20261111120000/",
        f"https://{ARCHIVE}/web/20261124120001/{PAGE}",
        f"https://{ARCHIVE}/web/20261301000000/{PAGE}",
        f"https://{ARCHIVE}/web/19950101000000/{PAGE}",
        f"https://{ARCHIVE}/web/2026*/{PAGE}",
        f"https://{ARCHIVE}/web/\uff12026111112000\uff10/{PAGE}",
        f"https://{ARCHIVE}/save/{PAGE}",
        f"https://evil.example/web/20261111120000/{PAGE}",
        f"//evil.example/web/20261111120000/{PAGE}",
        f"https://{ARCHIVE}.evil.example/web/20261111120000/{PAGE}",
        f"https://{ARCHIVE}:8443/web/20261111120000/{PAGE}",
        f"https://{ARCHIVE}@evil.example/web/20261111120000/{PAGE}",
        "https://web.archive.org/",
        "javascript:alert(1)",
        "http://[",
        "",
    ],
)
def test_what_is_no_copy_of_that_page_at_the_archive_is_none(location: str) -> None:
    copy, _ = held(Wish(PAGE, WELL, Basis.SEEN), Response(302, {"location": location}))
    assert (copy.came, copy.copy_url, copy.copy_at) == (Came.NONE, None, None)


@pytest.mark.parametrize(
    "location",
    [
        f"https://{ARCHIVE}/web/20261111120000/https://a.example/page?q=1",
        f"http://{ARCHIVE}/web/20261111120000/https://a.example/page?q=1",
        "/web/20261111120000/https://a.example/page?q=1",
        f"https://{ARCHIVE}/web/20261111120000id_/https://a.example/page?q=1#there",
        f"https://{ARCHIVE}/web/20261111120000im_/https://A.example:443/page?q=1",
    ],
)
def test_the_address_of_a_copy_is_made_by_us(location: str) -> None:
    copy, _ = held(Wish(PAGE, WELL, Basis.SEEN), Response(302, {"location": location}))
    assert str(copy.copy_url) == f"https://{ARCHIVE}/web/20261111120000/{PAGE}"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "http://www.a.example/x/", True),
        ("http://a.example:80/x", "https://a.example/x", True),
        ("https://a.example/?", "https://a.example", True),
        ("https://a.example:8443/", "https://a.example/", False),
        ("https://a.example/x", "https://a.example/X", False),
        ("https://a.example/x?a", "https://a.example/x", False),
        ("https://a.example/", "https://b.a.example/", False),
    ],
)
def test_the_same_page_may_be_written_in_several_ways(one: str, other: str, *, same: bool) -> None:
    assert is_same_page(url(one), url(other)) is same
    assert is_same_page(url(other), url(one)) is same


def test_an_answer_without_a_redirect_is_of_that_very_second() -> None:
    copy, _ = held(Wish(PAGE, WELL, Basis.SEEN), Response(200))
    assert (copy.came, copy.copy_at) == (Came.COPY, WELL)


def test_a_late_copy_has_an_older_one_asked_for() -> None:
    late = archived(WELL + 5 * DAY)
    older = archived(WELL - 700 * DAY)
    copy, asked = held(Wish(PAGE, WELL, Basis.SEEN), late, older)
    assert asked[1] == str(question(PAGE, WELL - 370 * DAY))
    assert copy.copy_at == WELL - 700 * DAY
    assert copy.wanted_at == WELL
    assert not copy.is_late


@pytest.mark.parametrize("second", [archived(WELL + DAY), Response(404), Response(429), SILENCE])
def test_a_late_copy_is_told_as_one_where_there_is_no_older(second: Answer) -> None:
    copy, _ = held(Wish(PAGE, WELL, Basis.SEEN), archived(WELL + 5 * DAY), second)
    assert copy.copy_at == WELL + 5 * DAY
    assert copy.is_late
    assert "perhaps too late" in sentence(copy)


def test_a_copy_from_about_when_the_link_was_written_is_good_enough() -> None:
    wanted = Wish(PAGE, WELL - 365 * DAY, Basis.WRITTEN)
    soon, asked = held(wanted, archived(WELL - 275 * DAY))
    assert (soon.is_late, len(asked)) == (False, 1)
    late, asked = held(wanted, archived(WELL - 274 * DAY), Response(404))
    assert (late.is_late, len(asked)) == (True, 2)


def test_where_no_moment_is_known_the_newest_copy_is_all_there_is() -> None:
    copy, asked = held(Wish(PAGE, NOON, Basis.UNKNOWN), archived(NOON + DAY / 2))
    assert len(asked) == 1
    assert copy.came is Came.COPY


WORDS = st.sampled_from([
    "https://", "http:", ARCHIVE, "/web/", "20261111120000", "id_", "/", "..", "%2e", "@", ":80",
    "\\", "?", "#", " ", "\n", "a.example/page?q=1", str(PAGE), "evil.example", "*", "é", "\ud800",
])  # fmt: skip


@given(st.one_of(st.text(), st.lists(WORDS, max_size=8).map("".join)), st.integers(100, 999))
def test_no_answer_leads_out_of_the_archive_or_raises(location: str, status: int) -> None:
    headers = {"location": location, "content-location": location}
    for copy in (
        saved(PAGE, Response(status, headers), NOON, NOON),
        _first(Response(status, headers)),
    ):
        assert (copy.copy_url is None) is (copy.copy_at is None) is (copy.came is not Came.COPY)
        if copy.copy_url is not None and copy.copy_at is not None:
            again = resolve(str(copy.copy_url))
            assert not hasattr(again, "reason")
            assert (copy.copy_url.scheme, copy.copy_url.authority) == ("https", ARCHIVE)
            _, _, digits, rest = copy.copy_url.target.split("/", 3)
            assert digits == stamp(copy.copy_at)
            assert is_same_page(url(rest), PAGE)


def _first(answer: Answer) -> ArchivedCopy:
    conversation = seek(Wish(PAGE, NOON, Basis.UNKNOWN), NOON)
    next(conversation)
    try:
        conversation.send(answer)
    except StopIteration as end:
        copy: ArchivedCopy = end.value
        return copy
    raise AssertionError("still asking")


# To have a copy made


def test_the_answer_to_an_order_names_the_copy_in_either_header() -> None:
    assert str(order(PAGE)) == f"https://{ARCHIVE}/save/{PAGE}"
    there = f"/web/{stamp(NOON)}/{PAGE}"
    for answer in (Response(302, {"location": there}), Response(200, {"content-location": there})):
        copy = saved(PAGE, answer, WELL, NOON)
        assert (copy.errand, copy.came, copy.copy_at) == (Errand.SAVE, Came.COPY, NOON)
        assert (str(copy.copy_url), copy.wanted_at) == (f"https://{ARCHIVE}{there}", WELL)
        assert not copy.is_late, "made after the look, and at our wish"


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (Response(403), Came.NONE),
        (Response(429), Came.LATER),
        (Response(200), Came.LATER),
        (Response(502), Came.LATER),
        (SILENCE, Came.LATER),
    ],
)
def test_an_order_may_come_to_nothing(answer: Answer, came: Came) -> None:
    assert saved(PAGE, answer, WELL, NOON).came is came


# Whether we are welcome


@pytest.mark.parametrize(
    ("answers", "over"),
    [
        ([], False),
        ([Response(404), Response(302), Response(200)], False),
        ([Response(429)], False),
        ([Response(429), Response(302), Response(429)], True),
        ([SILENCE], False),
        ([SILENCE, Response(404), SILENCE], False),
        ([SILENCE, SILENCE], True),
        ([Response(503), SILENCE], True),
        ([Response(403)] * 4, False),
        ([Response(403)] * 5, True),
        ([*[Response(403)] * 4, Response(404), Response(403)], False),
    ],
)
def test_the_archive_is_left_alone_at_the_first_sign(answers: list[Answer], *, over: bool) -> None:
    welcome = Welcome()
    for answer in answers:
        welcome.take(answer, None, 60)
    assert welcome.is_over is over


def test_who_asks_for_a_long_pause_is_asked_another_day() -> None:
    welcome = Welcome()
    welcome.take(Response(429), 60, 60)
    assert not welcome.is_over
    welcome = Welcome()
    welcome.take(Response(503), 61, 60)
    assert welcome.is_over


# What authors are told


def test_the_copy_of_a_lost_page_is_told() -> None:
    told = finding([a_copy()], state_of_looks("ok", "not-found"))
    assert told is not None
    assert (told.name, told.severity, told.replacement) == (
        "archived-copy",
        "advice",
        f"https://{ARCHIVE}/web/20261112120000/{PAGE}",
    )
    assert told.message == "Archived on 2026-11-12, before the page was lost."


def test_no_copy_is_told_of_where_nothing_is_lost_or_there_is_none() -> None:
    lost = state_of_looks("not-found")
    assert finding([a_copy()], state_of_looks("ok")) is None
    assert finding([a_copy()], state_of_looks("timeout")) is None
    assert finding([a_copy()], None) is None
    assert finding([], lost) is None
    assert finding([a_copy(Came.NONE), a_copy(Came.LATER)], lost) is None


def test_the_best_copy_is_one_that_is_not_in_doubt_and_then_the_latest() -> None:
    late = a_copy(at=WELL + DAY)
    old, newer = a_copy(at=WELL - 9 * DAY), a_copy(at=WELL - DAY, errand=Errand.SAVE)
    unknown = a_copy(basis=Basis.UNKNOWN)
    assert best([late, old]) is old
    assert best([old, newer]) is newer
    assert best([unknown, old]) is old
    assert best([late]) is late
    assert best([]) is None


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        (Basis.SEEN, "before the page was lost."),
        (Basis.WRITTEN, "about when the link was written or before."),
        (Basis.UNKNOWN, "whether the page was well then is not known."),
    ],
)
def test_how_far_a_copy_is_to_be_trusted_is_said(basis: Basis, words: str) -> None:
    assert sentence(replace(a_copy(), basis=basis)).endswith(words)


@given(st.from_regex(r"https://[a-z]{1,9}\.example/[a-zA-Z0-9/?=&.~-]{0,40}", fullmatch=True))
def test_the_archives_own_way_of_naming_a_page_is_read_back(address: str) -> None:
    page: Url = url(address)
    copy, _ = held(Wish(page, WELL, Basis.SEEN), archived(WELL, page, "id_"))
    assert copy.copy_url == question(page, WELL)
