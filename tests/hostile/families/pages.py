"""Pages that are made to hurt those who read their titles."""

from typing import Final

from hostile.behaviour import HTML, Behaviour, page, reply

_TITLE: Final = b"<!doctype html><title>There</title>"

# All say "There" in their title, before or after what is to hurt.
_HEAVY: Final[dict[str, bytes]] = {
    "nested": _TITLE + b"<div>" * 200_000,
    "nested-lists": _TITLE + b"<ul><li>" * 60_000,
    "unclosed": _TITLE + b"".join(b"<i id=n%d>" % number for number in range(80_000)),
    "misnested": _TITLE + b"<b><i></b></i>" * 50_000,
    "tables": _TITLE + b"<table><tr><td><b>" * 40_000,
    "attributes": _TITLE + b"<p " + b" ".join(b"a%d=b" % n for n in range(100_000)) + b">",
    "same-attribute": _TITLE + b"<p " + b"a=b " * 200_000 + b">",
    "long-attribute": _TITLE + b"<p a='" + b"x" * 900_000 + b"'>",
    "open-tags": _TITLE + b"<a " * 200_000,
    "open-comments": _TITLE + b"<!--" * 200_000,
    "open-quotes": _TITLE + b"<a b=\"'" * 100_000,
    "only-brackets": _TITLE + b"<" * 900_000,
    "closing-tags": _TITLE + b"</p>" * 200_000,
    "form-in-form": _TITLE + b"<form><select><option>" * 40_000,
    "svg": _TITLE + b"<svg><g>" * 60_000,
    "templates": _TITLE + b"<template>" * 60_000,
    "references": _TITLE + b"&amp;&#60;&notit;" * 50_000,
    "scripts": _TITLE + b"<script><!--<script>" * 40_000,
    "metas": _TITLE + b"<meta name=a content=b>" * 40_000,
    "doctypes": b"<!doctype html>" * 1000 + _TITLE,
    "nul": _TITLE + b"\0" * 900_000,
    "spaces-before": b" " * 100_000 + _TITLE,
}

_CHARSETS: Final = (
    "rot13", "idna", "undefined", "unicode_escape", "utf-7", "punycode", "utf8%00", "hex", "zlib",
    "mbcs", "../../etc/passwd", "x" * 2000,
)  # fmt: skip

# What is written for a title, and what the report shows of it.
_TITLES: Final[dict[str, tuple[bytes, str]]] = {
    "escape": (b"The\x1b[31mre", "The [31mre"),
    "terminal-link": (b"\x1b]8;;http://x\x07There\x1b]8;;\x07", "]8;;http://x There ]8;;"),
    "c1": ("The\u009b31mre".encode(), "The 31mre"),
    "bidi": ("The\u202ere\u2066".encode(), "The re"),
    "isolates": ("\u2067There\u2069\u200f\u061c".encode(), "There"),
    "surrogate": (b"The&#xD800;re", "The\ufffdre"),
    "surrogate-pair": (b"&#xD83D;&#xDE00;There", "\ufffd\ufffdThere"),
    "beyond-unicode": (b"The&#x110000;re", "The\ufffdre"),
    "number-of-5000-digits": (b"The&#" + b"9" * 5_000 + b";re", "The\ufffdre"),
    "nul-reference": (b"The&#0;re", "The\ufffdre"),
    "noncharacter": ("There\uffff\ufffe".encode(), "There"),
    "markup": (b"There <b>is</b> [red]none[/red]", "There <b>is</b> [red]none[/red]"),
    "workflow-command": (b"##[error]There", "# #[error]There"),
    "lines": (b"\r\n\r\n::error::\r\nThere\r\n", "::error:: There"),
    "emoji": ("There 👩\u200d👧".encode(), "There 👩\u200d👧"),
    "right-to-left": ("שלום".encode(), "שלום"),
    "not-utf-8": (b"There \xff is", "There \ufffd is"),
    "of-a-megabyte": (b"T" * 1_000_000, "T" * 299 + "…"),
    "of-spaces": (b" " * 500_000, ""),
}
_TYPES: Final = {
    "json": ("application/json", b"[" * 500_000),
    "xml-entities": (
        "application/xml",
        b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>" * 100,
    ),
    "xml-file": (
        "application/xhtml+xml",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'http://127.0.0.1:{trap}/'>]><a>&b;</a>",
    ),
    "pdf": ("application/pdf", b"%PDF-1.7\n" + b"\xff" * 100_000),
    "zip": ("application/zip", b"PK\x03\x04" + b"\0" * 100_000),
    "nothing": ("", b"\xff\x00" * 100_000),
    "two-types": ("text/html, image/png", b"<title>There</title>"),
    "escape": ("text/\x1b[31mhtml", b"<title>There</title>"),
}

BEHAVIOURS: Final = (
    *(
        Behaviour(
            name=f"page-{name}", expected="ok · ok", site=page(body), shows={"title": "There"}
        )
        for name, body in _HEAVY.items()
    ),
    *(
        Behaviour(
            name=f"charset-{number}",
            expected="ok · ok",
            site=reply("200 OK", f"content-type: text/html; charset={label}", body=_TITLE),
            shows={"title": "There"},
        )
        for number, label in enumerate(_CHARSETS)
    ),
    Behaviour(
        name="charset-two-that-differ",
        expected="ok · ok",
        site=page(b"<meta charset=utf-7>" + _TITLE.replace(b"There", "Thé".encode())),
        shows={"title": "Thé"},
    ),
    Behaviour(
        name="charset-of-meta",
        expected="ok · ok",
        site=reply(
            "200 OK", "content-type: text/html", body=b"<meta charset=unicode_escape>" + _TITLE
        ),
        shows={"title": "There"},
    ),
    Behaviour(
        name="charset-marked",  # the mark counts more than the header
        expected="ok · ok",
        site=page(b"\xff\xfe" + "<title>There</title>".encode("utf-16-le")),
        shows={"title": "There"},
    ),
    *(
        Behaviour(
            name=f"title-{name}",
            expected="ok · ok",
            site=page(b"<!doctype html><title>" + written + b"</title>"),
            shows={"title": shown or None},
        )
        for name, (written, shown) in _TITLES.items()
    ),
    *(
        Behaviour(
            name=f"type-{name}",
            expected="ok · ok",
            site=reply("200 OK", f"content-type: {kind}", body=body),
        )
        for name, (kind, body) in _TYPES.items()
    ),
    Behaviour(
        name="page-with-hostile-facts",
        expected="ok · ok",
        site=page(
            b"<html lang='es\x1b[31m'><title>There</title>"
            b"<link rel=canonical href='javascript:alert(1)'>"
            b"<meta name=description content='a&#x202e;b&#xDFFF;c'>"
            b"<meta name=author content='&#27;]52;c;x'>"
            b"<meta property=og:site_name content='\xff'>",
            "content-language: \x1b",
        ),
        shows={"title": "There", "language": None, "canonical_url": None},
    ),
    Behaviour(
        name="page-of-an-empty-file",
        expected="ok · ok",
        site=reply("200 OK", HTML),
        shows={"title": None},
    ),
)
