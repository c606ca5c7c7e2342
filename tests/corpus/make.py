"""Write `made/`: pages built from templates of frameworks, in the words of their own translations.

The words stand here a second time on purpose: what the rules look up must not be what they are
measured by. `python tests/corpus/make.py` writes the files again; the seed is fixed.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from sentences import SENTENCES
from translations import DOCUSAURUS, DRUPAL, HELD_OUT_LANGUAGES, ORDINARY, WORDPRESS

MADE = Path(__file__).with_name("made")


class Case(NamedTuple):
    """One page of the corpus, as its file says it."""

    name: str
    expects: str
    language: str
    asked: str
    body: str
    final: str = ""
    status: int = 200
    via: str = ""
    headers: tuple[str, ...] = ("content-type: text/html; charset=utf-8",)
    held_out: bool = False

    def text(self) -> str:
        """Return the file's text: a head of fields, an empty line and the page."""
        lines = [f"expects: {self.expects}", f"language: {self.language}", f"asked: {self.asked}"]
        lines += [f"final: {self.final}"] if self.final else []
        lines += [f"via: {self.via}"] if self.via else []
        lines += [f"status: {self.status}"] if self.status != 200 else []
        lines += [f"header: {header}" for header in self.headers]
        lines += ["held-out: yes"] if self.held_out else []
        return "\n".join(lines) + "\n\n" + self.body.strip() + "\n"


def main() -> int:
    """Write all files, or check with `--check` that they are as they would be written."""
    wanted = {f"{case.name}.page": case.text() for case in cases()}
    there = {path.name: path.read_text("utf-8") for path in MADE.glob("*.page")}
    if "--check" in sys.argv:
        return int(wanted != there)
    MADE.mkdir(exist_ok=True)
    for name in there.keys() - wanted.keys():
        (MADE / name).unlink()
    for name, text in wanted.items():
        (MADE / name).write_text(text, "utf-8")
    return 0


def cases() -> Iterator[Case]:
    """Yield every generated page; all names differ."""
    random = Random(404)  # noqa: S311 - the same pages every time
    yield from docusaurus(random)
    yield from wordpress(random)
    yield from drupal(random)
    yield from ordinary(random)


# Pieces of pages


def prose(random: Random, language: str, length: int) -> str:
    """Return paragraphs of about this many characters."""
    known = SENTENCES.get(language, SENTENCES["en"])
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < length:
        paragraphs.append(" ".join(random.choices(known, k=random.randint(2, 5))))
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def links(random: Random, number: int) -> str:
    """Return a list of links, as navigations have them."""
    words = (
        "Home",
        "About",
        "Products",
        "Team",
        "Blog",
        "Docs",
        "Contact",
        "Jobs",
        "Press",
        "Shop",
    )
    items = (
        f'<li><a href="/{n}-{random.randint(10, 99)}">{random.choice(words)}</a></li>'
        for n in range(number)
    )
    return f"<ul>{''.join(items)}</ul>"


def html(language: str, head: str, body: str) -> str:
    """Return a whole page."""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n{head}\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>"
    )


def _site(random: Random) -> tuple[str, str]:
    name = random.choice(
        ("Nordwind", "Acme", "Quercus", "Lumen", "Kestrel", "Marea", "Tundra", "Opal")
    )
    return name, f"https://www.{name.lower()}.example"


def _deep(random: Random) -> str:
    return random.choice((
        "/blog/2019/03/how-we-moved-house", "/docs/2.1/install", "/products/lamp-12", "/p/4711",
        "/en/team/ann-smith", "/wiki/Heron", "/papers/graphs.html", "/index.php?id=1234",
        "/article/8812/the-long-way", "/downloads/manual", "/events/spring", "/a/b/c/d.html",
    ))  # fmt: skip


# Error pages that answer 200


def docusaurus(random: Random) -> Iterator[Case]:
    """Static documentation behind a server that always answers 200."""
    for language, (title, first, second) in DOCUSAURUS.items():
        name, root = _site(random)
        head = f'<title>{title} | {name}</title>\n<meta property="og:title" content="{title} | {name}">'
        body = (
            f'<nav class="navbar">{links(random, random.randint(3, 14))}</nav>\n'
            f'<main class="container margin-vert--xl"><div class="row"><h1 class="hero__title">{title}</h1>'
            f"<p>{first}</p><p>{second}</p></div></main>\n<footer>{links(random, 12)}</footer>\n"
            '<script src="/assets/js/main.js"></script>'
        )
        yield Case(
            f"soft-404-docusaurus-{language}", "soft-404", language, root + _deep(random),
            html(language, head, body), held_out=language in HELD_OUT_LANGUAGES,
        )  # fmt: skip


def wordpress(random: Random) -> Iterator[Case]:
    """A theme whose error page lists what is new, more or less of it."""
    for number, (language, (title, heading, hint)) in enumerate(WORDPRESS.items()):
        name, root = _site(random)
        robots = "<meta name='robots' content='noindex, follow'>" if number % 3 == 0 else ""
        head = (
            f"<title>{title} &#8211; {name}</title>\n{robots}<link rel='stylesheet' href='/s.css'>"
        )
        news = prose(random, language, random.choice((300, 900, 2_000)))
        body = (
            f'<header><p class="site-title"><a href="/">{name}</a></p>{links(random, 9)}</header>\n'
            f'<section class="error-404 not-found"><h1 class="page-title">{heading}</h1><p>{hint}</p>'
            f'<form role="search"><input type="search"></form></section>\n<aside>{news}</aside>'
        )
        yield Case(
            f"soft-404-wordpress-{language}", "soft-404", language, root + _deep(random),
            html(language, head, body), held_out=language in HELD_OUT_LANGUAGES,
        )  # fmt: skip


def drupal(random: Random) -> Iterator[Case]:
    """One that redirects to an error page of its own, or shows it in place."""
    for number, (language, (title, text)) in enumerate(DRUPAL.items()):
        name, root = _site(random)
        asked = root + _deep(random)
        away = number % 3 == 0
        body = (
            f'<div id="header">{links(random, 11)}</div><div id="main"><h1>{title}</h1>'
            f'<div class="content">{text}</div></div><div id="footer">{links(random, 5)}</div>'
        )
        yield Case(
            f"soft-404-drupal-{language}", "soft-404", language, asked,
            html(language, f"<title>{title} | {name}</title>", body),
            final=f"{root}/{language}/404" if away else "", via="302" if away else "",
            held_out=language in HELD_OUT_LANGUAGES,
        )  # fmt: skip


# Pages that are there


def ordinary(random: Random) -> Iterator[Case]:
    """Pages as there are many, long and short, in many languages."""
    for language, titles in ORDINARY.items():
        for number, title in enumerate(titles):
            name, root = _site(random)
            length = (150, 700, 4_000)[number % 3]
            noindex = '<meta name="robots" content="noindex">' if number == 1 else ""
            head = f"<title>{title} – {name}</title>\n{noindex}"
            body = (
                f"<header>{links(random, random.randint(0, 12))}</header><h1>{title}</h1>\n"
                f"{prose(random, language, length)}"
            )
            yield Case(
                f"alive-ordinary-{language}-{number}", "alive", language, root + _deep(random),
                html(language, head, body),
            )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
