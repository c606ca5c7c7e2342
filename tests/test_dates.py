"""Dates of pages: every form that is one, and none that might be another."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.dates import MAX_LENGTH, iso_date


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2026-01-02", "2026-01-02"),
        (" 2026-1-2 ", "2026-01-02"),
        ("2026/01/02", "2026-01-02"),
        ("2026.01.02", "2026-01-02"),
        ("20260102", "2026-01-02"),
        ("2026", "2026"),
        ("2026-07", "2026-07"),
        ("2026/7", "2026-07"),
        ("2026-01-02T10:20:30Z", "2026-01-02T10:20:30Z"),
        ("2026-01-02T10:20:30.123456Z", "2026-01-02T10:20:30Z"),
        ("2026-01-02T10:20:30", "2026-01-02T10:20:30"),
        ("2026-01-02T10:20", "2026-01-02T10:20:00"),
        ("2026-01-02T10:20Z", "2026-01-02T10:20:00Z"),
        ("2026-01-02 10:20:30 UTC", "2026-01-02T10:20:30Z"),
        ("2026-01-02 10:20:30 +0200", "2026-01-02T08:20:30Z"),
        ("2026-01-02T00:20:30+02:00", "2026-01-01T22:20:30Z"),
        ("2026-01-02T10:20:30-03:30", "2026-01-02T13:50:30Z"),
        ("2026-01-02T10:20:30-00:30", "2026-01-02T10:50:30Z"),
        ("2026-01-02T10:20:30+05", "2026-01-02T05:20:30Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("20260102T102030Z", None),
        ("Fri, 02 Jan 2026 10:20:30 GMT", "2026-01-02T10:20:30Z"),
        ("2 January 2026", "2026-01-02"),
        ("2nd Jan. 2026", "2026-01-02"),
        ("02-Jan-2026", "2026-01-02"),
        ("Friday, January 2, 2026", "2026-01-02"),
        ("January 2nd 2026", "2026-01-02"),
        ("Sept 12, 2026 3:04", "2026-09-12T03:04:00"),
        ("2.1.2026", "2026-01-02"),
        ("2024-02-29", "2024-02-29"),
        ("1813-01-28", "1813-01-28"),
        ("2023-02-29", None),
        ("2026-13-01", None),
        ("2026-13", None),
        ("2026-00", None),
        ("2026-01-02T25:00", None),
        ("2026-01-02T10:00+99:00", None),
        ("2026-01/02", None),
        ("01/02/2026", None),
        ("2 Foo 2026", None),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("1200", None),
        ("1970-01-01T00:00:00Z", None),
        ("1970-01-01", None),
        ("1700000000", None),
        ("yesterday", None),
        ("\uff12026-01-02", None),
        ("2026-01-02" + " " * MAX_LENGTH, "2026-01-02"),
        ("2026-01-02 " + "x" * MAX_LENGTH, None),
        ("", None),
    ],
)
def test_a_date_is_made_iso_8601_or_is_none(written: str, date: str | None) -> None:
    assert iso_date(written) == date


@given(st.text() | st.from_regex(r"[0-9/.:TZ+ -]{0,40}", fullmatch=True))
@example("1" * 100_000)
def test_no_text_makes_it_fail_and_what_it_gives_is_stable(text: str) -> None:
    found = iso_date(text)
    assert found is None or iso_date(found) == found


@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0)))
def test_what_is_iso_8601_already_stays_or_cannot_be_true(moment: object) -> None:
    text = str(moment).replace(" ", "T")
    assert iso_date(text) in (text, None)
