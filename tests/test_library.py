"""crawl from a program."""

from pathlib import Path

import pytest
from loopback import OK, answering, serving

from crawler import check_links, check_links_sync
from crawler.errors import SourceError
from crawler.model import Outcome
from crawler.settings import FetchSettings, Settings


async def test_check_links_returns_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with serving(answering(OK)) as site:
        Path("a.md").write_text(f"<http://a.example:{site.port}/>")
        settings = Settings(fetch=FetchSettings(resolve=("*:*:127.0.0.1",)))
        report = await check_links(["a.md"], settings)
    assert [row.verdict.outcome for row in report.rows] == [Outcome.OK]
    assert not Path("crawl.db").exists()


def test_check_links_sync_needs_no_event_loop(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("[x](http://[)")
    assert [row.verdict.outcome for row in check_links_sync([str(path)]).rows] == [Outcome.INVALID]


def test_ignores_expire_with_the_day(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    link = "[x](http://[) <!-- crawl: ignore until={} -->"
    path.write_text(f"{link.format('2020-01-01')}\n{link.format('2999-01-01')}\n")
    report = check_links_sync([str(path)])
    assert [row.verdict.outcome for row in report.rows] == [Outcome.INVALID, Outcome.SKIPPED]
    assert [each.state for each in report.run.ignores] == ["expired", "active"]


def test_a_source_that_cannot_be_read_is_an_exception(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        check_links_sync([str(tmp_path / "none.md")])
