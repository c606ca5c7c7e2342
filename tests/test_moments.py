"""What operators write for a moment, and what is meant by it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from fakes import NOON
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.moments import DEFAULT, moment

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h", NOON - DAY),
        ("7d", NOON - 7 * DAY),
        (DEFAULT, NOON - 7 * DAY),
        ("2w", NOON - 14 * DAY),
        ("0d", NOON),
        (" 7d\n", NOON - 7 * DAY),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T03:00Z", datetime(2026, 11, 1, 3, tzinfo=UTC)),
        ("2026-11-01T03:00:30.5Z", datetime(2026, 11, 1, 3, 0, 30, 500_000, tzinfo=UTC)),
        ("2026-11-01T03:00", datetime(2026, 11, 1, 3, tzinfo=UTC)),
        ("2026-11-01T03:00+05:30", datetime(2026, 10, 31, 21, 30, tzinfo=UTC)),
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
        ("last", NOON - DAY),
        ("LAST", NOON - DAY),
    ],
)
def test_a_moment_is_what_is_meant_in_utc(text: str, expected: datetime) -> None:
    at = moment(text, NOON, NOON - DAY)
    assert at == expected
    assert at.tzinfo is UTC


def test_without_a_run_before_the_latest_nothing_has_changed_since() -> None:
    assert moment("last", NOON) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "", "7", "d", "-7d", "7 d", "7m", "1.5d", "7d ago", "yesterday",
        "\u0667d", "\u0662\u0660\u0662\u0666-11-01",
        "999999999w", "0001-01-01T00:00+05:00", "2026-13-01", "2026-02-30", "2026-11-01T25:00Z",
        "2026-W45-1", "20261101", "2026-11-01 03:00", "2026-11-01T03", "01.11.2026",
        "20261122T120000Z-0a1b2c3d",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_said_to_be_none_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="is no moment: write how long ago") as raised:
        moment(text, NOON)
    assert "\n" not in str(raised.value)


@given(st.text())
def test_whatever_is_written_is_a_moment_or_a_wrong_usage(text: str) -> None:
    with suppress(UsageError):
        assert moment(text, NOON).tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_as_reports_write_it_is_that_time(at: datetime) -> None:
    assert moment(at.isoformat(), NOON) == at
    assert moment(at.strftime(f"{at.year:04}-%m-%dT%H:%M:%SZ"), NOON) == at.replace(microsecond=0)
