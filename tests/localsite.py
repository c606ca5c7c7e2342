"""A site on loopback made of pages, and runs over it: what it answers, what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from fakes import FakeClock
from loopback import listening

from crawler import runs
from crawler.agenda import Asks
from crawler.conduct import Conduct
from crawler.model import Observation, Report
from crawler.settings import FetchSettings, PaceSettings, Settings
from crawler.sources import gather
from crawler.stop import Stop
from crawler.store import Store

SETTINGS = Settings(
    fetch=FetchSettings(resolve=("*:*:127.0.0.1",), retries=0, timeout=20),
    pace=PaceSettings(delay=0),
)
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Page:
    """What a path of a site answers with."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = HTML
    delay: float = 0.0

    def raw(self, port: bytes, count: bytes) -> bytes:
        """Return the answer: in its text PORT stands for the port, COUNT for a number."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        body = body.replace(b"PORT", port).replace(b"COUNT", count)
        given = {"content-type": self.type, "content-length": str(len(body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in given.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1").replace(b"PORT", port) + body


def moved(to: str) -> Page:
    return Page(status=301, headers={"location": to})


def linking(*hrefs: str, head: str = "") -> Page:
    links = "\n".join(f'<p><a href="{href}">to {href}</a></p>' for href in hrefs)
    return Page(f"<!doctype html><html><head><title>A page</title>{head}</head>\n{links}\n</html>")


@dataclass
class Web:
    """A site: what it answers, and what it was asked, host and target, in order."""

    pages: dict[str, Page | list[Page]]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    otherwise: Page = field(default_factory=lambda: Page("gone", 404))
    on_request: Callable[[str], None] = lambda _: None
    count: int = 0

    def url(self, target: str = "/", host: str = "site.example") -> str:
        return f"http://{host}:{self.port}{target}"

    @property
    def targets(self) -> list[str]:
        return [each.partition("/")[2] for each in sorted(self.asked)]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = head.split(" ", 2)[1]
            host = head.lower().partition("\r\nhost: ")[2].partition("\r\n")[0].partition(":")[0]
            self.asked.append(f"{host}{target}")
            self.heads.append(head)
            path = target.partition("?")[0]
            page = self.pages.get(target) or self.pages.get(path) or self.otherwise
            if isinstance(page, list):  # one answer after the other, the last for ever
                page = page.pop(0) if len(page) > 1 else page[0]
            self.on_request(target)
            self.count += 1
            port, count = str(self.port).encode(), b"%06d" % self.count
            await asyncio.sleep(page.delay)
            writer.write(page.raw(port, count))
            await writer.drain()


@asynccontextmanager
async def site(
    pages: Mapping[str, Page] | Mapping[str, Page | list[Page]], otherwise: Page | None = None
) -> AsyncIterator[Web]:
    web = Web(dict(pages))
    web.otherwise = otherwise or web.otherwise
    async with listening(web.talk) as web.port:
        yield web


async def checked(
    *sources: str,
    settings: Settings = SETTINGS,
    told: list[Observation] | None = None,
    clock: FakeClock | None = None,
    stop: Stop | None = None,
) -> Report:
    collection = gather(sources, None, "", settings)
    on_look = (told if told is not None else []).append
    conduct = Conduct(settings, clock or FakeClock(), stop or Stop(), on_look)
    async with asyncio.timeout(120):
        return await runs.check(collection, {}, conduct)


def seen(report: Report) -> list[tuple[str, int, str, str]]:
    """Return document (its path alone), line, what is written, and what came of it."""
    return [
        (
            f"/{row.place.occurrence.document.split('/', 3)[-1]}",
            row.place.occurrence.span.line,
            row.place.occurrence.raw,
            row.verdict.reason,
        )
        for row in report.rows
    ]


async def run(
    store: Store,
    *sources: str,
    settings: Settings = SETTINGS,
    clock: FakeClock | None = None,
    stop: Stop | None = None,
    asks: Asks = Asks.ALL,
) -> Report:
    collection = gather(sources, None, "", settings)
    conduct = Conduct(settings, clock or FakeClock(), stop or Stop(), lambda _look: None, asks=asks)
    async with asyncio.timeout(120):
        report, error = await runs.run(collection, store, conduct)
    assert error is None
    return report
