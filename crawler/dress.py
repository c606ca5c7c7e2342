"""The style and the script of the HTML report, and the policy that allows these two alone.

They are files of their own in `data/report/`, made part of the page as they are. The policy names
them by their hashes: whatever else might get into a page is neither run nor drawn, nor fetched.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from crawler.tags import Markup, tag


@cache
def dress() -> Markup:
    """Return what belongs into the head of a page: the policy first, then the style."""
    style, script = _text("style.css"), _text("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    shielded = tag("meta", http_equiv="Content-Security-Policy", content=policy)
    return Markup(f"{shielded}\n<style>{style}</style>\n")


@cache
def manners() -> Markup:
    """Return the script, for the end of a page."""
    return Markup(f"<script>{_text('report.js')}</script>\n")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _text(name: str) -> str:
    """Read a file; lines end as the policy's hash has them, whatever the checkout made of them."""
    text = files("crawler").joinpath("data", "report", name).read_text(encoding="utf-8")
    return "\n".join(text.splitlines()) + "\n"
