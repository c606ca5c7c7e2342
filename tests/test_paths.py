"""What the address of a page says of it."""

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.paths import (
    is_detour,
    is_entrance,
    is_error_page,
    is_home,
    is_login,
    names,
    speaks_of_absence,
)
from crawler.urls import Url


@pytest.mark.parametrize(
    "path",
    ["/", "/de", "/de/", "/pt-BR/", "/index.html", "/en/index.php", "/home", "/es/home", "/?a=b"],
)
def test_a_front_page(path: str) -> None:
    assert is_home(url(f"https://a.example{path}"))


@pytest.mark.parametrize("path", ["/x", "/ok", "/english", "/en/page", "/index", "/homes", "/a/"])
def test_no_front_page(path: str) -> None:
    assert is_home(url(f"https://a.example{path}")) == (path == "/index")


@pytest.mark.parametrize(
    "path", ["/", "/de", "/us/en", "/global/en/", "/welcome", "/main.html", "/ch/de/start"]
)
def test_what_is_asked_for_as_a_front_page(path: str) -> None:
    assert is_entrance(url(f"https://a.example{path}"))


@pytest.mark.parametrize("path", ["/x", "/ok/zz/", "/en/page", "/starts", "/welcome/to", "/ab/cd/"])
def test_what_is_asked_for_as_a_page(path: str) -> None:
    assert not is_entrance(url(f"https://a.example{path}"))


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/login", "https://sso.a.example.org/", "https://a.example/404.html",
        "https://consent.a.example/m?continue=x", "https://a.example/consent.html",
        "https://a.example/cookie-consent?r=x", "https://a.example/cookiewall/",
        "https://a.example/privacy-gate/", "https://a.example/checkpoint/x",
    ],
)  # fmt: skip
def test_what_stands_before_a_page(address: str) -> None:
    assert is_detour(url(address))


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/", "https://a.example/blog/logins", "https://a.example/item/14042",
        "https://a.example/informed-consent",
        "https://a.example/error-handling", "https://a.example/wall",
    ],
)  # fmt: skip
def test_what_is_a_page_itself(address: str) -> None:
    assert not is_detour(url(address))


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/login", "https://a.example/login/", "https://a.example/Login.aspx",
        "https://a.example/users/sign_in", "https://a.example/wp-login.php",
        "https://a.example/es/login?next=/x", "https://a.example/i/flow/login",
        "https://accounts.google.com/x", "https://sso.a.example.org/", "https://idp.uni.example.org/x",
        "https://a.example/common/oauth2/v2.0/authorize", "https://a.example/adfs/ls/?wa=x",
    ],
)  # fmt: skip
def test_a_login_page(address: str) -> None:
    assert is_login(url(address))


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/docs/login", "https://a.example/blog/login/", "https://a.example/blogin",
        "https://a.example/login/history-of-it", "https://a.example/auth", "https://a.example/signup",
        "https://login.gov/help", "https://id.a.example.org/x", "https://a.example/",
        "https://sso/", "https://login.example/x", "https://docs.a.example.org/admin/sso",
        "https://cas.a.example.org/",
    ],
)  # fmt: skip
def test_no_login_page(address: str) -> None:
    assert not is_login(url(address))


@pytest.mark.parametrize(
    "path",
    [
        "/404", "/404/", "/404.html", "/en/404", "/error/404.aspx", "/errors/404", "/error404",
        "/404-error.html", "/http404", "/page-not-found", "/PageNotFound.aspx", "/x/notfound",
        "/Pages/PageNotFoundError.aspx", "/pagina-no-encontrada", "/de/seite-nicht-gefunden.html",
        "/page-introuvable", "/p%C3%A1gina-n%C3%A3o-encontrada", "/404-not-found", "/not_found.php",
    ],
)  # fmt: skip
def test_an_error_page(path: str) -> None:
    assert is_error_page(url(f"https://a.example{path}"))


@pytest.mark.parametrize(
    "path",
    [
        "/", "/blog/404", "/docs/not-found", "/issues/404", "/objects/404", "/404-pages-that-sell",
        "/404/history", "/4040", "/x404y", "/wiki/HTTP_404", "/notfoundry", "/found", "/error",
        "/status/404", "/page", "/gone",
    ],
)  # fmt: skip
def test_no_error_page(path: str) -> None:
    assert not is_error_page(url(f"https://a.example{path}"))


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/wiki/HTTP_404", "https://a.example/Not_Found", "https://a.example/notfound",
        "https://404media.example/x", "https://a.example/?q=404+error", "https://a.example/errors/x",
        "https://a.example/gone", "https://a.example/broken-links", "https://a.example/a%20not%20found",
    ],
)  # fmt: skip
def test_an_address_that_speaks_of_absence(address: str) -> None:
    assert speaks_of_absence(url(address))


@pytest.mark.parametrize(
    "path", ["/", "/antigone", "/terror", "/p/14045", "/dismissing", "/deadline-linking"]
)
def test_an_address_that_does_not(path: str) -> None:
    assert not speaks_of_absence(url(f"https://a.example{path}"))


def test_an_address_names_what_its_page_is_called() -> None:
    page = url("https://a.example/blog/P%C3%A1gina-no-encontrada-2")
    assert names(page, "página no encontrada")
    assert not names(page, "página encontrada hoy")
    assert not names(page, "")
    assert not names(url("https://a.example/"), "it works")


@given(st.text(), st.text())
def test_no_address_hurts(path: str, text: str) -> None:
    there = Url("https", "a.example", f"/{path}")
    is_home(there)
    is_login(there)
    is_error_page(there)
    speaks_of_absence(there)
    names(there, text)
