"""The practice web: an imaginary web inside the package, for the demo and for learning.

It answers over the same seam as the real one, so that everything above the transport is the real
thing. What its sites answer is invented and stands in `data/practice/web.toml`.
"""

import asyncio
import json
import re
import socket
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Final, TypeAlias

import httpx

from crawler.model import Document

Page: TypeAlias = Mapping[str, Any]

BEGINNING: Final = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DOCUMENT: Final = "aprender-aprendizaje-automatico.md"
SPEED: Final = 12
"""How many practice seconds pass in one of ours: nobody wants to wait for a demo."""

_QUESTION: Final = re.compile(r"https://web[.]archive[.]org/web/([0-9]{14})/(.+)")
_MOMENT: Final = "%Y%m%d%H%M%S"
_HTML: Final = "text/html; charset=utf-8"
_DATA: Final = "application/json"


class PracticeClock:
    """A night of the practice: its seconds run fast, its calendar stands still.

    So the same demo tells the same dates on any machine.
    """

    def __init__(self, day: int, speed: float = SPEED) -> None:
        self._begun = time.monotonic()
        self._night = BEGINNING + timedelta(days=day)
        self._speed = speed

    def now(self) -> datetime:
        """Return the hour of the night."""
        return self._night

    def monotonic(self) -> float:
        """Return practice seconds since the clock was made."""
        return (time.monotonic() - self._begun) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait for practice seconds."""
        await asyncio.sleep(seconds / self._speed)


class PracticeWeb(httpx.AsyncBaseTransport):
    """Answers as the imaginary sites do on a day of the practice."""

    def __init__(self, day: int, clock: PracticeClock) -> None:
        self._pages = pages(day)
        self._clock = clock
        self._asked: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, after the time that the page says."""
        url = f"{request.url.scheme}://{request.url.netloc.decode()}{request.url.raw_path.decode()}"
        page = self._pages.get(url) or _archived(url) or {"failure": "dns"}
        self._asked[url] += 1
        await self._clock.sleep(page.get("delay_ms", 0) / 1000)
        if failure := page.get("failure"):
            raise _failure(failure)
        recovered = self._asked[url] > page.get("times", self._asked[url])
        return _answer({**page, "status": 200} if recovered else page)


def document() -> Document:
    """Return the seed document that the package holds."""
    text = files("crawler").joinpath("data", "practice", DOCUMENT).read_text(encoding="utf-8")
    return Document(DOCUMENT, "markdown", text, source=DOCUMENT)


def pages(day: int) -> Mapping[str, Page]:
    """Return what is in force on a day, by URL."""
    versions: defaultdict[str, list[Page]] = defaultdict(list)
    for page in _table()["page"]:
        if page.get("day", 0) <= day:
            versions[page["url"]].append(page)
    return {url: max(found, key=lambda page: page.get("day", 0)) for url, found in versions.items()}


def _archived(url: str) -> Page | None:
    """Answer as the archive does: with the copy that is nearest to the moment it is asked for."""
    asked = _QUESTION.fullmatch(url)
    if asked is None:
        return None
    moments = copies().get(asked[2])
    if not moments:
        return {"status": 404}
    wanted = datetime.strptime(asked[1], _MOMENT).replace(tzinfo=UTC)
    nearest = min(moments, key=lambda at: abs(at - wanted))
    return {"status": 302, "location": f"/web/{nearest:{_MOMENT}}/{asked[2]}"}


@cache
def copies() -> Mapping[str, Sequence[datetime]]:
    """Return of which moments the archive has copies, by URL."""
    return {each["url"]: each["at"] for each in _table()["copy"]}


def _table() -> Mapping[str, Any]:
    text = files("crawler").joinpath("data", "practice", "web.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _failure(kind: str) -> httpx.TransportError:
    if kind == "timeout":
        return httpx.ReadTimeout("practice")
    error = httpx.ConnectError("practice")
    missing = socket.gaierror(socket.EAI_NONAME, "practice")
    error.__cause__ = missing if kind == "dns" else ConnectionRefusedError("practice")
    return error


def _answer(page: Page) -> httpx.Response:
    headers = {"content-type": page.get("content_type", _HTML)}
    if "location" in page and page["status"] != 200:  # noqa: PLR2004
        headers["location"] = page["location"]
    if "retry_after" in page:
        headers["retry-after"] = str(page["retry_after"])
    text = _data(page) if headers["content-type"] == _DATA else _html(page)
    return httpx.Response(page["status"], headers=headers, content=text.encode())


def _data(page: Page) -> str:
    """Write what a site tells programs of a video (oEmbed)."""
    fields = {"title": "title", "author_name": "author", "provider_name": "site"}
    return json.dumps({"type": "video"} | {name: page.get(key) for name, key in fields.items()})


def _html(page: Page) -> str:
    lang = f' lang="{escape(page["lang"])}"' if "lang" in page else ""
    metas = {
        "description": page.get("description"),
        "og:site_name": page.get("site"),
        "author": page.get("author"),
        "article:published_time": page.get("published"),
        "robots": "noindex" if page.get("noindex") else None,
    }
    head = "".join(
        f'<meta name="{name}" content="{escape(str(value))}">'
        for name, value in metas.items()
        if value
    )
    if "canonical" in page:
        head += f'<link rel="canonical" href="{escape(page["canonical"])}">'
    title, text = escape(page.get("title", "")), escape(page.get("text", ""))
    return f"<!doctype html><html{lang}><head><title>{title}</title>{head}</head><body><p>{text}</p></body></html>"  # noqa: E501
