"""Fragments: what pages have, have not, hide, and cannot tell."""

from typing import Final

from hostile.behaviour import HTML, PAGE, Behaviour, page, reply, to

_THERE: Final = "ok · ok"
_MISSING: Final = "broken · fragment-missing"
_HEAD: Final = b"<!doctype html><title>There</title>"
_WORDS: Final = b"<p>" + b"Words that people read on this page. " * 40
_SCRIPT: Final = b"<script src=/app.js></script>"

# What is asked for of which page, and the verdict.
_PAGES: Final[dict[str, tuple[str, bytes, str]]] = {
    "id": ("part", b"<h2 id=part>", _THERE),
    "name": ("part", b"<a name='part'></a>", _THERE),
    "none": ("part", b"<h2 id=other>", _MISSING),
    "other-case": ("Part", b"<h2 id=part>", _MISSING),
    "name-of-a-field": ("part", b"<input name=part>", _MISSING),
    "top": ("top", b"", _THERE),
    "empty": ("", b"", _THERE),
    "percent": ("a%20b%2Fc", b"<h2 id='a b/c'>", _THERE),
    "utf-8": ("se\u00f1al", "<h2 id='se\u00f1al'>".encode(), _THERE),
    "decomposed": ("sen\u0303al", "<h2 id='se\u00f1al'>".encode(), _THERE),
    "bad-octets": ("%FF%FE", b"<h2 id=part>", _MISSING),
    "nul": ("a%00b", b"<h2 id='a'>", _MISSING),
    "bidi": ("a\u202eb", b"<h2 id='ab'>", _MISSING),
    "pattern": (".*", b"<h2 id=part>", _MISSING),
    "very-long": ("x" * 30_000, b"<h2 id=part>", _MISSING),
    "reference": ("R&D", b"<h2 id='R&amp;D'>", _THERE),
    "unclosed-tag": ("part", b"<h2 id=part", _THERE),
    "behind-the-parsed-part": ("part", b"<br>" * 30_000 + b"<h2 id=part>", _THERE),
    "in-a-comment": ("part", b"<!-- <h2 id=part> -->", _MISSING),
    "in-an-open-comment": ("part", b"<!-- <h2 id=part>", _MISSING),
    "in-a-script": ("part", b"<script>'<h2 id=part>'</script>", _MISSING),
    "in-an-attribute": ("part", b"<p title='<h2 id=part>'>", _MISSING),
    "in-a-text-field": ("part", b"<textarea><h2 id=part></textarea>", _MISSING),
    "for-code-hosts": ("part", b"<a id=user-content-part>", _THERE),
    "lines": ("L10-L20", b"", _THERE),
    "route": ("/part", b"", _THERE),
    "bang-route": ("!part", b"", _THERE),
    "parameters": ("page=3", b"", _THERE),
    "nested": ("part", b"<div>" * 40_000, _MISSING),
    "attributes": ("part", b"<p " + b"id=b " * 40_000 + b">", _MISSING),
    "many": ("part", b"<p id=x>" * 30_000 + b"<p id=part>", _THERE),
    "open-quotes": ("part", b"<a id=\"'" * 20_000, _MISSING),
    "roots": ("part", b"<p" + b" id=root" * 20_000, _MISSING),
}

_TELL_NOTHING: Final[dict[str, bytes]] = {
    "shell": reply("200 OK", HTML, body=_HEAD + b"<div id=root></div>" + _SCRIPT),
    "loading": reply("200 OK", HTML, body=_HEAD + b"<p>Loading" + _SCRIPT),
    "filled-later": page(_HEAD + _WORDS + b"<div id=app></div>" + _SCRIPT),
    "by-hash": page(_HEAD + _WORDS + b"<script>go(location.hash)</script>"),
    "frames": page(_HEAD + b"<frameset><frame src=a></frameset>"),
    "cut": page(_HEAD + b"<p>Words " * 60_000),
    "pdf": reply("200 OK", "content-type: application/pdf", body=b"%PDF-1.7"),
    "plain": reply("200 OK", "content-type: text/plain", body=b"part"),
    "drawing": reply("200 OK", "content-type: image/svg+xml", body=b"<svg/>"),
    "nothing": reply("204 No Content"),
    "untyped": reply("200 OK", body=_HEAD + _WORDS),
}

_NO_TEXT: Final[dict[str, object]] = {
    "name": "text-missing",
    "severity": "advice",
    "message": "The page does not show the words it should lead to.",
    "replacement": None,
}
_TEXTS: Final[dict[str, tuple[str, list[dict[str, object]]]]] = {
    "there": ("people%20read", []),
    "folded": ("PEOPLE%20%20Read", []),
    "range": ("Words,page", []),
    "context": ("that-,people,-read", []),
    "not-there": ("nobody%20reads", [_NO_TEXT]),
    "commas": ("," * 20_000, []),
    "dashes": ("-,-,-,-", [_NO_TEXT]),
}

BEHAVIOURS: Final = (
    *(
        Behaviour(
            name=f"fragment-{name}",
            url=f"http://{{http}}/#{fragment}",
            expected=expected,
            site=page(_HEAD + _WORDS + body),
            never_sent=("#",),
        )
        for name, (fragment, body, expected) in _PAGES.items()
    ),
    *(
        Behaviour(
            name=f"fragment-unknown-{name}",
            url="http://{http}/#part",
            expected=_THERE,
            site=answer,
        )
        for name, answer in _TELL_NOTHING.items()
    ),
    *(
        Behaviour(
            name=f"text-{name}",
            url=f"http://{{http}}/#:~:text={text}",
            expected=_THERE,
            site=page(_HEAD + _WORDS),
            shows={"findings": findings},
        )
        for name, (text, findings) in _TEXTS.items()
    ),
    Behaviour(
        name="fragment-of-a-page-that-is-gone",
        url="http://{http}/#part",
        expected="broken · not-found",
        site=reply("404 Not Found", HTML, body=_HEAD + b"<h2 id=part>"),
    ),
    Behaviour(
        name="fragment-behind-a-redirect",
        url="http://{http}/#part",
        expected=_MISSING,
        site={"/": to("/next"), "/next": PAGE},
    ),
    Behaviour(
        name="fragment-replaced-by-a-redirect",
        url="http://{http}/#part",
        expected="redirected · permanent",
        site={"/": to("/next#other"), "/next": PAGE},
        never_sent=("#",),
    ),
)
