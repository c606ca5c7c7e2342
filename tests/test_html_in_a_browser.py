"""The HTML report in a real browser: that it is quiet, that its script does what it says, for all.

Chromium is driven from outside; the pages are files, and nothing on the network can be reached.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from fakes import NOON
from pages_of_reports import chronicle, many, rich
from test_html_report import troubled
from test_reports import everything, news

from crawler import reports
from crawler.model import Chronicle, Headcount, Health, Report
from crawler.outline import Aspect

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM: Final = next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium on the path (Debian's package: chromium)"
)
PHONE: Final = {"width": 360, "height": 740}
DESK: Final = {"width": 1280, "height": 900}
# What a page does that it must not is kept where a test can ask for it.
WATCH: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - where there is a browser

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # As root Chromium has no sandbox of its own, and here it only sees what we made.
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page that is open, and all that it said and asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        return [" ".join(each.split()) for each in self.page.locator(selector).all_inner_texts()]

    def shown(self, selector: str) -> int:
        number: int = self.page.locator(selector).locator("visible=true").count()
        return number

    def address(self) -> str:
        return str(self.page.evaluate("location.hash"))

    def wait_for(self, selector: str, text: str) -> None:
        """Wait until a part of the page says something. The policy forbids to ask the page."""
        from playwright.sync_api import expect  # noqa: PLC0415

        expect(self.page.locator(selector).first).to_contain_text(text)

    def check_quiet(self) -> None:
        assert self.said == []
        assert self.page.evaluate("window.violations") == []
        assert [each for each in self.asked if not each.startswith("file:")] == []
        assert len(self.asked) <= 1 + self.asked.count(self.asked[0])


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Open]:  # noqa: ANN401 - the library's, if it is there
    contexts = []

    def opened(report: Report, aspect: Aspect = Aspect.ALL, at: str = "", **given: Any) -> Visit:  # noqa: ANN401 - the browser's own
        path = tmp_path / "report.html"
        path.write_text(reports.render(report, "html", aspect), encoding="utf-8")
        context = browser.new_context(**{"viewport": DESK} | given)
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        found = Visit(page)
        page.on("console", lambda message: found.said.append(message.text))
        page.on("pageerror", lambda error: found.said.append(str(error)))
        page.on("request", lambda request: found.asked.append(request.url))
        page.goto(f"{path.as_uri()}{at}")
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("days", [(0, 1, 4), (0, 1, 2, 3, 4, 5), (0, 9), (0, 30, 60)])
def test_the_days_of_a_timeline_can_be_read(visit: Open, width: int, days: tuple[int, ...]) -> None:
    healths = {Health.BROKEN: 2, Health.HEALTHY: 9}
    runs = tuple(Headcount(NOON + timedelta(days=each), 11, healths) for each in days)
    found = visit(
        replace(rich(), chronicle=Chronicle(runs)), viewport={"width": width, "height": 800}
    )
    boxes = found.page.locator(".timeline text[text-anchor]").locator("visible=true")
    found_at = [box for each in boxes.all() if (box := each.bounding_box())]
    edges = sorted((box["x"], box["x"] + box["width"]) for box in found_at)
    assert edges
    assert all(end < start for (_, end), (start, _) in pairwise(edges))


@pytest.mark.parametrize("report", [rich, everything, news], ids=lambda each: each.__name__)
@pytest.mark.parametrize("aspect", [Aspect.ALL, Aspect.CHANGES, Aspect.CATALOGUE])
def test_a_page_says_nothing_to_the_console_and_asks_nobody(
    visit: Open, report: Callable[[], Report], aspect: Aspect
) -> None:
    visit(report(), aspect).check_quiet()


def test_what_strangers_write_is_not_run(visit: Open) -> None:
    for attack in ("<img src=x onerror=console.log(1)>", '"><script>console.log(1)</script>'):
        found = visit(troubled(attack))
        found.check_quiet()
        assert attack in found.texts("li.entry .why")[0]


def test_the_policy_stops_what_is_not_ours(visit: Open) -> None:
    """Else the tests of it would find nothing, whatever it said."""
    found = visit(everything())
    found.page.evaluate("""() => {
      const style = document.createElement("style");
      style.append("p { color: red }");
      const image = '<img src="https://a.example/x.png" style="color: red">';
      document.body.insertAdjacentHTML("beforeend", image);
      document.body.append(style);
    }""")
    found.page.wait_for_timeout(200)
    assert {each.partition(" ")[0] for each in found.page.evaluate("window.violations")} == {
        "style-src-elem", "style-src-attr", "img-src",
    }  # fmt: skip


def test_a_text_chooses_links_and_the_counts_follow(visit: Open) -> None:
    found = visit(rich())
    assert found.texts("#shown") == ["44 of 44 links"]
    found.page.fill("#q", "MEDIUM example")
    assert found.texts("#shown") == ["3 of 44 links"]
    assert found.shown("#all tbody tr") == 3
    assert found.texts("section.entries:visible h2") == ["Not for us 1 of 2"]
    assert found.shown("li.entry") == 1
    assert found.address() == "#q=MEDIUM+example"
    found.page.fill("#q", "nothing is called that")
    assert found.texts("#shown") == ["0 of 44 links"]
    assert found.shown("#nothing") == 1
    found.page.click("button[type=reset]")
    found.wait_for("#shown", "44 of 44 links")
    assert found.shown("li.entry") == len(found.texts("li.entry"))
    assert found.address() == ""
    found.check_quiet()


def test_state_host_and_document_choose_links_together(visit: Open) -> None:
    found = visit(rich())
    found.page.select_option("#kind", "blocked")
    assert found.texts("#shown") == ["4 of 44 links"]
    found.page.select_option("#host", "medium.example")
    assert found.texts("#shown") == ["3 of 44 links"]
    found.page.select_option("#in", "README.md")
    assert found.texts("#shown") == ["1 of 44 links"]
    assert found.texts("#all tbody tr:visible td:nth-child(3)") == ["README.md:20"]
    assert found.address() == "#kind=blocked&host=medium.example&in=README.md"
    found.check_quiet()


def test_the_address_brings_back_what_was_chosen(visit: Open) -> None:
    found = visit(rich(), at="#kind=broken&in=docs%2Fguides%2Fdata.md&sort=host")
    assert found.page.input_value("#kind") == "broken"
    assert found.page.input_value("#sort") == "host"
    assert found.texts("#shown") == ["2 of 44 links"]
    other = visit(rich(), at="#host=nowhere.example&q=%3Cb%3E")
    assert other.page.input_value("#host") == "nowhere.example"
    assert other.texts("#shown") == ["0 of 44 links"]
    visit(rich(), at="#sort=sideways&q=%").check_quiet()


def test_a_figure_chooses_its_links_and_says_that_it_has(visit: Open) -> None:
    found = visit(rich())
    found.page.click(".figures a >> text=drifted")
    assert found.texts("#shown") == ["1 of 44 links"]
    assert found.texts(".figures [aria-current]") == ["1 drifted"]
    assert found.texts("section.entries:visible h2") == ["Drifted 1 of 1"]
    found.page.go_back()
    found.wait_for("#shown", "44 of 44 links")
    assert found.texts(".figures [aria-current]") == []


def test_a_way_to_an_entry_that_is_not_shown_shows_it(visit: Open) -> None:
    found = visit(rich(), at="#kind=blocked")
    way = found.page.locator(".changes a").first
    anchor = way.get_attribute("href")
    assert not found.page.is_visible(f"li.entry{anchor}")
    way.click()
    found.page.wait_for_selector(f"li.entry{anchor}", state="visible")


def test_links_are_sorted_and_put_back(visit: Open) -> None:
    found = visit(rich())
    before = found.texts("#all tbody td:nth-child(2)"), found.texts("li.entry > :first-child")
    found.page.select_option("#sort", "host")
    hosts = [
        each.split("/")[2] for each in found.texts("#all tbody td:nth-child(2)") if "//" in each
    ]
    backwards = [".".join(reversed(each.split("."))) for each in hosts if each != "["]
    assert backwards == sorted(backwards)
    found.page.select_option("#sort", "document")
    documents = [each.split(":")[0] for each in found.texts("#all tbody td:nth-child(3)")]
    assert documents == sorted(documents, key=lambda each: found_at(each, documents))
    assert documents[0] == "README.md"
    found.page.select_option("#sort", "since")
    assert found.texts("li.entry > :first-child")[0].startswith("http://cs231n")
    dates = [
        each or ""
        for each in found.page.eval_on_selector_all(
            "#all tbody tr", "rows => rows.map(row => row.dataset.since)"
        )
    ]
    assert dates == sorted(dates, reverse=True)
    assert dates[-1] == ""
    assert found.shown("section.entries > h3") == 0, "documents' names make no sense in this order"
    found.page.select_option("#sort", "worst")
    assert (
        found.texts("#all tbody td:nth-child(2)"),
        found.texts("li.entry > :first-child"),
    ) == before
    assert found.shown("section.entries > h3") > 0
    found.check_quiet()


def found_at(document: str, documents: list[str]) -> int:
    return documents.index(document)


def test_a_replacement_is_copied_and_the_button_says_so(visit: Open) -> None:
    found = visit(rich(), permissions=["clipboard-read", "clipboard-write"])
    button = found.page.locator("button.copy").first
    button.click()
    found.wait_for("button.copy", "Copied")
    copied = found.page.evaluate("navigator.clipboard.readText()")
    assert copied == button.get_attribute("data-copy")
    found.wait_for("button.copy", "Copy address")
    found.check_quiet()


def test_a_replacement_is_copied_where_the_clipboard_is_closed(visit: Open) -> None:
    found = visit(rich())
    found.page.evaluate("""() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
      document.execCommand = (what) => { window.did = [what, document.activeElement.value]; };
    }""")
    found.page.locator("button.copy").first.click()
    found.wait_for("button.copy", "Copied")
    assert found.page.evaluate("window.did") == [
        "copy", found.page.locator("button.copy").first.get_attribute("data-copy"),
    ]  # fmt: skip
    assert found.page.locator("textarea").count() == 0


def test_evidence_opens_by_mouse_and_by_key(visit: Open) -> None:
    found = visit(rich())
    summary = found.page.locator("li.entry summary >> text=Evidence").first
    assert found.shown("li.entry dl") == 0
    summary.click()
    assert found.shown("li.entry dl") == 1
    summary.press("Enter")
    assert found.shown("li.entry dl") == 0


def test_a_keyboard_is_enough(visit: Open) -> None:
    found = visit(rich())
    found.page.keyboard.press("Tab")
    assert found.page.evaluate("document.activeElement.className") == "skip"
    box = found.page.locator(".skip").bounding_box()
    assert box["x"] >= 0, "the way past the head is seen when it has the focus"
    found.page.keyboard.press("Enter")
    assert found.address() == "#links"
    found.page.keyboard.press("/")
    assert found.page.evaluate("document.activeElement.id") == "q"
    found.page.keyboard.type("/cs231n")
    assert found.page.input_value("#q") == "/cs231n", "in a field it is a character"
    found.page.keyboard.press("Escape")
    assert found.texts("#shown") == ["44 of 44 links"]
    for stop in ("kind", "host", "in", "sort"):
        found.page.keyboard.press("Tab")
        assert found.page.evaluate("document.activeElement.id") == stop
        ring = found.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none"


def test_without_scripts_everything_is_there(visit: Open) -> None:
    found = visit(rich(), java_script_enabled=False)
    assert found.shown("form, button") == 0
    assert found.shown("li.entry") == len(found.texts("li.entry")) == 15
    assert len(found.texts("#all tbody tr")) == 44
    assert found.shown("svg.timeline") == 1
    found.page.locator("li.entry summary >> text=Evidence").first.click()
    assert found.shown("li.entry dl") == 1
    found.page.click(".figures a >> text=drifted")
    assert "kind=drifted" in found.page.url
    assert found.page.locator("[id='kind=drifted']").bounding_box()["y"] < 200


@pytest.mark.parametrize("report", [rich, everything, news], ids=lambda each: each.__name__)
def test_a_phone_is_wide_enough(visit: Open, report: Callable[[], Report]) -> None:
    for aspect in (Aspect.ALL, Aspect.CHANGES, Aspect.CATALOGUE):
        found = visit(report(), aspect, viewport=PHONE)
        found.page.evaluate(
            "for (const each of document.querySelectorAll('details')) each.open = true"
        )
        widths = found.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1]


AXE: Final = "axe_playwright_python"


@pytest.mark.parametrize(
    ("aspect", "scheme", "screen"),
    [
        (Aspect.ALL, "light", DESK),
        (Aspect.ALL, "dark", DESK),
        (Aspect.ALL, "light", PHONE),
        (Aspect.CHANGES, "dark", DESK),
        (Aspect.CATALOGUE, "light", DESK),
    ],
)
def test_nothing_is_in_the_way_of_anybody(
    visit: Open, aspect: Aspect, scheme: str, screen: dict[str, int]
) -> None:
    # One of each kind: every element that is looked at takes milliseconds.
    few = replace(news(), chronicle=chronicle(tuple(rich().rows), 8))
    found = visit(few, aspect, color_scheme=scheme, viewport=screen)
    found.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found.page.evaluate((files(AXE) / "axe.min.js").read_text(encoding="utf-8"))
    result = found.page.evaluate("axe.run({ resultTypes: ['violations'] })")
    told = [
        (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in result["violations"]
    ]
    assert told == []
    assert result["passes"]


def test_in_print_there_is_nothing_to_press(visit: Open) -> None:
    found = visit(rich())
    found.page.emulate_media(media="print")
    assert found.shown("form, button, .skip") == 0
    assert found.shown("li.entry") == 15
    assert found.shown("li.entry dl") == 0
    assert found.page.pdf()[:5] == b"%PDF-"


def test_many_links_are_chosen_among_at_once(visit: Open) -> None:
    found = visit(many(5000))
    found.page.fill("#q", "about-something-1")
    taken = found.page.evaluate(
        """() => { const q = document.querySelector("#q"), began = performance.now();
        q.value = "about-something-12"; q.dispatchEvent(new Event("input", { bubbles: true }));
        document.body.offsetHeight; return performance.now() - began; }"""
    )
    print(f"{taken:.0f} ms")  # noqa: T201 - shown with -s; what a machine is busy with is no failure
    rows = found.page.locator("#all tbody tr:not([hidden])")
    assert found.texts("#shown") == [f"{rows.count()} of 5 000 links"]
    assert 10 < rows.count() < 500
    found.check_quiet()


def test_the_browser_is_one_where_it_ought_to_be() -> None:
    """Say what is used: a report of tests is of little use without it."""
    assert CHROMIUM is not None
    assert os.access(CHROMIUM, os.X_OK)
