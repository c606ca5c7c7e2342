"""What the rules of a look see in a page besides its facts."""

from crawler.model import PageSigns
from crawler.page import Page
from crawler.text import clean

MAX_HEADINGS = 5


def read_signs(page: Page) -> PageSigns:
    """Return what a page shows. Never raises."""
    headings = [clean(node.text()) for node in page.tree.css("h1")[:MAX_HEADINGS]]
    robots = (page.meta("robots") or "").lower()
    return PageSigns(
        headings=tuple(filter(None, headings)),
        text=page.visible,
        noindex="noindex" in robots,
    )
