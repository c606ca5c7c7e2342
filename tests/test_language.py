"""Which language of a page is believed: the declared one, or that of its text."""

import pytest
from fakes import url
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.detection import MANY, Guess
from crawler.language import Declared, PageLanguage, read_language, reconcile
from crawler.model import Response
from crawler.page import read_page

SPANISH = (
    "Aprende a programar desde cero con ejercicios cortos y mucha paciencia, sin instalar nada."
)
ENGLISH = "Learn to program from nothing, with short exercises and much patience, on any machine."
JAPANESE = "買い物リストを使って説明するリストと辞書の違いと使い分けについて"
INDONESIAN = (
    "Belajar membuat program dari awal dengan latihan singkat dan banyak kesabaran di rumah."
)
GALICIAN = "Aprender a programar dende cero con exercicios curtos e moita paciencia, sen présas."


def guess(language: str, *, reliable: bool = True, by: str = "detected") -> Guess:
    script = {"ja": "kana", "he": "hebrew"}.get(language, "latin")
    return Guess(language, script, reliable, by)


@pytest.mark.parametrize(
    ("declared", "guessed", "length", "believed"),
    [
        (None, None, 0, PageLanguage()),
        (("en", "html"), None, 0, PageLanguage("en", "html", "en")),
        (("en", "html"), guess("en"), 500, PageLanguage("en", "html", "en", "en")),
        (("en", "html"), guess("es"), 500, PageLanguage("es", "detected", "en", "es")),
        (("fr", "og"), guess("es"), 500, PageLanguage("es", "detected", "fr", "es")),
        (None, guess("es"), 500, PageLanguage("es", "detected", None, "es")),
        (("en", "html"), guess("es"), 49, PageLanguage("en", "html", "en")),
        (None, guess("es"), 49, PageLanguage()),
        (("en", "html"), guess("es", reliable=False), 500, PageLanguage("en", "html", "en")),
        (None, guess("es", reliable=False), 500, PageLanguage()),
        # A script is a sign in short texts too.
        (("en", "html"), guess("ja", by="script"), 15, PageLanguage("ja", "script", "en", "ja")),
        (None, guess("ja", by="script"), 15, PageLanguage("ja", "script", None, "ja")),
        (("yi", "html"), guess("he", by="script"), 90, PageLanguage("yi", "html", "yi", "yi")),
        # Written much the same, or by another name, or unknown to us.
        (("nb", "meta"), guess("no"), 500, PageLanguage("nb", "meta", "nb", "nb")),
        (("id", "html"), guess("ms"), 500, PageLanguage("id", "html", "id", "id")),
        (("gl", "html"), guess("pt"), 500, PageLanguage("gl", "html", "gl")),
        # Two languages are one only for who says nothing.
        (None, guess(MANY, reliable=False, by="script"), 500, PageLanguage(MANY, "script")),
        (
            ("en", "html"),
            guess(MANY, reliable=False, by="script"),
            500,
            PageLanguage("en", "html", "en"),
        ),
    ],
)
def test_a_declaration_and_a_guess_are_reconciled(
    declared: Declared | None, guessed: Guess | None, length: int, believed: PageLanguage
) -> None:
    assert reconcile(declared, guessed, length) == believed


@pytest.mark.parametrize(
    ("host", "language"),
    [("a.example", "id"), ("a.id", "id"), ("a.my", "ms"), ("a.sg", "ms"), ("", "id")],
)
def test_malay_and_indonesian_are_told_apart_by_where_they_stand(host: str, language: str) -> None:
    assert reconcile(None, guess("ms"), 500, host).language == language


def read(page: str, address: str = "https://a.example/", **headers: str) -> PageLanguage:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(200, {"content-type": "text/html; charset=utf-8"} | named, page.encode())
    read_ = read_page(response)
    assert read_ is not None
    return read_language(read_, response, url(address))


@pytest.mark.parametrize(
    ("page", "believed"),
    [
        (f"<html lang=en><p>{SPANISH}", PageLanguage("es", "detected", "en", "es")),
        (f"<html lang=es-MX><p>{SPANISH}", PageLanguage("es", "html", "es", "es")),
        (f"<html lang=en><title>{SPANISH}</title>", PageLanguage("es", "detected", "en", "es")),
        (
            f"<html lang=en><meta property=og:title content='{SPANISH}'>",
            PageLanguage("es", "detected", "en", "es"),
        ),
        (f"<p>{JAPANESE}", PageLanguage("ja", "script", None, "ja")),
        (f"<p>{INDONESIAN}", PageLanguage("id", "detected", None, "id")),
        (f"<html lang=gl><p>{GALICIAN}", PageLanguage("gl", "html", "gl")),
        ("<html lang=es><p>Hola", PageLanguage("es", "html", "es")),
        ("<p>Hola", PageLanguage()),
        # What all pages of a site share, and programs, is not what the page says.
        (
            f"<html lang=es><nav>{ENGLISH}</nav><script>{ENGLISH}</script><p>{SPANISH}",
            PageLanguage("es", "html", "es", "es"),
        ),
    ],
)
def test_a_page_is_read_in_the_language_of_its_text(page: str, believed: PageLanguage) -> None:
    assert read(page) == believed


def test_where_a_language_is_declared_stays_its_source() -> None:
    page = f"<p>{SPANISH}"
    assert read(page, content_language="es") == PageLanguage("es", "header", "es", "es")


tags = st.one_of(st.none(), st.tuples(st.text(max_size=5), st.sampled_from(["html", "header"])))
guesses = st.one_of(
    st.none(),
    st.builds(
        Guess,
        st.sampled_from(["en", "es", "ja", "ms", "no", MANY]),
        st.sampled_from(["latin", "kana"]),
        st.booleans(),
        st.sampled_from(["script", "detected"]),
    ),
)


@given(tags, guesses, st.integers(min_value=0, max_value=2000), st.text(max_size=20))
@example(None, Guess("ms", "latin", reliable=True, by="detected"), 500, ".")
def test_there_is_always_a_decision_and_it_names_its_source(
    declared: Declared | None, guessed: Guess | None, length: int, host: str
) -> None:
    decided = reconcile(declared, guessed, length, host)
    assert (decided.language is None) == (decided.source is None)
    assert decided.declared == (declared[0] if declared else None)
    assert decided.detected is None or decided.detected == decided.language
    assert decided.language is not None or declared is None


@given(st.text(max_size=300), st.text(max_size=20))
def test_no_page_is_too_strange(text: str, tag: str) -> None:
    body = f"<html lang='{tag}'><title>{text}</title><p>{text}".encode("utf-8", "replace")
    response = Response(200, {"content-type": "text/html; charset=utf-8"}, body)
    page = read_page(response)
    assert page is not None
    read_language(page, response, url("https://a.example/"))
